"""``counterfoil compute``: lines, exit codes, and files that are none."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from counterfoil.faces.cli.main import DONE, UNUSABLE, WRONG, run

LINES = '{"vectors": [{"id": "a", "routing": "021000021"}, {"id": "\\ud800", "routing": 5}]}'


def compute(tmp_path: Path, content: str | bytes, *arguments: str, kind: str = "routing") -> int:
    file = tmp_path / "asked.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return run(None, ["compute", kind, str(file), *arguments])


def test_one_line_for_each_element(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compute(tmp_path, LINES) == DONE
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0] == {"id": "a", "result": {"checksum_valid": True}}
    assert lines[1]["id"] == "\ud800"
    assert "routing" in lines[1]["error"]
    assert err == "1 computed, 1 not\n"


@pytest.mark.parametrize(("content", "code"), [(LINES, WRONG), ('{"vectors": []}', DONE)])
def test_strict_tells_of_what_was_not_computed(tmp_path: Path, content: str, code: int) -> None:
    assert compute(tmp_path, content, "--strict", "--json") == code


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LINES.encode())))
    assert run(None, ["compute", "routing", "-"]) == DONE
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_year_fraction_is_a_number_and_cents_are_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = '{"cases": [{"convention": "Actual/360", "start": "2023-01-01", "end": "2024-01-01"}]}'
    assert compute(tmp_path, asked, kind="daycount") == DONE
    assert '"year_fraction": 1.013888888889}' in capsys.readouterr().out
    asked = (
        '{"cases": [{"kind": "monetary_instrument_cash_sale", "cash_amounts": [2999.99, 0.01], "aggregated": true}]}'
    )
    assert compute(tmp_path, asked, kind="ctr") == DONE
    assert '"value": "log"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"vectors": 1}',
        b"\xff\xfe\x00",
        '{"vectors": [NaN]}',
        "[" * 100_000,
        '{"vectors": [' + "9" * 5000 + "]}",
    ],
)
def test_a_file_that_is_none_is_one_sentence(
    tmp_path: Path, content: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compute(tmp_path, content) == UNUSABLE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("counterfoil: the file is ")
    assert "Traceback" not in err


def test_no_file_no_folder_no_kind(tmp_path: Path) -> None:
    assert run(None, ["compute", "apr", str(tmp_path / "none.json")]) == UNUSABLE
    assert run(None, ["compute", "apr", str(tmp_path)]) == UNUSABLE
    assert run(None, ["compute", "tarot", "-"]) == UNUSABLE
