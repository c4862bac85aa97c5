"""From the record to the figures a room tells the board: the newest second, read beside the room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError

from console.clock import NS_PER_S, Instant
from console.storage.cipher import DRIVER_ERRORS
from console.storage.queries import RecordReader
from console.storage.schema import numeric, span
from console.storage.trouble import DiskTrouble, RecordRefused
from console.sync.board_status import LiveFigure, LiveStatus
from console.sync.ports import Unreachable

NEWEST_NS: Final = 2 * NS_PER_S


class StatusReader(RecordReader):
    """The newest figures of the record."""

    def newest(self) -> list[tuple[str, str, Instant, Row[Any]]]:
        """Session, boot, instant and row of each figure of the last two seconds that were stored."""
        last = self._rows(select(span).order_by(span.c.id.desc()).limit(1))
        if not last:
            return []
        run = last[0]
        rows = self._rows(
            select(numeric).where(numeric.c.span == run.id).order_by(numeric.c.mono_ns.desc()).limit(24)
        )
        offset = run.wall_utc_ns - run.mono_ns
        return [
            (run.session_id, run.boot_id, Instant(row.mono_ns + offset, row.mono_ns), row)
            for row in rows
            if row.mono_ns > rows[0].mono_ns - NEWEST_NS
        ]


class RecordStatus:
    """What this room tells; opens the record at its first use, because the room makes the file."""

    def __init__(
        self, path: Path, room: str, waiting: Callable[[], int], reference: Callable[[], str] = str
    ) -> None:
        self._path = path
        self._room = room
        self._waiting = waiting
        self._reference = reference
        self._reader: StatusReader | None = None

    def status(self) -> tuple[str, str, LiveStatus] | None:
        """Site, stream and figures; None before the room has opened its record once.

        Raises:
            Unreachable: the record cannot be read at the moment.
        """
        try:
            if self._reader is None:
                self._reader = StatusReader(self._path)
            stream = self._reader.stream()
            newest = self._reader.newest() if stream is not None else []
        except (SQLAlchemyError, *DRIVER_ERRORS, DiskTrouble, RecordRefused, OSError, ValueError) as error:
            raise Unreachable(f"The record cannot be read at the moment ({type(error).__name__}).") from error
        if stream is None:
            return None
        return stream.site_id, stream.stream_id, self._picture(newest)

    def _picture(self, newest: list[tuple[str, str, Instant, Row[Any]]]) -> LiveStatus:
        waiting, reference = self._waiting(), self._reference()
        if not newest:
            return LiveStatus(self._room, waiting=waiting, reference=reference)
        session_id, boot_id, at, _row = newest[0]
        figures: dict[str, LiveFigure] = {}
        for _session, _boot, when, row in newest:
            measured = when.mono_ns if row.measured_mono_ns is None else row.measured_mono_ns
            age_s = (at.mono_ns - measured) / NS_PER_S
            figures.setdefault(row.vital, LiveFigure(row.vital, row.value, row.quality, row.source, age_s))
        return LiveStatus(
            self._room,
            session_id,
            boot_id,
            at,
            tuple(figures.values()),
            waiting,
            reference,
        )

    def close(self) -> None:
        """Close the record."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
