"""What a signature covers, and that a correction is its author's and shows the old beside the new."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.clock import Instant
from console.session import intents as ask
from console.session.apply import apply
from console.session.attendance import FRESH_S, SIGNED_IN_AT_MOST_S, present
from console.session.codec import VERSION, decode, encode
from console.session.events import (
    Commented,
    Corrected,
    EmergencyExplained,
    Entry,
    Event,
    GlassBroken,
    ReviewSigned,
    SignedIn,
)
from console.session.people import EMERGENCY, ROOM, Actor, Authn, Role
from console.session.signatures import (
    covered,
    digest_of,
    fault_of,
    objection_to_correcting,
    objection_to_signing,
    words_of,
)
from console.session.state import State
from tests.session.bench import Bench

ANA = Actor("ana", "Ana", Role.NURSE, Authn.PIN)
BEN = Actor("ben", "Ben", Role.NURSE, Authn.PIN)
LEE = Actor("lee", "Dr Lee", Role.PHYSICIAN, Authn.PIN)


def entry(seq: int, actor: Actor, event: Event) -> Entry:
    return Entry(seq, f"u{seq}", "s", Instant(seq, seq), "boot", actor, event, f"{seq:064x}")


SESSION = (
    entry(5, ANA, Commented("first", 1)),
    entry(7, ROOM, Commented("by the room", 1)),
    entry(8, BEN, Commented("by Ben", 1)),
)
pytestmark = pytest.mark.req("SEC-SIGN")


def signed(meaning: str, actor: Actor, session: tuple[Entry, ...] = SESSION) -> Entry:
    under = covered(session)
    return entry(session[-1].seq + 1, actor, ReviewSigned(meaning, session[-1].hash, under.seq, under.digest))


def fault(session: tuple[Entry, ...], at: Entry) -> str:
    assert isinstance(at.event, ReviewSigned)
    return fault_of((*session, at), at, at.event)


def test_a_signature_holds_for_what_it_was_given_for_and_nothing_else() -> None:
    at = signed("authored", ANA)
    assert fault(SESSION, at) == ""
    later = entry(12, ANA, Commented("more", 1))
    assert isinstance(at.event, ReviewSigned)
    assert fault_of((*SESSION, at, later), at, at.event) == ""
    edited = (replace(SESSION[0], hash="f" * 64), *SESSION[1:])
    assert "has been changed since" in fault(edited, at)
    assert "has been changed since" in fault(SESSION[1:], at)
    assert "which is not there" in fault(SESSION[:2], at)
    assert digest_of(SESSION) != digest_of(SESSION[::-1])
    moved = replace(at, seq=3)
    assert "came after it" in fault(SESSION, moved)


def test_one_person_does_not_review_or_witness_what_they_authored() -> None:
    at = (*SESSION, signed("authored", LEE))
    for meaning in ("reviewed", "approved", "witnessed"):
        assert "another person" in objection_to_signing(at, LEE, meaning, at[-1].hash, True)
        assert objection_to_signing(at, ANA, meaning, at[-1].hash, True) == ""


def test_what_was_added_since_is_read_before_it_is_signed() -> None:
    assert "added to" in objection_to_signing(SESSION, LEE, "reviewed", SESSION[0].hash, False)
    assert objection_to_signing(SESSION, LEE, "reviewed", SESSION[-1].hash, False) == ""
    once = (*SESSION, signed("reviewed", LEE))
    assert "already" in objection_to_signing(once, LEE, "reviewed", once[-1].hash, True)
    more = (*once, entry(20, ANA, Commented("late", 1)))
    assert objection_to_signing(more, LEE, "reviewed", more[-1].hash, True) == ""
    assert objection_to_signing((), LEE, "reviewed", "", True) != ""


def test_an_entry_is_corrected_by_its_author_and_what_the_room_wrote_by_anybody() -> None:
    assert objection_to_correcting(SESSION, ANA, 5) == ""
    assert objection_to_correcting(SESSION, ANA, 7) == ""
    assert objection_to_correcting(SESSION, ANA, 8).startswith("Only Ben may")
    assert "does not belong" in objection_to_correcting(SESSION, ANA, 6)
    at = signed("authored", ANA)
    assert "not corrected" in objection_to_correcting((*SESSION, at), ANA, at.seq)


def test_a_correction_of_a_correction_shows_what_stood_there_last() -> None:
    assert '"first"' in words_of(SESSION, 5)
    again = (*SESSION, entry(9, ANA, Corrected(5, "second", "typed wrong", words_of(SESSION, 5))))
    assert words_of(again, 5) == "second"
    assert words_of(again, 99) == ""


def test_records_of_earlier_versions_are_read_and_later_kinds_are_told_to_them() -> None:
    old = decode("review_signed", 1, b'{"type":"review_signed","meaning":"reviewed","record_hash":"ab"}')
    assert old == ReviewSigned("reviewed", "ab")
    assert decode("corrected", 1, b'{"type":"corrected","seq":1,"text":"a","reason":"b"}') == Corrected(
        1, "a", "b"
    )
    assert encode(GlassBroken()).version == VERSION == 3


@pytest.mark.req("SEC-FRESH")
def test_a_pin_is_fresh_for_a_minute_and_good_for_twelve_hours() -> None:
    at = Instant(0, 0)
    state = apply(State(), Entry(1, "u", "", at, "b", ANA, SignedIn()))
    for seconds, authn in (
        (FRESH_S, Authn.FRESH), (FRESH_S + 1, Authn.SIGNED_IN), (SIGNED_IN_AT_MOST_S, Authn.SIGNED_IN),
        (SIGNED_IN_AT_MOST_S + 1, Authn.NONE),
    ):  # fmt: skip
        assert present(state, at.plus(seconds)).authn is authn
    assert present(State(), at).authn is Authn.NONE


@pytest.mark.req("SEC-EMERGENCY")
def test_emergency_access_gives_a_nurses_rights_and_is_explained_by_somebody_with_a_name() -> None:
    bench = Bench()
    nobody = Actor("unattributed", "Somebody", Role.NURSE, Authn.NONE)
    assert not bench.tell(ask.BreakGlass(), nobody).refusals
    assert bench.state.user == EMERGENCY
    acting = present(bench.state, bench.clock.now())
    assert (acting.role, acting.authn) == (Role.NURSE, Authn.SIGNED_IN)
    assert bench.tell(ask.ExplainEmergency("x"), acting).refusals
    assert bench.tell(ask.ExplainEmergency(" "), ANA).refusals
    assert bench.state.emergency_at is not None
    assert bench.tell(ask.ExplainEmergency("collapse, nobody had a PIN"), ANA).events == (
        EmergencyExplained("collapse, nobody had a PIN"),
    )
    assert bench.state.emergency_at is None
