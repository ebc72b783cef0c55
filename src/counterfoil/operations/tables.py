"""Every table of an office by name: journal, folds, side tables. docs/reference/tables.md is made from here."""

from __future__ import annotations

from typing import get_type_hints

from counterfoil.office.fold_tables import FOLDS
from counterfoil.operations.store import BUILT_IN, ColumnType, TableSpec

_TYPES: dict[object, ColumnType] = {
    int: "int", str: "text", bytes: "blob", int | None: "int?", str | None: "text?", bytes | None: "blob?",
}  # fmt: skip


def _fold(name: str) -> TableSpec:
    row, key, about = FOLDS[name]
    columns = tuple((column, _TYPES[kind]) for column, kind in get_type_hints(row).items())
    return TableSpec(name, "fold", columns, key, about)


SUBTREE = TableSpec(
    "subtree",
    "fold",
    (("epoch", "int"), ("level", "int"), ("place", "int"), ("hash", "blob")),
    3,
    "Roots of perfect subtrees of 256, 65,536, … leaves: so that a proof does not read the whole log.",
)
BULK_LINES = TableSpec(
    "bulk_lines",
    "journal",
    (("lines", "blob"), ("chunk", "int"), ("root", "blob"), ("data", "blob")),
    2,
    "Lines of the steps of a day's end, in chunks: each line's blind and facts, and the root over the chunk. "
    "Lines that no entry names were staged and never entered.",
    append_only=True,
)
FOLD_TABLES = (*(_fold(name) for name in FOLDS), SUBTREE)

ANSWER = TableSpec(
    "answer",
    "side",
    (("request", "blob"), ("body_hash", "blob"), ("refusal", "blob?")),
    1,
    "Requests decided, for ever: the hash of the body, and the refusal if it was one (an accepted one is in `part`).",
)
DETAILS = TableSpec(
    "details",
    "side",
    (("hash", "blob"), ("customer", "text"), ("salt", "blob"), ("details", "blob")),
    1,
    "Personal details by their hash: salt and canonical CBOR. Erasing a row leaves every proof whole.",
)
PERSON = TableSpec("person", "side", (("clerk", "text"), ("name", "text")), 1, "Names of clerks by number.")
SEALED = TableSpec(
    "sealed_key",
    "side",
    (("key_id", "blob"), ("clerk", "text"), ("record", "blob")),
    1,
    "Clerk keys, sealed by PIN and device secret. In no backup and in no bundle.",
)
UNPRINTED = TableSpec(
    "unprinted",
    "side",
    (("epoch", "int"), ("sequence", "int")),
    2,
    "Committed entries whose slip has not been printed.",
)
EVENT = TableSpec(
    "event",
    "side",
    (("number", "int"), ("time", "int"), ("what", "text"), ("who", "text"), ("detail", "text")),
    1,
    "The office's own event view: sign-ins, wrong PINs, refusals, what the system did by itself.",
)
SETTING = TableSpec(
    "setting", "side", (("name", "text"), ("value", "blob")), 1, "Settings of the folder: first code, zone."
)
CHECKPOINT = TableSpec(
    "checkpoint",
    "side",
    (("epoch", "int"), ("size", "int"), ("note", "blob")),
    2,
    "Signed checkpoints that were kept: the final one of each closed epoch.",
)
LOOKED = TableSpec(
    "looked",
    "side",
    (("number", "int"), ("time", "int"), ("who", "text"), ("customer", "text"), ("what", "text")),
    1,
    "Who looked at which customer on a screen, and at what.",
)
TOKEN = TableSpec(
    "token",
    "side",
    (("hash", "blob"), ("client", "blob"), ("name", "text"), ("scopes", "text"), ("made", "int"), ("revoked", "int?")),
    1,
    "Tokens of API clients by their SHA-256; the tokens themselves are nowhere.",
)
WEBHOOK = TableSpec(
    "webhook",
    "side",
    (
        ("id", "text"), ("url", "text"), ("secret", "blob"), ("kinds", "text"), ("made", "int"), ("epoch", "int"),
        ("sequence", "int"), ("failures", "int"), ("due", "int"), ("said", "text"),
    ),
    1,
    "Webhook endpoints, and the first entry that each has not taken yet. In no backup: the secrets sign.",
)  # fmt: skip
CUSTOMER_LOGIN = TableSpec(
    "customer_login",
    "side",
    (("customer", "text"), ("code", "blob?"), ("until", "int"), ("tries", "int"), ("passphrase", "blob?")),
    1,
    "Log-ins of customers: hashes of a one-time code, with its end and its tries, and of a passphrase. In no backup.",
)
CUSTOMER_TRY = TableSpec(
    "customer_try",
    "side",
    (("who", "blob"), ("tries", "int"), ("last", "int")),
    1,
    "Wrong passphrases of customers in a row: a keyed hash of what was typed as the account, how many, and when the "
    "last was. The newest 4,096. In no backup.",
)
UNFINISHED = TableSpec(
    "unfinished",
    "side",
    (("name", "text"), ("time", "int"), ("sealed", "blob")),
    1,
    "What was begun at a screen and is not done (typed forms, a visit's services, requests that wait for a second "
    "person), sealed under the office key; gone when it is done, and after twelve hours. In no backup.",
)
CUSTOMER_PASSKEY = TableSpec(
    "customer_passkey",
    "side",
    (
        ("handle", "blob"), ("credential", "blob"), ("customer", "text"), ("name", "text"), ("public_key", "blob"),
        ("counter", "int"), ("made", "int"), ("used", "int"),
    ),
    2,
    "Passkeys of customers: the keyed hash that names their owner to the device, the public key, the last counter and "
    "when each was made and last used. In no backup.",
)  # fmt: skip
SIDE_TABLES = (
    ANSWER,
    DETAILS,
    PERSON,
    SEALED,
    UNPRINTED,
    EVENT,
    SETTING,
    CHECKPOINT,
    LOOKED,
    TOKEN,
    WEBHOOK,
    CUSTOMER_LOGIN,
    CUSTOMER_TRY,
    UNFINISHED,
    CUSTOMER_PASSKEY,
)
EXTRA_TABLES = (BULK_LINES, *FOLD_TABLES, *SIDE_TABLES)
ALL_TABLES = (*BUILT_IN, *EXTRA_TABLES)
"""Every table, in the order of docs/reference/tables.md."""
