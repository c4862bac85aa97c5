"""The latest figures of a room as a board is told them: a picture of the moment, no part of the record."""

from __future__ import annotations

from typing import Final

import msgspec

from console.clock import Instant

VERSION: Final = 1


class LiveFigure(msgspec.Struct, frozen=True, array_like=True):
    """One vital sign.

    Attributes:
        vital: Its name in the record.
        value: The figure, None when it is not known.
        quality: Why it may be used, or why there is none.
        source: Device binding that spoke.
        age_s: Seconds between its measurement and the picture.
    """

    vital: str
    value: float | None
    quality: str
    source: str
    age_s: float = 0.0


class LiveStatus(msgspec.Struct, frozen=True):
    """A room at one moment.

    Attributes:
        room: As the clinic calls it.
        session_id: Session that is open, empty when none is.
        boot_id: Boot the monotonic time belongs to.
        at: When, by the room's clocks; None without figures.
        figures: The vital signs.
        waiting: Entries not yet in the archive.
        reference: What the room says of its reference data.
        version: Of this form.
    """

    room: str
    session_id: str = ""
    boot_id: str = ""
    at: Instant | None = None
    figures: tuple[LiveFigure, ...] = ()
    waiting: int = 0
    reference: str = ""
    version: int = VERSION


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(LiveStatus)


def encode_status(status: LiveStatus) -> bytes:
    """The bytes that are told."""
    return _encoder.encode(status)


def read_status(data: bytes | None) -> LiveStatus | None:
    """The picture; None when there is none, or one this version cannot read."""
    if data is None:
        return None
    try:
        found = _decoder.decode(data)
    except msgspec.MsgspecError:
        return None
    return found if found.version <= VERSION else None
