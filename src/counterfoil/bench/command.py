"""``counterfoil bench``: what can be measured, one command each; without one, all that need no file are run in turn.

Exit codes: 0 measured and sound; 1 measured, and something is not as it must be (a balance of ``bench day``, findings
of ``bench audit``, unsound books). No figure is compared with a target here: a slow machine is not an error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from counterfoil.bench.machine import told
from counterfoil.faces.cli.main import DONE, WRONG, as_json, json_option

SILENT_SECONDS = 2.0
IN_TURN = ("ledger", "desk", "slips", "growth", "audit")
"""What ``counterfoil bench`` runs when no command is named."""
_KEEP = click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Leave the office that was measured in this folder, which must not hold one.",
)
_SEED = click.option("--seed", type=int, default=1, show_default=True, help="Where chance comes from.")
_POSTGRES = click.option("--postgres", metavar="URL", help="Measure on this PostgreSQL database instead of SQLite.")
Report = Callable[[Mapping[str, Any]], str]


def _count(name: str, default: int | None, text: str, *, least: int = 1) -> Callable[[Any], Any]:
    return click.option(name, type=click.IntRange(least), default=default, show_default=True, help=text)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Tells on standard error what is being done, once it has taken two seconds; nothing if that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda line: None
        return
    from rich.console import Console  # Loaded only where a person waits.

    status = Console(stderr=True).status("")
    start, shown = time.monotonic(), False

    def say(line: str) -> None:
        nonlocal shown
        if not shown and time.monotonic() - start > SILENT_SECONDS:
            status.start()
            shown = True
        status.update(line)

    try:
        yield say
    finally:
        status.stop()


def _tell(result: Mapping[str, Any], json_: bool, report: Report) -> None:
    if json_:
        as_json(result)
    else:
        click.echo(report(result))


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def bench(context: click.Context, json_: bool) -> int:
    """Measure this build on this machine. Without a command: ledger, desk, slips, growth and audit, in turn."""
    if context.invoked_subcommand is not None:
        return DONE
    from counterfoil.bench.office import folder_for

    with folder_for(None, "all") as folder:
        # The folder that growth fills is the one that is audited: it takes minutes to fill.
        more: dict[str, dict[str, Any]] = {"growth": {"keep": folder}, "audit": {"folder": folder}}
        codes: list[int] = [context.invoke(bench.commands[name], json_=json_, **more.get(name, {})) for name in IN_TURN]
    return max(codes)


@bench.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_KEEP
@_count("--operations", None, "Only the first so many operations.")
@_count("--group", 64, "Requests in one commit at most.")
@_POSTGRES
@json_option
def day(file: Path, keep: Path | None, operations: int | None, group: int, postgres: str | None, json_: bool) -> int:
    """Play a real bank's books (FILE.csv.gz) through the desk, day by day, and compare every balance."""
    from counterfoil.bench import day as measured

    with progress() as say:
        result = measured.run(file, keep=keep, limit=operations, group=group, postgres=postgres, say=say)
    _tell(result, json_, _day_report)
    return DONE if measured.sound(result) else WRONG


def _day_report(result: Mapping[str, Any]) -> str:
    lines = [
        told(result["machine"]),
        f"{result['operations']:,} operations on {result['accounts']:,} accounts, {result['days']:,} business days",
        f"refused for want of funds: {result['refused']:,}; left out after that: {result['left_out']:,}",
        f"balances compared: {result['compared']:,}; equal: {result['equal']:,}; mismatches: {result['mismatches']:,}",
        f"trial balance: {'even' if not result['trial_errors'] else '; '.join(result['trial_errors'])}",
        f"audit: {_audit_line(result['audit'])}",
        f"{result['entries']:,} entries in {result['seconds']} s: {result['entries_per_second']:,} entries/s",
        *result["wrong"],
    ]
    return "\n".join(lines)


def _audit_line(audit: Mapping[str, Any]) -> str:
    found = audit["findings"]
    return f"{audit['entries']:,} entries, {'clean' if not found else '; '.join(map(str, found))}"


