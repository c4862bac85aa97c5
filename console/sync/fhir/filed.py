"""Ledgers as files in the data folder: each replaced whole, so a power cut leaves the old or the new."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote

import msgspec

from console.sync.fhir.ledger import FeedState, ServerState, SessionLedger, apart, together

_T = TypeVar("_T", bound=msgspec.Struct)

SERVER, SHARED, FEED = "server.json", "shared.json", "feed.json"


class FileStore:
    """The ledgers of one server. A file that cannot be read counts as none: everything is only sent again."""

    def __init__(self, folder: Path, url: str) -> None:
        """Args: the folder of all servers, and the base address of this one."""
        self._folder = folder / sha256(url.rstrip("/").encode()).hexdigest()[:16]

    @property
    def folder(self) -> Path:
        """Where this server's ledgers are."""
        return self._folder

    def server(self) -> ServerState:
        """How the server was doing."""
        return self._read(SERVER, ServerState())

    def save_server(self, state: ServerState) -> None:
        """Keep it; writes nothing when nothing changed."""
        if self.server() != state:
            self._write(SERVER, state)

    def feed(self) -> FeedState:
        """Which sessions wait."""
        return self._read(FEED, FeedState())

    def save_feed(self, state: FeedState) -> None:
        """Keep it; writes nothing when nothing changed."""
        if self.feed() != state:
            self._write(FEED, state)

    def session(self, session_id: str) -> SessionLedger:
        """The ledger of a session, with what sessions have in common."""
        own = self._read(_name(session_id), SessionLedger())
        return together(own, self._read(SHARED, SessionLedger()))

    def save_session(self, session_id: str, ledger: SessionLedger) -> None:
        """Keep it. The common half first: it names what the other half refers to."""
        own, common = apart(ledger)
        if self._read(SHARED, SessionLedger()) != common:
            self._write(SHARED, common)
        self._write(_name(session_id), own)

    def sessions(self) -> tuple[str, ...]:
        """Every session there is a ledger of."""
        found = sorted(self._folder.glob("session-*.json"))
        return tuple(_session(path) for path in found)

    def _read(self, name: str, nothing: _T) -> _T:
        try:
            return msgspec.json.decode((self._folder / name).read_bytes(), type=type(nothing))
        except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
            return nothing

    def _write(self, name: str, state: msgspec.Struct) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / name
        beside = path.with_suffix(".new")
        with open(beside, "wb") as file:
            file.write(msgspec.json.encode(state))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)


def _name(session_id: str) -> str:
    return f"session-{quote(session_id, safe='')}.json"


def _session(path: Path) -> str:
    return unquote(path.stem.removeprefix("session-"))
