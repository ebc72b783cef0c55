"""Plants known bugs, one at a time, in a copy of the project: each must turn a named test red.

    scripts/mutants.py [NAME…]        all of them, or those whose name contains one of the words

Always true: the checkout is never changed (each mutant has its own temporary copy); a replacement that does not match
its file exactly once ends the run, so a mutant cannot quietly stop being planted; the named tests pass on an unchanged
copy, so a red test is red because of the bug. Exit code: 0 every mutant was found; 1 one survived; 2 a mutant no longer
fits the source, or its tests do not pass without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
COPIED = ("src", "tests", "verifier", "docs", "scripts", "pyproject.toml")
SECONDS_MAX = 600

FAILURES = "tests/unit/operations/test_desk_failures.py"
POWER = "tests/simulation/test_power_desk.py"
CLOCKS = "tests/scenarios/test_clocks.py"
REFUSALS = "tests/unit/office/test_refusals.py"
VERIFIERS = "tests/unit/verifier/test_standalone.py"
DESK = "operations/desk.py"
CHECKS = "tests/unit/counter/test_checks.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug: in ``file`` (below src/counterfoil) ``old`` becomes ``new``; one of ``tests`` must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "synchronous off", "engines/sqlite.py",
        '    ("synchronous", 2),\n', '    ("synchronous", 0),\n',
        (f"{POWER}::test_the_power_cut_at_every_event_of_a_unit_of_work",),
    ),
    Mutant(
        "mark before COMMIT", DESK,
        "        self.store.commit(commit)\n",
        "        if group.drafted and self.state.current is not None and self.log is not None:\n"
        "            self._advance(self.state.current.node, self.log.size, group.drafted[-1].root)\n"
        "        self.store.commit(commit)\n",
        (f"{POWER}::test_the_power_cut_at_every_event_of_a_unit_of_work",),
    ),
    Mutant(
        "mark not synced", "engines/mark.py",
        "            self._disk.sync(self.path)\n", "",
        (f"{POWER}::test_the_power_cut_at_every_event_of_a_unit_of_work",),
    ),
    Mutant(
        "one slot for every mark", "engines/mark.py",
        "mark.counter % 2 * SLOT_BYTES, slot", "0, slot.ljust(SLOT_BYTES)",
        ("tests/unit/engines/test_mark.py",),
    ),
    Mutant(
        "a mark that cannot be written is ignored", DESK,
        "            self._stop(\n                f\"the high-water mark could not be written",
        "            str(\n                f\"the high-water mark could not be written",
        (f"{FAILURES}::test_a_mark_that_cannot_be_written_lets_no_answer_leave",),
    ),
    Mutant(
        "no read-back", DESK,
        "        self._printed.clear()\n        self._read_back(group)\n", "        self._printed.clear()\n",
        (f"{FAILURES}::test_an_entry_read_back_different_stops_the_till",),
    ),
    Mutant(
        "checkpoint before COMMIT", DESK,
        "        self.store.commit(commit)\n",
        "        if self.state.current is not None and self.key_id:\n"
        "            _ = [self._slip(self.state.current.origin, d) for d in group.drafted]\n"
        "        self.store.commit(commit)\n",
        (f"{FAILURES}::test_no_answer_before_the_mark", f"{FAILURES}::test_no_slip_of_a_failed_group_leaves"),
    ),
    Mutant(
        "answer before COMMIT: its failure is not waited for", DESK,
        "            return self._after_failure(error, requests, results)\n",
        '            slips = [""] * len(group.drafted)\n',
        (f"{FAILURES}::test_a_commit_that_failed_posts_nothing_and_later_once",),
    ),
    Mutant(
        "nothing is reloaded after a failed COMMIT", DESK,
        "            self.reload()\n            self.settle()\n", "            self._adrift = False\n",
        (f"{FAILURES}::test_after_a_failed_commit_everything_is_taken_up_anew",),
    ),
    Mutant(
        "a failed COMMIT is assumed not kept", DESK,
        "        if kept is None:\n            return Unanswered",
        "        if kept is not None or kept is None:\n            return Unanswered",
        (f"{FAILURES}::test_a_commit_reported_failed_but_kept_posts_once",),
    ),
    Mutant(
        "id remembered, body not compared", DESK,
        "            if remembered[1] != digest:\n", "            if False:\n",
        (
            f"{FAILURES}::test_each_waiting_id_of_a_failed_group_is_looked_up",
            "tests/unit/operations/test_desk.py::test_the_same_id_with_another_body_is_an_error",
        ),
    ),
    Mutant(
        "a fold skipped", DESK,
        "            for fact in part.facts:\n                state.fold(fact, at)\n",
        "            for fact in part.facts[1:]:\n                state.fold(fact, at)\n",
        ("tests/unit/testing/test_offices.py::test_an_office_that_worked_has_no_differences",),
    ),
    Mutant(
        "facts not compared with their commitment", DESK,
        "    if hashlib.sha256(kept.blind + kept.facts).digest() != leaf.core.facts_commitment:\n", "    if False:\n",
        (f"{FAILURES}::test_a_tail_that_was_tampered_with_is_refused",),
    ),
    Mutant(
        "a tail beyond the mark taken without its node's signature", DESK,
        "read_entry(kept).check_node(row.node_key, row.node, self.epoch)", "read_entry(kept)",
        (f"{FAILURES}::test_a_tail_of_another_node_is_refused",),
    ),
    Mutant(
        "root at the mark not compared", DESK,
        "        if hashes.frontier(mark.size).root() != mark.root:\n", "        if False:\n",
        (f"{FAILURES}::test_a_journal_of_the_same_size_with_another_root_is_not_signed_on",),
    ),
    Mutant(
        "missing entries not noticed", DESK,
        "        if mark.size > size:\n", "        if False:\n",
        (f"{FAILURES}::test_a_journal_behind_its_mark_is_not_signed_on",),
    ),
    Mutant(
        "what a front has verified is taken for anything", DESK,
        "        if self.verified == (message, public_key):\n", "        if self.verified[0]:\n",
        ("tests/unit/serving/test_front.py::test_a_front_is_believed_no_more_than_its_arithmetic",),
    ),
    Mutant(
        "a late writer not turned away", "engines/tables.py",
        "    if size != expected:\n", "    if False:\n",
        ("tests/contracts/test_stores.py",),
    ),
    Mutant(
        "append-only tables without triggers", "engines/sqlite.py",
        "    if not spec.append_only:\n        return []\n", "    return []\n",
        ("tests/unit/engines/test_sqlite.py",),
    ),
    Mutant(
        "an approval not checked", "journal/rules.py",
        "            if not self._verify(key.public, message, approval.signature):\n", "            if False:\n",
        (f"{VERIFIERS}::test_both_verifiers_agree",),
    ),
    Mutant(
        "an approval by anyone, not by the clerk that the entry names", "journal/rules.py",
        "            raise Refused(\"approval\", \"the first approval is not by the clerk that the core names\")\n",
        "            pass\n",
        (f"{VERIFIERS}::test_both_verifiers_agree",),
    ),
    Mutant(
        "audit verifies no signature", "operations/audit_entries.py",
        "            key.verify(signature, message)\n", "            key.public_bytes_raw()\n",
        ("tests/scenarios/test_tampering.py::test_a_log_rewritten_and_signed_again",),
    ),
    Mutant(
        "audit leaves a fold out", "operations/audit.py",
        '        self._compare("statement", self.refold.statements())\n', "",
        ("tests/unit/operations/test_audit.py::test_a_deleted_row_is_named",),
    ),
    Mutant(
        "limit not checked", "office/rules.py",
        "    if amount > limit.each:\n", "    if False:\n",
        (f"{REFUSALS}::test_a_refusal_is_told_and_remembered_and_books_nothing",),
    ),
    Mutant(
        "one clerk is two", "office/rules.py",
        "    if len(set(by.signers)) < 2:\n", "    if False:\n",
        (f"{REFUSALS}::test_a_refusal_is_told_and_remembered_and_books_nothing",),
    ),
    Mutant(
        "a reversal twice", "counter/reversal.py",
        "    if done is not None:\n", "    if False:\n",
        (f"{REFUSALS}::test_a_refusal_is_told_and_remembered_and_books_nothing",),
    ),
    Mutant(
        "a customer's guard dropped", "ledger/accounts.py",
        "        guarded = self.flags & DEBITS_MUST_NOT_EXCEED_CREDITS\n", "        guarded = 0\n",
        ("tests/unit/ledger/test_machine_edges.py::test_room_is_exact",),
    ),
    Mutant(
        "a chain kept in part", "ledger/machine.py",
        "    def _take_back(self, chain: _Chain) -> None:\n",
        "    def _take_back(self, chain: _Chain) -> None:\n        return\n\n"
        "    def _taken_back(self, chain: _Chain) -> None:\n",
        ("tests/unit/ledger/test_machine_edges.py::test_a_chain_is_all_or_nothing",),
    ),
    Mutant(
        "a day on either clock", "office/rules.py",
        "    if by.clock != day.clock:\n", "    if False:\n",
        (f"{CLOCKS}::test_a_day_refuses_requests_from_the_other_clock",),
    ),
    Mutant(
        "a clock that jumped is followed", DESK,
        "            return ClockJumped(\n                f\"the clock went back",
        "            str(\n                f\"the clock went back",
        (f"{CLOCKS}::test_a_machine_clock_that_jumps_back_stops_the_till_until_a_person_confirms",),
    ),
    Mutant(
        "checks: one is taken again", "office/checks/folds.py",
        "    _seen(s, fact.fingerprint, fact.case)\n    _day(", "    _day(",
        (f"{CHECKS}::test_a_check_is_presented_once",),
    ),
    Mutant(
        "checks: many under a line are not added up", "counter/checks.py",
        "    total = done + a.amount\n", "    total = a.amount\n",
        (f"{CHECKS}::test_checks_just_under_the_line_are_seen",),
    ),
    Mutant(
        "checks: a hold ends a day late", "counter/checks.py",
        "    until = add_banking_days(date.fromisoformat(day), 1, law).isoformat()\n", "    until = day\n",
        (f"{CHECKS}::test_holds_end_on_their_days_each_once",),
    ),
    Mutant(
        "checks: the earlier ones of a day are forgotten", "compliance/check_deposits.py",
        "        due = min(amount, asked_by - given_by)\n", "        due = min(amount, asked_by)\n",
        ("tests/unit/compliance/test_check_deposits.py",),
    ),
    Mutant(
        "checks: the least fee is not held to the cap", "policy/terms/checks.py",
        "    if sort.least > most:\n", "    if sort.least > most * 1_000_000:\n",
        ("tests/unit/policy/test_check_terms.py",),
    ),
    Mutant(
        "bills: money goes back twice in a visit", "counter/bills.py",
        '    pledged.taken.add(("bill-back", fact.case))\n', "    pass\n",
        ("tests/unit/counter/test_bills.py::test_a_bill_goes_back_once",),
    ),
)  # fmt: skip


class Unfit(Exception):
    """A mutant that no longer fits the source, or tests that fail without it."""


def copied(into: Path) -> Path:
    """A copy of what the tests need."""
    for name in COPIED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (PROJECT / name).exists():
            shutil.copy(PROJECT / name, into / name)
    return into


def planted(text: str, mutant: Mutant) -> str:
    """The file's text with the bug in it."""
    found = text.count(mutant.old)
    if found != 1:
        raise Unfit(f"{mutant.name}: its text is found {found} times in {mutant.file}; look at scripts/mutants.py")
    return text.replace(mutant.old, mutant.new)


