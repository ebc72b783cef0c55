"""Settings of a server: which way of giving one outranks which, and what is refused by name."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import counterfoil.__main__  # noqa: F401  # it registers the server's commands
from counterfoil.faces.cli.main import DONE, UNUSABLE, run
from counterfoil.kernel.outcomes import Malformed
from counterfoil.serving.config import PREFIX, Settings, read

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "configuration.md"


def test_each_way_of_setting_outranks_the_one_below(tmp_path: Path) -> None:
    settings, told = read(tmp_path, {}, {})
    assert settings == Settings()
    assert {one.source for one in told} == {"default"}
    (tmp_path / "server.toml").write_text('host = "127.0.0.2"\nport = 1000\nweb = false\n')
    environ = {"COUNTERFOIL_PORT": "2000", "COUNTERFOIL_WEB": "yes", "COUNTERFOIL_OTHER": "x", "PORT": "1"}
    settings, told = read(tmp_path, environ, {"web": False})
    assert (settings.host, settings.port, settings.web) == ("127.0.0.2", 2_000, False)
    sources = {one.name: one.source for one in told}
    assert sources["host"] == str(tmp_path / "server.toml")
    assert sources["port"] == "COUNTERFOIL_PORT"
    assert sources["web"] == "flag"
    other = tmp_path / "other.toml"
    other.write_text("port = 3000")
    assert read(tmp_path, {}, {}, file=other)[0].port == 3_000


@pytest.mark.parametrize(
    ("toml", "field"),
    [("prt = 1", "prt"), ("port = '1'", "port"), ("port = 70000", "port"), ("port = -1", "port"), ("web = 1", "web"),
     ("log_level = 'loud'", "log_level"), ("host = \"a\\u0007\"", "host"), ("port = true", "port"), ("=", "config"),
     ("[port]\na = 1", "port")],
)  # fmt: skip
def test_an_unknown_setting_is_refused(tmp_path: Path, toml: str, field: str) -> None:
    (tmp_path / "server.toml").write_text(toml)
    with pytest.raises(Malformed) as error:
        read(tmp_path, {}, {})
    assert error.value.field == field


@pytest.mark.parametrize(("name", "text"), [("PORT", "x"), ("PORT", "70000"), ("WEB", "perhaps"), ("LOG_LEVEL", "")])
def test_a_variable_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(Malformed, match=f"COUNTERFOIL_{name}"):
        read(tmp_path, {f"COUNTERFOIL_{name}": text}, {})
    with pytest.raises(Malformed, match="no file"):
        read(tmp_path, {}, {}, file=tmp_path / "none.toml")


def test_config_show_tells_where_each_value_came_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("COUNTERFOIL_PORT", "9001")
    assert run(None, ["config", "show", str(tmp_path), "--json"]) == DONE
    told: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["settings"]
    assert {one["name"] for one in told} == {one.name for one in fields(Settings)}
    assert next(one for one in told if one["name"] == "port")["source"] == "COUNTERFOIL_PORT"
    assert run(None, ["config", "show", str(tmp_path)]) == DONE
    assert "port = 9001  (COUNTERFOIL_PORT)" in capsys.readouterr().out
    monkeypatch.setenv("COUNTERFOIL_PORT", "many")
    assert run(None, ["config", "show", str(tmp_path)]) == UNUSABLE


def test_every_setting_is_in_the_reference() -> None:
    text = PAGE.read_text("utf-8")
    for one in fields(Settings):
        default = json.dumps(one.default)
        assert f"| `{one.name}` | `{PREFIX}{one.name.upper()}` | `{default}` | {one.metadata['about']} |" in text
