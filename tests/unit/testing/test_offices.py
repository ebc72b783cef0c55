"""The comparison of an office with its journal finds what was changed, and finds nothing else."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from counterfoil.testing.offices import FIRST_REQUEST, differences, done, new_office, reloaded_wrongly, seated, visit


def test_an_office_that_worked_has_no_differences(tmp_path: Path) -> None:
    new_office(tmp_path / "office")
    with seated(tmp_path / "office") as office:
        done(office.desk, visit(office.desk, FIRST_REQUEST, 700))
        assert reloaded_wrongly(office.desk) == []
    assert differences(tmp_path / "office") == []


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE account SET credits_posted = credits_posted + 1 WHERE id = 3", "fold account"),
        ("UPDATE till SET state = 'counted'", "fold till"),
        ("DELETE FROM statement", "fold statement"),
        ("DELETE FROM part WHERE sequence = 9", "fold part"),
        ("UPDATE head SET root = zeroblob(32) WHERE size = 4", "head 1/4"),
        ("DELETE FROM answer WHERE rowid_of_it", "answer and entries of"),
    ],
)
def test_a_changed_fold_is_named(tmp_path: Path, sql: str, named: str) -> None:
    new_office(tmp_path / "office")
    connection = apsw.Connection(str(tmp_path / "office" / "office.db"))
    connection.execute(sql.replace("rowid_of_it", "request = (SELECT max(request) FROM answer)"))
    connection.close()
    assert any(found.startswith(named) for found in differences(tmp_path / "office"))


def test_a_state_that_is_not_the_stores_is_named(tmp_path: Path) -> None:
    new_office(tmp_path / "office")
    with seated(tmp_path / "office") as office:
        till = office.desk.state.till.all()[0]
        office.desk.state.till.rows[(till.till,)] = till._replace(state="counted")
        office.desk.state.now += 1
        assert reloaded_wrongly(office.desk) == ["till", "now"]
