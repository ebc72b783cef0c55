"""Tiles (C2SP tlog-tiles): a log as static files that never change once full.

A tile holds up to 256 hashes of one tile level; hash i of tile n at level L is the perfect subtree (8·L, 256·n + i).
An entry bundle holds up to 256 entries, each with a 16-bit big-endian length. Paths: ``tile/<L>/<N>[.p/<W>]`` and
``tile/entries/<N>[.p/<W>]``, N in groups of three digits, all but the last with an ``x``.

1. One tile has one path (``test_a_path_reads_back_to_its_tile``).
2. Any proof can be built from tiles alone (``test_proofs_from_tiles``).

Hash tiles are public; entry bundles hold private entries and are written only when asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from counterfoil.journal.hashing import HASH_BYTES, node_hash
from counterfoil.journal.tree import SIZE_MAX, ReadHash
from counterfoil.kernel.outcomes import Fault, Malformed

TILE_WIDTH = 256
TILE_HEIGHT = 8
LEVEL_MAX = 63
ENTRY_BYTES_MAX = 65_535
CHECKPOINT_PATH = "checkpoint"
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileMalformed(Malformed):
    """A path or the bytes of a tile break the format."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's place. ``level`` is the tile level, or None for an entry bundle; ``width`` counts hashes or entries."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= LEVEL_MAX:
            raise TileMalformed(f"{self.level} is not a tile level: 0 to {LEVEL_MAX}", field="level")
        if not 0 <= self.index <= SIZE_MAX:
            raise TileMalformed(f"{self.index} is not a tile index", field="index")
        if not 1 <= self.width <= TILE_WIDTH:
            raise TileMalformed(f"{self.width} is not a tile width: 1 to {TILE_WIDTH}", field="width")

    @property
    def full(self) -> bool:
        """A full tile never changes."""
        return self.width == TILE_WIDTH

    def path(self) -> str:
        """Where the tile stands below the log's prefix."""
        groups = f"{self.index:,}".split(",")
        number = "/".join([f"x{int(group):03}" for group in groups[:-1]] + [f"{int(groups[-1]):03}"])
        level = "entries" if self.level is None else self.level
        return f"tile/{level}/{number}" if self.full else f"tile/{level}/{number}.p/{self.width}"


def parse_path(path: str) -> Tile:
    """The tile at ``path``, the only one that has it."""
    found = _PATH.fullmatch(path)
    if not found:
        raise TileMalformed(f"{path[:80]!r} is not a tile path: tile/<level|entries>/<index>[.p/<width>]", field="path")
    level = None if found["level"] == "entries" else int(found["level"])
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = TILE_WIDTH if found["width"] is None else int(found["width"])
    tile = Tile(level, index, width)
    if tile.path() != path:
        raise TileMalformed(f"{path!r} is not the one path of its tile, which is {tile.path()}", field="path")
    return tile


def tile_at(level: int | None, index: int, size: int) -> Tile:
    """Tile ``index`` of a level as it is in a log of ``size``; ``Malformed`` if that log has no such tile."""
    hashes = size if level is None else size >> TILE_HEIGHT * level
    width = min(hashes - index * TILE_WIDTH, TILE_WIDTH)
    if width < 1:
        raise TileMalformed(f"a log of {size} has no tile {index} at level {level}", field="index")
    return Tile(level, index, width)


def tiles_for_size(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The hash tiles of a log of ``size``, level by level; only those changed since the log had ``since`` leaves."""
    if not 0 <= since <= size <= SIZE_MAX:
        raise Malformed(f"no log grows from {since} to {size}", field="size")
    level = 0
    while size >> TILE_HEIGHT * level:
        first, hashes = (since >> TILE_HEIGHT * level), (size >> TILE_HEIGHT * level)
        if first < hashes:
            for index in range(first // TILE_WIDTH, -(-hashes // TILE_WIDTH)):
                yield tile_at(level, index, size)
        level += 1


def bundles_for_size(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The entry bundles of a log of ``size``; only those changed since the log had ``since`` leaves."""
    if not 0 <= since <= size <= SIZE_MAX:
        raise Malformed(f"no log grows from {since} to {size}", field="size")
    if since < size:
        for index in range(since // TILE_WIDTH, -(-size // TILE_WIDTH)):
            yield tile_at(None, index, size)


def tile_data(tile: Tile, read: ReadHash) -> bytes:
    """The bytes of a hash tile: 32 for each of its ``width`` hashes."""
    if tile.level is None:
        raise Fault("an entry bundle is not made of hashes")
    level, start = TILE_HEIGHT * tile.level, TILE_WIDTH * tile.index
    return b"".join([read(level, start + place) for place in range(tile.width)])


def bundle_data(entries: Sequence[bytes]) -> bytes:
    """The bytes of an entry bundle of 1 to 256 entries."""
    if not 1 <= len(entries) <= TILE_WIDTH or any(len(entry) > ENTRY_BYTES_MAX for entry in entries):
        raise TileMalformed(
            f"a bundle holds 1 to {TILE_WIDTH} entries of up to {ENTRY_BYTES_MAX} bytes", field="entries"
        )
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def parse_bundle(data: bytes, tile: Tile) -> list[bytes]:
    """The ``width`` entries of a bundle; ``Malformed`` if there are more, fewer, or bytes left over."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < tile.width:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : end]
        if at + 2 > len(data) or end > len(data):
            raise TileMalformed("a bundle that ends inside an entry", field="entries")
        entries.append(entry)
        at = end
    if len(entries) != tile.width or at != len(data):
        raise TileMalformed(f"a bundle of width {tile.width} has other than {tile.width} entries", field="entries")
    return entries


def hashes_in_tiles(size: int, read_tile: Callable[[Tile], bytes]) -> ReadHash:
    """A ``ReadHash`` over the tiles of a log of ``size``; ``read_tile`` gives a tile's bytes. Keeps nothing."""

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile = tile_at(tile_level, first // TILE_WIDTH, size)
        data = read_tile(tile)
        if len(data) != tile.width * HASH_BYTES:
            raise TileMalformed(f"{tile.path()} has {len(data)} bytes, not {tile.width * HASH_BYTES}", field="tile")
        place = first % TILE_WIDTH
        if place + (1 << height) > tile.width:
            raise Fault(f"the log of {size} has no subtree {index} at level {level}")
        hashes = [data[HASH_BYTES * at : HASH_BYTES * (at + 1)] for at in range(place, place + (1 << height))]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    return read
