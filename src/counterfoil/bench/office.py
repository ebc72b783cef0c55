"""A real office for a benchmark: made by ``bootstrap`` in a real folder, with a supervisor and a clerk at one till.

Always true: the store, its durability, the keys and the mark are those of every office; only the clerks' keys are
handed over unsealed, because a PIN's hashing is no part of what is measured (``test_a_bench_office_is_an_office``).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil import bootstrap
from counterfoil.engines.clock import FileClock, local_ms
from counterfoil.engines.editions import demonstration
from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.kernel.days import local_time
from counterfoil.kernel.outcomes import Fault
from counterfoil.office.requests import EnrolClerk, parse
from counterfoil.operations import setup
from counterfoil.operations.answers import Accepted, Answer, Refused
from counterfoil.operations.desk import Desk, Request
from counterfoil.operations.ports import Clock

SUPERVISOR, CLERK, TILL = "101", "102", "T1"
ZONE = "Europe/Prague"


@dataclass(slots=True)
class BenchOffice:
    """An open office, its two people, and numbers for the requests that nobody else numbers."""

    folder: Path
    desk: Desk
    supervisor: ClerkSigner
    clerk: ClerkSigner
    currency: str
    seed: str
    asked: int = 0

    def next_id(self) -> bytes:
        """A request id of this run: the same in every run with this seed."""
        self.asked += 1
        return request_id(self.seed, self.asked)

    def ask(self, kind: str, *signers: ClerkSigner, request: bytes | None = None, **fields: Any) -> Request:
        """A clerk's request, read as a screen's would be."""
        ask = parse({"kind": kind, **fields})
        return Request(request or self.next_id(), self.desk.epoch, ask, signers or (self.clerk,))

    def must(self, kind: str, *signers: ClerkSigner, **fields: Any) -> Accepted:
        """Handles a request that the benchmark cannot do without."""
        return accepted(self.desk.one(self.ask(kind, *signers, **fields)))


def request_id(seed: str, number: int) -> bytes:
    """The 16-byte id of request ``number`` of a run."""
    return sha256(f"{seed} {number}".encode()).digest()[:16]


def accepted(answer: Answer | Exception) -> Accepted:
    """The answer, which had to be accepted."""
    if isinstance(answer, Accepted):
        return answer
    if isinstance(answer, Refused):
        raise Fault(f"a step of the benchmark was refused: {answer.refusal}")
    raise answer


def edition(name: str) -> bytes:
    """A shipped policy edition."""
    return demonstration(name)


def at(date: str, time: str) -> int:
    """Milliseconds of a local time at the bench office."""
    return local_ms(local_time(f"{date}T{time}"), ZONE)


def denominated(amount: int, faces: Sequence[int]) -> Mapping[str, int]:
    """``amount`` as the fewest pieces, largest face first; ``Fault`` if the faces cannot make it."""
    count = {}
    for face in faces:
        pieces, amount = divmod(amount, face)
        if pieces:
            count[str(face)] = pieces
    if amount:
        raise Fault(f"{amount} minor units are left that no face of the edition pays")
    return count


@contextmanager
def folder_for(keep: Path | None, name: str) -> Iterator[Path]:
    """``keep`` (which must hold no office), or a temporary folder that is removed afterwards, its tables too."""
    if keep is not None:
        yield keep
        return
    temporary = Path(tempfile.mkdtemp(prefix=f"counterfoil-bench-{name}-"))
    try:
        yield temporary / "office"
    finally:
        _drop_schema(temporary / "office")
        shutil.rmtree(temporary)


def _drop_schema(folder: Path) -> None:
    """Removes the tables of an office whose store is PostgreSQL."""
    if not (folder / bootstrap.CONFIG).exists():
        return
    settings = bootstrap.read_settings(folder)
    if settings.store is None:
        return
    import psycopg  # An extra: benchmarks of SQLite run without it.
    from psycopg import sql

    store = bootstrap.open_store(folder, settings, read_only=True)
    schema: str = getattr(store, "schema")  # noqa: B009  # Only this engine's stores have one.
    store.close()
    with psycopg.connect(settings.store, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


@contextmanager
def opened(
    folder: Path, *, seed: str, policy: str, currency: str, clock: Clock, date: str, postgres: str | None = None
) -> Iterator[BenchOffice]:
    """Makes an office in ``folder`` and opens it; a supervisor and a clerk are enrolled by ``date``."""
    settings = bootstrap.Settings("bench.example", "0001", "Bench", 1, ZONE, currency, store=postgres)
    bootstrap.init_office(folder, settings, edition=edition(policy), clock=clock)
    with bootstrap.open_office(folder, clock=clock) as office:
        desk = office.desk
        supervisor, clerk = ClerkSigner(desk.entropy(32)), ClerkSigner(desk.entropy(32))
        setup.enrol_first_supervisor(
            desk, clerk=SUPERVISOR, public_key=supervisor.public_key, role="supervisor", custody="file"
        )
        bench = BenchOffice(folder, desk, supervisor, clerk, currency, seed)
        ask = EnrolClerk(date=date, clerk=CLERK, role="clerk", key=clerk.public_key, custody="file")
        accepted(desk.one(Request(bench.next_id(), desk.epoch, ask, (supervisor,), proves=clerk)))
        yield bench


def open_day(office: BenchOffice, date: str, cash: Mapping[str, int]) -> None:
    """The business day and the till, with the cash that lies in it."""
    office.must("day-open", office.supervisor, date=date)
    office.must("till-open", date=date, till=TILL, count=cash)


def file_clock(date: str) -> FileClock:
    """A file's clock that stands at six in the morning of ``date``."""
    return FileClock(start=at(date, "06:00"))
