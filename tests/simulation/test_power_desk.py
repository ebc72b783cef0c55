"""The power is cut at every write and sync of a unit of work: database, mark and key files alike.

What was acknowledged is there exactly once, what was not is whole or absent, and the same requests sent again make
each entry once. Torn images are seeded by the number of the event at which the power went.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from counterfoil import bootstrap
from counterfoil.engines.mark import HighWaterMark
from counterfoil.facts.office import EpochOpened
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations import setup
from counterfoil.operations.answers import Accepted, Answer, Refused, Unanswered
from counterfoil.operations.desk import Desk, NotSigning, Request, read_entry
from counterfoil.testing import offices
from counterfoil.testing.faulty_disk import MODES, FaultyDisk, Mode, Power, PowerCut
from counterfoil.testing.offices import FIRST_REQUEST, deposit, differences, reversal, seated, visit, withdrawal

Script = Callable[[Desk], Sequence[Sequence[Request]]]


def one_by_one(desk: Desk) -> Sequence[Sequence[Request]]:
    """Groups of one: a deposit, a visit, and the reversal of the deposit."""
    first = FIRST_REQUEST
    return [[deposit(desk, first, 1_250)], [visit(desk, first + 1, 900)], [reversal(desk, first + 2, desk.size)]]


def together(desk: Desk) -> Sequence[Sequence[Request]]:
    """Two groups of several; one request is refused, one is sent twice, and a reversal needs a house advance."""
    first = FIRST_REQUEST + 10
    twice = deposit(desk, first, 2_000)
    return [
        [twice, visit(desk, first + 1, 700), withdrawal(desk, first + 2, 99_000), twice],
        [withdrawal(desk, first + 3, 12_000), reversal(desk, first + 4, desk.size), deposit(desk, first + 5, 1)],
    ]


ONE_IMAGE_OR_EVERY = [
    (together, False), pytest.param(together, True, marks=pytest.mark.slow),
    pytest.param(one_by_one, True, marks=pytest.mark.slow),
]  # fmt: skip
"""At each event: one image of what the disk kept, quickly; all of them, and the other script, when there is time."""


class Run:
    """An office on a disk whose power can go. ``answers``: what left the desk, by request."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.folder = Path(shutil.copytree(template, folder))
        self.power = Power(self.folder)
        for path in sorted(self.folder.rglob("*")):
            self.power.know(str(path))
        self.office = seated(self.folder, vfs=self.power.vfs(), disk=FaultyDisk(self.power))
        self.desk = self.office.desk
        self.opened = self.power.events
        self.answers: dict[bytes, Answer] = {}

    def work(self, script: Script) -> None:
        for group in script(self.desk):
            for request, answer in zip(group, self.desk.handle(group), strict=True):
                assert isinstance(answer, Accepted | Refused), answer
                assert self.answers.setdefault(request.id, answer) == answer

    def die(self) -> None:
        self.power.bury(self.desk.store.close)
        shutil.rmtree(self.folder, ignore_errors=True)


