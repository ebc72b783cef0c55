"""What was seen when a person showed who she is: described, never copied (31 CFR 1020.220(a)(3)(i)(B)).

Always true: of a document's number only the last four characters are printed
(``test_a_number_is_never_printed_whole``); there is no field for a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counterfoil.kernel.outcomes import mark
from counterfoil.operations.documents.paper import (
    Block,
    Facts,
    Head,
    Heading,
    Paper,
    Points,
    Signatures,
    Text,
    Words,
    bounded,
    paper_of,
    said,
    who,
)

SHOWN = 4
"""Characters of a document's number that are printed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One document as seen. ``kind`` in the reader's language; ``number``: at least its last four characters."""

    kind: str
    issued_by: str
    number: str = ""
    issued: date | None = None
    expires: date | None = None

    def __post_init__(self) -> None:
        said(self.kind, "kind")
        said(self.issued_by, "issued_by")
        if self.number:
            said(self.number, "number")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who saw which documents, and when. ``tier``: the identification tier of the policy book that they reach.

    ``otherwise``: how else the person is known, in words, where no document or not only documents were shown.
    """

    head: Head
    clerk: str
    seen_on: date
    documents: tuple[Seen, ...] = ()
    tier: str = ""
    otherwise: str = ""

    def __post_init__(self) -> None:
        said(self.clerk, "clerk")
        bounded(self.documents, "documents")
        for name in ("tier", "otherwise"):
            if getattr(self, name):
                said(getattr(self, name), name)


def identity_paper(identity: Identity, words: Words) -> Paper:
    """The record: what was seen, by whom and when."""
    shown: list[Block] = [Facts(_seen(one, words)) for one in identity.documents]
    if not shown:
        shown = [Text(words.say(mark("No document was shown.")))]
    other: list[Block] = []
    if identity.otherwise:
        other = [Heading(words.say(mark("How else we know you"))), Text(identity.otherwise)]
    blocks: list[Block] = [
        who(
            identity.head,
            words,
            (words.say(mark("Seen by clerk")), identity.clerk),
            (words.say(mark("Seen on")), words.day(identity.seen_on)),
            *(((words.say(mark("Level of identification")), identity.tier),) if identity.tier else ()),
        ),
        Text(
            words.say(mark("You showed us who you are. We looked, wrote this down and gave everything back.")),
            strong=True,
        ),
        Heading(words.say(mark("What we saw"))),
        *shown,
        *other,
        Heading(words.say(mark("What we keep"))),
        Points(
            (
                words.say(mark("We keep this list. We made no copy and no photo of your papers.")),
                words.say(mark("The law makes us keep this list for five years.")),
                words.say(mark("If something on this list is wrong, tell us, and we put it right.")),
            )
        ),
        Signatures((words.say(mark("Clerk")), words.say(mark("Customer")))),
    ]
    return paper_of("identity", identity.head, words, blocks, title=mark("How we know who you are"))


def _seen(one: Seen, words: Words) -> tuple[tuple[str, str], ...]:
    number = ((words.say(mark("Number ends in")), one.number[-SHOWN:]),) if one.number else ()
    return (
        (words.say(mark("Document")), one.kind),
        (words.say(mark("Issued by")), one.issued_by),
        *number,
        (words.say(mark("Issued on")), _day(one.issued, words)),
        (words.say(mark("Good until")), _day(one.expires, words)),
    )


def _day(day: date | None, words: Words) -> str:
    return words.day(day) if day else words.say(mark("not stated"))
