"""Sound: a device first, then a person who heard it, before START."""

from __future__ import annotations

import pytest

from console.session import intents as ask
from console.session.effects import SoundTones, effects_of
from console.session.events import Priority, TonesSounded, TonesTested
from console.session.people import Actor, Authn, Role
from console.session.state import ActiveAlarm, Phase
from console.session.tone_check import tones_confirmed
from tests.session.bench import Bench

TECHNICIAN = Actor("t1", "Technician One", Role.TECHNICIAN, Authn.SIGNED_IN)


def ready(tones: bool | None) -> Bench:
    """Ready to start, with what the nurse said about the tones."""
    bench = Bench()
    bench.tones = tones
    bench.prepare()
    assert bench.phase() is Phase.READY
    return bench


def alarms(bench: Bench) -> dict[str, ActiveAlarm]:
    return {alarm.raised.code: alarm for alarm in bench.state.alarms if alarm.condition}


@pytest.mark.req("HST-12", "GIP-3.4")
def test_tones_that_were_heard_let_the_infusion_start() -> None:
    bench = ready(True)
    assert alarms(bench) == {}
    assert bench.start().refusals == ()


@pytest.mark.req("HST-12", "OPCA-R6.5")
@pytest.mark.parametrize("tones", [None, False])
def test_start_waits_for_a_test_or_an_acknowledgement(tones: bool | None) -> None:
    bench = ready(tones)
    found = alarms(bench)["sound_untested"]
    assert (found.raised.priority, found.raised.physiological) == (Priority.LOW, False)
    refused = bench.start("arm-1")
    assert any("heard the alarm tones" in sentence for sentence in refused.refusals)
    bench.tell(ask.Acknowledge(found.raised.alarm_id))
    assert bench.start("arm-2").refusals == ()


@pytest.mark.req("HST-12")
def test_a_late_test_ends_the_alarm() -> None:
    bench = ready(None)
    bench.tell(ask.TestTones())
    bench.tell(ask.ConfirmTones(True))
    assert alarms(bench) == {}
    assert bench.start().refusals == ()


@pytest.mark.req("HST-12")
def test_tones_nobody_heard_are_said_so() -> None:
    bench = ready(False)
    assert "not heard" in alarms(bench)["sound_untested"].raised.message
    assert (bench.state.tones_heard, bench.state.tones_tested_at is not None) == (False, True)


@pytest.mark.req("HST-12")
def test_without_a_device_the_missing_sound_is_what_is_acknowledged() -> None:
    bench = ready(None)
    bench.tell(ask.SoundSeen(False, "no speaker"))
    assert set(alarms(bench)) == {"no_sound"}
    assert any("missing sound" in sentence for sentence in bench.start("arm-1").refusals)
    bench.tell(ask.Acknowledge())
    assert bench.start("arm-2").refusals == ()


@pytest.mark.req("HST-12")
@pytest.mark.parametrize("tones", [None, True])
def test_device_that_comes_back_is_to_be_listened_to(tones: bool | None) -> None:
    bench = ready(tones)
    bench.tell(ask.SoundSeen(False, "no speaker"))
    bench.tell(ask.Acknowledge())
    bench.tell(ask.SoundSeen(True, "Sound device found."))
    assert set(alarms(bench)) == {"sound_untested"}
    assert not alarms(bench)["sound_untested"].acknowledged


@pytest.mark.req("HST-12")
def test_before_the_pump_is_to_be_programmed_nobody_is_reminded() -> None:
    bench = Bench()
    bench.tones = None
    bench.arrive()
    bench.order()
    assert alarms(bench) == {}
    bench.verify()
    assert set(alarms(bench)) == {"sound_untested"}


@pytest.mark.req("HST-12")
def test_a_test_counts_for_twelve_hours() -> None:
    bench = Bench()
    bench.arrive()
    tested_at = bench.state.tones_tested_at
    assert tested_at is not None
    assert tones_confirmed(bench.state, tested_at.plus(12 * 3600))
    assert not tones_confirmed(bench.state, tested_at.plus(12 * 3600 + 1))


def test_asking_for_the_tones_sounds_them_and_the_answer_does_not() -> None:
    bench = ready(None)
    bench.tell(ask.TestTones(), TECHNICIAN)
    sounded = bench.entries[-1]
    assert (sounded.event, effects_of(sounded)) == (TonesSounded(), (SoundTones(),))
    bench.tell(ask.ConfirmTones(True), TECHNICIAN)
    answered = next(e for e in bench.entries if isinstance(e.event, TonesTested))
    assert effects_of(answered) == ()
    assert answered.actor.user_id == "t1"


def test_what_is_refused_and_why() -> None:
    bench = ready(None)
    assert "Sound the tones first" in bench.tell(ask.ConfirmTones(True)).refusals[0]
    bench.tell(ask.TestTones())
    bench.run(121)
    assert "Sound the tones first" in bench.tell(ask.ConfirmTones(True)).refusals[0]
    bench.tell(ask.RecordScore("moaas", {"level": 1}))
    assert "high alarm is sounding" in bench.tell(ask.TestTones()).refusals[0]
    bench.tell(ask.Acknowledge())
    bench.tell(ask.TestTones())
    bench.tell(ask.SoundSeen(False, "no speaker"))
    assert "Sound the tones first" in bench.tell(ask.ConfirmTones(True)).refusals[0]
    assert "nothing to hear" in bench.tell(ask.TestTones()).refusals[0]
