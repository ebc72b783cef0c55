"""The line of a check: read in every notation, printed and read back, and refused by name when it is not one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.check_digits import routing_number
from counterfoil.products.micr import FINGERPRINT_BYTES, NOTATIONS, Line, fingerprint, read_line

ROUTING = "021000021"


def completed(stem: str) -> str:
    """The routing number that begins with eight digits."""
    return next(stem + last for last in "0123456789" if routing_number(stem + last))


routings = st.from_regex(r"[0-9]{8}", fullmatch=True).map(completed).filter(lambda text: text != "000000000")
accounts = st.from_regex(r"[0-9]{1,19}", fullmatch=True)
serials = st.from_regex(r"[0-9]{1,15}", fullmatch=True).filter(lambda text: text.strip("0"))
lines = st.builds(Line, routings, accounts, serials, st.one_of(st.none(), st.integers(1, 9_999_999_999)), st.booleans())


@given(line=lines, notation=st.sampled_from(sorted(NOTATIONS)))
def test_what_is_printed_reads_back(line: Line, notation: str) -> None:
    assert read_line(line.printed(notation)) == line


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("⑆021000021⑆ 123456789⑈ 0101", Line(ROUTING, "123456789", "0101")),  # a personal check
        ("⑆021000021⑆123456789⑈0101 ⑇0000051240⑇", Line(ROUTING, "123456789", "0101", 51_240)),
        ("⑈004417⑈ ⑆021000021⑆ 77⑉0042⑉1⑈", Line(ROUTING, "7700421", "004417", aux=True)),  # a payroll check
        ("⑈004417⑈ ⑆021000021⑆ 7700421⑈ 03", Line(ROUTING, "7700421", "004417", aux=True)),  # a code of the bank's
        ("⑆021000021⑆ 0101⑈ 123456789⑈", Line(ROUTING, "123456789", "0101")),  # the number first
        ("c004417c a021000021a 7700421c", Line(ROUTING, "7700421", "004417", aux=True)),
        ("T021000021T 12-345U 0101 $0000051240$", Line(ROUTING, "12345", "0101", 51_240)),
        (":021000021: 12345< 0101", Line(ROUTING, "12345", "0101")),
        ("⑈22⑈ 4⑆021000021⑆ 12345⑈", Line(ROUTING, "12345", "22", aux=True)),  # with the sign of a truncated image
    ],
)
def test_lines_as_they_stand_on_checks(text: str, read: Line) -> None:
    assert read_line(text) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a line"),
        (" " * 10, "not a line"),
        ("0" * 81, "not a line"),
        ("⑆021000012⑆ 123456789⑈ 0101", "check digit"),  # two digits changed places
        ("⑆021000031⑆ 123456789⑈ 0101", "check digit"),  # one digit altered
        ("⑆000000000⑆ 123456789⑈ 0101", "check digit"),
        ("⑆02100002⑆ 123456789⑈ 0101", "nine digits"),
        ("⑆12345⑉678⑆ 123456789⑈ 0101", "abroad"),
        ("⑆0210?0021⑆ 123456789⑈ 0101", "place 6"),  # a sign that the reader could not see
        ("⑆021000021A 123456789⑈ 0101", "another notation"),
        ("⑆021000021⑆ 123456789⑈ 0101 ⑇51240⑇", "amount field"),
        ("⑆021000021⑆ 123456789⑈ 0101 ⑇0000000000⑇", "amount field"),
        ("⑆021000021⑆ 123456789⑈ 0101 ⑇0000051240", "amount symbols"),
        ("021000021⑆ 123456789⑈ 0101", "transit symbols"),
        ("⑆021000021⑆ 123456789", "no account"),
        ("⑆021000021⑆ ⑈", "no account"),
        ("⑆021000021⑆ 1⑈2⑈3", "no account"),
        ("⑆021000021⑆ 123456789⑈", "no check number"),
        ("⑆021000021⑆ 123456789⑈ 000", "no check number"),
        ("⑇0000051240⑇ ⑆021000021⑆ 123456789⑈ 0101", "order"),
        ("⑆021000021⑆ 12345678901234567890⑈ 1", "no account"),
        ("٠٢١٠٠٠٠٢١", "place 1"),  # digits of another script
    ],
)
def test_an_altered_line_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(Malformed) as error:
        read_line(text, field="details.micr")
    assert error.value.field == "details.micr"
    assert said in str(error.value)
    assert len(str(error.value)) < 300


def whatever(text: str) -> Line | None:
    """The line, or None if it was refused by name."""
    try:
        return read_line(text)
    except Malformed as error:
        return None if error.field == "micr" else Line("", "", "")


@given(text=st.text(alphabet="0123456789⑆⑇⑈⑉ABCDTU$-:;<= ?x", max_size=90))
def test_whatever_a_reader_sends_is_read_or_refused(text: str) -> None:
    line = whatever(text)
    assert line is None or read_line(line.printed()) == line


@given(line=lines, place=st.integers(0, 8), digit=st.sampled_from("0123456789"))
def test_one_altered_digit_of_the_routing_number_is_seen(line: Line, place: int, digit: str) -> None:
    altered = line.routing[:place] + digit + line.routing[place + 1 :]
    if altered != line.routing:
        with pytest.raises(Malformed):
            read_line(line._replace(routing=altered).printed())


def test_a_fingerprint_is_of_the_check_and_of_nothing_else() -> None:
    first = fingerprint(ROUTING, "123456789", "0101", 51_240)
    assert len(first) == FINGERPRINT_BYTES
    assert fingerprint(ROUTING, "00123456789", "101", 51_240) == first, "readers differ in leading zeros"
    others = [
        fingerprint("026013673", "123456789", "0101", 51_240), fingerprint(ROUTING, "123456780", "0101", 51_240),
        fingerprint(ROUTING, "123456789", "0102", 51_240), fingerprint(ROUTING, "123456789", "0101", 51_241),
        fingerprint(ROUTING, "1234567890", "101", 51_240),
    ]  # fmt: skip
    assert first not in others
    assert len(set(others)) == len(others)