def run_tests(folder: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The tests in the copy: quick ones, up to the first failure."""
    data = os.environ.get("COUNTERFOIL_DATA", str(PROJECT.parent / "shared" / "data"))
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    quick = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-m", "not slow and not pg"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *quick, *tests],
        cwd=folder, env={**clean, "COUNTERFOIL_DATA": data, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, timeout=SECONDS_MAX,
    )  # fmt: skip


def check_without(mutants: Sequence[Mutant]) -> None:
    """The named tests pass on an unchanged copy."""
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        done = run_tests(copied(Path(folder)), tests)
    if done.returncode != 0:
        raise Unfit(
            f"the named tests do not pass on the unchanged source:\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}"
        )


def hunted(mutant: Mutant) -> tuple[Mutant, str]:
    """The test that found the bug, or the empty text: it survived."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        path = copied(Path(folder)) / "src" / "counterfoil" / mutant.file
        path.write_text(planted(path.read_text("utf-8"), mutant), "utf-8")
        try:
            done = run_tests(Path(folder), mutant.tests)
        except subprocess.TimeoutExpired:
            return mutant, f"no end within {SECONDS_MAX} s"
    red = [line[7:].split(" - ")[0] for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode not in (0, 1) or (done.returncode == 1 and not red):
        raise Unfit(f"{mutant.name}: its tests could not be run:\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
    return mutant, red[0] if red else ""


def main(words: Sequence[str]) -> int:
    """Hunts the mutants whose name contains one of ``words`` (all, if there are none)."""
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.name for word in words)]
    if not chosen:
        print(f"no mutant's name contains {' or '.join(words)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    try:
        for mutant in chosen:
            planted((PROJECT / "src" / "counterfoil" / mutant.file).read_text("utf-8"), mutant)
        check_without(chosen)
        survived = 0
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            for mutant, red in workers.map(hunted, chosen):
                survived += not red
                print(f"{'found   ' if red else 'SURVIVED'}  {mutant.name:<56}  {red[:120]}", flush=True)
    except Unfit as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(chosen)} mutants, {survived} survived, {time.monotonic() - began:.0f} s")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
