from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.hashing import leaf_hash
from counterfoil.journal.tiles import (
    LEVEL_MAX,
    TILE_WIDTH,
    Tile,
    TileMalformed,
    bundle_data,
    bundles_for_size,
    hashes_in_tiles,
    parse_bundle,
    parse_path,
    tile_at,
    tile_data,
    tiles_for_size,
)
from counterfoil.journal.tree import LeafHashes, consistency_proof, frontier_at, inclusion_proof
from counterfoil.kernel.outcomes import Fault, Malformed

LEAVES = [leaf_hash(b"%d" % number) for number in range(70_000)]
READ = LeafHashes(LEAVES)
LEVEL = st.one_of(st.none(), st.integers(0, LEVEL_MAX))


@given(LEVEL, st.integers(0, 2**64 - 1), st.integers(1, TILE_WIDTH))
def test_a_path_reads_back_to_its_tile(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_path(tile.path()) == tile


@given(st.from_regex(r"tile/(entries|[0-9]{1,2})/(x[0-9]{3}/){0,8}[0-9]{3}(\.p/[0-9]{1,3})?", fullmatch=True))
def test_no_other_path_reads_to_the_same_tile(path: str) -> None:
    try:
        tile = parse_path(path)
    except TileMalformed:
        return
    assert tile.path() == path


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1_000), "tile/0/x001/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(2, 1_000_000, 1), "tile/2/x001/x000/000.p/1"),
        (Tile(None, 0, 255), "tile/entries/000.p/255"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path() == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/100/000",
        "tile/0/x000/000",  # A leading group of zeros: the path is tile/0/000.
        "tile/0/x000/001",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/X001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/entries/x",
        "tile/0/" + "x999/" * 6 + "999",  # Beyond 2^64.
        "tile/0/" + "x001/" * 10_000 + "001",
    ],
)
def test_paths_refused(path: str) -> None:
    with pytest.raises(TileMalformed) as caught:
        parse_path(path)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("level", "index", "width"), [(64, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 2**64, 1), (0, 0, 0), (0, 0, 257)]
)
def test_a_tile_cannot_be_built_wrong(level: int, index: int, width: int) -> None:
    with pytest.raises(TileMalformed):
        Tile(level, index, width)


def counts(size: int) -> dict[int, tuple[int, int]]:
    """Level → (full tiles, width of the partial tile)."""
    found: dict[int, tuple[int, int]] = {}
    for tile in tiles_for_size(size):
        assert tile.level is not None
        full, partial = found.get(tile.level, (0, 0))
        found[tile.level] = (full + 1, partial) if tile.full else (full, tile.width)
    return found


def test_the_examples_of_the_specification() -> None:
    assert counts(70_000) == {0: (273, 112), 1: (1, 17), 2: (0, 1)}
    assert counts(256) == {0: (1, 0), 1: (0, 1)}
    assert counts(0) == {}


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_only_changed_tiles_since(first: int, second: int) -> None:
    since, size = sorted((first, second))
    assert set(tiles_for_size(size, since=since)) == set(tiles_for_size(size)) - set(tiles_for_size(since))
    assert set(bundles_for_size(size, since=since)) == set(bundles_for_size(size)) - set(bundles_for_size(since))


def test_no_tiles_of_a_log_that_shrinks() -> None:
    with pytest.raises(Malformed):
        list(tiles_for_size(4, since=5))
    with pytest.raises(Malformed):
        list(bundles_for_size(4, since=5))
    with pytest.raises(TileMalformed):
        tile_at(0, 1, 256)


def test_proofs_from_tiles() -> None:
    files = {tile.path(): tile_data(tile, READ) for tile in tiles_for_size(70_000)}
    read = hashes_in_tiles(70_000, lambda tile: files[tile.path()])
    for size in (1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000):
        assert frontier_at(size, read) == frontier_at(size, READ)
        for index in {0, size // 3, size - 1}:
            assert inclusion_proof(index, size, read) == inclusion_proof(index, size, READ)
            assert consistency_proof(index + 1, size, read) == consistency_proof(index + 1, size, READ)


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(TileMalformed):
        hashes_in_tiles(5, lambda _: bytes(31))(0, 0)
    with pytest.raises(Fault):
        hashes_in_tiles(5, lambda _: bytes(160))(2, 1)
    with pytest.raises(Fault):
        tile_data(Tile(None, 0), READ)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=TILE_WIDTH))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    data = bundle_data(entries)
    assert parse_bundle(data, Tile(None, 0, len(entries))) == entries
    if len(entries) < TILE_WIDTH:
        with pytest.raises(TileMalformed):
            parse_bundle(data, Tile(None, 0, len(entries) + 1))
    for changed in (data[:-1], data + b"\x00", data + b"\x00\x00"):
        with pytest.raises(TileMalformed):
            parse_bundle(changed, Tile(None, 0, len(entries)))


@given(st.binary(max_size=60), st.integers(1, TILE_WIDTH))
def test_any_bytes_are_a_bundle_or_malformed(data: bytes, width: int) -> None:
    try:
        entries = parse_bundle(data, Tile(None, 0, width))
    except TileMalformed:
        return
    assert bundle_data(entries) == data


@pytest.mark.parametrize("entries", [[], [b""] * 257, [bytes(65_536)]])
def test_what_no_bundle_holds(entries: list[bytes]) -> None:
    with pytest.raises(TileMalformed):
        bundle_data(entries)
