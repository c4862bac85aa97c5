"""One server a test session, one clinic a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.postgres_server import Server, Site, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def site(server: Server) -> Site:
    return server.site()
