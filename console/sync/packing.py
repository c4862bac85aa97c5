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

from psycopg.adapt import Buffer, Dumper, PyFormat
from psycopg.pq import Format

_HEAD = struct.Struct(">iiIii")
_LENGTH: Callable[[int], bytes] = struct.Struct(">i").pack
_INT8 = struct.Struct(">iq").pack
_INT4 = struct.Struct(">ii").pack
_NULL = _LENGTH(-1)

# Element and array types: fixed numbers of PostgreSQL's catalogue (pg_type.dat).
_BYTEA, _BYTEA_ARRAY = 17, 1001
_INT8_OID, _INT8_ARRAY = 20, 1016
_INT4_OID, _INT4_ARRAY = 23, 1007
_TEXT, _TEXT_ARRAY = 25, 1009


@dataclass(frozen=True, slots=True)
class Packed:
    """An array ready to be sent."""

    oid: int
    data: bytes


class PackedDumper(Dumper):
    """Sends a :class:`Packed` as it is."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer | None:
        """The bytes."""
        return obj.data

    def get_key(self, obj: Packed, format: PyFormat) -> tuple[type, int]:  # noqa: A002
        """One dumper for each type of array."""
        return (self.cls, obj.oid)

    def upgrade(self, obj: Packed, format: PyFormat) -> PackedDumper:  # noqa: A002, ARG002
        """The dumper of this type of array."""
        dumper = PackedDumper(self.cls)
        dumper.oid = obj.oid
        return dumper


def _array(element: int, array: int, n: int, nulls: bool, parts: Iterable[bytes]) -> Packed:
    return Packed(array, _HEAD.pack(1, nulls, element, n, 1) + b"".join(parts))


def bigints(values: Sequence[int]) -> Packed:
    """``bigint[]``."""
    return _array(_INT8_OID, _INT8_ARRAY, len(values), False, [_INT8(8, value) for value in values])


def ints(values: Sequence[int]) -> Packed:
    """``int[]``."""
    return _array(_INT4_OID, _INT4_ARRAY, len(values), False, [_INT4(4, value) for value in values])


def blobs(values: Sequence[bytes]) -> Packed:
    """``bytea[]``."""
    parts = chain.from_iterable([(_LENGTH(len(value)), value) for value in values])
    return _array(_BYTEA, _BYTEA_ARRAY, len(values), False, parts)


def texts(values: Sequence[str | None]) -> Packed:
    """``text[]``; values repeat, so each is encoded once."""
    coded = {value: _element(value) for value in set(values)}
    return _array(_TEXT, _TEXT_ARRAY, len(values), None in coded, [coded[value] for value in values])


def _element(value: str | None) -> bytes:
    if value is None:
        return _NULL
    data = value.encode()
    return _LENGTH(len(data)) + data
