"""The training office: three planted mistakes, each found in the books and put right; nothing of it passes for real."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from counterfoil import bootstrap
from counterfoil.demo import practice
from counterfoil.demo.day import counted
from counterfoil.demo.people import CLERKS
from counterfoil.engines.texts import catalog
from counterfoil.facts.kinds import KINDS
from counterfoil.journal.rules import Refused, kinds_by_number
from counterfoil.journal.trust import parse_policy
from counterfoil.journal.verify import verify
from counterfoil.operations.papers import Papers
from counterfoil.operations.replay import Player

PIN = {one.clerk: one.pin for one in CLERKS}


@pytest.fixture(autouse=True)
def secrets_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def school(tmp_path: Path) -> Path:
    practice.make(tmp_path / "school")
    return tmp_path / "school"


def play(school: Path, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    with bootstrap.open_office(school) as office:
        player = Player(office.desk, office.authority, pins=PIN.__getitem__, clock=None, to_ms=lambda at, zone: 0)
        told = list(player.play(json.dumps(line) for line in lines))
        player.close()
        return told


def to_do(school: Path) -> list[str]:
    store = bootstrap.open_store(school, bootstrap.read_settings(school), read_only=True)
    try:
        return [one["exercise"] for one in practice.state_of(store) if not one["done"]]
    finally:
        store.close()


def test_each_mistake_is_found_and_put_right(school: Path) -> None:
    assert to_do(school) == ["the lost network", "the wrong count", "the double click"]
    me, boss = CLERKS[1].clerk, CLERKS[0].clerk
    second = practice._id("deposit again")
    undone = play(
        school,
        {"kind": "sign-in", "clerk": me},
        {"id": "01" * 16, "kind": "reversal", "clerk": me, "approve": [boss], "entry": f"@{second}", "reason": "twice"},
    )
    assert [one["outcome"] for one in undone] == ["signed in", "refused"]
    assert undone[1]["code"] == "till.counted", "the drawer is counted: it is counted again after the reversal"
    lines = [json.loads(line) for line in (school / practice.LOST).read_text().splitlines()]
    again = play(school, *lines)
    assert again[1]["outcome"] == "accepted"
    assert to_do(school) == ["the wrong count", "the double click"]
    closed = play(
        school,
        {"kind": "sign-in", "clerk": me},
        {"id": "02" * 16, "kind": "till-close", "clerk": me, "till": "T1", "answer": "dispute", "note": "look again"},
    )
    assert (closed[1]["outcome"], closed[1]["counted"] - closed[1]["expected"]) == ("accepted", -14_500)
    opened = play(
        school,
        {"kind": "sign-in", "clerk": me},
        {"id": "03" * 16, "kind": "till-open", "clerk": me, "till": "T1", "count": counted(84_500)},
        {"id": "04" * 16, "kind": "reversal", "clerk": me, "approve": [boss], "entry": f"@{second}", "reason": "twice"},
    )
    assert [one["outcome"] for one in opened] == ["signed in", "accepted", "accepted"]
    assert to_do(school) == []


def test_nothing_of_it_passes_for_real(school: Path) -> None:
    trust = parse_policy((school / bootstrap.TRUST).read_bytes())
    store = bootstrap.open_store(school, bootstrap.read_settings(school), read_only=True)
    try:
        papers = Papers(store, signer=lambda epoch: bootstrap.node_key_of(school, epoch), catalog=catalog)
        sequence = store.size(1) - 1
        for language, word in (("en", "PRACTICE"), ("es", "PRÁCTICA")):
            receipt = papers.receipt(1, sequence, language=language)
            assert receipt.practice
            assert word in catalog(language)("PRACTICE: NOT A REAL RECEIPT")
    finally:
        store.close()
    assert receipt.slip.startswith("CFP:")
    for slip in (receipt.slip, "CF1:" + receipt.slip[4:]):
        with pytest.raises(Refused) as refused:
            verify(slip.encode(), trust, kinds_by_number(KINDS))
        assert refused.value.code == "training"


def test_the_command_says_what_is_to_do(tmp_path: Path) -> None:
    runner = CliRunner()
    made = runner.invoke(practice.practice, [str(tmp_path / "school")], standalone_mode=False)
    assert made.return_value == 0
    assert "3 to do." in made.output
    checked = runner.invoke(practice.practice, [str(tmp_path / "school"), "--check", "--json"], standalone_mode=False)
    assert checked.return_value == 1
    assert [one["done"] for one in json.loads(checked.output)["exercises"]] == [False, False, False]
    again = runner.invoke(practice.practice, [str(tmp_path / "school")], standalone_mode=False)
    assert "is not empty" in str(again.exception)
