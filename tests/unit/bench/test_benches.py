"""The benchmarks at small sizes: what they do and what they check is tested, how fast they are never is."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from counterfoil import bootstrap
from counterfoil.bench import audit, day, day_end, desk, growth, http, pages, slips
from counterfoil.bench.command import IN_TURN, bench
from counterfoil.bench.machine import milliseconds, percentile
from counterfoil.bench.office import BenchOffice, accepted, denominated, request_id
from counterfoil.faces.web.app import PAGES
from counterfoil.kernel.outcomes import Fault, Malformed, Unavailable
from counterfoil.operations.answers import Refused
from counterfoil.operations.house import house_account, house_movement

OPERATIONS: list[tuple[str, str, str, int, int]] = [
    ("1993-01-01", "77", "cash_deposit", 70_000, 70_000),
    ("1993-01-01", "88", "transfer_in", 50_050, 50_050),
    ("1993-01-01", "77", "card_withdrawal", -20_000, 50_000),
    ("1993-01-03", "88", "statement_fee", -50_050, 0),
    ("1993-01-03", "88", "cash_withdrawal", -10, -10),
    ("1993-01-03", "77", "interest_credit", 130, 50_130),
    ("1993-02-28", "88", "pension_in", 900_000, 899_990),
    ("1993-02-28", "77", "household_payment_cash", -50_130, 0),
    ("1993-02-28", "77", "penalty_interest", -30, -30),
]


def written(path: Path, rows: list[tuple[str, str, str, int, int]]) -> Path:
    """A file as ``bench day`` reads it."""
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(day.COLUMNS)
        table.writerows([number, *row] for number, row in enumerate(rows, start=1))
    return path


@pytest.mark.parametrize("group", [1, 64])
def test_a_small_bank_is_played_whole(tmp_path: Path, group: int) -> None:
    result = day.run(written(tmp_path / "small.csv.gz", OPERATIONS), group=group, keep=tmp_path / "office")
    expected = {
        "operations": 9, "accounts": 2, "days": 3, "accepted": 6, "refused": 2, "left_out": 1, "compared": 6,
        "equal": 6, "mismatches": 0, "trial_errors": [],
    }  # fmt: skip
    assert {name: result[name] for name in expected} == expected
    assert day.sound(result)
    assert result["audit"]["findings"] == []
    assert result["audit"]["signatures"] > result["entries"], "each entry is signed, and a clerk's is approved as well"
    assert json.loads(json.dumps(result)) == result
    with bootstrap.open_with(tmp_path / "office", "last") as kept:
        assert {row.state for row in kept.desk.state.day.all()} == {"closed"}
        assert [row.date for row in kept.desk.state.day.all()] == ["1993-01-01", "1993-01-03", "1993-02-28"]


@pytest.mark.parametrize(
    ("place", "balance"),
    [
        (2, 50_010),  # a balance that is not ours
        (4, 10),  # refused here, and not below zero there
        (3, -10),  # accepted here, and below zero there
    ],
)
def test_a_balance_that_differs_is_named(tmp_path: Path, place: int, balance: int) -> None:
    rows = [*OPERATIONS]
    rows[place] = (*rows[place][:4], balance)
    path = written(tmp_path / "other.csv.gz", rows)
    result = day.run(path)
    assert result["mismatches"] == 1
    assert f"operation {place + 1}:" in result["wrong"][0]
    assert not day.sound(result)
    assert CliRunner().invoke(bench, ["day", str(path)], standalone_mode=False).return_value == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("1993-01-01", "1", "cash_deposit", 0, 0), "amount_minor"),
        (("1993-01-01", "1", "a loan shark", 5, 5), "kind"),
        (("1993-13-01", "1", "cash_deposit", 5, 5), "date"),
        (("1992-12-31", "1", "cash_deposit", 10, 10), "date"),
    ],
)
def test_a_line_that_cannot_be_played_is_refused_before_anything_is(
    tmp_path: Path, row: tuple[str, str, str, int, int], field: str
) -> None:
    path = written(tmp_path / "bad.csv.gz", [OPERATIONS[0], row])
    with pytest.raises(Malformed) as refused:
        day.run(path, keep=tmp_path / "office")
    assert refused.value.field == field
    assert not (tmp_path / "office").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"n,date\n", gzip.compress(b"", mtime=0), gzip.compress(b"n,date\n1,2\n", mtime=0), b"\x1f\x8b\x08"],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "none.csv.gz"
    path.write_bytes(content)
    with pytest.raises(Malformed):
        day.read_operations(path)


def test_a_bench_office_is_an_office(tmp_path: Path) -> None:
    with desk.ready_office(tmp_path / "kept", seed=7, accounts=3) as office:
        accepted(office.desk.one(desk.deposits(office, 1)[0]))
        readings: Any = office.desk.store
        assert readings.readings()["synchronous"] == 2
        size = office.desk.size
    assert (tmp_path / "kept" / bootstrap.MARK).exists()
    with bootstrap.open_with(tmp_path / "kept", "last") as again:
        assert again.desk.size == size
    assert audit.audited(tmp_path / "kept", signatures=True).clean


def test_the_desk_benchmark_is_sound(tmp_path: Path) -> None:
    result = desk.run(count=200, alone=5, accounts=10, keep=tmp_path / "kept")
    many, one = result["callers"]
    assert (many["callers"], many["deposits"]) == (desk.CALLERS, 200)
    assert (one["callers"], one["deposits"], one["groups"]) == (1, 5, 5)
    assert 0 < many["groups"] < 200, "waiting callers share commits"
    assert many["p50_ms"] <= many["p99_ms"]
    assert json.loads(json.dumps(result)) == result
    assert audit.audited(tmp_path / "kept", signatures=False).clean


@pytest.mark.pg
def test_a_database_is_left_as_it_was_found(fresh_database: str) -> None:
    import psycopg

    result = desk.run(count=20, alone=2, accounts=2, postgres=fresh_database)
    assert result["store"] == "postgres"
    with psycopg.connect(fresh_database) as connection:
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'office%'").fetchall()
    assert found == []


def test_unsound_books_have_no_figures() -> None:
    with desk.ready_office(None, seed=1, accounts=2) as office:
        requests = desk.deposits(office, 3)
        answers = [accepted(office.desk.one(request)) for request in requests]
        desk._check(office, requests, answers)
        with pytest.raises(Fault, match="3 deposits"):
            desk._check(office, requests, answers[:2])
        with pytest.raises(Fault, match="2 deposits"):
            desk._check(office, requests[:2], answers[:2])


def test_slips_are_verified_and_counted() -> None:
    result = slips.run(slips=40, threads=2)
    assert (result["slips"], result["threads"]) == (40, 2)
    assert result["slips_per_second"] > 0 < result["raw_pairs_per_second"]


@pytest.mark.slow
def test_growth_is_measured_at_each_size() -> None:
    result = growth.run(sizes=(1_050, 1_200), sample=64, alone=3)
    assert [row["entries"] for row in result["sizes"]] == [1_050, 1_200]
    assert result["last_to_first"] > 0


@pytest.mark.slow
def test_an_audit_is_measured_on_a_real_folder() -> None:
    result = audit.run(entries=1_200, raw_seconds=0.05)
    assert result["books"]["entries"] == result["signatures"]["entries"] == 1_200
    assert result["books"]["findings"] == result["signatures"]["findings"] == []
    assert result["books"]["signatures"] is None
    assert result["signatures"]["signatures"] > 1_200
    assert json.loads(json.dumps(result)) == result


def test_a_folder_without_an_office_has_no_figures(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="holds no office"):
        audit.run(folder=tmp_path, raw_seconds=0.05)


def test_a_house_movement_is_refused_like_the_counter() -> None:
    with desk.ready_office(None, seed=1, accounts=1) as office:
        account = office.desk.state.holding.all()[0].account
        assert _moved(office, account, 500) == "accepted"
        assert _moved(office, account, 500, direction="out") == "accepted"
        assert _moved(office, account, 1, direction="out") == "funds.short"
        assert _moved(office, account, 1, date="1993-01-05") == "day.other"
        assert _moved(office, account, 1, currency="USD") == "currency.other"
        assert _moved(office, "4000000002", 1) == "account.unknown"
        accepted(
            office.desk.one(office.ask("account-freeze", office.supervisor, date=desk.DAY, account=account, reason="x"))
        )
        assert _moved(office, account, 500) == "accepted", "a frozen account can be paid into"
        assert _moved(office, account, 1, direction="out") == "account.frozen"


def test_a_refused_house_movement_is_remembered() -> None:
    with desk.ready_office(None, seed=1, accounts=1) as office:
        account, identity = office.desk.state.holding.all()[0].account, office.next_id()
        first = office.desk.one(_movement(office, identity, account, 1, direction="out"))
        accepted(office.desk.one(_movement(office, office.next_id(), account, 100)))
        assert isinstance(first, Refused)
        assert office.desk.one(_movement(office, identity, account, 1, direction="out")) == first


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"amount": -5}, {"account": "4000000007"}, {"direction": "up"}, {"house": "A House"}, {"what": ""}],
)
def test_a_house_movement_that_is_malformed_is_never_made(wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "account": "4000000002", "amount": 1, "currency": "CZK", "house": "fees", "direction": "in", "what": "fee",
        "date": desk.DAY, "clock": "file",
    }  # fmt: skip
    house_movement(bytes(16), **good)
    with pytest.raises(Malformed) as refused:
        house_movement(bytes(16), **{**good, **wrong})
    assert refused.value.field in wrong


def test_an_account_number_is_opened_once() -> None:
    with desk.ready_office(None, seed=1, accounts=1) as office:
        account = office.desk.state.holding.all()[0].account
        size = office.desk.size
        again = house_account(office.next_id(), account=account, product="everyday", date=desk.DAY, clock="file")
        with pytest.raises(Malformed, match="open already"):
            office.desk.one(again)
        other = house_account(office.next_id(), account="4000000002", product="gold", date=desk.DAY, clock="file")
        answer = office.desk.one(other)
        assert isinstance(answer, Refused)
        assert (answer.refusal.code, office.desk.size) == ("product.unknown", size)


def test_a_count_is_the_amount() -> None:
    faces = (5_000, 2_000, 1_000, 10)
    assert denominated(8_030, faces) == {"5000": 1, "2000": 1, "1000": 1, "10": 3}
    with pytest.raises(Fault, match="5 minor units"):
        denominated(5, faces)


def test_percentiles() -> None:
    ordered = [float(number) for number in range(100)]
    assert (percentile(ordered, 50), percentile(ordered, 99), percentile([7.0], 99)) == (50.0, 99.0, 7.0)
    assert milliseconds([0.002]) == {"p50_ms": 2.0, "p99_ms": 2.0}


def test_ids_of_a_run_are_its_own() -> None:
    assert request_id("a", 1) != request_id("b", 1)
    assert len({request_id("a", number) for number in range(100)}) == 100


def test_every_benchmark_is_a_command() -> None:
    by_name = {"day", "http", "pages", "day-end"}  # They need a file, a server or a quiet hour of their own.
    assert set(IN_TURN) | by_name == set(bench.commands)


def test_the_command_prints_one_json_object() -> None:
    done = CliRunner().invoke(bench, ["slips", "--slips", "16", "--json"], standalone_mode=False)
    assert json.loads(done.stdout)["slips"] == 16
    assert done.return_value == 0


def _movement(office: BenchOffice, identity: bytes, account: str, amount: int, **more: Any) -> Any:
    fields: dict[str, Any] = {"currency": "CZK", "direction": "in", "date": desk.DAY, **more}
    return house_movement(
        identity, account=account, amount=amount, house="fees", what="statement-fee", clock="file", **fields
    )


def _moved(office: BenchOffice, account: str, amount: int, **more: Any) -> str:
    """The refusal's code, or ``accepted``."""
    answer = office.desk.one(_movement(office, office.next_id(), account, amount, **more))
    return answer.refusal.code if isinstance(answer, Refused) else "accepted"


