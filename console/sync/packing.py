"""Arrays of events in PostgreSQL's binary form: the general adapter would cost more than the archive's work.

Layout of a one-dimensional array: int32 dimensions, int32 "has nulls", int32 element type, int32
length, int32 lower bound, then for each element int32 length (-1 for NULL) and its bytes
(PostgreSQL source, ``array_send``).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_HEAD = struct.Struct(">iiIii")
_LENGTH: Callable[[int], bytes] = struct.Struct(">i").pack
_INT8 = struct.Struct(">iq").pack
_INT4 = struct.Struct(">ii").pack
_NULL = _LENGTH(-1)

# Element types: fixed numbers of PostgreSQL's catalogue (pg_type.dat).
_BYTEA, _INT8_OID, _INT4_OID, _TEXT = 17, 20, 23, 25


@dataclass(frozen=True, slots=True)
class Packed:
    """An array ready to be sent; the statement names its type by a cast."""

    data: bytes


class PackedDumper(Dumper):
    """Sends a :class:`Packed` as it is."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer | None:
        """The bytes."""
        return obj.data


def _array(element: int, n: int, nulls: bool, parts: Iterable[bytes]) -> Packed:
    return Packed(_HEAD.pack(1, nulls, element, n, 1) + b"".join(parts))


def bigints(values: Sequence[int]) -> Packed:
    """``bigint[]``."""
    return _array(_INT8_OID, len(values), False, [_INT8(8, value) for value in values])


def ints(values: Sequence[int]) -> Packed:
    """``int[]``."""
    return _array(_INT4_OID, len(values), False, [_INT4(4, value) for value in values])


def blobs(values: Sequence[bytes]) -> Packed:
    """``bytea[]``."""
    parts = chain.from_iterable([(_LENGTH(len(value)), value) for value in values])
    return _array(_BYTEA, len(values), False, parts)


def texts(values: Sequence[str | None]) -> Packed:
    """``text[]``; values repeat, so each is encoded once."""
    coded = {value: _element(value) for value in set(values)}
    return _array(_TEXT, len(values), None in coded, [coded[value] for value in values])


def _element(value: str | None) -> bytes:
    if value is None:
        return _NULL
    data = value.encode()
    return _LENGTH(len(data)) + data
