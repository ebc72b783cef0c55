"""Where passkeys work, and why not elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import counterfoil.__main__  # noqa: F401  # it registers the server's commands
from counterfoil.engines import passkeys
from counterfoil.faces.cli.main import DONE, UNUSABLE, run
from counterfoil.kernel.outcomes import Malformed
from counterfoil.serving.config import Settings
from counterfoil.serving.place import passkeys_at, read_place


@pytest.mark.parametrize(
    ("settings", "origin", "why"),
    [
        (Settings(), "http://localhost:8417", ""),
        (Settings(host="::1"), "http://localhost:8417", ""),
        (Settings(host="0.0.0.0"), "", "public_url is not set"),
        (Settings(host="192.0.2.7"), "", "public_url is not set"),
        (Settings(host="0.0.0.0", public_url="https://bank.example"), "https://bank.example", ""),
        (Settings(public_url="https://Bank.Example:443/"), "https://bank.example", ""),
        (Settings(public_url="https://bank.example:8443"), "https://bank.example:8443", ""),
        (Settings(public_url="http://localhost:9000"), "http://localhost:9000", ""),
        (Settings(public_url="http://bank.example"), "", "not reached over TLS"),
        (Settings(public_url="http://localhost.bank.example"), "", "not reached over TLS"),
        (Settings(public_url="https://192.0.2.7"), "", "a name alone"),
        (Settings(public_url="https://[2001:db8::7]"), "", "a name alone"),
        (Settings(public_url="http://127.0.0.1:8417"), "", "a name alone"),
        (Settings(public_url="https://bank.example", web=False), "", "not served"),
    ],
)
def test_where_passkeys_work(
    settings: Settings, origin: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(passkeys, "installed", lambda: True)
    found = passkeys_at(settings, 8_417)
    assert (found.place.origin if found.place else "") == origin
    assert why in found.why
    assert bool(found.why) == (found.place is None)
    monkeypatch.setattr(passkeys, "installed", lambda: False)
    assert passkeys_at(settings, 8_417).place is None


def test_the_name_is_what_a_passkey_is_for() -> None:
    assert read_place("https://bank.example:8443").host == "bank.example"
    assert read_place("https://bank.example").secure
    assert not read_place("http://localhost").secure


@pytest.mark.parametrize(
    "url",
    ["bank.example", "ftp://bank.example", "https://", "https://bank.example/me", "https://bank.example?x",
     "https://bank.example#x", "https://user@bank.example", "https://bank_example", "https://-a.example",
     "https://bank..example", "https://bank.example:0", "https://bank.example:70000", "https://bänk.example",
     "https://[::1", "https://bank.example.", "//bank.example", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_place_is_refused(url: str) -> None:
    with pytest.raises(Malformed, match="public_url"):
        read_place(url)


def test_config_show_says_where_and_why_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(passkeys, "installed", lambda: True)
    assert run(None, ["config", "show", str(tmp_path)]) == DONE
    assert "Passkeys: customers may use them at http://localhost:8417." in capsys.readouterr().out
    (tmp_path / "server.toml").write_text('public_url = "http://bank.example"\n')
    assert run(None, ["config", "show", str(tmp_path)]) == DONE
    assert "Passkeys: not offered; http://bank.example is not reached over TLS" in capsys.readouterr().out
    assert run(None, ["config", "show", str(tmp_path), "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)["passkeys"]
    assert (told["offered"], told["origin"]) == (False, None)
    monkeypatch.setattr(passkeys, "installed", lambda: False)
    assert run(None, ["config", "show", str(tmp_path)]) == DONE
    assert "pip install 'counterfoil[passkeys]'" in capsys.readouterr().out
    (tmp_path / "server.toml").write_text('public_url = "https://bank.example/me"\n')
    assert run(None, ["config", "show", str(tmp_path)]) == UNUSABLE
