"""The one place where engines are chosen and joined: an office's folder becomes a desk.

A folder holds ``office.toml`` (who and where), ``office.db`` (the store), ``office.mark`` (the high-water mark unless
``--mark`` put it elsewhere), ``node-EPOCH.key`` and ``office.key`` (0600), ``trust-policy.txt`` and, until the first
supervisor is enrolled, ``first-code.txt`` (0600). The device secret lies outside it.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from counterfoil.engines.build import build_id
from counterfoil.engines.clock import FileClock, MachineClock
from counterfoil.engines.disk import RealDisk, make_folder, sync_folder
from counterfoil.engines.keys.device import DeviceSecret, load_or_create, os_key_store
from counterfoil.engines.keys.node import NodeKey
from counterfoil.engines.keys.office_key import create_office_key, load_office_key
from counterfoil.engines.keys.sealed import NONCE_BYTES, SALT_BYTES, SEED_BYTES, seal, unseal
from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.engines.mark import HighWaterMark, Mark, MarkDamaged
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.tables import SCHEMA_VERSION
from counterfoil.facts.office import EpochOpened
from counterfoil.journal.checkpoint import checkpoint_text
from counterfoil.journal.note import ED25519, Note, VerifierKey, note_signer, sign_note
from counterfoil.kernel.outcomes import Fault, Malformed, Unavailable
from counterfoil.operations import setup
from counterfoil.operations.authority import Authority, SessionSigner
from counterfoil.operations.desk import Desk, read_entry
from counterfoil.operations.ports import Clock, Disk, Entropy
from counterfoil.operations.store import Commit, OfficeStore, StoreOlder
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.policy.edition import read_new_edition

CONFIG, DATABASE, MARK, TRUST, OFFICE_KEY, FIRST_CODE = (
    "office.toml", "office.db", "office.mark", "trust-policy.txt", "office.key", "first-code.txt",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``office.toml`` says. ``store`` is a PostgreSQL URL, or None for SQLite in the folder."""

    domain: str
    office: str
    place: str
    node: int
    zone: str
    currency: str
    mark: str | None = None
    store: str | None = None
    identity: str = ""


class Keys:
    """The key case of this machine: seals clerk keys under PIN and device secret. The secret is fetched when needed."""

    def __init__(self, office: str, folder: Path, disk: Disk, entropy: Entropy, *, stick: str | None = None) -> None:
        self._office, self._folder, self._disk, self._entropy, self._stick = office, folder, disk, entropy, stick
        self._device: DeviceSecret | None = None

    @property
    def device(self) -> DeviceSecret:
        if self._device is None:
            self._device = load_or_create(
                self._office, disk=self._disk, entropy=self._entropy, environ=os.environ, data_folder=str(self._folder),
                key_store=os_key_store(), path=self._stick,
            )  # fmt: skip
        return self._device

    @property
    def custody(self) -> str:
        return self.device.custody

    def new(self) -> tuple[SessionSigner, bytes]:
        seed = self._entropy(SEED_BYTES)
        return ClerkSigner(seed), seed

    def seal(self, seed: bytes, pin: str) -> bytes:
        return seal(seed, pin, self.device, salt=self._entropy(SALT_BYTES), nonce=self._entropy(NONCE_BYTES))

    def unseal(self, record: bytes, pin: str) -> SessionSigner:
        return ClerkSigner(unseal(record, pin, self.device))


class Office:
    """An office opened for work: its desk and its people. Use as a context manager; leaving it releases the office
    lock."""

    def __init__(self, folder: Path, settings: Settings, desk: Desk, authority: Authority, clock: Clock) -> None:
        self.folder, self.settings, self.desk, self.authority, self.clock = folder, settings, desk, authority, clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.authority.close()
        finally:
            self.desk.store.close()


def read_settings(folder: Path) -> Settings:
    """The settings of a folder; ``Unavailable`` if it holds no office."""
    try:
        raw = tomllib.loads((folder / CONFIG).read_text("utf-8"))
    except FileNotFoundError:
        raise Unavailable(f"{folder} holds no office: make one with `counterfoil init {folder}`") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"{folder / CONFIG} cannot be read: {error}", field="office.toml") from None
    known = {"domain", "office", "place", "node", "zone", "currency", "mark", "store", "identity"}
    if set(raw) - known:
        raise Malformed(f"{folder / CONFIG}: {sorted(set(raw) - known)[0]} is not known here", field="office.toml")
    try:
        return Settings(**raw)
    except TypeError as error:
        raise Malformed(f"{folder / CONFIG}: {error}", field="office.toml") from None


