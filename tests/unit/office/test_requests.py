"""Requests: well-formed or not built; every bad value names its field; the printed schema is the one enforced."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import PRODUCTS
from counterfoil import codec
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX, DENOMINATIONS_MAX, PARTS_MAX, TEXT_CHARACTERS_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office import readers as read
from counterfoil.office.readers import Reader, count_total, short, text
from counterfoil.office.requests import ASKS, body_of, fields_of, parse, schema
from counterfoil.operations.replay import LINE_FIELDS

A, B, C = "4000000002", "4000000010", "7000000005"
RIGHT: dict[int, Any] = {
    id(read.TEXT): "a reason", id(read.TILL): "T1", id(read.CLERK): "101", id(read.OFFICE): "0417",
    id(read.CODE): "everyday", id(read.TOKEN): "P-0001", id(read.CASE): "D1-1", id(read.ACCOUNT): A,
    id(read.AMOUNT): 100, id(read.WHOLE): 0, id(read.FLAG): True, id(read.COUNT): {"100": 1},
    id(read.QUANTITIES): {"forever": 1}, id(read.QUANTITY): 1, id(read.DATE): "2026-03-02", id(read.CURRENCY): "USD",
    id(read.DIGEST): bytes(32), id(read.NAMES): ["name"], id(read.KEY): bytes(32), id(read.ROLE): "clerk",
    id(read.ANSWER): "accept", id(read.CONDITION): "whole", id(read.KEY_ID): bytes(8), id(read.CONTENT): b"x",
}  # fmt: skip

for _product in PRODUCTS:
    RIGHT |= _product.RIGHT


def right(reader: Reader) -> Any:
    if id(reader) not in RIGHT:  # A visit's services have a reader of their own.
        return [{"kind": "balance-told", "account": A}]
    return RIGHT[id(reader)]


def whole(kind: str) -> dict[str, Any]:
    """A body with every field of the kind."""
    return {"kind": kind, **{name: right(reader) for name, (reader, _) in fields_of(ASKS[kind]).items()}}


@pytest.mark.parametrize("kind", ASKS)
def test_a_body_is_read_and_written_back_the_same(kind: str) -> None:
    for body in (whole(kind), {k: v for k, v in whole(kind).items() if k == "kind" or fields_of(ASKS[kind])[k][1]}):
        ask = parse(body)
        assert {k: v for k, v in body_of(ask).items() if k in body} == body
        assert parse(body_of(ask)) == ask
        assert codec.decode(codec.encode(body_of(ask)))


@pytest.mark.parametrize("kind", ASKS)
def test_a_missing_and_an_unknown_field_are_named(kind: str) -> None:
    body = whole(kind)
    for name, (_, needed) in fields_of(ASKS[kind]).items():
        if needed:
            with pytest.raises(Malformed) as error:
                parse({k: v for k, v in body.items() if k != name})
            assert error.value.field == name
    with pytest.raises(Malformed) as error:
        parse({**body, "amuont": 1})
    assert error.value.field == "amuont"


def malformed(body: dict[str, Any]) -> Malformed | None:
    try:
        parse(body)
    except Malformed as error:
        return error
    return None


WRONG = [
    None,
    0.5,
    "",
    "\n",
    [],
    {},
    -1,
    2**63,
    True,
    b"",
    "x" * 1_000_000,
    "\u202e",
    [None],
    {"": None},
    object(),
    10**5000,
]


@pytest.mark.parametrize("kind", ASKS)
def test_a_bad_value_is_malformed_and_named_whatever_it_is(kind: str) -> None:
    body = whole(kind)
    for name, (reader, _) in fields_of(ASKS[kind]).items():
        for wrong in WRONG:
            error = malformed({**body, name: wrong})
            if error is None:
                assert not isinstance(wrong, float), (name, wrong)
                assert reader is not read.AMOUNT
            else:
                assert error.field.startswith(name) or error.field in ("count", "currency"), (name, wrong)
                assert len(str(error)) < 400


AMOUNTS = [
    (1, True), (AMOUNT_MINOR_MAX, True), (0, False), (-1, False), (AMOUNT_MINOR_MAX + 1, False), (1.0, False),
    (12.5, False), (True, False), ("100", False), (None, False), (10**5000, False), ([100], False),
]  # fmt: skip


@pytest.mark.parametrize(("amount", "fine"), AMOUNTS, ids=lambda x: short(x))
def test_amounts_are_whole_minor_units_above_zero_within_int64(amount: Any, fine: bool) -> None:
    body = {"kind": "deposit", "date": "2026-03-02", "till": "T1", "account": A, "amount": amount, "currency": "USD"}
    if fine:
        assert body_of(parse(body))["amount"] == amount
    else:
        with pytest.raises(Malformed) as error:
            parse(body)
        assert error.value.field == "amount"


@pytest.mark.parametrize("kind", ["", "Deposit", "deposit ", "epoch-open", "house-advance", None, 1, [], {}])
def test_what_cannot_be_asked_is_named(kind: object) -> None:
    with pytest.raises(Malformed) as error:
        parse({"kind": kind})
    assert error.value.field == "kind"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("María José Ñandú", "María José Ñandú"),
        ("Jose\u0301", "José"),  # combining characters become the usual ones
        ("م\u200cن", "م\u200cن"),  # a joiner that names need
        ("עברית", "עברית"),
        ("王小明", "王小明"),
        ("O'Brien-D’Arcy Jr.", "O'Brien-D’Arcy Jr."),
        ("x" * TEXT_CHARACTERS_MAX, "x" * TEXT_CHARACTERS_MAX),
        ("Zalgo" + "\u0300" * 20, text("Zalgo" + "\u0300" * 20, "name")),
    ],
)
def test_names_as_people_write_them(given: str, kept: str) -> None:
    assert text(given, "name") == kept


@pytest.mark.parametrize(
    "given",
    ["", " ", "\t", "a\x00b", "a\nb", "a\x1b[2Jb", "a\u202eb", "a\u2066b", "a\ufeffb", "a\u2028b", "a\ud800b",
     "a\ue000b",      "x" * (TEXT_CHARACTERS_MAX + 1), "n" * 1_000_000, None, 7, ["María"]],
)  # fmt: skip
def test_what_hides_in_a_text_is_refused(given: object) -> None:
    with pytest.raises(Malformed) as error:
        text(given, "name")
    assert error.value.field == "name"
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    "count",
    [{"0": 1}, {"-5": 1}, {"05": 1}, {"1.5": 1}, {"x": 1}, {5: 1}, {"5": -1}, {"5": 1.0}, {"5": True}, {"5": 1_000_001},
     {str(n): 1 for n in range(1, DENOMINATIONS_MAX + 2)}, [], None, 5],
    ids=short,
)  # fmt: skip
def test_a_bad_count_is_refused(count: object) -> None:
    for kind in ("till-count", "vault-count", "till-open"):
        with pytest.raises(Malformed) as error:
            parse({**whole(kind), "count": count})
        assert error.value.field == "count"


def test_a_count_is_of_the_amount() -> None:
    body = whole("deposit")
    assert body_of(parse({**body, "count": {"50": 2, "5": 0}}))["count"] == {"50": 2}
    with pytest.raises(Malformed, match="count again") as error:
        parse({**body, "count": {"50": 1}})
    assert error.value.field == "count"
    assert count_total({"50": 2, "1": 3}) == 103


@pytest.mark.parametrize(
    "services",
    [[], None, {}, "deposit", [1], [{"kind": "till-open", "till": "T1", "count": {}}],
     [{"kind": "visit", "till": "T1"}],
     [{"kind": "balance-told", "account": A, "date": "2026-03-02"}], [{"kind": "balance-told"}],
     [{"kind": "deposit", "till": "T1", "account": A, "amount": 0, "currency": "USD"}],
     [{"kind": "balance-told", "account": A}] * (PARTS_MAX + 1)],
    ids=short,
)  # fmt: skip
def test_bad_services_are_refused(services: object) -> None:
    with pytest.raises(Malformed):
        parse({"kind": "visit", "date": "2026-03-02", "till": "T1", "services": services})


def test_the_most_services_are_taken() -> None:
    ask = parse(
        {
            "kind": "visit",
            "date": "2026-03-02",
            "till": "T1",
            "services": [{"kind": "balance-told", "account": A}] * PARTS_MAX,
        }
    )
    assert len(body_of(ask)["services"]) == PARTS_MAX
    assert "date" not in body_of(ask)["services"][0]


# --- the schema ------------------------------------------------------------------------------------------------------


def fits(value: Any, rule: dict[str, Any]) -> bool:
    """Whether ``value`` is valid under ``rule``: the JSON Schema that the project prints; an unknown word fails."""
    known = {"type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems",
             "items", "properties", "required", "additionalProperties", "propertyNames", "maxProperties", "format",
             "anyOf", "oneOf", "description", "title", "$schema"}  # fmt: skip
    assert set(rule) <= known, set(rule) - known
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    if "type" in rule and (
        not isinstance(value, kinds[rule["type"]]) or (rule["type"] == "integer" and isinstance(value, bool))
    ):
        return False
    checks = [
        "const" not in rule or value == rule["const"],
        "enum" not in rule or value in rule["enum"],
        not isinstance(value, str) or "pattern" not in rule or re.search(rule["pattern"], value) is not None,
        not isinstance(value, str) or rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", 10**9),
        not isinstance(value, int) or rule.get("minimum", value) <= value <= rule.get("maximum", value),
        not isinstance(value, list) or rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", 10**9),
        not isinstance(value, list) or "items" not in rule or all(fits(item, rule["items"]) for item in value),
        "anyOf" not in rule or any(fits(value, one) for one in rule["anyOf"]),
        "oneOf" not in rule or sum(fits(value, one) for one in rule["oneOf"]) == 1,
    ]
    if isinstance(value, dict):
        further = [key for key in value if key not in rule.get("properties", {})]
        more = rule.get("additionalProperties", True)
        checks += [
            all(name in value for name in rule.get("required", [])),
            all(fits(value[key], one) for key, one in rule.get("properties", {}).items() if key in value),
            not further or more is True or (isinstance(more, dict) and all(fits(value[key], more) for key in further)),
            all(fits(key, rule.get("propertyNames", {})) for key in value),
            len(value) <= rule.get("maxProperties", len(value)),
        ]
    return all(checks)


READERS = {name: reader for name, reader in vars(read).items() if isinstance(reader, Reader)}
BY_SCREEN = {"DIGEST", "KEY", "KEY_ID", "CONTENT"}
"""Bytes that no line holds."""
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.integers(-(2**70), 2**70),
        st.text(max_size=12),
        st.from_regex(r"[A-Za-z0-9-]{0,12}", fullmatch=True),
        st.sampled_from([A, B, C, "USD", "T1", "accept", "2026-03-02"]),
        st.from_regex(r"[0-9]{1,10}", fullmatch=True),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=5,
)


@pytest.mark.parametrize("name", READERS)
@given(
    value=st.one_of(
        JSON, st.dictionaries(st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True), st.integers(-1, 1_000_001), max_size=3)
    )
)
def test_the_schema_accepts_what_the_reader_accepts(name: str, value: Any) -> None:
    reader = READERS[name]
    if name not in BY_SCREEN:
        assert fits(right(reader), dict(reader.schema))
    try:
        reader.read(value, "field")
    except Malformed:
        return
    assert fits(value, dict(reader.schema)), f"{name} reads {value!r} and its schema does not"


def line_of(kind: str) -> dict[str, Any]:
    line = {k: v for k, v in whole(kind).items() if not isinstance(v, bytes)}
    line |= {"id": "0" * 32, "clerk": "101"}
    if "details" in fields_of(ASKS[kind]):
        line["details"] = {"name": "María"}
    if kind.startswith("clerk-"):
        line["subject"] = "102"
    return line


@pytest.mark.parametrize("kind", ASKS)
def test_a_line_of_every_kind_fits_the_printed_schema(kind: str) -> None:
    printed = schema(LINE_FIELDS)
    line = line_of(kind)
    assert fits(line, printed)
    assert not fits({**line, "amuont": 1}, printed)
    assert not fits({k: v for k, v in line.items() if k != "id"}, printed)
    for name in line:
        if name in ("account", "customer", "entry", "case", "pouch", "to"):
            assert fits({**line, name: "@" + "0" * 32}, printed)