@bench.command()
@_count("--deposits", 30_000, "Deposits by 64 callers.")
@_count("--alone", 5_000, "Deposits by one caller.")
@_SEED
@_KEEP
@_POSTGRES
@json_option
def desk(deposits: int, alone: int, seed: int, keep: Path | None, postgres: str | None, json_: bool) -> int:
    """Deposits at the counter, from the request to the slip: 64 waiting callers, then one."""
    from counterfoil.bench import desk as measured

    with progress() as say:
        result = measured.run(count=deposits, alone=alone, seed=seed, keep=keep, postgres=postgres, say=say)
    _tell(result, json_, _desk_report)
    return DONE


def _desk_report(result: Mapping[str, Any]) -> str:
    lines = [told(result["machine"]), f"seed {result['seed']}; {result['store']}, {result['accounts']:,} accounts"]
    lines += [
        f"{row['callers']:>3} callers: {row['deposits_per_second']:,} deposits/s; p50 {row['p50_ms']} ms, "
        f"p99 {row['p99_ms']} ms; {row['deposits'] / row['groups']:.1f} in a group"
        for row in result["callers"]
    ]
    lines.append(
        f"three Ed25519 signatures alone: {result['signatures_per_second'] // 3:,}/s; "
        f"ratio {result['ratio_to_three_signatures']}"
    )
    return "\n".join(lines)


@bench.command()
@_count("--deposits", 20_000, "Deposits by 64 clients.")
@_count("--batches", 40, "Batches by four clients.")
@_count("--batch", 500, "Deposits in a batch.")
@_count("--existing", 0, "Deposits that stand in the journal before.", least=0)
@click.option("--front/--no-front", default=True, help="Whether a process of its own reads the requests.")
@_SEED
@_KEEP
@json_option
def http(
    deposits: int, batches: int, batch: int, existing: int, front: bool, seed: int, keep: Path | None, json_: bool
) -> int:  # fmt: skip
    """Deposits over HTTP, signed by their clients: a server's own process, one by one and in batches."""
    from counterfoil.bench import http as measured

    with progress() as say:
        result = measured.run(
            count=deposits, batches=batches, batch=batch, existing=existing, front=front, seed=seed, keep=keep, say=say
        )
    _tell(result, json_, _http_report)
    return DONE


def _http_report(result: Mapping[str, Any]) -> str:
    how = "read by a front" if result["front"] else "read by the office's process"
    lines = [told(result["machine"]), f"seed {result['seed']}; {result['existing']:,} deposits stood before; {how}"]
    for name, text in (("single", "one by one"), ("batch", "in batches")):
        row = result[name]
        lines.append(
            f"{row['clients']:>3} clients, {text}: {row['deposits_per_second']:,} deposits/s; "
            f"p50 {row['p50_ms']} ms, p99 {row['p99_ms']} ms; "
            f"{row['server_us_per_deposit']} µs of the server's processor each, "
            f"as {row['server_in_signatures']} Ed25519 signatures"
        )
    return "\n".join(lines)


@bench.command()
@_count("--rounds", 40, "How often each page is asked.")
@_count("--existing", 0, "Deposits that stand in the journal before.", least=0)
@_SEED
@_KEEP
@json_option
def pages(rounds: int, existing: int, seed: int, keep: Path | None, json_: bool) -> int:
    """The pages of the counter and the back office, asked by people who are signed in."""
    from counterfoil.bench import pages as measured

    with progress() as say:
        result = measured.run(rounds=rounds, existing=existing, seed=seed, keep=keep, say=say)
    _tell(result, json_, _pages_report)
    return DONE


def _pages_report(result: Mapping[str, Any]) -> str:
    slowest = result["slowest"]
    return "\n".join(
        [
            told(result["machine"]),
            f"seed {result['seed']}; {result['existing']:,} deposits stood before; {result['rounds']} rounds",
            *(f"{row['page']}: p50 {row['p50_ms']} ms, p95 {row['p95_ms']} ms" for row in result["pages"]),
            f"slowest of {len(result['pages'])} pages: {slowest['page']}, p95 {slowest['p95_ms']} ms",
        ]
    )