def init_office(
    folder: Path,
    settings: Settings,
    *,
    edition: bytes,
    disk: Disk | None = None,
    entropy: Entropy = secrets.token_bytes,
    clock: Clock | None = None,
    vfs: str | None = None,
) -> str:
    """Makes a new office in ``folder`` (which must not hold one) and returns the first supervisor's one-time code.

    Writes keys, settings and trust policy, then the opening entries of epoch 1.
    """
    disk = disk or RealDisk()
    _check(settings)
    read = read_new_edition(edition)
    if read.currency.code != settings.currency:
        raise Malformed(
            f"the edition is in {read.currency.code} and the office in {settings.currency}", field="currency"
        )
    if (folder / CONFIG).exists():
        raise Unavailable(f"{folder} holds an office already: choose another folder")
    if any((folder / name).exists() for name in (DATABASE, OFFICE_KEY, "node-1.key")):
        raise Unavailable(
            f"an office was begun in {folder} and never finished: nothing was entered in it. "
            "Empty it, or choose another"
        )
    make_folder(str(folder))
    origin = setup.origin_of(settings.domain, settings.office, settings.node, 1)
    node_key = NodeKey.create(disk, str(folder / "node-1.key"), entropy)
    office_key = create_office_key(disk, str(folder / OFFICE_KEY), entropy)
    settings = _with_identity(settings, entropy(8).hex())
    store = new_store(folder, settings, vfs=vfs)
    try:
        desk = Desk(
            store=store, mark=_mark(folder, settings, disk), clock=clock or MachineClock(), entropy=entropy,
            node_key=node_key, office_key=office_key, build=build_id(),
        )  # fmt: skip
        opened = EpochOpened(
            origin, node_key.public_key, settings.office, settings.place, settings.currency, settings.zone
        )
        setup.open_first_epoch(desk, opened=opened, edition=edition)
    finally:
        store.close()
    disk.replace(str(folder / TRUST), trust_policy([(origin, node_key.public_key)]).encode())
    code = _code(entropy)
    disk.replace(str(folder / FIRST_CODE), f"{code}\n".encode())
    disk.replace(str(folder / CONFIG), _toml(settings).encode())  # Last: a folder without it holds no office.
    return code


def open_office(
    folder: Path,
    *,
    clock: Clock | None = None,
    disk: Disk | None = None,
    entropy: Entropy = secrets.token_bytes,
    vfs: str | None = None,
    stick: str | None = None,
) -> Office:
    """Opens an office for work. Mark and journal must agree, or ``NotSigning`` says why and what to do."""
    disk = disk or RealDisk()
    settings = read_settings(folder)
    store = open_store(folder, settings, vfs=vfs)
    try:
        epoch = store.epochs()[-1] if store.epochs() else 1
        used = clock or MachineClock()
        desk = Desk(
            store=store, mark=_mark(folder, settings, disk), clock=used, entropy=entropy,
            node_key=NodeKey.load(disk, str(folder / f"node-{epoch}.key")),
            office_key=load_office_key(disk, str(folder / OFFICE_KEY)), build=build_id(),
        )  # fmt: skip
        desk.settle()
        if setup.closed_by(desk) is not None:
            raise Unavailable(
                f"the log of epoch {epoch} is closed, and the change to the next was interrupted: "
                "go on with `counterfoil epoch new`"
            )
    except BaseException:
        store.close()
        raise
    identity = settings.identity or settings.office
    authority = Authority(desk, Keys(identity, folder, disk, entropy, stick=stick))
    return Office(folder, settings, desk, authority, used)


def open_with(folder: Path, kind: str = "machine", *, stick: str | None = None) -> Office:
    """Opens an office on the clock of that kind; ``last``: of its last day (a file's clock goes on where it
    stopped)."""
    if kind == "file":
        return open_office(folder, clock=FileClock(), stick=stick)
    office = open_office(folder, stick=stick)
    days = office.desk.state.day.all()
    if kind == "last" and days and days[-1].clock == "file":
        office.clock = office.desk.clock = FileClock(start=office.desk.state.now)
    return office


def node_key_of(folder: Path, epoch: int) -> NodeKey:
    """The node's key of one epoch, if it is still on this machine."""
    return NodeKey.load(RealDisk(), str(folder / f"node-{epoch}.key"))


