"""The papers as PDF, read back by another program: what they say, how they are tagged, and that nothing overlaps."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest

from counterfoil.engines.printing import pdf
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD, Money, parse_decimal
from counterfoil.kernel.outcomes import Fault, Unavailable
from counterfoil.operations.compute import answer
from counterfoil.operations.documents.paper import Paper, Words, texts
from counterfoil.operations.documents.reading import values_of, write
from unit.documents import pdfs
from unit.documents.samples import EVERY, content, paper

SEED = 20_260_302
LOANS = 50
EVERY_SIZE = [(*one, large) for one in EVERY for large in (False, True)]


def flat(text: str) -> str:
    return " ".join(text.split())


# What the text says


def some_loan(chance: random.Random) -> dict[str, Any]:
    """The terms of a loan such as a village office gives, as ``compute schedule`` takes them."""
    unit, every = chance.choice([("WEEKS", 1), ("WEEKS", 2), ("MONTHS", 1), ("DAYS", 14)])
    parameters = {
        "principal": f"{chance.randint(20, 500)}.{chance.randint(0, 99):02}",
        "rate_percent": f"{chance.randint(0, 35)}.{chance.randint(0, 99):02}",
        "number_of_repayments": chance.randint(1, 26),
        "repay_every": every,
        "repay_unit": unit,
        "day_count": chance.choice(["30/360", "ACT/365", "ACT/ACT"]),
        "disbursed_on": date.fromordinal(date(2026, 1, 1).toordinal() + chance.randrange(730)).isoformat(),
    }
    return {"convention": "progressive_emi", "parameters": parameters}


def rate_asked(asked: dict[str, Any], rows: list[dict[str, str]]) -> dict[str, Any]:
    """What ``compute apr`` is asked about these payments: they follow the money by whole unit-periods."""
    parameters = asked["parameters"]
    a_year: Any = {("WEEKS", 1): 52, ("WEEKS", 2): 26, ("DAYS", 14): 26, ("MONTHS", 1): 12}[
        parameters["repay_unit"], parameters["repay_every"]
    ]
    days = (date.fromisoformat(rows[0]["due_date"]) - date.fromisoformat(parameters["disbursed_on"])).days
    if len(rows) == 1 and parameters["repay_unit"] != "MONTHS":
        a_year = [365, days]  # A single payment makes its own term the unit-period.
    return {
        "advances": [{"amount": parameters["principal"], "t": 0}],
        "payments": [{"amount": row["total"], "t": t} for t, row in enumerate(rows, start=1)],
        "unit_periods_per_year": a_year,
    }


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_text_of_fifty_loans_is_what_compute_answers(language: str) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    words = Words(language, USD, catalog(language))
    for number in range(LOANS):
        asked = some_loan(chance)
        rows = answer("schedule", asked)["result"]["value"]
        rate = answer("apr", rate_asked(asked, rows))["result"]["apr_percent"]
        made = write("loan", values_of("loan", {"head": content("loan")["head"], **asked}), language, words.translate)
        data = pdf.render(made, large=number % 2 == 1)
        read = pdfs.read(data)
        assert "Table" in read.tags
        assert run_together(read) == []

        def money(text: str) -> str:
            return str(parse_decimal(text, USD))

        lines = [
            " ".join((
                str(place), words.day(date.fromisoformat(row["due_date"])), money(row["total"]),
                money(row["principal"]), money(row["interest"]), money(row["balance_after"]),
            ))
            for place, row in enumerate(rows, start=1)
        ]  # fmt: skip
        total = sum((Fraction(row["total"]) for row in rows), Fraction(0))
        charge = total - Fraction(asked["parameters"]["principal"])
        figures = (charge, total - charge, total)
        boxes = [f"{rate}%", *(str(Money((figure * 100).numerator, USD)) for figure in figures)]
        text = flat(re.sub(page_foot(made, words), " ", read.text))
        assert " ".join(lines) in text, f"seed {SEED}, loan {number}: {asked}"
        in_boxes = re.findall(r"[\d.,]+%|\$[\d,.]+\d", text[: text.index(words.say("When you pay"))])
        assert sorted(in_boxes) == sorted(boxes), f"seed {SEED}, loan {number}: {asked}"


def page_foot(made: Paper, words: Words) -> str:
    """What stands between the rows of a table that goes on over a page: the foot, and the names of its columns."""
    said = re.escape(words.say("Page {page} of {pages}", page="1", pages="1")).replace("1", r"\d+")
    columns = " ".join(words.say(name) for name in ("No.", "Due on", "Payment", "Pays back", "Interest", "Still owed"))
    return rf"{re.escape(f'{made.office} · {made.number}')} {said}( {re.escape(columns)})?"


@pytest.mark.parametrize(("kind", "language", "large"), EVERY_SIZE)
def test_everything_that_is_said_is_on_the_paper(kind: str, language: str, large: bool) -> None:
    made = paper(kind, language)
    text = pdfs.read(pdf.render(made, large=large)).text
    # A cell's text may be broken into lines beside its neighbors', so a table's texts are looked for word by word.
    missing = [one for one in texts(made) if not all(word in text for word in one.split())]
    assert missing == []


def test_a_name_is_never_markup() -> None:
    name = '#eval("1") *bold* _x_ $a^2$ @ref <l> \\ // [x] "q" = - + /'
    head = {**content("savings")["head"], "customer": name}
    assert flat(name) in pdfs.read(pdf.render(paper("savings", head=head))).text


# How it is made


@pytest.mark.parametrize(("kind", "language", "large"), EVERY_SIZE)
def test_every_paper_is_tagged(kind: str, language: str, large: bool) -> None:
    made = paper(kind, language)
    data = pdf.render(made, large=large)
    read = pdfs.read(data)
    assert all(pdfs.catalog_entries(data).values()), pdfs.catalog_entries(data)
    assert pdfs.language(data) == f"{language}-US"
    assert read.title == made.title
    assert read.tags[0] == "Document"
    kinds = {type(block).__name__ for block in made.blocks}
    assert ("H1" in read.tags) == ("Heading" in kinds)
    assert ("Table" in read.tags) == bool(kinds & {"Table", "Boxes"})
    assert read.tags.count("TH") >= 2 or "Table" not in read.tags or kind == "money-order"
    assert "Figure" not in read.tags, "a picture would need words for who cannot see it"


@pytest.mark.parametrize(("kind", "language", "large"), EVERY_SIZE)
def test_no_text_runs_into_another(kind: str, language: str, large: bool) -> None:
    assert run_together(pdfs.read(pdf.render(paper(kind, language), large=large))) == []


def run_together(read: pdfs.Read) -> list[tuple[pdfs.Place, ...]]:
    """Texts that stand beyond the edge of their page, and pairs that stand on each other by more than a point."""
    found: list[tuple[pdfs.Place, ...]] = []
    for (width, height), places in zip(read.sizes, read.boxes, strict=True):
        found += [(one,) for one in places if min(one) < 0 or one[2] > width or one[3] > height]
        for one, other in combinations(places, 2):
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            if across >= 1 and down >= 1:
                found.append((one, other))
    return found


@pytest.mark.parametrize("language", ["en", "es"])
def test_large_amounts_and_long_names_have_room_in_large_print(language: str) -> None:
    lines = [{"on": "2026-03-02", "what": "Deposit", "amount": 125_000_000, "balance": 1_125_000_000}]
    head = {
        **content("statement")["head"],
        "customer": "María de los Ángeles Hernández-Villanueva y Ortiz del Castillo",
    }
    made = paper("statement", language, head=head, opening=1_000_000_000, movements=lines, earned=None)
    assert run_together(pdfs.read(pdf.render(made, large=True))) == []
    documents = [{"kind": "Licencia", "issued_by": "Departamento de Vehículos Motorizados", "number": "A-1"}]
    assert run_together(pdfs.read(pdf.render(paper("identity", language, documents=documents), large=True))) == []
    loan = content("loan")
    loan["parameters"] |= {"principal": "1000.00", "number_of_repayments": 26, "instalment_fee": "1.50"}
    made = write("loan", values_of("loan", loan), language, catalog(language))
    assert run_together(pdfs.read(pdf.render(made, large=True))) == []


def test_the_same_paper_gives_the_same_bytes() -> None:
    made = paper("loan", "es")
    data = pdf.render(made)
    pdf.own_fonts.cache_clear()
    assert pdf.render(made) == data
    assert b"D:20260302" in data, "the day comes from the paper"
    assert pdf.render(replace(made, on=date(2026, 3, 3))) != data


@pytest.mark.parametrize("kind", ["loan", "passbook"])
def test_the_fonts_are_ours(kind: str) -> None:
    data = pdf.render(paper(kind, "es"))
    assert pdfs.fonts(data) == {"AtkinsonHyperlegible-Regular", "AtkinsonHyperlegible-Bold"}
    assert data.count(b"/FontFile") >= 2, "they are embedded"


def test_letters_beyond_our_font_come_from_what_typst_carries() -> None:
    head = {**content("savings")["head"], "customer": "Ελένη Łódź Пётр"}
    data = pdf.render(paper("savings", head=head))
    assert "Ελένη Łódź Пётр" in pdfs.read(data).text
    assert "LibertinusSerif-Bold" in pdfs.fonts(data)


def test_a_letter_that_no_font_has_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_all_fonts", pdf.own_fonts)
    head = {
        **content("savings")["head"],
        "customer": "\U00012000",
    }  # Cuneiform: no machine can be counted on to have it.
    with pytest.raises(Unavailable, match="no font on this computer has the letters of"):
        pdf.render(paper("savings", head=head))


def test_a_layout_that_does_not_hold_is_our_fault() -> None:
    with pytest.raises(Fault, match="the layout"):
        pdf.render(replace(paper("savings"), size="napkin"))


def test_large_print_is_large() -> None:
    made = paper("savings")
    plain, large = (pdfs.read(pdf.render(made, large=large)) for large in (False, True))
    assert plain.text.split()[:5] == large.text.split()[:5]
    highest = [max(top - bottom for _, bottom, _, top in read.boxes[0]) for read in (plain, large)]
    assert highest[1] > highest[0] * 1.3


def test_a_money_order_is_one_page() -> None:
    assert pdfs.read(pdf.render(paper("money-order"))).pages == 1
    assert pdfs.read(pdf.render(paper("passbook"))).pages == 1


def test_a_long_table_repeats_its_names_on_every_page() -> None:
    lines = [{"on": "2026-03-02", "what": "Deposit", "amount": 1, "balance": 41_250 + n} for n in range(1, 121)]
    read = pdfs.read(pdf.render(paper("statement", movements=lines, earned=None)))
    assert read.pages == 4
    assert read.text.count("Day What In or out Balance") == 4
