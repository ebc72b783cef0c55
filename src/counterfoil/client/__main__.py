"""``counterfoil-client``: a key for a clerk whose screen is this machine's, and its enrolment.

    counterfoil-client key clerk-105.key
    counterfoil-client enrol clerk-105.key --url URL --token TOKEN --clerk 105 > enrolment.json

A supervisor admits the enrolment with ``counterfoil clerk admit DIR enrolment.json`` (docs/howto/use-the-api.md).
"""

from __future__ import annotations

import argparse
import sys

from counterfoil.client import ClerkKey, Client, ProblemError, Unreachable, enrolment, new_key
from counterfoil.kernel.outcomes import CounterfoilError


def main() -> int:
    parser = argparse.ArgumentParser(prog="counterfoil-client", description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    key = commands.add_parser("key", help="make a new key in a new file")
    key.add_argument("file")
    enrol = commands.add_parser("enrol", help="write the enrolment of a key, for a supervisor to admit")
    enrol.add_argument("file")
    enrol.add_argument("--url", required=True, help="the office's address")
    enrol.add_argument("--token", required=True, help="a token of the office")
    enrol.add_argument("--clerk", required=True, help="the clerk's number")
    enrol.add_argument("--role", default="clerk", help="clerk, supervisor or postmaster")
    asked = parser.parse_args()
    try:
        return _key(asked.file) if asked.command == "key" else _enrol(asked)
    except (CounterfoilError, ProblemError, Unreachable, OSError) as error:
        print(f"counterfoil: {error}", file=sys.stderr)
        return 2


def _key(file: str) -> int:
    print(f"{file}: key {new_key(file).key_id.hex()}")
    return 0


def _enrol(asked: argparse.Namespace) -> int:
    with Client(asked.url, asked.token) as client:
        office = client.office()
    date = office.business_date
    if date is None:
        print("counterfoil: no business day is open: open one, then enroll", file=sys.stderr)
        return 2
    made = enrolment(
        ClerkKey.load(asked.file), clerk=asked.clerk, role=asked.role, office=office.office, epoch=office.epoch,
        date=date,
    )  # fmt: skip
    print(made.to_json())
    return 0


def console() -> None:
    """The console script ``counterfoil-client``."""
    sys.exit(main())


if __name__ == "__main__":
    console()