@bench.command()
@_count("--slips", 20_000, "Slips to verify.", least=8)
@_count("--threads", 2, "Threads.")
@_SEED
@json_option
def slips(slips: int, threads: int, seed: int, json_: bool) -> int:
    """Slips verified under the office's trust policy."""
    from counterfoil.bench import slips as measured

    with progress() as say:
        result = measured.run(slips=slips, threads=threads, seed=seed, say=say)
    _tell(result, json_, _slips_report)
    return DONE


def _slips_report(result: Mapping[str, Any]) -> str:
    return "\n".join(
        [
            told(result["machine"]),
            f"seed {result['seed']}; {result['slips']:,} slips, {result['threads']} threads: "
            f"{result['slips_per_second']:,} slips/s",
            f"their two Ed25519 verifications alone: {result['raw_pairs_per_second']:,}/s; ratio {result['ratio']}",
        ]
    )


@bench.command("day-end")
@_count("--accounts", 1_000_000, "Savings accounts that the end of the quarter is computed for.")
@_count("--callers", 8, "Callers that make deposits meanwhile.")
@click.option("--loans", type=click.IntRange(1), default=None, is_flag=False, flag_value=200_000,
              help="Instead, so many loans (200,000 if no number is given) that all miss a payment.")  # fmt: skip
@_SEED
@_KEEP
@json_option
def day_end(accounts: int, callers: int, loans: int | None, seed: int, keep: Path | None, json_: bool) -> int:
    """The end of a quarter over many savings accounts, with the counter open beside it; or of two days over loans."""
    from counterfoil.bench import day_end as measured

    if loans is not None:
        with progress() as say:
            result = measured.run_loans(loans=loans, seed=seed, keep=keep, say=say)
        _tell(result, json_, _loans_report)
        return DONE if result["sound"] else WRONG
    with progress() as say:
        result = measured.run(accounts=accounts, callers=callers, seed=seed, keep=keep, say=say)
    _tell(result, json_, _day_end_report)
    return DONE if result["sound"] else WRONG


def _day_end_report(result: Mapping[str, Any]) -> str:
    lines = [
        told(result["machine"]),
        f"seed {result['seed']}; {result['accounts']:,} accounts made in {result['built_seconds']} s, "
        f"loaded in {result['loaded_seconds']} s",
        f"accrued, credited and settled in {result['credited_seconds']} s "
        f"({result['credited_us_per_account']} µs an account; of the processor "
        f"{result['credited_processor_seconds']} s in this process), {result['lines']:,} lines; "
        f"statements cut in {result['statements_seconds']} s",
        f"the whole day ended in {result['alone_seconds']} s ({result['us_per_account']} µs an account; "
        f"{result['processor_us_per_account']} µs of the processors); "
        f"{result['memory_mb']} MB at most{_beside(result)}",
        f"deposits, quiet: p50 {result['quiet']['p50_ms']} ms, p99 {result['quiet']['p99_ms']} ms",
        f"deposits beside the day's end ({result['beside_seconds']} s): p50 {result['beside']['p50_ms']} ms, "
        f"p99 {result['beside']['p99_ms']} ms; ratio {result['p99_ratio']}",
        f"credited {result['credited']:,} minor units, "
        f"{'the expense to the cent' if result['sound'] else 'and that is NOT the expense'}",
    ]
    return "\n".join(lines)


def _beside(result: Mapping[str, Any]) -> str:
    second = result["second_process"]
    if second["chunks"]:
        return f", and {second['memory_mb']} MB in a second process, which packed {second['chunks']:,} chunks"
    return f"; one process ({second['without']})" if second["without"] else "; one process"


def _loans_report(result: Mapping[str, Any]) -> str:
    lines = [
        told(result["machine"]),
        f"seed {result['seed']}; {result['loans']:,} loans made in {result['built_seconds']} s; "
        f"{result['memory_mb']} MB at most",
    ]
    for name, said in (("quiet", "a day on which nothing is due"), ("missed", "the day on which all are found late")):
        day = result[name]
        lines.append(
            f"{said}: {day['seconds']} s, {day['processor_seconds']} s of the processor "
            f"({day['processor_us_per_loan']} µs a loan)"
        )
    booked = ", ".join(f"{step} {count:,}" for step, count in sorted(result["lines"].items()))
    sound = "every loan has its lines" if result["sound"] else "and that is NOT what the loans give"
    return "\n".join([*lines, f"lines booked: {booked}; allowance {result['allowance']:,} minor units; {sound}"])


