"""Exports: proofs, bundles and tiles verify with the trust policy alone, here and by the stand-alone verifier."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import PROJECT
from counterfoil import bootstrap
from counterfoil.engines.keys.node import NodeKey
from counterfoil.facts.kinds import KINDS
from counterfoil.journal.entry import decode_leaf
from counterfoil.journal.hashing import leaf_hash
from counterfoil.journal.rules import kinds_by_number
from counterfoil.journal.tiles import Tile, hashes_in_tiles, parse_bundle, parse_path
from counterfoil.journal.tree import inclusion_proof, verify_inclusion
from counterfoil.journal.trust import parse_policy
from counterfoil.journal.verify import compare, verify
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.operations.export import KeyFor, SignedLog, day_bundle, prove, tile_files
from counterfoil.testing import offices as o

RULES = kinds_by_number(KINDS)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office") / "office"
    o.new_office(folder)
    with o.seated(folder) as opened:
        desk = opened.desk
        o.done(desk, o.visit(desk, 20, 1_000))
        desk.handle([o.deposit(desk, number, 1) for number in range(100, 360)])
    return folder


def _keys(folder: Path) -> KeyFor:
    return lambda epoch: bootstrap.node_key_of(folder, epoch)


def _log(folder: Path) -> SignedLog:
    return SignedLog(bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True), None, _keys(folder))


def test_exports_are_accepted_by_both_verifiers(office: Path, tmp_path: Path) -> None:
    log = _log(office)
    policy = parse_policy((office / bootstrap.TRUST).read_bytes())
    key = bootstrap.office_key_of(office)
    files, reports = {}, []
    for index in (0, 5, 12, log.size - 1):
        made = prove(log, index)
        assert (made.origin, made.size, made.index) == (log.origin, log.size, index)
        assert made.qr is not None
        files[f"{index}.txt"], files[f"{index}.qr"] = made.text.encode(), made.qr.encode()
    files["day.bundle"] = day_bundle(log.store, o.DAY, _keys(office))
    log.store.close()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        reports.append(verify(data, policy, RULES, office_key=key))
    assert compare(reports)
    done = subprocess.run(
        [sys.executable, "-I", str(PROJECT / "verifier" / "verify_counterfoil.py"), *files, "--json",
         "--policy", str(office / bootstrap.TRUST), "--office-key", str(office / bootstrap.OFFICE_KEY)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert {one["answer"] for one in json.loads(done.stdout)} == {"accepted"}


def test_a_proof_names_its_leaf(office: Path) -> None:
    log = _log(office)
    made = prove(log, 7)
    log.store.close()
    assert decode_leaf(made.leaf).core.sequence == 7
    policy = parse_policy(f"log {made.log_vkey}\nquorum none\n".encode())
    assert verify(made.text.encode(), policy, RULES).leaves == {7: leaf_hash(made.leaf)}


def test_an_entry_that_is_not_there_is_refused(office: Path) -> None:
    log = _log(office)
    with pytest.raises(Malformed, match=f"has no entry {log.size}"):
        prove(log, log.size)
    with pytest.raises(Malformed, match="no epoch 9"):
        SignedLog(log.store, 9, _keys(office))
    with pytest.raises(Malformed, match="no business day 2026-03-03"):
        day_bundle(log.store, "2026-03-03", _keys(office))
    log.store.close()


def test_tiles_hold_no_entry_unless_asked(office: Path) -> None:
    log = _log(office)
    plain, private = dict(tile_files(log)), dict(tile_files(log, private=True))
    leaves = [kept.leaf for kept in log.store.entries(log.epoch, 0, log.size)]
    log.store.close()
    assert not any(path.startswith("tile/entries") for path in plain)
    assert plain.items() <= private.items()
    assert not any(leaf in data for leaf in leaves for data in plain.values())
    bundles = sorted((parse_path(path).index, path) for path in private if path.startswith("tile/entries"))
    found = [leaf for _, path in bundles for leaf in parse_bundle(private[path], parse_path(path))]
    assert found == leaves

    def read(tile: Tile) -> bytes:
        return plain[tile.path()]

    root = _root(plain["checkpoint"])
    path = inclusion_proof(3, len(leaves), hashes_in_tiles(len(leaves), read))
    verify_inclusion(leaf_hash(leaves[3]), 3, len(leaves), path, root)


def _root(checkpoint: bytes) -> bytes:
    return base64.b64decode(checkpoint.split(b"\n")[2])


def test_a_log_without_its_key_shows_only_what_was_signed(office: Path) -> None:
    def gone(epoch: int) -> NodeKey:
        raise Unavailable("the node's key is not here")

    store = bootstrap.open_store(office, bootstrap.read_settings(office), read_only=True)
    with pytest.raises(Unavailable, match="no checkpoint of size"):
        prove(SignedLog(store, 1, gone), 0)
    other = NodeKey(bytes(32))
    with pytest.raises(Unavailable, match="not the one that began epoch 1"):
        prove(SignedLog(store, 1, lambda epoch: other), 0)
    store.close()
