"""The page of bad input and abuse: every code is a rule's, every test exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from counterfoil.office.refusals import REFUSALS
from counterfoil.operations.desk import Desk  # noqa: F401  # it brings every product's rules
from docs.pages import PROJECT

PAGE = (PROJECT / "docs" / "explanation" / "bad-input-and-abuse.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| `([^`|]+)` \|$", PAGE, re.M)


@cache
def functions(path: str) -> frozenset[str]:
    """The functions of a file of tests."""
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_page_has_a_row_for_whatever_was_asked() -> None:
    told = " ".join(row[0] for row in ROWS)
    asked = ("altered", "tomorrow", "six months", "another office", "just under", "two offices", "more than is owed")
    assert [what for what in (*asked, "month ends", "leap", "clocks", "holiday") if what not in told] == []


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_a_row_names_a_rule_and_a_test(row: tuple[str, str, str, str]) -> None:
    _, _, told, held = row
    codes = re.findall(r"`([a-z_]+\.[a-z_]+)`", told)
    assert codes or told in ("no refusal",)
    assert [code for code in codes if code not in REFUSALS and not code.startswith("details.")] == []
    path, _, name = held.partition("::")
    assert not name or name in functions(path)


def test_the_laws_of_loans_exist() -> None:
    laws = set(re.findall(r"`(test_\w+)`", PAGE.partition("## Loans, at random")[2]))
    known = functions("tests/unit/products/test_loans.py") | functions("tests/unit/products/test_schedule.py")
    assert laws
    assert laws <= known | functions("tests/unit/counter/test_loans.py")
