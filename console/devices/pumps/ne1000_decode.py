"""Decoding recorded replies of an NE-1000: read by the very parser the live driver uses."""

from __future__ import annotations

from console.clock import Instant
from console.devices.decoding import DecodedReply, DecodeReport
from console.devices.pumps.ne1000_frames import FrameMode, FrameParser, Reply, parse_payload

BEGINNING = Instant(0, 0)


def decode_ne1000(data: bytes) -> DecodeReport:
    """Decode what a pump answered; never raises on any input.

    Args:
        data: The bytes as they came from the pump.
    """
    parser = FrameParser(FrameMode.EITHER)
    found: list[tuple[int, Reply]] = []
    noise = 0
    for offset in range(len(data)):
        for frame in parser.feed(data[offset : offset + 1], BEGINNING):
            reply = parse_payload(frame)
            if reply is not None:
                found.append((offset, reply))
        if not found:
            noise = parser.bad_bytes
    framings = sorted({"Safe" if reply.safe else "Basic" for _, reply in found})
    return DecodeReport(
        device=f"NE-1000 ({' and '.join(framings)} mode)" if found else "",
        total_bytes=len(data),
        good_frames=len(found),
        bad_bytes=parser.bad_bytes,
        noise_bytes=noise,
        unfinished_bytes=parser.held_bytes,
        replies=tuple(DecodedReply(offset, _text(reply)) for offset, reply in found),
    )


def _text(reply: Reply) -> str:
    said = reply.data
    if reply.alarm is not None:
        said = f"alarm {reply.alarm.value}"
    elif reply.error is not None:
        said = f"refused: {reply.error.name.lower().replace('_', ' ')} ({reply.error.value})"
    return f"pump {reply.address:02d} {reply.state.value}" + (f": {said}" if said else "")
