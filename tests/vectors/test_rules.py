"""Every element of the shared files of rules and loans, through the calculators, counted; and that no answer is read.

The tables of kinds and files are the shapes; how many elements a file holds, and which, is its own affair. An element
without an expected answer, or one refused for a reason that a decision record names, is counted apart.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.operations.compute import KINDS, answer, answers

FILES = {
    "apr": "rules/reg_z_apr",
    "apy": "rules/reg_dd_apy",
    "hold": "rules/reg_cc_holds",
    "schedule": "loans/fineract_loans",
    "savings": "loans/fineract_savings",
    "daycount": "rules/daycount",
    "calendar": "rules/bank_calendar",
    "routing": "rules/aba_routing",
    "checkdigit": "rules/check_digits",
    "ctr": "rules/bsa_thresholds",
    "rege": "rules/reg_e_timelines",
    "achreturn": "rules/nacha_returns",
}
ANSWERS = re.compile(
    r"(expected|computed|printed).*|own|python_stdnum|schwifty|emi_.*|plain_annuity_emi|interest_unrounded|interest_paid"
    r"|use_in_apy|adjustment_applied|finance_charge|total_of_payments|filing_deadline|note"
)
NOT_OFFERED = re.compile(r"not offered:|not computable|nothing to compute:|not a yield:")
"""How an element that is refused for a recorded reason begins its error (docs/decisions/0013 and 0014)."""


YEAR_TOLERANCE = Decimal("1e-10")


def load(data_dir: Path, kind: str) -> Any:
    path = data_dir / f"{FILES[kind]}.json"
    if not path.is_file():
        pytest.skip(f"no vectors of {kind}: {path.name} is not there")
    return json.loads(path.read_bytes(), parse_float=Decimal)


def elements(content: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = content["vectors"] if "vectors" in content else content["cases"]
    return found


def expected(element: dict[str, Any]) -> dict[str, Any]:
    """What the element's author says, under the names of a result."""
    said = {key.removeprefix("expected_"): value for key, value in element.items() if key.startswith("expected_")}
    said.pop("kind", None)
    return {**said, **({"value": element["expected"]} if "expected" in element else {})}


def agrees(kind: str, result: dict[str, Any], said: dict[str, Any]) -> bool:
    if kind == "hold":
        rows = [{key: row[key] for key in ("available_on", "amount")} for row in said["value"]]
        return bool(result["value"] == rows)
    if kind in ("schedule", "savings"):
        key = "due_date" if kind == "schedule" else "posted_on"
        ours = {row[key]: row for row in result["value"]}
        # A file may leave rows out; what it says of a row must be so.
        return all(
            row[key] in ours and all(row[name] == value for name, value in ours[row[key]].items())
            for row in said["value"]
        )
    return all(key in result and same(result[key], value) for key, value in said.items())


def same(ours: Any, theirs: Any) -> bool:
    """Equal; a year fraction within the tolerance that its file states."""
    if isinstance(ours, Decimal) and isinstance(theirs, Decimal):
        return abs(ours - theirs) <= YEAR_TOLERANCE
    return bool(ours == theirs)


def asks(kind: str, element: dict[str, Any]) -> bool:
    """Whether the element's author gives an answer of the kind's form."""
    said = expected(element)
    if kind == "savings":
        return all("posted_on" in row and "interest" in row for row in said["value"])
    return bool(said)


def derived(element: dict[str, Any]) -> bool:
    """Whether the answer is the collector's own application of the rule: no outside evidence."""
    said = (str(element.get(key, "")) for key in ("provenance", "origin", "source"))
    return any(one.startswith(("derived", "rule", "DERIVED")) for one in said)


@pytest.mark.parametrize("kind", FILES)
def test_every_vector(data_dir: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counter[str] = Counter()
    wrong = []
    for element in elements(load(data_dir, kind)):
        given = answer(kind, element)
        origin = "derived" if derived(element) else "outside"
        if not asks(kind, element):
            counted["without an answer"] += 1
        elif "error" in given and NOT_OFFERED.match(given["error"]):
            counted["not offered or not computable"] += 1
        elif "result" in given and agrees(kind, given["result"], expected(element)):
            counted[f"{origin} agree"] += 1
        else:
            counted[f"{origin} disagree"] += 1
            wrong.append((given, expected(element)))
    with capsys.disabled():
        print(f"\n  {kind}: {', '.join(f'{number} {name}' for name, number in sorted(counted.items()))}")
    assert wrong == []
    assert counted["outside agree"] + counted["derived agree"] > 0


def stripped(value: Any) -> Any:
    """``value`` without any key that carries an answer, at any depth."""
    if isinstance(value, dict):
        return {key: stripped(one) for key, one in value.items() if not ANSWERS.fullmatch(key)}
    return [stripped(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", FILES)
def test_answers_in_the_file_are_never_read(data_dir: Path, kind: str) -> None:
    content = load(data_dir, kind)
    bare = stripped(content)
    for number, element in enumerate(elements(bare)):
        element["id"] = f"replaced-{number}"
    whole, without = list(answers(kind, content)), list(answers(kind, bare))
    assert [{**line, "id": ""} for line in without] == [{**line, "id": ""} for line in whole]
    assert [line["id"] for line in without] == [f"replaced-{number}" for number in range(len(without))]


def test_every_kind_has_its_file() -> None:
    assert set(FILES) == set(KINDS)


def test_the_forty_seventh_posting(data_dir: Path) -> None:
    """A case that asks for the sum of the first postings instead of naming their days."""
    asked = 0
    for element in elements(load(data_dir, "savings")):
        for row in element["expected"]:
            if "after_postings" in row:
                asked += 1
                postings = answer("savings", element)["result"]["value"][: row["after_postings"]]
                assert sum(Decimal(one["interest"]) for one in postings) == Decimal(row["interest"])
    assert asked
