"""An office that will not sign is taken up again by two people, in a new epoch: nothing is rebuilt in silence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from counterfoil import bootstrap
from counterfoil.kernel.outcomes import Fault, Unavailable
from counterfoil.operations import setup
from counterfoil.operations.desk import NotSigning
from counterfoil.testing import offices
from counterfoil.testing.offices import FIRST_REQUEST, deposit, differences, done, new_office, seated

PINS = {"101": "482915", "102": "395028"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office whose two clerks' keys are sealed on this machine."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(bootstrap, "os_key_store", lambda: None)
    made = tmp_path / "office"
    new_office(made)
    with seated(made) as office:
        keys = office.authority.keys
        for number, pin in PINS.items():
            record = keys.seal(offices.seed_of(number), pin)
            office.desk.note({"sealed_key": [(offices.clerk(number).key_id, number, record)]})
    return made


def lose_mark(folder: Path) -> None:
    (folder / "office.mark").unlink()


def damage_mark(folder: Path) -> None:
    (folder / "office.mark").write_bytes(b"\1" * 1_024)


def cut_mark(folder: Path) -> None:
    (folder / "office.mark").write_bytes(b"")


def put_older_database_back(folder: Path) -> None:
    older = folder.with_name("older")
    shutil.copytree(folder, older)
    with seated(folder) as office:
        done(office.desk, deposit(office.desk, FIRST_REQUEST, 500))
    for name in ("office.db", "office.db-wal"):
        (folder / name).unlink(missing_ok=True)
        if (older / name).exists():
            shutil.copy(older / name, folder / name)


def lose_node_key(folder: Path) -> None:
    (folder / "node-1.key").unlink()


@pytest.mark.parametrize("harm", [lose_mark, damage_mark, cut_mark, put_older_database_back, lose_node_key])
def test_an_office_that_will_not_sign_goes_on_in_a_new_epoch(folder: Path, harm: Callable[[Path], None]) -> None:
    before = journal(folder)
    harm(folder)
    with pytest.raises((NotSigning, Fault, Unavailable)):
        seated(folder)
    said = bootstrap.next_epoch(folder, reason="taken up again", signers=list(PINS.items()))
    assert "Epoch 2 is open" in said
    assert "in the trust policy now" in said
    assert (folder / "epoch-2-statement.txt").read_text().count("Signed by clerk") == 2
    assert journal(folder)[: len(before)] == before, "the old log stays as it was found"
    with seated(folder) as office:
        assert office.desk.epoch == 2
        done(office.desk, deposit(office.desk, FIRST_REQUEST + 1, 700))
    assert differences(folder) == []
    assert (folder / "trust-policy.txt").read_text().count("\nlog ") == 2


def test_without_two_signatures_the_new_key_is_not_trusted(folder: Path) -> None:
    lose_mark(folder)
    said = bootstrap.next_epoch(folder, reason="taken up again", signers=list(PINS.items())[:1])
    assert "NOT in the trust policy" in said
    assert (folder / "trust-policy.txt").read_text().count("\nlog ") == 1
    bootstrap.approve_epoch(folder, signers=list(PINS.items()))
    assert (folder / "trust-policy.txt").read_text().count("\nlog ") == 2


def test_an_orderly_change_of_epoch_needs_no_one_elses_word(folder: Path) -> None:
    """The old log's last entry names the new key."""
    said = bootstrap.next_epoch(folder, reason="yearly")
    assert "in the trust policy now" in said
    with seated(folder) as office:
        desk = office.desk
        assert [row.epoch for row in desk.state.epoch.all()] == [1, 2]
        done(desk, deposit(desk, FIRST_REQUEST, 700))
        kept = desk.store.get("checkpoint", (1, desk.store.size(1)))
        assert kept is not None
    assert differences(folder) == []


@pytest.mark.parametrize("step", ["close_epoch", "open_next_epoch"])
def test_a_change_of_epoch_that_was_interrupted_is_taken_up_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The power goes just before or just after the old log is closed."""

    def dark(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, step, dark)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.next_epoch(folder, reason="yearly")
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(folder.parent / "state"))
    monkeypatch.setattr(bootstrap, "os_key_store", lambda: None)
    if step == "open_next_epoch":  # Its last entry said so: nothing is entered after it.
        with pytest.raises(Unavailable, match="epoch new"):
            seated(folder)
    assert "Epoch 2 is open" in bootstrap.next_epoch(folder, reason="yearly")
    closing = [kind for kind in kinds(folder, 1) if kind == "epoch-close"]
    assert len(closing) == 1
    assert kinds(folder, 1)[-1] == "epoch-close"
    with seated(folder) as office:
        done(office.desk, deposit(office.desk, FIRST_REQUEST, 700))
    assert differences(folder) == []


def kinds(folder: Path, epoch: int) -> list[str]:
    """The kinds of an epoch's entries, in order."""
    from counterfoil.facts.kinds import kind_numbered
    from counterfoil.operations.desk import read_entry

    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        return [kind_numbered(read_entry(kept).core.kind).name for kept in store.entries(epoch, 0, store.size(epoch))]
    finally:
        store.close()


def journal(folder: Path) -> list[bytes]:
    """The leaves of the first epoch."""
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        return [kept.leaf for kept in store.entries(1, 0, store.size(1))]
    finally:
        store.close()
