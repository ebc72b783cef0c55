"""The values of a paper from a map as JSON gives it, and the paper of each kind.

Always true: a key that a paper does not know is refused by name, and so is a value of another type: nothing that was
written in a file is left out of a paper in silence (``test_an_unknown_key_is_refused``). Amounts are whole minor units;
what ``compute`` takes (a schedule's parameters, a deposit) is written as there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

import msgspec

from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Malformed, Translate, short
from counterfoil.operations.compute import deposit_of
from counterfoil.operations.documents.fees import Elsewhere, Fees, fees_paper
from counterfoil.operations.documents.hold import Hold, hold_of, hold_paper
from counterfoil.operations.documents.identity import Identity, identity_paper
from counterfoil.operations.documents.loan import Conditions, Loan, loan_of, loan_paper
from counterfoil.operations.documents.money_order import MoneyOrder, money_order_paper
from counterfoil.operations.documents.paper import Head, Paper, Words
from counterfoil.operations.documents.savings import Savings, savings_paper
from counterfoil.operations.documents.statement import Passbook, Statement, passbook_paper, statement_paper
from counterfoil.products.schedule import read_terms

T = TypeVar("T")


def read(cls: type[T], given: Any, where: str = "") -> T:
    """A value of the dataclass ``cls`` from a map; ``Malformed`` names what is unknown, missing or of another type."""
    if not isinstance(given, dict):
        raise Malformed(f"{where or 'the file'} is {short(given)}: a map is needed", field=where)
    _known(cls, given, where)
    try:
        return msgspec.convert(given, cls)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Malformed(f"{where or 'the file'}: {str(error)[:200]}", field=where) from None


def _known(cls: Any, given: Any, where: str) -> None:
    """Refuses unknown keys in ``given`` and in the maps and lists of maps below it."""
    if isinstance(given, list):
        for one in given:
            _known(cls, one, where)
    elif isinstance(given, dict):
        hints, names = get_type_hints(cls), {f.name for f in fields(cls)}
        for key, value in given.items():
            if key not in names:
                raise Malformed(
                    f"{where}{short(key)} is not known here: {', '.join(sorted(names))}", field=str(key)[:60]
                )
            inner = next((one for one in _parts(hints[key]) if is_dataclass(one)), None)
            if inner is not None:
                _known(inner, value, f"{where}{key}.")


def _parts(hint: Any) -> list[Any]:
    return [hint, *(inner for one in get_args(hint) for inner in _parts(one))]


def _loan(given: Mapping[str, Any]) -> Loan:
    _only(given, ("head", "convention", "parameters", "conditions"))
    terms = read_terms(given.get("convention"), given.get("parameters"))
    return loan_of(
        read(Head, given.get("head"), "head"), terms, read(Conditions, given.get("conditions", {}), "conditions")
    )


def _hold(given: Mapping[str, Any]) -> Hold:
    _only(given, ("head", "account", "deposit", "item", "why"))
    asked = given.get("deposit")
    if not isinstance(asked, dict):
        raise Malformed("deposit is a map, as `compute hold` takes it", field="deposit")
    texts = read(_HoldTexts, {key: value for key, value in given.items() if key not in ("head", "deposit")})
    head = read(Head, given.get("head"), "head")
    return hold_of(head, texts.account, deposit_of(asked), item=texts.item, why=texts.why)


@dataclass(frozen=True, slots=True)
class _HoldTexts:
    account: str
    item: str = ""
    why: str = ""


def _only(given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = next((key for key in given if key not in known), None)
    if unknown is not None:
        raise Malformed(f"{short(unknown)} is not known here: {', '.join(known)}", field=str(unknown)[:60])


class Kind(NamedTuple):
    """How a kind of paper is read from a map, and written."""

    read: Callable[[Mapping[str, Any]], Any]
    write: Callable[[Any, Words], Paper]


KINDS: Mapping[str, Kind] = {
    "loan": Kind(_loan, loan_paper),
    "savings": Kind(lambda given: read(Savings, given), savings_paper),
    "hold": Kind(_hold, hold_paper),
    "statement": Kind(lambda given: read(Statement, given), statement_paper),
    "fees": Kind(lambda given: read(Fees, given), fees_paper),
    "identity": Kind(lambda given: read(Identity, given), identity_paper),
    "passbook": Kind(lambda given: read(Passbook, given), passbook_paper),
    "money-order": Kind(lambda given: read(MoneyOrder, given), money_order_paper),
}


def values_of(kind: str, content: Any) -> Any:
    """The values of a paper of that kind from a file's content."""
    if kind not in KINDS:
        raise Malformed(f"{short(kind)} is not a paper: one of {', '.join(KINDS)} is needed", field="kind")
    if not isinstance(content, dict):
        raise Malformed("the file is a map of the paper's values", field="file")
    try:
        return KINDS[kind].read(content)
    except OverflowError:
        raise Malformed("a date runs beyond what is kept", field="file") from None


def write(kind: str, values: Any, language: str, translate: Translate) -> Paper:
    """The paper of these values in a language."""
    return KINDS[kind].write(values, Words(language, currency(values.head.currency), translate))


def elsewhere_of(content: Any) -> dict[str, tuple[Elsewhere, ...]]:
    """Prices elsewhere by the English name of our service: a map of lists."""
    if not isinstance(content, dict) or not all(isinstance(some, list) for some in content.values()):
        raise Malformed("prices elsewhere are a map: a service's name, and a list of prices", field="elsewhere")
    return {name: tuple(read(Elsewhere, one, "elsewhere.") for one in some) for name, some in content.items()}
