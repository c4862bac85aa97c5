"""Errors a person can mend, as sentences."""

from __future__ import annotations

from typing import Final

from console.app.config import ConfigWrong
from console.clinical.toml_table import LibraryError
from console.devices.catalogue import UnknownDevice
from console.devices.virtual.scenario import ScenarioError
from console.session.codec import EventUnreadable
from console.storage.accounts import AccountRefused
from console.storage.trouble import DiskTrouble, RecordRefused
from console.sync.founding import FoundingFailed
from console.sync.reference import ReferenceRefused


class NotPossible(Exception):
    """What was asked cannot be done; the text says why and what to do."""


MENDABLE: Final = (
    NotPossible,
    ConfigWrong,
    LibraryError,
    ScenarioError,
    UnknownDevice,
    EventUnreadable,
    AccountRefused,
    RecordRefused,
    DiskTrouble,
    FoundingFailed,
    ReferenceRefused,
    OSError,
)


def sentence_of(error: BaseException) -> str:
    """The error as a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return str(error)
