from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counterfoil.engines.build import BUILD_ID_BYTES, build_id, build_of
from counterfoil.kernel.outcomes import Fault


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "one" / "counterfoil"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.py", "sub/b.py", "sub/c.sql", "d.toml", "e.mo"):
        (folder / name).write_bytes(name.encode())
    return folder


def test_the_place_does_not_matter(package: Path, tmp_path: Path) -> None:
    other = tmp_path / "with a blank" / "__pycache__" / "named"
    shutil.copytree(package, other)
    assert build_of(other) == build_of(package)


def test_what_python_writes_and_the_verifier_do_not_count(package: Path) -> None:
    before = build_of(package)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.py").write_text("x")
    (package / "a.pyc").write_text("x")
    (package / "verify_counterfoil.py").write_text("x")
    assert build_of(package) == before


@pytest.mark.parametrize("name", ["a.py", "sub/b.py", "sub/c.sql", "d.toml", "e.mo"])
def test_every_change_shows(package: Path, name: str) -> None:
    ids = {build_of(package)}
    file = package / name
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    ids.add(build_of(package))
    file.write_bytes(content)
    file.rename(file.with_name("z" + file.name))
    ids.add(build_of(package))
    file.with_name("z" + file.name).unlink()
    ids.add(build_of(package))
    assert len(ids) == 4


def test_bytes_do_not_move_between_files(package: Path) -> None:
    before = build_of(package)
    (package / "a.py").write_bytes(b"a.p")
    (package / "d.toml").write_bytes(b"yd.toml")
    assert build_of(package) != before


def test_a_package_without_files_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="no files"):
        build_of(tmp_path)


def test_this_build_has_an_id() -> None:
    assert len(build_id()) == BUILD_ID_BYTES
    assert build_id() is build_id()
