"""Alarm status messages of the Datex-Ohmeda record interface.

Source: GE "S/5 Datex-Ohmeda Record Interface" 8005313, 12th edition, alarm section. They are
mirrored as "monitor says" and are never this console's own alarms.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from console.devices.monitors.dri_records import MalformedRecord, Subrecord

ALARM_STATUS_KIND = 1
ALARM_HEADER = struct.Struct("<hHhhh")
ALARM_ENTRY = struct.Struct("<80sHHH12s")
ALARM_ENTRIES = 5


class AlarmColour(IntEnum):
    """Priority of an alarm text on the monitor (8005313 alarm section)."""

    NONE = 0
    WHITE = 1
    YELLOW = 2
    RED = 3


@dataclass(frozen=True, slots=True)
class AlarmStatus:
    """What the monitor's alarm lines say.

    Attributes:
        sound_on: Whether its alarm sound is on.
        silence: Silence code 0-7, 0 = not silenced.
        texts: The shown texts with their colours, most urgent first as sent.
    """

    sound_on: bool
    silence: int
    texts: tuple[tuple[str, AlarmColour], ...]


def parse_alarm(part: Subrecord) -> AlarmStatus:
    """Read an alarm status message.

    Raises:
        MalformedRecord: too short, or with a colour or silence code that does not exist.
    """
    if len(part.data) < ALARM_HEADER.size + ALARM_ENTRIES * ALARM_ENTRY.size:
        raise MalformedRecord(f"alarm message of {len(part.data)} bytes is too short")
    _, sound, _, _, silence = ALARM_HEADER.unpack_from(part.data)
    if not 0 <= silence <= 7:
        raise MalformedRecord(f"alarm silence code {silence} does not exist")
    texts: list[tuple[str, AlarmColour]] = []
    for index in range(ALARM_ENTRIES):
        text, _, colour, _, _ = ALARM_ENTRY.unpack_from(
            part.data, ALARM_HEADER.size + index * ALARM_ENTRY.size
        )
        if colour > AlarmColour.RED:
            raise MalformedRecord(f"alarm colour {colour} does not exist")
        shown = _readable(text)
        if shown and colour:
            texts.append((shown, AlarmColour(colour)))
    return AlarmStatus(bool(sound), silence, tuple(texts))


def _readable(text: bytes) -> str:
    """The characters up to the first NUL; what cannot be printed becomes a question mark."""
    shown = text.split(b"\0", 1)[0].decode("latin-1").strip()
    return "".join(c if c.isprintable() else "?" for c in shown)