def office_key_of(folder: Path) -> bytes:
    """The office key (32 bytes): account commitments are checked with it."""
    return load_office_key(RealDisk(), str(folder / OFFICE_KEY))


def mark_of(folder: Path) -> Mark | None:
    """The high-water mark of a folder."""
    return _mark(folder, read_settings(folder), RealDisk()).read()


def next_epoch(folder: Path, *, reason: str, signers: Sequence[tuple[str, str]] = (), disk: Disk | None = None) -> str:
    """Opens the next epoch: new key, new log. ``signers`` are (clerk, PIN) of the two who approve the new key.

    In order, if mark and journal agree: the old log's last entry names the new key, and its final checkpoint is kept.
    Otherwise (a lost mark, a restored copy) the old log stays as it is found, and the new key joins the trust policy
    only with the statement of two clerks whose keys are on this machine. Returns what happened, in a sentence.
    """
    disk = disk or RealDisk()
    settings = read_settings(folder)
    store = open_store(folder, settings)
    try:
        epochs = store.epochs()
        if not epochs:
            raise Unavailable(f"{folder} has no journal to go on from")
        last, mark = epochs[-1], _mark(folder, settings, disk)
        entropy: Entropy = secrets.token_bytes
        office_key, clock = load_office_key(disk, str(folder / OFFICE_KEY)), MachineClock()
        old_key = _loaded(disk, folder, last)
        desk = Desk(
            store=store, mark=mark, clock=_going_on(store, clock), entropy=entropy,
            node_key=old_key or NodeKey(bytes(32)),
            office_key=office_key, build=build_id(),
        )  # fmt: skip
        desk.confirm_clock()  # Whoever opens an epoch sees its time in the statement.
        authority = Authority(desk, Keys(settings.identity or settings.office, folder, disk, entropy))
        people = [(clerk, authority.second(clerk, pin)) for clerk, pin in signers]
        path = str(folder / f"node-{last + 1}.key")
        new_key = NodeKey.load(disk, path) if disk.read(path) is not None else NodeKey.create(disk, path, entropy)
        why_not = _disorder(desk) if old_key else "the old epoch's key is not on this machine"
        row = desk.state.current
        assert row is not None
        closed = setup.closed_by(desk)
        if closed is not None and closed.next_key != new_key.public_key:
            why_not = why_not or f"the old log's last entry names another key than node-{last + 1}.key"
        if why_not is None and old_key is not None:
            if closed is None:
                setup.close_epoch(desk, next_key=new_key.public_key, reason=reason)
            note = _signed_checkpoint(row.origin, desk.size, desk.root(), old_key)
            desk.note({"checkpoint": [(last, desk.size, note)]})
        size, root = desk.size, desk.root()
        kept = [row[0] for row in store.scan("sealed_key") if isinstance(row[0], bytes)]
        desk = Desk(
            store=store, mark=mark, clock=_going_on(store, clock), entropy=entropy, node_key=new_key,
            office_key=office_key, build=build_id(),
        )  # fmt: skip
        desk.confirm_clock()
        origin = setup.origin_of(settings.domain, settings.office, settings.node, last + 1)
        opened = EpochOpened(
            origin, new_key.public_key, settings.office, settings.place, settings.currency, settings.zone,
            last, size, root, reason,
        )  # fmt: skip
        if not kept:
            disk.replace(str(folder / FIRST_CODE), f"{_code(entropy)}\n".encode())
        _set_aside(mark)
        setup.open_next_epoch(desk, opened=opened, epoch=last + 1, keep=kept)
        statement = _statement(folder, disk, origin, new_key.public_key, last, size, root, reason, people)
        if why_not is None or len({clerk for clerk, _ in people}) >= 2:
            _trust(folder, disk, origin, new_key.public_key)
            joined = "Its key is in the trust policy now."
        else:
            joined = (
                f"Its key is NOT in the trust policy ({why_not}): two clerks must sign it: counterfoil epoch approve."
            )
        return (
            f"Epoch {last + 1} is open, after {size} entries of epoch {last}. {joined} Post {statement} in the office."
        )
    finally:
        store.close()


