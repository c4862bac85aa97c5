"""Events to bytes and back. The bytes are what the record's hash covers, so they are stable.

JSON with sorted keys, decimals as strings and the event's kind as ``type``. Reading is lenient about
unknown fields of a newer version and strict about everything this version knows.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from console.session.events import Event
from console.session.people import Actor

VERSION = 3
"""Newest version this console reads."""

SECOND = frozenset(
    {
        "pump_set_by_hand",
        "handwork_asked",
        "handwork_done",
        "handwork_dropped",
        "volume_reckoned",
        "cuff_asked",
        "cuff_answered",
        "cuff_ended",
        "cuff_cadence_set",
        "source_changed",
        "device_tested",
        "unfit_device_accepted",
        "archive_found",
        "course_changed",
    }
)
THIRD = frozenset({"console_locked", "glass_broken", "emergency_explained", "person_changed", "access_noted"})
"""Kinds a console of version 1, or 2 for the second list, does not know: it says so
instead of calling them damaged. All others are written as version 1, which is what they still are."""

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What the decoder raises on damaged bytes; the last when they are nested without end."""


class EventBytes(NamedTuple):
    """An event as the record stores it."""

    kind: str
    version: int
    body: bytes


class EventUnreadable(Exception):
    """A stored event cannot be understood by this version; the text names it."""


_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")
_decoder = msgspec.json.Decoder(Event)
_actor_decoder = msgspec.json.Decoder(Actor)


def kind_of(event: Event) -> str:
    """The event's kind in the record."""
    return str(event.__struct_config__.tag)


def encode(event: Event) -> EventBytes:
    """Turn an event into its kind, version and body."""
    kind = kind_of(event)
    return EventBytes(kind, _version_of(kind), _encoder.encode(event))


def _version_of(kind: str) -> int:
    """The oldest version that knows the kind."""
    if kind in THIRD:
        return 3
    return 2 if kind in SECOND else 1


def decode(kind: str, version: int, body: bytes) -> Event:
    """Turn stored bytes into the event.

    Raises:
        EventUnreadable: the body is of a newer version or damaged.
    """
    if version > VERSION:
        raise EventUnreadable(
            f"event {kind!r} has version {version}, this console reads up to {VERSION}: update the console"
        )
    try:
        event: Event = _decoder.decode(body)
    except UNREADABLE as error:
        raise EventUnreadable(f"event {kind!r} cannot be read: {error}") from error
    return event


def encode_actor(actor: Actor) -> str:
    """The actor as text for the record's envelope."""
    return _encoder.encode(actor).decode()


def decode_actor(text: str) -> Actor:
    """The actor from the record's envelope.

    Raises:
        EventUnreadable: the text is damaged.
    """
    try:
        actor: Actor = _actor_decoder.decode(text)
    except UNREADABLE as error:
        raise EventUnreadable(f"the author of an event cannot be read: {error}") from error
    return actor