@pytest.mark.slow
def test_the_end_of_a_day_is_measured_and_sound(tmp_path: Path) -> None:
    result = day_end.run(accounts=1_200, callers=2, keep=tmp_path / "office")
    assert result["sound"]
    assert (result["accounts"], result["lines"]) == (1_200, 1_200)
    assert 0 < result["credited_seconds"] + result["statements_seconds"] <= result["alone_seconds"]
    assert result["second_process"]["chunks"] == 0  # So few are not worth its start.
    assert result["deposits_beside"] > 0
    assert json.loads(json.dumps(result)) == result
    done = CliRunner().invoke(bench, ["day-end", "--accounts", "5", "--callers", "1"])
    assert done.exit_code == 0, done.output
    assert "the expense to the cent" in done.output


def test_loans_are_assessed_and_sound(tmp_path: Path) -> None:
    done = CliRunner().invoke(bench, ["day-end", "--loans", "600", "--keep", str(tmp_path / "office"), "--json"])
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    wanted = {"accrue-interest": 1, "loan-dues": 600, "loan-delinquency": 600, "loan-allowance": 1}
    assert result["lines"] == wanted
    assert result["allowance"] > 0


def test_the_bench_of_pages_shows_every_page() -> None:
    result = pages.run(rounds=1, accounts=3)
    shown = {row["page"] for row in result["pages"]}
    asked = {page.path for page in PAGES if page.method == "GET" and page.path.startswith(("/counter", "/office"))}
    assert asked - shown == {"/counter/do/{kind:str}"}
    assert {"/counter/do/deposit", "/counter/do/withdrawal", "/counter/do/customer-open"} <= shown
    assert result["slowest"] in result["pages"]
    assert json.loads(json.dumps(result)) == result


def test_the_http_benchmark_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(bootstrap.__file__).parents[1]))
    result = http.run(count=130, batches=3, batch=20, accounts=10, existing=300, keep=tmp_path / "kept" / "office")
    assert result["sound"]
    assert result["single"]["deposits"] == 130
    assert result["batch"]["deposits"] == 60
    assert result["single"]["deposits_per_second"] > 0
    assert result["single"]["server_us_per_deposit"] > 0