def approve_epoch(folder: Path, *, signers: Sequence[tuple[str, str]]) -> str:
    """Two clerks approve the newest epoch's key: their signed statement, and the key joins the trust policy."""
    with open_with(folder, "last") as office:
        row = office.desk.state.current
        assert row is not None
        people = [(clerk, office.authority.second(clerk, pin)) for clerk, pin in signers]
        if len({clerk for clerk, _ in people}) < 2:
            raise Malformed("two different clerks approve a new epoch's key", field="by")
        disk = RealDisk()
        opened = read_entry(office.desk.store.entries(row.epoch, 0, 1)[0]).facts[0]
        assert isinstance(opened, EpochOpened)
        if opened.previous_epoch is None:
            raise Unavailable("this office is in its first epoch: its key has been in the trust policy from the start")
        name = _statement(
            folder, disk, row.origin, row.node_key, opened.previous_epoch, opened.previous_size or 0,
            opened.previous_root or b"", opened.reason or "", people,
        )  # fmt: skip
        _trust(folder, disk, row.origin, row.node_key)
    return f"The key of epoch {row.epoch} is in the trust policy now. Post {name} in the office."


IN_NO_BACKUP = ("sealed_key", "webhook", "customer_login", "customer_try", "customer_passkey", "unfinished")
"""Tables whose rows stay where they are."""


def backup(folder: Path, to: Path) -> list[str]:
    """Copies an office to a new folder, without any clerk's sealed key, node key or device secret; beside a live
    writer too.

    Returns the names of the files written. A restore from it opens a new epoch.
    """
    settings = read_settings(folder)
    if settings.store:
        raise Unavailable(
            "this office's store is PostgreSQL: back the database up with pg_dump, and the folder by copying it"
        )
    to.mkdir(parents=True, exist_ok=False)
    disk = RealDisk()
    store = SqliteStore.open_read_only(folder / DATABASE, EXTRA_TABLES)
    try:
        store.backup(to / DATABASE)
    finally:
        store.close()
    copy = SqliteStore(to / DATABASE, EXTRA_TABLES)
    try:
        epoch = copy.epochs()[-1]
        secret = {name: [(row[0],) for row in copy.scan(name)] for name in IN_NO_BACKUP}
        copy.commit(Commit(expected=(epoch, copy.size(epoch)), deletes=secret))
    finally:
        copy.close()
    connection = apsw.Connection(str(to / DATABASE))
    try:
        connection.execute("VACUUM")  # A deleted row stays readable in free pages until this.
    finally:
        connection.close()
    (to / f"{DATABASE}.lock").unlink(missing_ok=True)
    written = [DATABASE]
    for name in (OFFICE_KEY, TRUST, CONFIG):
        data = disk.read(str(folder / name))
        if data is not None:
            disk.replace(str(to / name), data)
            written.append(name)
    return written


def restore(source: Path, folder: Path, *, reason: str) -> str:
    """Makes ``folder`` from a backup and opens a new epoch there. Returns what happened, in a sentence."""
    if (folder / CONFIG).exists() or (folder / DATABASE).exists():
        raise Unavailable(f"{folder} holds an office already: restore into another folder")
    read_settings(source)
    folder.mkdir(parents=True, exist_ok=True)
    disk = RealDisk()
    for name in (DATABASE, OFFICE_KEY, TRUST, CONFIG):
        data = disk.read(str(source / name))
        if data is not None:
            disk.replace(str(folder / name), data)
    return next_epoch(folder, reason=reason)


def examine(folder: Path) -> list[tuple[str, bool, str]]:
    """(what, whether it is well, what was found) for ``counterfoil doctor``. Changes nothing but a small file it
    removes."""
    found: list[tuple[str, bool, str]] = []
    settings = read_settings(folder)
    disk = RealDisk()
    found.append(
        ("SQLite", apsw.sqlite_lib_version() >= "3.51.3", f"{apsw.sqlite_lib_version()} (3.51.3 or later is safe)")
    )
    free = shutil.disk_usage(folder).free
    found.append(("free disk", free > 200_000_000, f"{free // 1_000_000} MB free"))
    for name in (OFFICE_KEY, *sorted(path.name for path in folder.glob("node-*.key"))):
        path = folder / name
        private = path.exists() and path.stat().st_mode & 0o077 == 0
        found.append((name, private, "only its owner can read it" if private else "missing, or others can read it"))
    mine = str(folder / ".doctor")
    before = time.perf_counter()
    for _ in range(5):
        disk.write_at(mine, 0, b"x" * 512)
        disk.sync(mine)
    took = (time.perf_counter() - before) / 5 * 1000
    os.unlink(mine)
    found.append(("fsync", took < 50, f"{took:.1f} ms each (every group of entries waits for three)"))
    store = open_store(folder, settings, read_only=True)
    try:
        epochs = store.epochs()
        size = store.size(epochs[-1]) if epochs else 0
        mark = mark_of(folder)
        agrees = mark is not None and bool(epochs) and mark.epoch == epochs[-1] and size - mark.size >= 0
        seen = f"epoch {mark.epoch}, {mark.size} entries" if mark else "none"
        found.append(
            ("high-water mark", agrees, f"mark: {seen}; journal: epoch {epochs[-1] if epochs else 0}, {size} entries")
        )
        waiting = sum(1 for _ in store.scan("unprinted"))
        found.append(("slips", True, f"{waiting} waiting to be printed"))
    finally:
        store.close()
    try:
        device = load_or_create(
            settings.identity or settings.office, disk=disk, entropy=secrets.token_bytes, environ=os.environ,
            data_folder=str(folder), key_store=os_key_store(), create=False,
        )  # fmt: skip
        found.append(("device secret", True, f"custody: {device.custody}"))
    except (Unavailable, Malformed) as error:
        found.append(("device secret", False, str(error)))
    return found


