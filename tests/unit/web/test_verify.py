"""The public page that says whether a receipt is true, and what it proves."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from PIL import Image

from counterfoil.engines import scanning
from counterfoil.engines.printing import qr
from counterfoil.engines.texts import catalog
from counterfoil.faces.web import verify
from counterfoil.journal import verify as jv
from counterfoil.journal.slip import SLIP_PREFIX, TRAINING_PREFIX
from counterfoil.operations import checking
from counterfoil.operations.export import SignedLog, day_bundle, prove
from counterfoil.testing.builders import counter
from unit.operations.test_checking import slip_of
from unit.web.screen import Screen, open_screen

JOURNAL = Path(jv.__file__).parent


def paste(screen: Screen, text: str, **more: str) -> Screen:
    screen.get("/verify")
    return screen.send("/verify", {"text": text, **more}, {})


def test_a_receipt_is_checked_without_a_log_in() -> None:
    with open_screen() as screen:
        slip = slip_of(screen.house, 12_550)
        paste(screen, slip)
        assert screen.status == 200
        for said in ("This receipt is signed by the office", "$125.50", "Deposit", "What is proved",
                     "What is not proved", "That the money moved.", "still holds it today"):  # fmt: skip
            assert said in screen.text, said
        assert screen.house.account not in screen.text


def test_line_breaks_from_paper_do_no_harm() -> None:
    with open_screen() as screen:
        one, two = slip_of(screen.house), slip_of(screen.house)
        folded = "\r\n".join([one[:50], one[50:200], one[200:], two])
        assert paste(screen, f"\n {folded}   ").text.count("This receipt is signed by the office") == 2


def test_a_proof_and_a_day_are_checked_as_files() -> None:
    with open_screen() as screen:
        house = screen.house
        slip_of(house)
        proof = prove(SignedLog(house.store, None, lambda epoch: house.node_key), house.desk.size - 1)
        assert "This entry is in the office" in paste(screen, proof.text).text
        assert "This entry is in the office" in paste(screen, proof.qr or "").text
        day = day_bundle(house.store, house.date, lambda epoch: house.node_key)
        screen.send("/verify", {}, {"file": day})
        assert "These days are whole and in order" in screen.text
        assert "Mar 2, 2026" in screen.text


def test_a_photo_is_read_where_it_can_be() -> None:
    read = scanning.reader()
    if read is None:
        pytest.skip("reading codes needs the extra: counterfoil[scan]")
    with open_screen(codes=read) as screen:
        picture = qr.png(slip_of(screen.house))
        screen.get("/verify")
        assert 'type="file" accept="image/jpeg' in screen.text
        assert "This receipt is signed" in screen.send("/verify", {}, {"photo": picture}).text
        assert "not a photo that can be read" in screen.send("/verify", {}, {"photo": b"no picture"}).text
        assert screen.status == 422
        blank = io.BytesIO()
        Image.new("L", (40, 40), 255).save(blank, "PNG")
        assert "No code was found" in screen.send("/verify", {}, {"photo": blank.getvalue()}).text


def test_without_a_reader_the_page_offers_pasting() -> None:
    with open_screen() as screen:
        assert "Paste the code" in screen.get("/verify").text
        assert 'name="photo"' not in screen.text
        assert "cannot be read here" in screen.send("/verify", {}, {"photo": b"x"}).text


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_practice_slip_is_named(language: str) -> None:
    with open_screen() as screen:
        slip = slip_of(screen.house)
        screen.get(f"/lang/{language}?back=/verify")
        screen.send("/verify", {"text": TRAINING_PREFIX + slip.removeprefix(SLIP_PREFIX)}, {})
        assert catalog(language)("Practice: this is not real") in screen.text
        assert "signed by the office" not in screen.text


def test_a_contradiction_is_shown() -> None:
    copy = counter()
    with open_screen() as screen:
        ours, theirs = slip_of(screen.house, 1_000), slip_of(copy, 2_000)
        assert "These cannot both be true" in paste(screen, f"{ours}\n{theirs}").text
        assert "These cannot both be true" in paste(screen, theirs).text
        assert "still holds it today" not in screen.text
        assert "These cannot both be true" not in paste(screen, ours).text


def test_a_changed_character_is_not_proved() -> None:
    with open_screen() as screen:
        slip = slip_of(screen.house)
        for at in (60, 160, 300):
            other = "A" if slip[at] != "A" else "B"
            paste(screen, slip[:at] + other + slip[at + 1 :])
            assert "This is not proved" in screen.text
            assert "signed by the office</h2>" not in screen.text


def test_another_office_is_believed_by_its_own_list() -> None:
    other = counter(seed=2)
    with open_screen() as screen:
        slip, policy = slip_of(other), f"log {checking.own_policy(other.store).logs[0].key}\nquorum none"
        assert "not on the list" in paste(screen, slip).text
        assert "This receipt is signed by the office" in paste(screen, slip, policy=policy).text
        assert "still holds it today" not in screen.text
        paste(screen, slip, policy="nonsense")
        assert screen.status == 422
        assert "list of offices that can be read" in screen.text
        assert slip in screen.text, "what was typed stays"


def test_what_is_brought_is_bounded() -> None:
    with open_screen() as screen:
        screen.get("/verify")
        assert "Paste the code of a receipt, or choose" in screen.send("/verify", {"text": " "}, {}).text
        screen.send("/verify", {}, {"file": bytes(verify.FILE_BYTES_MAX + 1)})
        assert (screen.status, "too large for this page" in screen.text) == (422, True)
        screen.get("/verify")
        screen.send("/verify", {}, {"file": bytes(verify.UPLOAD_BYTES_MAX + 1)})
        assert screen.status == 413
        paste(screen, "\n".join(["CF1:A"] * (checking.RECORDS_MAX + 1)))
        assert (screen.status, "too many at once" in screen.text) == (422, True)


def test_a_hasty_reader_waits() -> None:
    with open_screen() as screen:
        screen.get("/verify")
        for _ in range(verify.CHECKS_A_MINUTE):
            assert screen.send("/verify", {"text": "x"}, {}).status == 200
        assert screen.send("/verify", {"text": "x"}, {}).status == 429
        screen.ticking.now += 61
        assert screen.send("/verify", {"text": "x"}, {}).status == 200


def test_every_answer_has_its_words() -> None:
    """Every code that the journal refuses with, and everything that a report leaves open."""
    codes, left_open = set(), set()
    for path in JOURNAL.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                codes |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
    codes |= {"unknown-log", "checkpoint-signature", "inclusion"}
    assert codes - verify.REFUSED.keys() == set()
    left_open = {value for name, value in vars(jv).items() if name.startswith("NOT_")}
    assert left_open - verify.NOT_PROVED.keys() == set()
    spanish = catalog("es")
    assert [text for text in (*verify.REFUSED.values(), *verify.NOT_PROVED.values()) if spanish(text) == text] == []


def test_a_bundles_open_points_are_all_told() -> None:
    with open_screen() as screen:
        house = screen.house
        day = day_bundle(house.store, house.date, lambda epoch: house.node_key)
        report = checking.check(house.store, [day], checking.own_policy(house.store)).records[0].report
        assert report is not None
        known = [one for one in report.not_proved if one in verify.NOT_PROVED]
        other = [one for one in report.not_proved if one not in known]
        assert all(one.startswith(("the time:", "who holds the key")) for one in other)
        assert sum(one.startswith("who holds") for one in other) == len(report.enrolled_by_operator)


def test_what_takes_long_counts_for_more() -> None:
    """A whole day's file, which anybody can make, takes seconds to check: one address gets about one a minute."""
    assert verify.weight({}) == 1
    assert verify.weight({"file": b"x" * 1_000}) == 1
    assert verify.weight({"photo": b"x"}) == 1 + verify.CHECKS_A_PHOTO
    assert verify.weight({"file": b"x" * verify.FILE_BYTES_MAX}) > verify.CHECKS_A_MINUTE
    assert verify.weight({"file": b"x" * (verify.FILE_BYTES_MAX + 1)}) == 1, "it is not checked"
    with open_screen() as screen:
        screen.get("/verify")
        assert screen.send("/verify", {}, {"file": b"x" * 4_000_000}).status == 200
        assert screen.send("/verify", {"text": "CF1:A"}, {}).status == 429
        screen.ticking.now += 61
        assert screen.post("/verify", {"text": "CF1:A"}).status == 200
