"""``counterfoil paper``: files, standard input, an office's folder, and what is said when it cannot be."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from counterfoil import __main__ as program
from counterfoil.engines.printing import pdf
from counterfoil.engines.texts import catalog
from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import DONE, NOT_NOW, UNUSABLE, run
from counterfoil.operations.documents.reading import KINDS
from counterfoil.testing import offices as o
from docs.pages import PROJECT
from unit.documents import pdfs

EXAMPLES = PROJECT / "docs" / "examples"


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("no paper needs this")


def paper(*arguments: str) -> int:
    house = House(
        init=never, open=never, read_store=program._read_store, settings=never, edition=never, to_ms=never,
        catalog=catalog, more={"paper-pdf": partial(pdf.render)},
    )  # fmt: skip
    return run(house, ["paper", *arguments])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_becomes_a_pdf(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "paper.pdf"
    assert paper(kind, str(EXAMPLES / f"paper-{kind}.json"), "--lang", "es", "--large", "--out", str(out)) == DONE
    assert capsys.readouterr().err == f"{out}: {out.stat().st_size} bytes\n"
    assert pdfs.language(out.read_bytes()) == "es-US"


def test_standard_input_and_standard_output(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((EXAMPLES / "paper-savings.json").read_bytes())))
    assert paper("savings", "-") == DONE
    assert capfdbinary.readouterr().out.startswith(b"%PDF-1.7")


def test_json_prints_the_content_and_writes_only_where_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert paper("loan", str(EXAMPLES / "paper-loan.json"), "--json", "--lang", "es") == DONE
    shown = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["title"]) == ("loan", "Lo que cuesta este préstamo")
    out = tmp_path / "paper.pdf"
    assert paper("loan", str(EXAMPLES / "paper-loan.json"), "--json", "--out", str(out)) == DONE
    assert json.loads(capsys.readouterr().out)["language"] == "en"
    assert out.exists()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("office") / "office"
    return str(folder), o.new_office(folder)


def test_papers_from_the_books(office: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, account = office
    assert paper("statement", folder, "--account", account, "--from", "2026-03-01", "--to", "2026-03-31", "--json") == 0
    assert '"$100.00"' in capsys.readouterr().out
    assert paper("passbook", folder, "--account", account, "--page", "1", "--json") == DONE
    assert '"+$100.00"' in capsys.readouterr().out
    known = tmp_path / "elsewhere.json"
    one = {"where": "A bank", "price": 500, "source": "its list", "as_of": "2015"}
    known.write_text(json.dumps({"Account, for a month": [one]}))
    assert paper("fees", folder, "--elsewhere", str(known), "--json") == DONE
    assert "A bank: $5.00" in capsys.readouterr().out
    assert paper("fees", folder, "--json") == DONE


def test_what_cannot_be_is_one_sentence(
    office: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, account = office
    example = str(EXAMPLES / "paper-statement.json")
    (tmp_path / "bad.json").write_text('{"head": 1}')
    for arguments in (
        ("statement", folder),  # of whom?
        ("fees", folder, "--account", account),
        ("loan", folder),
        ("statement", folder, "--account", "1"),
        ("statement", folder, "--account", account, "--from", "soon"),
        ("statement", example, "--account", account),
        ("passbook", example, "--page", "1"),
        ("savings", str(tmp_path / "bad.json")),
        ("savings", str(tmp_path / "none.json")),
        ("horoscope", example),
    ):
        assert paper(*arguments) == UNUSABLE, arguments
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err
    assert paper("statement", str(tmp_path), "--account", account) == NOT_NOW
    assert "holds no office" in capsys.readouterr().err


def test_the_program_loads_no_layout_until_a_paper_is_printed(tmp_path: Path) -> None:
    code = (
        "import sys; from counterfoil.faces.cli.main import run; import counterfoil.faces.cli.documents; "
        "run(None, ['--help']); run(None, ['paper', '--help']); assert 'typst' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(PROJECT / "src")}, cwd=tmp_path,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
