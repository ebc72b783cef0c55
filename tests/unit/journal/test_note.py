from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.note import (
    SIGNATURES_MAX,
    KeyAmbiguous,
    KeyMalformed,
    Note,
    NoteMalformed,
    NoteSignature,
    NoteUnverified,
    SignatureInvalid,
    VerifierKey,
    cosigner,
    is_name,
    note_signer,
    open_note,
    open_parsed,
    parse_note,
    parse_verifier_key,
    sign_note,
)
from counterfoil.journal.strictbase64 import to_base64
from counterfoil.kernel.limits import NOTE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed
from unit.journal.keys import log_key, private, witness_key

TEXT = "Say what you promise,\n\nthen keep it.\n"
BOTH = sign_note(
    Note(TEXT, ()), [note_signer("ana.example", private("ana.example")), note_signer("ben", private("ben"))]
)
ANA, BEN = log_key("ana.example"), log_key("ben")
ANA_LINE, BEN_LINE = (signature.line() for signature in BOTH.signatures)
OTHER_BEN_LINE = NoteSignature("ben", BEN.key_id, bytes(70)).line()


def note_of(*lines: str, text: str = TEXT) -> bytes:
    return (text + "\n" + "".join(lines)).encode()


def test_sign_parse_open() -> None:
    data = BOTH.to_bytes()
    assert data == note_of(ANA_LINE, BEN_LINE)
    assert parse_note(data) == BOTH
    opened = open_note(data, [ANA, BEN])
    assert opened.text == TEXT
    assert [key for key, _ in opened.verified] == [ANA, BEN]
    assert opened.unverified == ()


def test_signing_again_replaces_the_older_line() -> None:
    old = Note(TEXT, (NoteSignature("ana.example", ANA.key_id, b"old"), BOTH.signatures[1]))
    again = sign_note(old, [note_signer("ana.example", private("ana.example"))])
    assert again.signatures == (BOTH.signatures[1], BOTH.signatures[0])


@pytest.mark.parametrize(
    ("lines", "keys", "verified", "unverified"),
    [
        ([ANA_LINE, BEN_LINE], [ANA], ["ana.example"], ["ben"]),
        ([ANA_LINE, BEN_LINE], [BEN, ANA], ["ana.example", "ben"], []),  # In the note's order.
        ([ANA_LINE], [BEN, ANA, BEN], ["ana.example"], []),  # A doubled key that is not used does no harm.
        ([ANA_LINE, ANA_LINE, BEN_LINE, BEN_LINE, OTHER_BEN_LINE], [ANA], ["ana.example"], ["ben", "ben"]),
        ([BEN_LINE, OTHER_BEN_LINE], [BEN], ["ben"], []),  # The second line of a known key is not read.
        ([ANA_LINE, NoteSignature("ana.example", bytes(4), b"x").line()], [ANA], ["ana.example"], ["ana.example"]),
        ([ANA_LINE, NoteSignature("carl", ANA.key_id, b"x").line()], [ANA], ["ana.example"], ["carl"]),
    ],
)
def test_open_as_golang_does(
    lines: list[str], keys: list[VerifierKey], verified: list[str], unverified: list[str]
) -> None:
    opened = open_note(note_of(*lines), keys)
    assert [key.name for key, _ in opened.verified] == verified
    assert [signature.name for signature in opened.unverified] == unverified


