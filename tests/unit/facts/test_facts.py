"""Facts keep their bytes: golden hexadecimal of every one, with and without its optional fields.

A line here is never changed once released. A new field goes last, defaults to None and gets a line of its own; a new
meaning is a new version.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from cases import PRODUCTS
from counterfoil import codec
from counterfoil.codec import UnknownVersion
from counterfoil.facts import counter, customers, money, office
from counterfoil.facts.kinds import KINDS, Actor, kind_named, kind_numbered
from counterfoil.facts.record import Count, Fact, every_fact, fact_bytes, fact_value, read_fact, read_own_fact
from counterfoil.kernel.outcomes import Malformed

MODULES = (counter, customers, money, office)
"""Importing them registers their facts."""

# fact → canonical bytes with every field, and with only those that are never absent.
GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("EpochOpened", 1, 1): (
        "830101aa016974657874203120c3b10243020202036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1071903ef081903f009430909090a6a7465787420313020c3b1",
        "830101a6016974657874203120c3b10243020202036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1",
    ),
    ("EpochClosed", 2, 1): (
        "830201a20143010101026974657874203220c3b1",
        "830201a20143010101026974657874203220c3b1",
    ),
    ("EditionTaken", 3, 1): (
        "830301a20143010101026974657874203220c3b1",
        "830301a20143010101026974657874203220c3b1",
    ),
    ("ClerkEnrolled", 4, 1): (
        "830401a5016974657874203120c3b10243020202036974657874203320c3b1046974657874203420c3b1051903ed",
        "830401a5016974657874203120c3b10243020202036974657874203320c3b1046974657874203420c3b1051903ed",
    ),
    ("KeyRevoked", 6, 1): (
        "830601a4016974657874203120c3b10243020202036974657874203320c3b104f4",
        "830601a4016974657874203120c3b10243020202036974657874203320c3b104f4",
    ),
    ("DayOpened", 20, 1): (
        "831401a6016974657874203120c3b1026974657874203220c3b10382038361784179f5046974657874203420c3b105697465"
        "7874203520c3b1066974657874203620c3b1",
        "831401a6016974657874203120c3b1026974657874203220c3b10382038361784179f5046974657874203420c3b105697465"
        "7874203520c3b1066974657874203620c3b1",
    ),
    ("VaultCounted", 21, 1): (
        "831501a4016974657874203120c3b1021903ea031903eb04a16334303004",
        "831501a4016974657874203120c3b1021903ea031903eb04a16334303004",
    ),
    ("DayClosed", 22, 1): (
        "831601a4016974657874203120c3b1021903ea0382038361784179f504f4",
        "831601a4016974657874203120c3b1021903ea0382038361784179f504f4",
    ),
    ("TillOpened", 30, 1): (
        "83181e01a7016974657874203120c3b1026974657874203220c3b103f5041903ec051903ed06a16336303006076974657874"
        "203720c3b1",
        "83181e01a7016974657874203120c3b1026974657874203220c3b103f5041903ec051903ed06a16336303006076974657874"
        "203720c3b1",
    ),
    ("CashFromVault", 31, 1): (
        "83181f01a3016974657874203120c3b1021903ea03a16333303003",
        "83181f01a2016974657874203120c3b1021903ea",
    ),
    ("CashToVault", 32, 1): (
        "83182001a3016974657874203120c3b1021903ea03a16333303003",
        "83182001a2016974657874203120c3b1021903ea",
    ),
    ("TillHandedOver", 33, 1): (
        "83182101a4016974657874203120c3b1026974657874203220c3b1031903eb04a16334303004",
        "83182101a3016974657874203120c3b1026974657874203220c3b1031903eb",
    ),
    ("CashExchanged", 34, 1): (
        "83182201a7016974657874203120c3b1021903ea03a1633330300304a16334303004056974657874203520c3b1066974657874203620c3b1"
        "076974657874203720c3b1",
        "83182201a4016974657874203120c3b1021903ea03a1633330300304a16334303004",
    ),
    ("SuspectNoteKept", 35, 1): (
        "83182301a5016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1056974657874203520c3b1",
        "83182301a4016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1",
    ),
    ("SurpriseCounted", 36, 1): (
        "83182401a4016974657874203120c3b1021903ea031903eb04a16334303004",
        "83182401a4016974657874203120c3b1021903ea031903eb04a16334303004",
    ),
    ("TillReported", 37, 1): (
        "83182501a2016974657874203120c3b10282028361784179f5",
        "83182501a2016974657874203120c3b10282028361784179f5",
    ),
    ("TillCounted", 38, 1): (
        "83182601a8016974657874203120c3b1026974657874203220c3b1031903eb041903ec05a16335303005061903ee071903ef"
        "08a16338303008",
        "83182601a7016974657874203120c3b1026974657874203220c3b1031903eb041903ec05a16335303005061903ee071903ef",
    ),
    ("TillClosed", 39, 1): (
        "83182701ac016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed061903ee07697465787420"
        "3720c3b1081903f00982098361784179f50a6a7465787420313020c3b10b6a7465787420313120c3b10c6a74657874203132"
        "20c3b1",
        "83182701a9016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed061903ee07697465787420"
        "3720c3b1081903f00982098361784179f5",
    ),
    ("DifferenceDisputed", 40, 1): (
        "83182801a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "83182801a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("DifferenceAccepted", 42, 1): (
        "83182a01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "83182a01a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("PouchSent", 43, 1): (
        "83182b01a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b105a16335303005",
        "83182b01a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
    ),
    ("PouchReceived", 44, 1): (
        "83182c01a7016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106f407a1"
        "6337303007",
        "83182c01a6016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106f4",
    ),
    ("PouchLost", 45, 1): (
        "83182d01a3016974657874203120c3b1021903ea036974657874203320c3b1",
        "83182d01a3016974657874203120c3b1021903ea036974657874203320c3b1",
    ),
    ("StockReceived", 50, 1): (
        "83183201a4016974657874203120c3b1021903ea031903eb041903ec",
        "83183201a4016974657874203120c3b1021903ea031903eb041903ec",
    ),
    ("StockToTill", 51, 1): (
        "83183301a5016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed",
        "83183301a5016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed",
    ),
    ("StockFromTill", 52, 1): (
        "83183401a5016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed",
        "83183401a5016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed",
    ),
    ("StampsSold", 53, 1): (
        "83183501a6016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed066974657874203620c3b1",
        "83183501a6016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed066974657874203620c3b1",
    ),
    ("CustomerOpened", 60, 1): (
        "83183c01a3016974657874203120c3b1026974657874203220c3b10343030303",
        "83183c01a3016974657874203120c3b1026974657874203220c3b10343030303",
    ),
    ("CustomerChanged", 61, 1): (
        "83183d01a4016974657874203120c3b102430202020382038361784179f504f4",
        "83183d01a4016974657874203120c3b102430202020382038361784179f504f4",
    ),
    ("AccountOpened", 62, 1): (
        "83183e01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "83183e01a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("AccountClosed", 63, 1): (
        "83183f01a2016974657874203120c3b1026974657874203220c3b1",
        "83183f01a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("AccountReopened", 64, 1): (
        "83184001a2016974657874203120c3b1026974657874203220c3b1",
        "83184001a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("AccountFrozen", 65, 1): (
        "83184101a2016974657874203120c3b1026974657874203220c3b1",
        "83184101a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("AccountUnfrozen", 66, 1): (
        "83184201a2016974657874203120c3b1026974657874203220c3b1",
        "83184201a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("LegalHoldPlaced", 67, 1): (
        "83184301a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
        "83184301a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
    ),
    ("LegalHoldReleased", 68, 1): (
        "83184401a5016974657874203120c3b1026974657874203220c3b1031903eb0443040404056974657874203520c3b1",
        "83184401a5016974657874203120c3b1026974657874203220c3b1031903eb0443040404056974657874203520c3b1",
    ),
    ("BalanceTold", 69, 1): (
        "83184501a4016974657874203120c3b1021903ea031903eb046974657874203420c3b1",
        "83184501a3016974657874203120c3b1021903ea031903eb",
    ),
    ("CashDeposited", 80, 1): (
        "83185001a9016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1086974657874203820c3b109a16339303009",
        "83185001a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1056974657874203520c3b1",
    ),
    ("CashWithdrawn", 81, 1): (
        "83185101a9016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1086974657874203820c3b109a16339303009",
        "83185101a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1056974657874203520c3b1",
    ),
    ("Transferred", 82, 1): (
        "83185201a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1056974657874203520c3b1",
        "83185201a3016974657874203120c3b1026974657874203220c3b1031903eb",
    ),
    ("Reversed", 83, 1): (
        "83185301aa011903e9021903ea036974657874203320c3b10482048361784179f5056974657874203520c3b1066974657874"
        "203620c3b1076974657874203720c3b1086974657874203820c3b1091903f10a1903f2",
        "83185301a6011903e9021903ea036974657874203320c3b10482048361784179f5056974657874203520c3b1066974657874"
        "203620c3b1",
    ),
    ("HouseAdvanced", 84, 1): (
        "83185401a3016974657874203120c3b1026974657874203220c3b1031903eb",
        "83185401a3016974657874203120c3b1026974657874203220c3b1031903eb",
    ),
    ("HouseMoved", 85, 1): (
        "83185501a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1056974657874203520c3b1",
        "83185501a5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1056974657874203520c3b1",
    ),
    ("VisitSettled", 90, 1): (
        "83185a01a4011903e9021903ea031903eb041903ec",
        "83185a01a4011903e9021903ea031903eb041903ec",
    ),
}


def sample(cls: type[Fact], *, optional: bool = True) -> Fact:
    """A fact whose n-th field says n in the way of its type; ``optional``: with the fields that may be absent."""
    values: dict[str, Any] = {}
    hints = get_type_hints(cls)
    for place, field in enumerate(fields(cls), start=1):
        hint = hints[field.name]
        may_be_absent = type(None) in get_args(hint)
        if may_be_absent and not optional:
            continue
        kind = next(a for a in get_args(hint) if a is not type(None)) if may_be_absent else hint
        values[field.name] = {
            int: 1000 + place, str: f"text {place} ñ", bytes: bytes([place]) * 3, bool: place % 2 == 1,
            list[Any]: [place, ["x", b"y", True]], Count: {str(100 * place): place},
        }[kind]  # fmt: skip
    return cls(**values)


for _product in PRODUCTS:
    GOLDEN |= _product.GOLDEN


def known() -> dict[tuple[str, int, int], type[Fact]]:
    return {(cls.__name__, number, version): cls for (number, version), cls in every_fact().items()}


@pytest.mark.parametrize("name", GOLDEN, ids=lambda name: "-".join(map(str, name)))
def test_facts_keep_their_bytes(name: tuple[str, int, int]) -> None:
    cls = known()[name]
    for optional, golden in zip((True, False), GOLDEN[name], strict=True):
        fact = sample(cls, optional=optional)
        assert codec.encode(fact_value(fact)).hex() == golden
        assert read_fact(codec.decode(bytes.fromhex(golden))) == fact


def test_the_bytes_of_a_fact_are_its_values() -> None:
    for cls in every_fact().values():
        for optional in (True, False):
            fact = sample(cls, optional=optional)
            assert fact_bytes(fact) == codec.encode(fact_value(fact))
            assert read_own_fact(codec.decode(fact_bytes(fact))) == fact


def test_every_fact_has_golden_bytes() -> None:
    assert set(GOLDEN) == set(known())


@pytest.mark.parametrize("cls", every_fact().values(), ids=lambda cls: cls.__name__)
def test_a_field_of_another_type_is_refused_by_name(cls: type[Fact]) -> None:
    number, version, given = fact_value(sample(cls))
    for place, field in enumerate(fields(cls), start=1):
        wrong = {**given, place: 1 if not isinstance(given[place], int) or isinstance(given[place], bool) else "1"}
        with pytest.raises(Malformed) as error:
            read_fact([number, version, wrong])
        assert error.value.field == field.name


@pytest.mark.parametrize("cls", every_fact().values(), ids=lambda cls: cls.__name__)
def test_a_missing_or_further_field_is_refused(cls: type[Fact]) -> None:
    number, version, given = fact_value(sample(cls))
    least = fact_value(sample(cls, optional=False))[2]
    for place in least:
        with pytest.raises(Malformed, match="missing"):
            read_fact([number, version, {k: v for k, v in given.items() if k != place}])
    with pytest.raises(Malformed, match="does not have"):
        read_fact([number, version, {**given, len(given) + 1: 1}])


@pytest.mark.parametrize(
    "value", [None, 1, {}, [], [80, 1], [80, 1, []], [80, 1, {}, 0], ["80", 1, {}], [80, True, {}], [True, 1, {}]]
)
def test_what_is_no_fact_is_refused(value: object) -> None:
    with pytest.raises(Malformed):
        read_fact(value)


def test_a_newer_fact_is_refused_by_name() -> None:
    with pytest.raises(UnknownVersion, match="fact 80 version 2"):
        read_fact([80, 2, {}])
    with pytest.raises(UnknownVersion, match="fact number version 9999"):
        read_fact([9999, 1, {}])


def test_counts_are_maps_of_text_to_whole_numbers() -> None:
    value = fact_value(sample(counter.TillOpened))
    place = [field.name for field in fields(counter.TillOpened)].index("count") + 1
    wrong: object
    for wrong in ([], {1: 1}, {"100": "1"}, {"100": True}):
        with pytest.raises(Malformed) as error:
            read_fact([value[0], value[1], {**value[2], place: wrong}])
        assert error.value.field == "count"


# --- kinds -----------------------------------------------------------------------------------------------------------


def test_numbers_and_names_of_kinds_are_used_once() -> None:
    assert len({kind.number for kind in KINDS}) == len({kind.name for kind in KINDS}) == len(KINDS)
    assert [kind.number for kind in KINDS] == sorted(kind.number for kind in KINDS)


def test_a_kind_is_found_by_name_and_by_number() -> None:
    for kind in KINDS:
        assert kind_named(kind.name) is kind_numbered(kind.number) is kind
    for unknown in ("", "Deposit", 80, None, ["deposit"]):
        with pytest.raises(Malformed):
            kind_named(unknown)  # type: ignore[arg-type]  # what a file may hold
    for number in (0, 7, 65_535, "80", None, [80]):
        with pytest.raises(Malformed):
            kind_numbered(number)  # type: ignore[arg-type]  # what an entry may hold


def test_whatever_touches_a_drawer_is_made_by_a_clerk_only() -> None:
    touching = {"vault-count", "deposit", "withdrawal", "transfer", "reversal", "house-advance", "stamp-sale"}
    touching |= {kind.name for kind in KINDS if kind.name.startswith(("till-", "cash-", "pouch-", "stock-"))}
    for name in touching:
        assert kind_named(name).actors == (Actor.CLERK,), name


def test_what_moves_between_two_places_is_signed_by_two() -> None:
    for name in ("cash-from-vault", "cash-to-vault", "till-handover", "pouch-out", "pouch-in", "pouch-lost",
                 "stock-in", "stock-to-till", "stock-from-till", "vault-count", "surprise-count", "till-count-absent",
                 "account-unfreeze", "legal-hold", "legal-hold-release", "policy-edition"):  # fmt: skip
        assert kind_named(name).signers == 2, name
