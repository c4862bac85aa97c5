"""A fresh record for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.storage.record import Record
from tests.storage.record_makers import open_record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    with open_record(path) as opened:
        yield opened
