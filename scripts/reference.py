"""Writes the pages of docs/reference that are made from the code: requests, refusals, facts, tables.

    python scripts/reference.py          writes them
    python scripts/reference.py --check  says which differ, and fails if one does

``tests/unit/office/test_reference.py`` holds the pages to what the code says.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args, get_type_hints

from counterfoil import facts
from counterfoil.engines.texts import catalog
from counterfoil.facts.kinds import KINDS, Actor
from counterfoil.facts.record import Count, Fact, every_fact
from counterfoil.office.refusals import REFUSALS
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations.tables import ALL_TABLES

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by scripts/reference.py. Change the code, then run it again. -->\n"
for _module in iter_modules(facts.__path__):
    import_module(f"counterfoil.facts.{_module.name}")  # Importing it registers its facts.


def requests_page() -> str:
    """Every kind of request: its fields, and who signs."""
    signers = {kind.name: kind.signers for kind in KINDS}
    lines = [
        "# Requests", "", MADE,
        "What can be asked at a counter. A line of a request file also has `id` (32 hexadecimal digits) and `clerk`",
        "(who asks), and may have `approve` (who signs too), `at` and `epoch`; `date` left out is the",
        "open business day. Amounts are whole minor units above zero. `counterfoil schema requests` prints the JSON",
        "Schema.", "",
    ]  # fmt: skip
    for kind, cls in ASKS.items():
        lines += [f"## `{kind}`", ""]
        if cls.__doc__ and not cls.__doc__.startswith(cls.__name__ + "("):
            lines += [" ".join(cls.__doc__.split()).replace("``", "`"), ""]
        at_least = signers.get(kind, 1)
        notes = [f"Signed by at least {at_least} {'clerks' if at_least > 1 else 'clerk'}."]
        notes += ["May be a service of a visit."] if cls.service else []
        lines += [" ".join(notes), "", "| field | needed | what |", "|---|---|---|"]
        for name, (reader, needed) in fields_of(cls).items():
            lines.append(f"| `{name}` | {'yes' if needed else ''} | {_schema(dict(reader.schema))} |")
        lines.append("")
    return "\n".join(lines)


def refusals_page() -> str:
    """Every rule that can say no, in both languages, in the order in which rules are asked."""
    spanish = catalog("es")
    lines = [
        "# Refusals", "", MADE,
        "A refusal is a rule saying no: decided, remembered under its request id for ever, and nothing is booked. When",
        "several apply, the first is given, in this order: who asks, the day, the till, currency and counts, the",
        "account, limits and second signatures, the money. Codes are stable for ever; a new attempt after a",
        "refusal is a new id. Malformed input, a fault or an unavailable store is never remembered.", "",
        "| code | fields | said | en español |", "|---|---|---|---|",
    ]  # fmt: skip
    for code, cls in REFUSALS.items():
        told = ", ".join(f"`{f.name}`" for f in fields(cls))
        lines.append(f"| `{code}` | {told} | {cls.said} | {spanish(cls.said)} |")
    return "\n".join([*lines, ""])


def facts_page() -> str:
    """Every kind of entry and every fact, with the place of each field in its canonical form."""
    lines = [
        "# Facts", "", MADE,
        "A fact is `[number, version, {1: first field, 2: second field, …}]` in canonical CBOR; an absent field is",
        "left out. Fields are never reordered or removed; a new one goes last; a new meaning is a new version.",
        "Amounts are minor units.", "", "## Kinds of entry", "",
        "| number | kind | made by | clerks who sign, at least | only while an epoch opens |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for kind in KINDS:
        actors = ", ".join(actor.name.lower() for actor in kind.actors)
        opening = "by the system" if kind.opening else ""
        least = kind.signers if Actor.CLERK in kind.actors else "none"
        lines.append(f"| {kind.number} | `{kind.name}` | {actors} | {least} | {opening} |")
    lines += ["", "## Facts", ""]
    for (number, version), cls in sorted(every_fact().items()):
        lines += [f"### {number}, version {version}: {cls.__name__}", ""]
        if cls.__doc__ and not cls.__doc__.startswith(cls.__name__ + "("):
            lines += [" ".join(cls.__doc__.split()).replace("``", "`"), ""]
        lines += ["| place | field | type |", "|---|---|---|"]
        lines += [f"| {place} | `{name}` | {shown} |" for place, (name, shown) in enumerate(_fact_fields(cls), start=1)]
        lines.append("")
    return "\n".join(lines)


def tables_page() -> str:
    """Every table of an office, with its columns and key."""
    kinds = {
        "journal": "The journal: nothing derives it, and everything is derived from it.",
        "fold": "Folds of the journal: rebuilt and compared by `counterfoil audit`. Every figure comes from these.",
        "side": "Side tables: none contributes to a figure.",
        "cache": "Caches: may be dropped at any time.",
    }
    lines = [
        "# Tables",
        "",
        MADE,
        "A type with `?` may be absent. Times are milliseconds since 1970, amounts minor units.",
        "",
    ]
    for kind, about in kinds.items():
        found = [table for table in ALL_TABLES if table.kind == kind]
        if not found:
            continue
        lines += [f"## {about}", ""]
        for table in found:
            lines += [f"### `{table.name}`", "", table.about, ""]
            lines += ["It refuses UPDATE and DELETE by trigger.", ""] if table.append_only else []
            lines += ["| column | type | key |", "|---|---|---|"]
            lines += [f"| `{n}` | {t} | {'yes' if p < table.key else ''} |" for p, (n, t) in enumerate(table.columns)]
            lines.append("")
    return "\n".join(lines)


def _fact_fields(cls: type[Fact]) -> list[tuple[str, str]]:
    hints = get_type_hints(cls)
    names = {int: "integer", str: "text", bytes: "bytes", bool: "true or false", list[Any]: "list", Count: "count"}
    shown = []
    for f in fields(cls):
        kind = next((a for a in get_args(hints[f.name]) if a in names), hints[f.name])
        absent = type(None) in get_args(hints[f.name])
        default = "" if f.default is MISSING or f.default is None else f", `{f.default}` if not said"
        shown.append((f.name, names[kind] + (", may be absent" if absent else "") + default))
    return shown


def _schema(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "description" in schema:
        return str(schema["description"])
    if "pattern" in schema:
        return f"text, `{schema['pattern']}`".replace("|", "\\|")
    if schema["type"] == "integer":
        return f"whole number, {schema['minimum']:,} to {schema['maximum']:,}"
    if schema["type"] == "object":
        inner = schema["additionalProperties"]
        return f"pieces by `{schema['propertyNames']['pattern']}`, {inner['minimum']:,} to {inner['maximum']:,} each"
    if schema["type"] == "array":
        return f"list of {schema['minItems']} to {schema['maxItems']}"
    if schema["type"] == "string":
        return (
            "a date such as `2026-03-02`" if "format" in schema else f"text of up to {schema['maxLength']} characters"
        )
    return "`true` or `false`"


PAGES = {
    "requests.md": requests_page,
    "refusals.md": refusals_page,
    "facts.md": facts_page,
    "tables.md": tables_page,
}


def differing() -> list[str]:
    """Names of pages that are not what the code says."""
    return [
        name
        for name, page in PAGES.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != page()
    ]


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        wrong = differing()
        if wrong:
            print(f"not what the code says: {', '.join(wrong)}: run python scripts/reference.py", file=sys.stderr)
        return 1 if wrong else 0
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
