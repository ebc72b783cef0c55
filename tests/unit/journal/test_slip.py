from __future__ import annotations

import cbor2
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from counterfoil import codec
from counterfoil.journal import entry
from counterfoil.journal.entry import Core
from counterfoil.journal.slip import SLIP_CHARACTERS_MAX, TrainingSlip, decode_slip, encode_slip
from counterfoil.kernel.limits import SLIP_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.testing.builders_journal import base45, private_key, small_day, unbase45
from unit.journal.test_entry import FULL, LEAST, NODE_KEY, cores

GOLDEN_SLIP = (
    "CF1:F.G1YMX506H0Z50-C3360C7E55AX507H0QS00+0J61%H1CT1L+1RJGAH0H33N01 71100KB0*M0DY0MC1000D909.0%Q86I1Z76LP1IZA6R8L"
    "5A572OI2/T2H-2 73AJ3TU3U-3F6B100KB0*M0DY0W016C1PN1:Y1I12$C2BO2UZ2423ND3.O3G 3D.1Y24M84-J4FV4Y.4895RK51W5K/5*96DL6"
    "WW66:6PA7:L7IX7Y/7O6ABB8UM84Y8N09.B9GN9ZY9 :9+6ASCA2OALZA+1BEDBXOB7 B%0CYJGB7A0ECJPC% CC3DVED5QDO$D+1ER7AHFE QEA%"
    "ET4F3GFMRF-%F.2GEPGC60100892VU89R8W:SO68T59SELKB6 8ED.KLIKHEIS22F Q9L16LSF1S:.0XJRBXRHZA6JNP8T1W06*VINDRNAY123Z86"
    "Q9AG4OD4P74S9J1KOZZR4 0224X507H0QS00+0J61%H1CT1V+1572OI2/T2H-2 73AJ3TU3E/3 48OJQB2VD0HPLT-TII BUEVQIJ9RH7FDO/9D2U"
    "0 55EUE-R/U7R8U0%0%.2.ZQ+TJ8959M1B%Q1XQMP9/BFR1COED4R5ALKB0"
)
ORIGIN = "post.example/office/0417/node/3/1"


def test_golden_slip() -> None:
    """Frozen, like the core inside it."""
    slip = decode_slip(GOLDEN_SLIP)
    assert slip.core == FULL
    assert (
        encode_slip(slip.core_bytes, slip.key_id, slip.signature, slip.root, slip.checkpoint_signature) == GOLDEN_SLIP
    )
    NODE_KEY.public_key().verify(slip.signature, entry.core_message(slip.core_bytes))
    NODE_KEY.public_key().verify(slip.checkpoint_signature, slip.checkpoint(ORIGIN))
    assert slip.size == FULL.sequence + 1


@given(cores(), st.binary(min_size=4, max_size=4), st.binary(min_size=32, max_size=32))
def test_a_slip_is_canonical_cbor(core: Core, key_id: bytes, root: bytes) -> None:
    data = entry.encode_core(core)
    text = encode_slip(data, key_id, b"s" * 64, root, b"c" * 64)
    assert text == "CF1:" + base45(codec.encode([1, cbor2.loads(data), key_id, b"s" * 64, root, b"c" * 64]))
    slip = decode_slip(text)
    assert slip == decode_slip(text + "\n")
    assert (slip.core, slip.core_bytes, slip.key_id, slip.root) == (core, data, key_id, root)
    assert (slip.signature, slip.checkpoint_signature) == (b"s" * 64, b"c" * 64)


def test_the_longest_slip_fits() -> None:
    longest = Core(
        node=65_535,
        epoch=65_535,
        sequence=2**40 - 1,
        request_id=bytes(16),
        part=(23, 23),
        kind=65_535,
        actor_kind=5,
        actor_key_id=bytes(8),
        time_ms=2**63 - 1,
        amount=2**63 - 1,
        currency="USD",
        account_commitment=bytes(16),
        facts_commitment=bytes(32),
        approvals_hash=bytes(32),
        build=bytes(16),
        edition=bytes(16),
        center=(2**40, bytes(16)),
        salt=bytes(16),
        reverses=(65_535, 65_535, 2**40 - 1),
    )
    core = entry.encode_core(longest)
    assert len(core) <= entry.CORE_BYTES_MAX
    text = encode_slip(core, bytes(4), bytes(64), bytes(32), bytes(64))
    assert len(unbase45(text[4:])) <= SLIP_BYTES_MAX
    code = segno.make(text, error="m", boost_error=False, micro=False)
    assert code.mode == "alphanumeric"
    assert isinstance(code.version, int)
    assert code.version <= 17
    assert len(text) <= SLIP_CHARACTERS_MAX


def test_a_slip_yields_its_leaf() -> None:
    log = small_day()
    for index, leaf in enumerate(log.leaves):
        slip = decode_slip(log.slip(index))
        assert slip.leaf == leaf
        assert slip.core.sequence == index
        private_key(log.key_name).public_key().verify(slip.checkpoint_signature, slip.checkpoint(log.origin))


def test_a_training_slip_is_named() -> None:
    with pytest.raises(TrainingSlip):
        decode_slip("CFP:" + GOLDEN_SLIP[4:])


def test_another_version_is_refused_by_name() -> None:
    value = cbor2.loads(unbase45(GOLDEN_SLIP[4:]))
    with pytest.raises(codec.UnknownVersion, match="slip version 2"):
        decode_slip("CF1:" + base45(codec.encode([2, *value[1:]])))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CF1:",
        "CF2:" + GOLDEN_SLIP[4:],
        GOLDEN_SLIP + "\n\n",
        "\n" + GOLDEN_SLIP,
        GOLDEN_SLIP + " ",
        "CF1:" + "0" * 9_999,
    ],
)
def test_what_is_no_slip(text: str) -> None:
    with pytest.raises(Malformed):
        decode_slip(text)


def test_parts_of_wrong_length_are_not_printed() -> None:
    core = entry.encode_core(LEAST)
    for parts in (
        (core, bytes(3), bytes(64), bytes(32), bytes(64)),
        (core, bytes(4), bytes(63), bytes(32), bytes(64)),
        (core, bytes(4), bytes(64), bytes(32), bytes(65)),
        (core + bytes(200), bytes(4), bytes(64), bytes(32), bytes(64)),
    ):
        with pytest.raises(Malformed):
            encode_slip(*parts)


@given(st.text(max_size=700))
def test_random_text_is_refused(text: str) -> None:
    for prefix in ("", "CF1:"):
        with pytest.raises(Malformed):
            decode_slip(prefix + text)
