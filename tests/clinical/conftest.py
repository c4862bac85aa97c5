"""The drug library and the syringes as shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.clinical.library import load_library, load_syringes
from console.clinical.protocol import DrugLibrary, SyringeCatalogue

FILES = Path(__file__).parents[2] / "resources" / "library"


@pytest.fixture(scope="session")
def library_text() -> str:
    return (FILES / "ketamine-v1.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def syringes_text() -> str:
    return (FILES / "syringes-v1.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def library(library_text: str) -> DrugLibrary:
    return load_library(library_text)


@pytest.fixture(scope="session")
def syringes(syringes_text: str) -> SyringeCatalogue:
    return load_syringes(syringes_text)