@pytest.mark.parametrize(
    ("data", "keys", "error"),
    [
        (note_of(OTHER_BEN_LINE, BEN_LINE), [BEN], SignatureInvalid),
        (note_of(ANA_LINE, OTHER_BEN_LINE), [ANA, BEN], SignatureInvalid),  # One good signature does not help.
        (note_of(BEN_LINE, text="Another.\n"), [BEN], SignatureInvalid),
        (note_of(BEN_LINE), [], NoteUnverified),
        (note_of(BEN_LINE), [ANA], NoteUnverified),
        (note_of(BEN_LINE), [BEN, ANA, BEN], KeyAmbiguous),
        (note_of(), [ANA], NoteMalformed),
        (TEXT.encode(), [ANA], NoteMalformed),
        (b"", [ANA], NoteMalformed),
        (b"\n\n", [ANA], NoteMalformed),
        (note_of(ANA_LINE)[:-1], [ANA], NoteMalformed),
        (note_of(ANA_LINE, "\n"), [ANA], NoteMalformed),
        (note_of(ANA_LINE, "Unexpected line.\n"), [ANA], NoteMalformed),
        (note_of(ANA_LINE.replace("—", "-")), [ANA], NoteMalformed),
        (note_of(ANA_LINE.replace("ana.example", "ana example")), [ANA], NoteMalformed),
        (note_of(ANA_LINE.replace("ana.example", "ana+example")), [ANA], NoteMalformed),
        (note_of(ANA_LINE.replace("ana.example ", " ")), [ANA], NoteMalformed),
        (note_of("— ben AAAAAA==\n"), [BEN], NoteMalformed),  # A key id and nothing signed.
        (note_of("— ben \n"), [BEN], NoteMalformed),
        (note_of("— ben\n"), [BEN], NoteMalformed),
        (note_of("— ben !!!!\n"), [BEN], NoteMalformed),
        (note_of(*[ANA_LINE] * (SIGNATURES_MAX + 1)), [ANA], NoteMalformed),
        (b"\x01" + note_of(ANA_LINE), [ANA], NoteMalformed),
        (b"\t" + note_of(ANA_LINE), [ANA], NoteMalformed),
        (note_of(ANA_LINE).replace(b"\n", b"\r\n"), [ANA], NoteMalformed),
        (b"\xff" + note_of(ANA_LINE), [ANA], NoteMalformed),
        (b"a" * NOTE_BYTES_MAX + note_of(ANA_LINE), [ANA], NoteMalformed),
    ],
)
def test_refused(data: bytes, keys: list[VerifierKey], error: type[Malformed]) -> None:
    with pytest.raises(Malformed) as caught:
        open_note(data, keys)
    assert type(caught.value) is error
    assert len(str(caught.value)) < 500


def test_as_many_signatures_as_allowed() -> None:
    others = [NoteSignature(f"other{number}", bytes(4), b"x").line() for number in range(SIGNATURES_MAX - 1)]
    assert len(open_note(note_of(*others, ANA_LINE), [ANA]).unverified) == SIGNATURES_MAX - 1


def test_an_unverified_note_can_still_be_looked_at() -> None:
    with pytest.raises(NoteUnverified) as caught:
        open_note(BOTH.to_bytes(), [])
    assert caught.value.note == BOTH


@given(st.integers(0, 31).filter(lambda code: code != 10), st.integers(0, 200))
def test_no_note_contains_a_zero_byte(code: int, place: int) -> None:
    data = note_of(ANA_LINE)
    place = place % len(data)
    with pytest.raises(NoteMalformed):
        open_note(data[:place] + bytes((code,)) + data[place:], [ANA])
    with pytest.raises(NoteMalformed):
        Note(f"before{chr(code)}after\n", ())


def test_every_changed_bit_of_a_note_is_refused() -> None:
    data = note_of(ANA_LINE)
    for place in range(len(data)):
        for bit in range(8):
            changed = data[:place] + bytes((data[place] ^ 1 << bit,)) + data[place + 1 :]
            with pytest.raises(Malformed):
                open_note(changed, [ANA])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_malformed(data: bytes) -> None:
    try:
        note = parse_note(data)
    except Malformed:
        return
    assert note.to_bytes() == data


