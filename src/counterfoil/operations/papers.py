"""The receipts of one office, made from what its store holds: so the same paper can be had again on any later day.

Always true (``tests/scenarios/test_demo_day.py``): a receipt made again shows the same words and the same code
as the first one, and says COPY (``test_a_second_print_is_a_copy_with_the_same_code``); the language is the customer's
own where the entry is about one (``test_the_language_follows_the_customer``). Nothing is written: that a slip left the
printer is noted by whoever printed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from zoneinfo import ZoneInfo

from counterfoil import codec
from counterfoil.counter.receipt import Receipt
from counterfoil.facts.customers import CustomerChanged, CustomerOpened
from counterfoil.facts.kinds import kind_numbered
from counterfoil.facts.office import EditionTaken
from counterfoil.facts.remittances import CashSent
from counterfoil.journal import entry as je
from counterfoil.journal.checkpoint import checkpoint_text
from counterfoil.journal.note import key_id
from counterfoil.journal.slip import encode_slip, is_training
from counterfoil.kernel.days import moment
from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Malformed, Translate
from counterfoil.office.rows import EditionRow, EpochRow, KeyRow
from counterfoil.operations.answers import Accepted, Entered
from counterfoil.operations.desk import NodeSigner, ReadEntry, own_body, read_entry
from counterfoil.operations.hashes import LogHashes
from counterfoil.operations.receipts import Around, Printed, receipt_of
from counterfoil.operations.screens import told_once
from counterfoil.operations.store import OfficeStore, StoredEntry
from counterfoil.policy.edition import Edition, read_edition
from counterfoil.policy.terms.mail import MailTerms
from counterfoil.policy.terms.profile import ProfileTexts, words_of


class Papers:
    """``signer`` finds an epoch's node key, or None; ``catalog`` a language's texts (``en`` or ``es``)."""

    def __init__(
        self,
        store: OfficeStore,
        *,
        signer: Callable[[int], NodeSigner | None],
        catalog: Callable[[str], Translate],
        office_key: bytes | None = None,
    ) -> None:
        self._store, self._signer, self._catalog, self._office_key = store, signer, catalog, office_key
        self._editions: dict[bytes, Edition] = {}

    def receipt(self, epoch: int, sequence: int, *, language: str | None = None, copy: bool | None = None) -> Receipt:
        """The receipt of the request that made this entry: all entries of a visit are on one paper.

        ``language``: None for the customer's own, English where there is none. ``copy``: None for COPY unless its
        first print is still due. ``Malformed`` (field ``entry``) if there is no such entry.
        """
        log = self._log(epoch)
        kept = self._request(epoch, sequence)
        read = [read_entry(one) for one in kept]
        spoken = language or self._language(read)
        first = read[0]
        if copy is None:
            copy = not any(self._store.get("unprinted", (epoch, one.sequence)) for one in kept)
        edition = self._edition(first.core.edition)
        sent = next((fact for one in read for fact in one.facts if isinstance(fact, CashSent)), None)
        around = Around(
            office=f"{log.place} · {log.office}",
            currency=currency(log.currency),
            language=spoken,
            translate=self._catalog(spoken),
            when=moment(first.core.time_ms).astimezone(ZoneInfo(log.zone)).strftime("%Y-%m-%d %H:%M"),
            day=first.date,
            clerks=self._clerks(kept[0], first),
            stock=_titles(edition, self._catalog(spoken)),
            details=self._details(read),
            practice=is_training(log.origin),
            edition=edition.name if edition else "",
            foot=_foot(edition, spoken),
            claim_code="" if copy else self._claim_code(read),
            receiver=self._kept(sent.details).get("name", "") if sent else "",
        )
        signer = self._signer(epoch)
        printed = [
            Printed(epoch, r.core.sequence, kind_numbered(r.core.kind).name, r.facts, self._slip(log, r, signer))
            for r in read
        ]
        return receipt_of(printed, around, copy=copy)

    def _log(self, epoch: int) -> EpochRow:
        row = self._store.get("epoch", (epoch,))
        if row is None:
            raise Malformed(f"there is no epoch {epoch} here", field="epoch")
        return EpochRow(*row)  # type: ignore[arg-type]  # the store keeps the columns of the row class

    def _request(self, epoch: int, sequence: int) -> list[StoredEntry]:
        """The entries of the request that made this one, in order."""
        found = self._store.entries(epoch, sequence, 1) if sequence >= 0 else []
        if not found:
            raise Malformed(
                f"there is no entry {sequence} in epoch {epoch}: it has {self._store.size(epoch)} (from 0)",
                field="entry",
            )
        part, count = je.decode_leaf(found[0].leaf).core.which_part
        return found if count == 1 else self._store.entries(epoch, sequence - part + 1, count)

    def _slip(self, log: EpochRow, read: ReadEntry, signer: NodeSigner | None) -> str:
        """The same text as the first time, since Ed25519 signs the same bytes the same way."""
        if signer is None or signer.public_key != log.node_key:
            return ""
        size = read.core.sequence + 1
        root = LogHashes(self._store, log.epoch).frontier(size).root()
        signed = signer.sign(checkpoint_text(log.origin, size, root).encode())
        log_id = key_id(log.origin, 1, log.node_key)
        return encode_slip(read.core_bytes, log_id, read.signature, root, signed, training=is_training(log.origin))

    def _clerks(self, kept: StoredEntry, read: ReadEntry) -> tuple[str, ...]:
        """Who signed, the asking clerk first; none for what the system made."""
        found = []
        for approval in je.decode_approvals(kept.approvals):
            row = self._store.get("clerk_key", (approval.key_id,))
            if row is not None:
                found.append(KeyRow(*row).clerk)  # type: ignore[arg-type]  # the store keeps the columns of the row class
        return tuple(dict.fromkeys(found))

    def _edition(self, digest: bytes | None) -> Edition | None:
        """The edition that the entry cites."""
        row = self._store.get("edition", (digest,)) if digest is not None else None
        if digest is None or row is None:
            return None
        if digest not in self._editions:
            place = EditionRow(*row)  # type: ignore[arg-type]  # the store keeps the columns of the row class
            facts = read_entry(self._store.entries(place.epoch, place.sequence, 1)[0]).facts
            content = next(fact.content for fact in facts if isinstance(fact, EditionTaken))
            self._editions[digest] = read_edition(content)
        return self._editions[digest]

    def _claim_code(self, read: list[ReadEntry]) -> str:
        """The code of cash sent, made again. Without the office key it cannot be had, and a copy never shows it."""
        entered = [Entered(0, 0, "", one.facts, "") for one in read]
        told = (
            told_once(self._office_key, Accepted(read[0].core.request_id, tuple(entered))) if self._office_key else {}
        )
        return told.get("claim_code", "")

    # --- the customer ----------------------------------------------------------------------------------------------

    def _language(self, read: list[ReadEntry]) -> str:
        """Of the first customer the request is about who has told one."""
        for digest in self._digests(read):
            spoken = self._kept(digest).get("language")
            if spoken:
                return spoken
        return "en"

    def _details(self, read: list[ReadEntry]) -> Mapping[str, str]:
        """The details that the entry itself put on record; none if they were erased since."""
        for one in read:
            for fact in one.facts:
                if isinstance(fact, CustomerOpened | CustomerChanged):
                    return self._kept(fact.details)
        return {}

    def _digests(self, read: list[ReadEntry]) -> Iterator[bytes]:
        """Hashes of the details of every customer named, as they are now, in order."""
        for place, one in enumerate(read):
            for fact in one.facts:
                if isinstance(fact, CustomerOpened | CustomerChanged):
                    yield fact.details
            own = own_body(one.body, place)
            account = own.get("account")
            held = self._store.get("holding", (account,)) if isinstance(account, str) else None
            lent = self._store.get("loan", (own["loan"],)) if isinstance(own.get("loan"), str) else None
            named = own.get("customer") or (lent[1] if lent else None) or own.get("presented_by")
            customer = held[1] if held is not None else named
            row = self._store.get("customer", (customer,)) if isinstance(customer, str) else None
            if row is not None and isinstance(row[2], bytes):
                yield row[2]

    def _kept(self, digest: bytes) -> Mapping[str, str]:
        row = self._store.get("details", (digest,))
        return codec.decode(row[3], what="details") if row is not None and isinstance(row[3], bytes) else {}


def _foot(edition: Edition | None, language: str) -> tuple[str, ...]:
    """What the operator of that edition says at the foot of receipts."""
    own = words_of(edition.terms(ProfileTexts) if edition is not None else None, language)
    return tuple(one for one in (own.receipt, own.complaints) if one) if own is not None else ()


def _titles(edition: Edition | None, say: Translate) -> Mapping[str, str]:
    """What stamps and mail services are called in an edition."""
    if edition is None:
        return {}
    mail = edition.terms(MailTerms)
    services = {name: say(service.title) for name, service in mail.services.items()} if mail is not None else {}
    return {**services, **{name: say(item.title) for name, item in edition.stock.items()}}
