"""The FHIR server runs where node is; where it is not, the run says which tests were left out."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.sync.fhir.node_server import REQUIRED, NodeServer, node_place, running

NEED_NODE = ["test_second_validator.py", "test_real_server.py"]

PLACE = node_place()
if PLACE.folder is None and os.environ.get(REQUIRED):
    pytest.exit(f"{REQUIRED} is set and the FHIR server cannot run: {PLACE.why_not}", returncode=3)

collect_ignore = [] if PLACE.folder is not None else NEED_NODE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if PLACE.folder is None:
        terminalreporter.write_sep("=", "NOT RUN", yellow=True)
        terminalreporter.write_line(
            f"The tests against a real FHIR server and the second validator did not run: {PLACE.why_not}. "
            f"They are {', '.join(NEED_NODE)} in tests/sync/fhir."
        )


@pytest.fixture(scope="session")
def node_server() -> Iterator[NodeServer]:
    assert PLACE.folder is not None
    with running(PLACE.folder) as server:
        yield server


@pytest.fixture
def fhir_server(node_server: NodeServer) -> NodeServer:
    """The server, empty and without faults."""
    node_server.clear()
    return node_server