@bench.command()
@_count("--entries", 1_000_000, "The largest journal; also a tenth and a hundredth of it.", least=100)
@_SEED
@_KEEP
@json_option
def growth(entries: int, seed: int, keep: Path | None, json_: bool) -> int:
    """What an entry costs as the journal grows."""
    from counterfoil.bench import growth as measured

    with progress() as say:
        sizes = (entries // 100, entries // 10, entries)
        result = measured.run(sizes=sizes, sample=min(6_400, entries), seed=seed, keep=keep, say=say)
    _tell(result, json_, _growth_report)
    return DONE


def _growth_report(result: Mapping[str, Any]) -> str:
    lines = [told(result["machine"]), f"seed {result['seed']}"]
    lines += [
        f"at {row['entries']:>9,} entries: {row['us_per_entry']} µs an entry in groups of 64 "
        f"({row['processor_us_per_entry']} µs of the processor); one at a time "
        f"p50 {row['alone']['p50_ms']} ms, p99 {row['alone']['p99_ms']} ms; "
        f"{row['database_bytes_per_entry']:,} bytes an entry"
        for row in result["sizes"]
    ]
    return "\n".join(
        [*lines, f"last to first: {result['last_to_first']} (processor {result['last_to_first_processor']})"]
    )


@bench.command()
@_count("--entries", 1_000_000, "Entries of the journal that is made and audited.", least=100)
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Audit this office instead."
)
@_SEED
@_KEEP
@json_option
def audit(entries: int, folder: Path | None, seed: int, keep: Path | None, json_: bool) -> int:
    """An audit's time and memory: books, hashes and roots; then with every signature."""
    from counterfoil.bench import audit as measured

    with progress() as say:
        result = measured.run(entries=entries, folder=folder, seed=seed, keep=keep, say=say)
    _tell(result, json_, _audit_report)
    return WRONG if result["books"]["findings"] or result["signatures"]["findings"] else DONE


def _audit_report(result: Mapping[str, Any]) -> str:
    books, signed = result["books"], result["signatures"]
    return "\n".join(
        [
            told(result["machine"]),
            f"books, hashes, roots: {books['seconds']} s, {books['memory_mb']:,} MB; {_audit_line(books)}",
            f"with signatures: {signed['seconds']} s, {signed['memory_mb']:,} MB; {_audit_line(signed)}",
            f"{result['signatures_per_second']:,} signatures/s; Ed25519 alone on all processors: "
            f"{result['raw_verifications_per_second']:,}/s; ratio {result['ratio']}",
        ]
    )


@bench.command()
@_count("--existing", 1_000_000, "Transfers that stand in the books before.", least=0)
@_count("--accounts", 10_000, "Ledger accounts.", least=10)
@click.option(
    "--group",
    "groups",
    type=(click.IntRange(1), click.IntRange(1)),
    multiple=True,
    metavar="SIZE COUNT",
    help="Transfers in a commit, and how many in all; may be given more than once.",
)
@_SEED
@_KEEP
@click.option("--postgres", metavar="URL", help="Measure this PostgreSQL database as well.")
@json_option
def ledger(
    existing: int, accounts: int, groups: tuple[tuple[int, int], ...], seed: int, keep: Path | None,
    postgres: str | None, json_: bool,
) -> int:  # fmt: skip
    """The ledger with full rules and durable commits, against a ceiling that writes the same rows without rules."""
    from counterfoil.bench import ledger as measured

    settings = measured.Settings(
        seed=seed, accounts=accounts, existing=existing, groups=dict(groups) or dict(measured.DEFAULT_GROUPS),
        keep=keep, postgres=postgres,
    )  # fmt: skip
    with progress() as say:
        result = measured.run(settings, say)
    _tell(result, json_, measured.report)
    engines = [result[engine] for engine in ("sqlite", "postgres") if engine in result]
    return DONE if all(engine["read_back"]["sound"] for engine in engines) else WRONG