@given(st.data())
def test_mutated_notes_are_refused_or_the_same_note(data: st.DataObject) -> None:
    whole = BOTH.to_bytes()
    start, end = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    changed = whole[:start] + data.draw(st.binary(max_size=6)) + whole[end:]
    try:
        opened = open_note(changed, [ANA, BEN])
    except Malformed:
        return
    assert opened.text == TEXT  # Only signature lines can go without the text's loss.


@given(st.text(min_size=1, max_size=80).map(lambda text: text + "\n"))
def test_any_allowed_text_is_kept_to_the_letter(text: str) -> None:
    try:
        note = Note(text, ())
    except NoteMalformed:
        assert any(character < " " and character != "\n" for character in text)
        return
    signed = sign_note(note, [note_signer("ben", private("ben"))])
    assert open_note(signed.to_bytes(), [BEN]).text == text


@pytest.mark.parametrize("text", ["", "no newline", "\ud800\n"])
def test_a_note_cannot_be_built_wrong(text: str) -> None:
    with pytest.raises(NoteMalformed):
        Note(text, ())


def test_a_witness_signs_beside_the_log() -> None:
    note = sign_note(BOTH, [cosigner("w.example", private("w.example"), time=1_700_000_000)])
    opened = open_parsed(note, [witness_key("w.example"), ANA])
    assert [key for key, _ in opened.verified] == [ANA, witness_key("w.example")]
    with pytest.raises(SignatureInvalid):
        open_parsed(Note("Changed.\n", note.signatures[2:]), [witness_key("w.example")])


@pytest.mark.parametrize("key", [ANA, BEN, witness_key("w.example"), log_key("poste.example/ñ")])
def test_a_verifier_key_reads_back(key: VerifierKey) -> None:
    assert parse_verifier_key(str(key)) == key


def test_every_slice_and_change_of_a_verifier_key_is_refused() -> None:
    text = str(ANA)
    changed = {text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)} - {text}
    changed |= {text[:at] + chr(ord(text[at]) + 1) + text[at + 1 :] for at in range(len(text))}
    for other in changed:
        with pytest.raises(KeyMalformed):
            parse_verifier_key(other)


def other_key(algorithm: int, public: bytes) -> str:
    """A verifier key with a right key id, whatever the algorithm."""
    from counterfoil.journal.note import key_id

    data = bytes((algorithm,)) + public
    return f"x.example+{key_id('x.example', algorithm, public).hex()}+{to_base64(data)}"


@pytest.mark.parametrize(
    "text",
    [
        other_key(2, bytes(91)),  # ECDSA
        other_key(6, bytes(1312)),  # ML-DSA-44: over the limit of characters too
        other_key(6, bytes(32)),
        other_key(0x65, bytes(32)),
        other_key(1, bytes(31)),
        other_key(1, bytes(33)),
        other_key(1, b""),
        "x.example+00000000+",
        str(ANA).replace(ANA.key_id.hex(), ANA.key_id.hex().upper()),
        str(ANA) + "\n",
        " " + str(ANA),
        "a" * 100_000,
        "+" * 1_000,
    ],
)
def test_keys_of_no_use_are_refused(text: str) -> None:
    with pytest.raises(KeyMalformed):
        parse_verifier_key(text)


@given(st.text(max_size=120))
def test_any_text_is_a_verifier_key_or_malformed(text: str) -> None:
    with pytest.raises(KeyMalformed):
        parse_verifier_key(text)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("example.com/log", True),
        ("ñandú.example", True),
        ("", False),
        ("a b", False),
        ("a\u00a0b", False),
        ("a\u2003b", False),
        ("a\u3000b", False),
        ("a\u0085b", False),
        ("a+b", False),
        ("a\nb", False),
        ("a\x00b", False),
        ("a\ud800b", False),
    ],
)
def test_names(name: str, good: bool) -> None:
    assert is_name(name) is good
    if not good:
        with pytest.raises(KeyMalformed):
            VerifierKey(name, 1, bytes(32))
        with pytest.raises(NoteMalformed):
            NoteSignature(name, bytes(4), b"x")
