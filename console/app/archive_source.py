"""The record as the sync reads it: short reads on connections that cannot write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from console.storage.cipher import DRIVER_ERRORS
from console.storage.queries import RecordReader
from console.storage.rows import StoredEvent
from console.storage.trouble import DiskTrouble, RecordRefused
from console.sync.ports import START, Mark, Origin, Unreachable


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, *DRIVER_ERRORS, DiskTrouble, RecordRefused, ValueError) as error:
        raise Unreachable(
            f"The record cannot be read for the archive at the moment ({type(error).__name__})."
        ) from error


class RecordSource:
    """Opens the record at its first use: the room makes the file."""

    def __init__(self, path: Path, open_reader: Callable[[Path], RecordReader] = RecordReader) -> None:
        self._path = path
        self._open = open_reader
        self._opened: RecordReader | None = None

    @property
    def _reader(self) -> RecordReader:
        if self._opened is None:
            self._opened = self._open(self._path)
        return self._opened

    def origin(self) -> Origin | None:
        """Whose record it is; None before the room has opened it once."""
        with _trouble():
            stream = self._reader.stream()
        return None if stream is None else Origin(stream.stream_id, stream.site_id, stream.workstation_id)

    def head(self) -> Mark:
        """The last event."""
        with _trouble():
            head = self._reader.head()
        return START if head is None else Mark(head.seq, head.hash)

    def page(self, after_seq: int, limit: int, session_id: str | None = None) -> Sequence[StoredEvent]:
        """The next events after ``after_seq``."""
        with _trouble():
            return self._reader.page(after_seq, session_id, limit)

    def of_kinds(
        self, kinds: Sequence[str], after_seq: int, up_to_seq: int, limit: int
    ) -> Sequence[StoredEvent]:
        """The next events of these kinds between two places."""
        with _trouble():
            return self._reader.of_kinds(kinds, after_seq, up_to_seq, limit)

    def chunk(self, address: str) -> bytes | None:
        """The bytes of a waveform chunk by its address in hex."""
        with _trouble():
            return self._reader.wave_data(address)

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
