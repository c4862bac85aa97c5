"""What a virtual IntelliVue monitor puts on the wire: frames, headers, figures, texts, times.

From public implementations of the Philips guide 4535 642 59271 (mdpnp, BSD-2;
patient-monitor-datalogger, MIT); nothing here comes from the console's driver.
"""

from __future__ import annotations

import binascii
import math
import struct
from datetime import UTC, datetime

TICKS_PER_S = 8000
NAN = 0x007FFFFF

ACCEPT_HEAD = bytes.fromhex(
    "31 80 a0 80 80 01 01 00 00 a2 80 a0 03 00 00 01 a5 80 30 80 80 01 00 81 02 51 01 00 00 30 80 80 01 00"
    "81 0c 2a 86 48 ce 14 02 01 00 00 00 02 01 00 00 00 00 61 80 30 80 02 01 01 a0 80 61 80 a1 80 06 0c 2a"
    "86 48 ce 14 02 01 00 00 00 03 01 00 00 a2 03 02 01 00 a3 05 a1 03 02 01 00 be 80 28 80 02 01 02 81"
)
SESSION = bytes.fromhex("05 08 13 01 00 16 01 02 80 00 14 02 00 02")
REFUSAL = bytes.fromhex("0c 03 32 01 00")
RELEASED = bytes.fromhex("0a 18 c1 16 61 80 30 80 02 01 01 a0 80 63 80 80 01 00 00 00 00 00 00 00 00 00")
ABORT = bytes.fromhex(
    "19 2e 11 01 03 c1 29 a0 80 a0 80 30 80 02 01 01 06 02 51 01 00 00 00 00 61 80 30 80 02 01 01 a0 80 64"
    "80 80 01 01 00 00 00 00 00 00 00 00 00 00"
)

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(data: bytes) -> bytes:
    """CRC-16/X-25, low byte first: the plain CCITT sum of the bytes with their bits reversed."""
    value = binascii.crc_hqx(data.translate(_REVERSED), 0xFFFF) ^ 0xFFFF
    return value.to_bytes(2, "big").translate(_REVERSED)


def framed(message: bytes) -> bytes:
    """A message with length, check sum, escapes and flags."""
    body = struct.pack(">BBH", 0x11, 0x01, len(message)) + message
    body += checksum(body)
    escaped = b"".join(bytes([0x7D, b ^ 0x20]) if b in (0x7D, 0xC0, 0xC1) else bytes([b]) for b in body)
    return b"\xc0" + escaped + b"\xc1"


def messages_in(received: bytearray) -> list[bytes]:
    """The good messages of a host's bytes; what was used up is removed."""
    found = []
    while (end := received.find(0xC1)) >= 0:
        start = received.rfind(0xC0, 0, end)
        raw = bytes(received[start + 1 : end]) if start >= 0 else b""
        del received[: end + 1]
        body, plain = bytearray(), iter(raw)
        for byte in plain:
            body.append(next(plain, 0) ^ 0x20 if byte == 0x7D else byte)
        good = len(body) > 6 and checksum(bytes(body[:-2])) == bytes(body[-2:])
        if good and int.from_bytes(body[2:4], "big") == len(body) - 6:
            found.append(bytes(body[4:-2]))
    del received[:-4096]
    return found


def attribute(name: int, value: bytes) -> bytes:
    """One attribute."""
    return struct.pack(">HH", name, len(value)) + value


def counted(parts: list[bytes]) -> bytes:
    """A list with its count and length."""
    joined = b"".join(parts)
    return struct.pack(">HH", len(parts), len(joined)) + joined


def number(value: float | None, places: int) -> int:
    """A FLOAT with so many decimals; NaN for None."""
    if value is None or math.isnan(value):
        return NAN
    mantissa = round(value * 10.0**places)
    return ((-places) & 0xFF) << 24 | mantissa & 0xFFFFFF


def wide(text: str) -> bytes:
    """A text as the monitor writes it."""
    data = (text + "\0").encode("utf-16-be")
    return struct.pack(">H", len(data)) + data


def narrow(text: str) -> bytes:
    """A text of a model name."""
    data = text.encode("ascii") + b"\0"
    data += b"\0" * (len(data) % 2)
    return struct.pack(">H", len(data)) + data


def clock_digits(clock_s: float) -> bytes:
    """Date and time, two decimal digits to a byte."""
    moment = datetime.fromtimestamp(clock_s, UTC)
    return bytes.fromhex(moment.strftime("%Y%m%d%H%M%S") + f"{moment.microsecond // 10_000:02d}")


def accept(period_ticks: int, mtu: int) -> bytes:
    """The answer to an association request."""
    profile = struct.pack(
        ">6I4HII",
        0x80000000,
        period_ticks,
        mtu,
        mtu,
        0xFFFFFFFF,
        0x60000000,
        1,
        12,
        0xF001,
        8,
        0x8E000000,
        0,
    )
    user = struct.pack(">5I", 0x80000000, 0x40000000, 0, 0x00800000, 0x80000000)
    user += counted([]) + counted([attribute(1, profile)])
    presented = ACCEPT_HEAD + bytes([len(user)]) + user + bytes(16)
    session = SESSION + bytes([0xC1, len(presented)]) + presented
    return bytes([0x0E, len(session)]) + session


def remote(kind: int, invoke: int, command: int, body: bytes) -> bytes:
    """A request, event or result."""
    inner = struct.pack(">3H", invoke, command, len(body)) + body
    return struct.pack(">4H", 0xE100, 2, kind, len(inner)) + inner


def linked(state: int, count: int, invoke: int, command: int, body: bytes) -> bytes:
    """One part of a result that comes in several."""
    inner = struct.pack(">BB3H", state, count, invoke, command, len(body)) + body
    return struct.pack(">4H", 0xE100, 2, 5, len(inner)) + inner


def refused(invoke: int, error: int) -> bytes:
    """A request that cannot be carried out."""
    return struct.pack(">7H", 0xE100, 2, 3, 6, invoke, error, 0)


def mds_create(invoke: int, ticks: int, clock_s: float, model: str, bed: str, system_id: bytes) -> bytes:
    """The event in which a monitor says who it is."""
    told = [
        attribute(0x0984, struct.pack(">H", len(system_id)) + system_id),
        attribute(0x0928, narrow("Philips") + narrow(model)),
        attribute(0x0987, clock_digits(clock_s)),
        attribute(0x098F, struct.pack(">I", ticks)),
        attribute(0x091E, wide(bed)),
    ]
    content = struct.pack(">3H", 0x21, 0, 0) + counted(told)
    body = struct.pack(">3HIHH", 0x21, 0, 0, ticks, 0x0D06, len(content)) + content
    return remote(1, invoke, 1, body)


def poll_body(
    action: int, poll: int, sequence: int | None, ticks: int, kind: int, group: int, seen: list[bytes]
) -> bytes:
    """The content of a poll answer."""
    content = struct.pack(">H", poll) + (b"" if sequence is None else struct.pack(">H", sequence & 0xFFFF))
    content += struct.pack(">I", ticks) + b"\xff" * 8 + struct.pack(">3H", 1, kind, group)
    content += counted([struct.pack(">H", 0) + counted(seen)] if seen else [])
    return struct.pack(">5H", 0x21, 0, 0, action, len(content)) + content


def observation(handle: int, attributes: list[bytes]) -> bytes:
    """One object of a poll answer."""
    return struct.pack(">H", handle) + counted(attributes)
