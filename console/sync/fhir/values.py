"""FHIR R4 data types as plain values. Decimals stay decimals, instants carry their zone, nothing is empty."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

Json: TypeAlias = "str | int | bool | Decimal | Sequence[Json] | Mapping[str, Json] | None"
Body: TypeAlias = dict[str, Json]

UCUM: Final = "http://unitsofmeasure.org"
MOST_DIGITS: Final = 15
"""Digits of a decimal that every server keeps (a double holds 15)."""

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_encoder = msgspec.json.Encoder(decimal_format="number", order="deterministic")


def encode(body: Json) -> bytes:
    """The JSON of a resource: sorted, so that equal resources have equal bytes; ``35.0`` stays ``35.0``."""
    return _encoder.encode(body)


def compact(value: Json) -> Json:
    """The same without anything empty: FHIR knows no null, no empty text, list or object."""
    if isinstance(value, dict):
        kept = {key: compact(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if not _empty(one)}
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list | tuple):
        return [one for one in map(compact, value) if not _empty(one)]
    return value


def filled_of(body: Body) -> Body:
    """A body without anything empty."""
    return {key: one for key, one in ((key, compact(one)) for key, one in body.items()) if not _empty(one)}


def _empty(value: Json) -> bool:
    return value is None or (isinstance(value, str | list | tuple | dict) and not value)


def text(given: str) -> str:
    """A text as FHIR allows it: no control characters, no blanks around it."""
    return _UNPRINTABLE.sub(" ", given).strip()


def instant(t_ns: int) -> str:
    """A moment in UTC to the millisecond (``2026-03-16T10:00:00.250Z``).

    Args:
        t_ns: Nanoseconds since the Unix epoch.
    """
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=t_ns // 1_000_000)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def period(start_ns: int, end_ns: int | None) -> Body:
    """A stretch of time; never one that ends before it begins."""
    if end_ns is None:
        return {"start": instant(start_ns)}
    return {"start": instant(start_ns), "end": instant(max(start_ns, end_ns))}


def day(iso: str) -> str | None:
    """A date, None where the text is none."""
    try:
        return date.fromisoformat(iso).isoformat()
    except ValueError:
        return None


def number(value: Decimal) -> Decimal:
    """The decimal without an exponent, cut to the digits that every server keeps."""
    if len(value.as_tuple().digits) > MOST_DIGITS:
        value = value.quantize(Decimal(1).scaleb(value.adjusted() - MOST_DIGITS + 1))
    return Decimal(format(value, "f"))


def measured(value: float, places: int) -> Decimal:
    """A device's figure with the decimals it is shown with."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places))


def quantity(value: Decimal | None, unit: str, shown: str = "") -> Body | None:
    """A value with its UCUM unit; None when it is not known."""
    if value is None:
        return None
    return {"value": number(value), "unit": shown or unit, "system": UCUM, "code": unit}


def coding(system: str, code: str, display: str = "") -> Body:
    """A code of a system."""
    return {"system": system, "code": code, "display": display}


def concept(text_: str, *codings: Body) -> Body:
    """A concept in words, with the codes it has."""
    return {"coding": list(codings), "text": text_}


def note(said: str, at_ns: int | None = None, who: Body | None = None) -> Body:
    """An annotation."""
    author = {} if who is None else ({"authorReference": who} if "reference" in who else {})
    when = None if at_ns is None else instant(at_ns)
    return {**author, "time": when, "text": said}