def _going_on(store: OfficeStore, clock: Clock) -> Clock:
    """The clock of the office's last day: a file's goes on where it stopped."""
    days = list(store.scan("day"))
    books = store.get("books", (1,))
    if days and days[-1][2] == "file" and books is not None:
        return FileClock(start=int(books[1] or 0))
    return clock


def _disorder(desk: Desk) -> str | None:
    """Why the old log cannot be closed in order, or None."""
    try:
        desk.settle()
    except (Unavailable, Fault) as error:
        return str(error)
    return None


def _set_aside(mark: HighWaterMark) -> None:
    """A mark that cannot be read is kept beside its place, so that the next epoch's can be written."""
    try:
        mark.read()
    except MarkDamaged:
        os.replace(mark.path, f"{mark.path}.damaged")
        sync_folder(mark.path)


def _loaded(disk: Disk, folder: Path, epoch: int) -> NodeKey | None:
    try:
        return NodeKey.load(disk, str(folder / f"node-{epoch}.key"))
    except Unavailable:
        return None


def _signed_checkpoint(origin: str, size: int, root: bytes, key: NodeKey) -> bytes:
    text = checkpoint_text(origin, size, root)
    return sign_note(Note(text, ()), [note_signer(origin, key.private_key)]).to_bytes()


def _statement(
    folder: Path, disk: Disk, origin: str, key: bytes, last: int, size: int, root: bytes, reason: str,
    people: Sequence[tuple[str, SessionSigner]],
) -> str:  # fmt: skip
    """The paper that is posted in the office: the new log's key, and who signed for it."""
    vkey = VerifierKey(origin, ED25519, key)
    before = f"{size} entries, root {root.hex()}"
    text = f"New log of this office: {vkey}\nAfter epoch {last}: {before}\nReason: {reason}\n"
    lines = [text]
    for clerk, signer in people:
        signature = signer.sign(b"counterfoil/epoch/v1\x00" + text.encode())
        lines.append(f"Signed by clerk {clerk}, key {signer.key_id.hex()}: {base64.b64encode(signature).decode()}\n")
        signer.drop()
    name = f"epoch-{last + 1}-statement.txt"
    disk.replace(str(folder / name), "".join(lines).encode())
    return name


def _trust(folder: Path, disk: Disk, origin: str, key: bytes) -> None:
    """Adds a log to the folder's trust policy; what stands in it stays."""
    line = f"log {VerifierKey(origin, ED25519, key)}"
    text = (disk.read(str(folder / TRUST)) or b"quorum none\n").decode()
    if line not in text.splitlines():
        before, quorum, after = text.partition("quorum ")
        disk.replace(str(folder / TRUST), f"{before}{line}\n{quorum}{after}".encode())


def _code(entropy: Entropy) -> str:
    return f"{int.from_bytes(entropy(5), 'big') % 10**10:010d}"


def new_store(folder: Path, settings: Settings, *, vfs: str | None = None) -> OfficeStore:
    """Creates the store that the settings name."""
    if settings.store:
        from counterfoil.engines.postgres import PostgresStore

        return PostgresStore.create(settings.store, EXTRA_TABLES, schema=_schema(settings))
    return SqliteStore.create(folder / DATABASE, EXTRA_TABLES, vfs=vfs)


