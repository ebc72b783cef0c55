"""What tests/conftest.py gives to every test."""

from __future__ import annotations

from pathlib import Path

import pytest

import conftest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).resolve().parents[2] / "conftest.py"
PROBES = """
    import pytest
    from conftest import pending

    def test_data(data_dir):
        assert (data_dir / "README.md").read_text() == "here"

    def test_pending():
        pending("the offices")
"""


@pytest.fixture
def probe(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of two tests that uses this one's conftest."""
    pytester.makeconftest(CONFTEST.read_text("utf-8"))
    pytester.makepyfile(PROBES)
    return pytester


def test_absent_vectors_are_named(probe: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_DATA", "/nowhere/data")
    result = probe.runpytest_inprocess("-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines_random(
        ["*no vectors at /nowhere/data; set COUNTERFOIL_DATA*", "*pending: the offices*"]
    )


def test_vectors_are_found_where_the_environment_says(
    probe: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "vectors"
    folder.mkdir()
    (folder / "README.md").write_text("here")
    monkeypatch.setenv("COUNTERFOIL_DATA", str(folder))
    probe.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1, skipped=1)


def test_a_run_lies_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In memory if there is enough; never for the long tests, nor against what the environment says."""
    monkeypatch.setattr(conftest, "MEMORY_FREE_MIN", 1)
    assert conftest.in_memory({}, "not slow", tmp_path) == tmp_path
    assert conftest.in_memory({}, "", tmp_path) == tmp_path
    assert conftest.in_memory({}, "slow", tmp_path) is None
    assert conftest.in_memory({"TMPDIR": "/elsewhere"}, "not slow", tmp_path) is None
    assert conftest.in_memory({}, "not slow", tmp_path / "none") is None
    monkeypatch.setattr(conftest, "MEMORY_FREE_MIN", 2**62)
    assert conftest.in_memory({}, "not slow", tmp_path) is None
