"""The bytes of a port for people: hexadecimal, text, and what they mean, beside each other."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

import msgspec

from console.clinical.vitals import VITALS
from console.clock import NS_PER_S, Instant
from console.devices.bench.wire_log import WireLine
from console.devices.capture import FORMAT, Direction, read_capture
from console.devices.catalogue import decode_recording
from console.devices.decoding import DecodedReading, DecodeReport

SHOWN_BYTES: Final = 256
"""Of one line; a longer one ends in an ellipsis and is whole in the export."""
TAIL_BYTES: Final = 2_000_000
"""Of a capture file, read from its end."""


class WireRow(msgspec.Struct, frozen=True):
    """One line of the wire view.

    Attributes:
        number: Of the line.
        at: When.
        sent: From the console to the device.
        size: Bytes.
        hexadecimal: ``02 08 30``.
        text: The same as characters, a dot for what is none.
        meaning: What was understood, empty for bytes sent and for parts of a frame.
    """

    number: int
    at: Instant
    sent: bool
    size: int
    hexadecimal: str
    text: str
    meaning: str = ""


def wire_rows(device: str, lines: Sequence[WireLine]) -> tuple[WireRow, ...]:
    """Lay lines out for people; what they mean stands beside the line a message ends or begins in.

    Args:
        device: Driver name, which decides how bytes are understood; empty leaves meanings out.
        lines: Lines of one port, in order. The first message may be cut off.

    Raises:
        UnknownDevice: there is no device of that name.
    """
    meanings = _meanings(device, lines) if device else {}
    return tuple(
        WireRow(
            number=line.number,
            at=line.at,
            sent=line.direction is Direction.SENT,
            size=len(line.data),
            hexadecimal=as_hex(line.data),
            text=as_text(line.data),
            meaning="; ".join(dict.fromkeys(meanings.get(line.number, ()))),
        )
        for line in lines
    )


def as_hex(data: bytes, most: int = SHOWN_BYTES) -> str:
    """Bytes in hexadecimal, in pairs."""
    return data[:most].hex(" ") + (" …" if len(data) > most else "")


def as_text(data: bytes, most: int = SHOWN_BYTES) -> str:
    """Bytes as printable ASCII."""
    shown = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in data[:most])
    return shown + ("…" if len(data) > most else "")


def matching(lines: Iterable[WireLine], rows: Iterable[WireRow], needle: str) -> tuple[WireRow, ...]:
    """The rows that hold ``needle``: as bytes if it is hexadecimal, as text, or in the meaning.

    Letters match in either case; an empty needle finds everything.
    """
    wanted = needle.strip().casefold()
    as_bytes = _bytes_of(wanted)
    return tuple(
        row
        for line, row in zip(lines, rows, strict=True)
        if wanted in as_text(line.data, len(line.data)).casefold()
        or wanted in row.meaning.casefold()
        or (as_bytes and as_bytes in line.data)
    )


def capture_text(lines: Iterable[WireLine], port: str) -> str:
    """The lines as a capture file, which can be decoded and replayed."""
    head = json.dumps({"capture": FORMAT, "port": port})
    body = (
        f'{{"d":"{line.direction.value}","w":{line.at.wall_utc_ns},"m":{line.at.mono_ns},'
        f'"x":"{line.data.hex()}"}}'
        for line in lines
    )
    return "\n".join((head, *body)) + "\n"


def table_text(rows: Iterable[WireRow]) -> str:
    """The rows as text: time, direction, hexadecimal, characters, meaning, parted by tabs."""
    lines = (
        "\t".join(
            (
                f"{row.at.wall_utc:%H:%M:%S.%f}"[:-3],
                "sent" if row.sent else "received",
                row.hexadecimal,
                row.text,
                row.meaning,
            )
        )
        for row in rows
    )
    return "\n".join(("time\tdirection\thex\ttext\tmeaning", *lines)) + "\n"


def capture_tail(path: Path, most_bytes: int = TAIL_BYTES) -> tuple[WireLine, ...]:
    """The end of a capture file that may still be written to.

    Raises:
        OSError: it cannot be read. ValueError: it is no capture.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.readline()
        file.seek(max(len(head), size - most_bytes))
        if file.tell() > len(head):
            file.readline()
        rest = file.read(most_bytes)
    text = (head + rest).decode("ascii", "replace").splitlines()
    return tuple(
        WireLine(number, one.direction, one.at, one.data)
        for number, one in enumerate(read_capture(text), start=1)
    )


def seconds_between(lines: Sequence[WireLine]) -> float:
    """From the first line to the last."""
    return (lines[-1].at.mono_ns - lines[0].at.mono_ns) / NS_PER_S if lines else 0.0


def _bytes_of(needle: str) -> bytes:
    try:
        return bytes.fromhex(needle)
    except ValueError:
        return b""


def _meanings(device: str, lines: Sequence[WireLine]) -> dict[int, list[str]]:
    """By line number; the decoder is the live driver's own."""
    received = [line for line in lines if line.direction is Direction.RECEIVED]
    starts = [0, *accumulate(len(line.data) for line in received)]
    found: dict[int, list[str]] = {}
    report = decode_recording(device, b"".join(line.data for line in received))
    for offset, text in _said(report):
        place = min(bisect_right(starts, offset) - 1, len(received) - 1)
        if place >= 0:
            found.setdefault(received[place].number, []).append(text)
    return found


def _said(report: DecodeReport) -> Iterable[tuple[int, str]]:
    yield from ((max(reply.offset - 1, 0), reply.text) for reply in report.replies)
    yield from ((reading.offset, _reading(reading)) for reading in report.readings)
    yield from ((refused.offset, f"refused: {refused.reason}") for refused in report.refused)


def _reading(reading: DecodedReading) -> str:
    kind = VITALS[reading.vital]
    if reading.value is None:
        return f"{kind.label} -- ({reading.quality.value})"
    return f"{kind.label} {reading.value:.{kind.places}f} {kind.shown_unit}"