class Expected:
    """What a run without any failure does."""

    def __init__(self, template: Path, folder: Path, script: Script) -> None:
        run = Run(template, folder)
        groups = script(run.desk)
        self.requests = [request for group in groups for request in group]
        self.groups = [[request.id for request in group] for group in groups]
        run.work(script)
        self.events = range(run.opened + 1, run.power.events + 1)
        self.log = run.power.log
        self.answers, self.size = run.answers, run.desk.size
        self.accounts = run.desk.state.machine.accounts()
        run.die()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with a day open, closed in good order."""
    folder = tmp_path_factory.mktemp("template") / "office"
    offices.new_office(folder)
    return folder


def check_image(folder: Path, told: dict[bytes, Answer], expected: Expected, where: object, *, audited: bool) -> None:
    """A restart on what the disk kept."""
    offices.own_files_only(folder)
    mark = HighWaterMark(FaultyDisk(Power(folder)), str(folder / "office.mark")).read()
    assert mark is not None, where
    with seated(folder, seed=99) as office:  # Opening settles the mark, or raises.
        desk = office.desk
        assert mark.size <= desk.size, where
        settled = desk.mark.read()
        assert settled is not None
        assert (settled.size, settled.root) == (desk.size, desk.root()), where
        for group in expected.groups:
            kept = {request: desk.recall(request) for request in group}
            assert len({answer is None for answer in kept.values()}) == 1, (where, "a group is whole or absent")
            for request, answer in kept.items():
                if request in told:
                    assert answer == told[request], (where, "an acknowledged entry is there, the same")
                elif answer is not None:
                    assert type(answer) is type(expected.answers[request]), where
        send_again(desk, expected, told, where)
    assert differences(folder, audited=audited) == [], where


def send_again(desk: Desk, expected: Expected, told: dict[bytes, Answer], where: object) -> None:
    """Every request once more, one at a time: each is there once, and the books are those of an undisturbed run."""
    for request in expected.requests:
        answer = desk.one(request)
        assert told.get(request.id, answer) == answer, where
        assert type(answer) is type(expected.answers[request.id]), where
    assert desk.size == expected.size, where
    assert desk.state.machine.accounts() == expected.accounts, where
    made = [read_entry(kept).core.request_id for kept in desk.store.entries(desk.epoch, 0, desk.size)]
    for request in expected.requests:
        first = expected.answers[request.id]
        assert made.count(request.id) == (len(first.entries) if isinstance(first, Accepted) else 0), where


def modes_at(event: int, every: bool) -> Sequence[Mode]:
    """What the disk may have kept: ``every`` image, or one, in turn, so that neighbors see different ones."""
    return MODES if every else (MODES[event % len(MODES)],)


@pytest.mark.parametrize(("script", "every"), ONE_IMAGE_OR_EVERY)
def test_the_power_cut_at_every_event_of_a_unit_of_work(
    template: Path, tmp_path: Path, script: Script, every: bool
) -> None:
    cut_everywhere(template, tmp_path, script, lambda event: [(mode, event) for mode in modes_at(event, every)])


@pytest.mark.slow
@pytest.mark.parametrize("script", [one_by_one, together])
def test_the_power_cut_at_every_event_in_many_torn_images(template: Path, tmp_path: Path, script: Script) -> None:
    cut_everywhere(template, tmp_path, script, lambda event: [("part", 1_000 * event + seed) for seed in range(6)])


def cut_everywhere(
    template: Path, tmp_path: Path, script: Script, images: Callable[[int], Sequence[tuple[Mode, int]]]
) -> None:
    expected = Expected(template, tmp_path / "reference", script)
    kinds = {(event.kind, event.name) for event in expected.log[expected.events[0] - 1 :]}
    assert {
        ("write", "office.db-wal"),
        ("sync", "office.db-wal"),
        ("write", "office.mark"),
        ("sync", "office.mark"),
    } <= kinds
    seen = set()
    for event in expected.events:
        run = Run(template, tmp_path / f"{event}")
        run.power.cut_at(event)
        with pytest.raises(PowerCut):
            run.work(script)
        seen.add(len(run.answers))
        for mode, seed in images(event):
            folder = run.power.image(mode, tmp_path / f"{event}-{mode}-{seed}", seed=seed)
            check_image(folder, run.answers, expected, (event, mode, seed), audited=mode == "part")
            shutil.rmtree(folder)
        run.die()
    assert len(seen) == len(expected.groups), "the power went before each group's answers, and after"


@pytest.mark.parametrize("kept", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.parametrize(("script", "every"), ONE_IMAGE_OR_EVERY)
def test_every_event_of_a_unit_of_work_reported_as_failed(
    template: Path, tmp_path: Path, script: Script, every: bool, kept: bool
) -> None:
    """A disk error at each event, not kept or kept all the same: nothing posts twice and nothing told is lost."""
    expected = Expected(template, tmp_path / "reference", script)
    ends = set()
    for event in expected.events:
        run = Run(template, tmp_path / f"{event}")
        run.power.fail_at(event, kept=kept)
        told, end = play_on(run, script)
        ends.add(end)
        for mode in modes_at(event, every):
            folder = run.power.image(mode, tmp_path / f"{event}-{mode}", seed=event)
            check_image_of_a_living(folder, told, expected, (event, mode, end))
            shutil.rmtree(folder)
        if end is not NotSigning:
            assert offices.reloaded_wrongly(run.desk) == [], (event, end)
            send_again(run.desk, expected, told, (event, end))
        run.die()
    assert ends >= {Unanswered, NotSigning}, (
        "failed commits are answered so; a mark that cannot be written stops the till"
    )


def play_on(run: Run, script: Script) -> tuple[dict[bytes, Answer], type[Exception] | None]:
    """Plays the groups until one fails; what left the desk, and how it ended."""
    told: dict[bytes, Answer] = {}
    end: type[Exception] | None = None
    for group in script(run.desk):
        try:
            answers = run.desk.handle(group)
        except NotSigning:
            with pytest.raises(NotSigning):
                run.desk.handle(group)
            return told, NotSigning
        for request, answer in zip(group, answers, strict=True):
            if isinstance(answer, Exception):
                assert isinstance(answer, Unanswered), answer
                assert request.id not in told or run.desk.recall(request.id) == told[request.id]
                end = Unanswered
            else:
                assert told.setdefault(request.id, answer) == answer
        if end is not None:  # The next group builds on this one.
            return told, end
    return told, end


def check_image_of_a_living(folder: Path, told: dict[bytes, Answer], expected: Expected, where: object) -> None:
    """A power cut after the disk error: what was told is there."""
    offices.own_files_only(folder)
    with seated(folder, seed=99) as office:
        for request, answer in told.items():
            assert office.desk.recall(request) == answer, where
        made = [read_entry(kept).core.request_id for kept in office.desk.store.entries(1, 0, office.desk.size)]
        for request in set(expected.answers) - set(told):
            first = expected.answers[request]
            assert made.count(request) in (0, len(first.entries) if isinstance(first, Accepted) else 0), where
    assert differences(folder, audited=False) == [], where


def test_a_full_disk_refuses_before_paying(template: Path, tmp_path: Path) -> None:
    """From each event on the disk takes no more: nothing is told that is not kept, and later all of it works."""
    expected = Expected(template, tmp_path / "reference", together)
    refused = 0
    for event in expected.events:
        run = Run(template, tmp_path / f"{event}")
        run.power.fill_at(event)
        told, end = play_on(run, together)
        assert end is not None or told == expected.answers
        refused += end is Unanswered
        run.power.fill_at(None)
        if end is not NotSigning:
            send_again(run.desk, expected, told, event)
            assert offices.reloaded_wrongly(run.desk) == [], event
        else:
            folder = run.power.image("all", tmp_path / f"{event}-all")
            check_image_of_a_living(folder, told, expected, event)
        run.die()
    assert refused > len(expected.events) // 2


@pytest.fixture(scope="module")
def making(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many events the making of an office has."""
    power = make(tmp_path_factory.mktemp("making") / "office", None)
    return power.events


