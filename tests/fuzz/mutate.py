"""Inputs that are almost right: seeds cut, spliced, repeated and spoilt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

MOST_BYTES: Final = 8_000
TOKENS: Final = (
    b"\x02", b"\x03", b"\r", b"\n", b"\x7e", b"\x7d", b"\x7d\x5e", b"\x00", b"\xff", b"\x80\x01", b"-32767",
    b"0", b"9999", b"1e999999999", b"-1", b"nan", b"inf", b"?", b"?NA", b"=", b"[", b"]", b"{", b"}", b'"',
    b"'''",     b"\xef\xbb\xbf", b"\xc3\x28", b"type", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff",
)  # fmt: skip
"""Bytes that mean something to one parser or another: framing, lengths, odd numbers, broken UTF-8."""


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One input, made from the seeds by one to eight strokes."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        _stroke(chance, data, seeds)
    return bytes(data[:MOST_BYTES])


def _stroke(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    place = chance.randint(0, len(data))
    stretch = slice(place, place + chance.choice((1, 1, 2, 4, 16, 256)))
    match chance.randrange(7):
        case 0 if data:
            data[min(place, len(data) - 1)] ^= 1 << chance.randrange(8)
        case 1:
            del data[stretch]
        case 2:
            data[place:place] = data[stretch] * chance.choice((1, 2, 40))
        case 3:
            data[place:place] = chance.choice(TOKENS)
        case 4:
            data[stretch] = chance.choice(TOKENS)
        case 5:
            other = chance.choice(seeds)
            begin = chance.randint(0, len(other))
            data[place:place] = other[begin : begin + 300]
        case _:
            data[stretch] = chance.randbytes(chance.randint(0, 8))
    del data[2 * MOST_BYTES :]
