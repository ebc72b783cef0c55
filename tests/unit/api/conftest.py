"""One office served for all tests of a module: each test uses a client of its own."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from counterfoil.testing.servers import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served") / "office") as running:
        yield running


@pytest.fixture
def http(server: Served) -> Iterator[httpx.Client]:
    """A bare connection with a token of every scope."""
    headers = {"Authorization": f"Bearer {server.token('read', 'write', 'personal')}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30, trust_env=False) as made:
        yield made