def open_store(folder: Path, settings: Settings, *, read_only: bool = False, vfs: str | None = None) -> OfficeStore:
    """Opens the store that the settings name, for work (takes the office lock) or read-only (takes none)."""
    if settings.store:
        from counterfoil.engines.postgres import PostgresStore

        if read_only:
            return PostgresStore.open_read_only(settings.store, EXTRA_TABLES, schema=_schema(settings))
        return PostgresStore(settings.store, EXTRA_TABLES, schema=_schema(settings))
    if read_only:
        return SqliteStore.open_read_only(folder / DATABASE, EXTRA_TABLES)
    return SqliteStore(folder / DATABASE, EXTRA_TABLES, vfs=vfs)


def open_for_audit(folder: Path, *, rebuild: bool = False) -> OfficeStore:
    """Opens a folder's store to be audited (read-only) or rebuilt (takes the office lock), damaged as it may be.

    A folder with a database and no settings is one that a benchmark left.
    """
    settings = read_settings(folder) if (folder / CONFIG).exists() or not (folder / DATABASE).exists() else None
    if settings is not None and settings.store:
        if not rebuild:
            return open_store(folder, settings, read_only=True)
        from counterfoil.engines.postgres import PostgresStore

        return PostgresStore.open_for_mending(settings.store, EXTRA_TABLES, schema=_schema(settings))
    return SqliteStore.open_for_mending(folder / DATABASE, EXTRA_TABLES, read_only=not rebuild)


def tables_are_older(folder: Path) -> str:
    """What an older build's folder says of itself; "" where the tables are this build's. Errors as of opening."""
    try:
        open_store(folder, read_settings(folder), read_only=True).close()
    except StoreOlder as older:
        return str(older)
    return ""


def keep_before_upgrade(folder: Path) -> Path | None:
    """A copy of the database as the older build left it, beside it; None where the books are in PostgreSQL, whose own
    dump is the copy. The copy of an upgrade that was cut short is kept: it is the older one."""
    if read_settings(folder).store:
        return None
    store = SqliteStore.open_for_mending(folder / DATABASE, EXTRA_TABLES, read_only=True)
    try:
        path = folder / f"before-{SCHEMA_VERSION}-{DATABASE}"
        if not path.exists():
            store.backup(path)
        return path
    finally:
        store.close()


def mark_to_compare(folder: Path) -> Mark | str | None:
    """The mark as audit takes it: itself, or why there is none; None for a folder without an office."""
    if not (folder / CONFIG).exists():
        return None
    try:
        mark = mark_of(folder)
        if mark is None and not any(folder.glob("node-*.key")):
            return None  # A backup: nothing is signed from it.
        return mark or "there is no high-water mark beside this office: it cannot be known what was signed"
    except (Fault, OSError) as error:
        return f"it cannot be read: {error}"


def trust_policy(logs: list[tuple[str, bytes]]) -> str:
    """The C2SP tlog-policy text for these logs (origin, raw public key); no witnesses yet, so no quorum."""
    lines = ["# Trust policy: the logs whose slips and proofs are accepted. Not the policy book."]
    lines += [f"log {VerifierKey(origin, ED25519, key)}" for origin, key in logs]
    return "\n".join([*lines, "quorum none"]) + "\n"


def _mark(folder: Path, settings: Settings, disk: Disk) -> HighWaterMark:
    return HighWaterMark(disk, settings.mark or str(folder / MARK))


def _schema(settings: Settings) -> str:
    return f"office_{re.sub(r'[^0-9a-z]', '_', settings.office.lower())}_{settings.identity or '0'}"


def _with_identity(settings: Settings, identity: str) -> Settings:

    return settings if settings.identity else replace(settings, identity=identity)


def _check(settings: Settings) -> None:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", settings.domain):
        raise Malformed(f"{settings.domain!r} is not a domain such as post.example", field="domain")
    if not re.fullmatch(r"[0-9]{2,8}", settings.office):
        raise Malformed(f"{settings.office!r} is not an office number of 2 to 8 digits", field="office")
    if not settings.place.isprintable() or not 0 < len(settings.place) <= 80:
        raise Malformed("the place is a name of 1 to 80 printable characters", field="place")
    if not 1 <= settings.node < 2**16:
        raise Malformed(f"{settings.node} is not a node number from 1 to 65535", field="node")


def _toml(settings: Settings) -> str:
    lines = ["# Who and where this office is. Written by `counterfoil init`."]
    for name in ("domain", "office", "place", "node", "zone", "currency", "mark", "store", "identity"):
        value = getattr(settings, name)
        if value is not None:
            text = (
                str(value)
                if isinstance(value, int)
                else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
            )
            lines.append(f"{name} = {text}")
    return "\n".join(lines) + "\n"