def make(folder: Path, cut: int | None) -> Power:
    """Makes an office on a disk whose power goes at event ``cut``."""
    power = Power(folder)
    if cut is not None:
        power.cut_at(cut)
    try:
        bootstrap.init_office(
            folder, offices.SETTINGS, edition=offices.EDITION, disk=FaultyDisk(power),
            entropy=offices.seeded(3), clock=offices.KindClock("file", offices.START_MS), vfs=power.vfs(),
        )  # fmt: skip
    except PowerCut as gone:  # A connection that was left open is closed with the frame that holds it.
        frames = gone.__traceback__
        power.bury(lambda: traceback.clear_frames(frames))
    return power


def every_third(events: int) -> Iterator[tuple[int, Mode]]:
    """Each event once, the modes in turn, so that neighbors see different images."""
    for event in range(1, events + 1):
        yield event, MODES[event % len(MODES)]


@pytest.mark.slow
def test_an_office_whose_making_was_cut_is_none_or_whole(making: int, tmp_path: Path) -> None:
    found = set()
    for event, mode in every_third(making):
        power = make(tmp_path / f"{event}", event)
        folder = power.image(mode, tmp_path / f"{event}-{mode}", seed=event)
        found.add(check_made(folder, (event, mode)))
        shutil.rmtree(folder)
    assert "none" in found
    for mode in MODES:  # Once it has returned, it is whole in every image.
        power = make(tmp_path / f"whole-{mode}", None)
        assert check_made(power.image(mode, tmp_path / f"whole-{mode}-image"), mode) == "whole"


def check_made(folder: Path, where: object) -> str:
    """``none``: opening says so, and making another over it says why not. ``whole``: it takes its first clerk."""
    offices.own_files_only(folder)
    if not (folder / bootstrap.CONFIG).exists():
        with pytest.raises(Unavailable, match="holds no office"):
            seated(folder)
        if any((folder / name).exists() for name in (bootstrap.DATABASE, bootstrap.OFFICE_KEY, "node-1.key")):
            with pytest.raises(Unavailable, match="never finished"):
                bootstrap.init_office(folder, offices.SETTINGS, edition=offices.EDITION)
        return "none"
    office = seated(folder)
    with office:
        opened = read_entry(office.desk.store.entries(1, 0, 1)[0]).facts[0]
        assert isinstance(opened, EpochOpened), where
        assert opened.node_key == office.desk.node_key.public_key, where
        key = offices.clerk("101")
        setup.enrol_first_supervisor(
            office.desk, clerk="101", public_key=key.public_key, role="supervisor", custody="file"
        )
    assert (folder / "trust-policy.txt").exists(), where
    assert (folder / "first-code.txt").exists(), where
    assert differences(folder) == [], where
    return "whole"
