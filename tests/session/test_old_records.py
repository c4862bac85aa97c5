"""Records of the first version replay as they did, and a console that is too old says that it is."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from console.clinical.vitals import Vital
from console.session import codec
from console.session.codec import EventUnreadable, decode, encode
from console.session.events import (
    InfusionResumed,
    InfusionStarted,
    LinkChanged,
    SourceChanged,
    StopPressed,
    VolumeReckoned,
)
from console.session.pump import LinkState, PumpControl

STORED = (
    (
        "link_changed",
        b'{"device":"pump","identity":{"firmware":"3.928","kind":"ne1000","model":"NE-1000","serial":"",'
        b'"simulated":true},"reason":"answers","state":"answering","type":"link_changed"}',
    ),
    ("infusion_started", b'{"rate_ml_h":"26.25","type":"infusion_started"}'),
    ("infusion_resumed", b'{"rate_ml_h":"26.25","type":"infusion_resumed"}'),
    ("stop_pressed", b'{"reason":"","type":"stop_pressed"}'),
)


def test_events_as_the_first_version_stored_them_are_read_with_their_old_meaning() -> None:
    link, started, resumed, stop = (decode(kind, 1, body) for kind, body in STORED)
    assert isinstance(link, LinkChanged)
    assert link.identity is not None
    assert (link.state, link.identity.control) == (LinkState.ANSWERING, PumpControl.COMMANDED)
    assert started == InfusionStarted(Decimal("26.25"))
    assert isinstance(started, InfusionStarted)
    assert not started.at_pump
    assert resumed == InfusionResumed(Decimal("26.25"))
    assert stop == StopPressed()


def test_what_an_old_console_knows_is_still_written_for_it_and_the_rest_is_marked_newer() -> None:
    assert encode(InfusionStarted(Decimal(1), at_pump=True)).version == 1
    assert encode(StopPressed()).version == 1
    for event in (VolumeReckoned(Decimal(1)), SourceChanged(Vital.SPO2, "a", "b")):
        stored = encode(event)
        assert stored.version == 2
        assert decode(*stored) == event
    with pytest.raises(EventUnreadable, match="update the console"):
        decode("volume_reckoned", codec.VERSION + 1, b"{}")


def test_every_kind_that_is_marked_newer_exists() -> None:
    known = {kind.__struct_config__.tag for kind in _kinds()}
    assert known >= codec.SECOND


def _kinds() -> tuple[type[msgspec.Struct], ...]:
    from typing import get_args

    from console.session.events import Event

    return get_args(Event)
