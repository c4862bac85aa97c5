"""From the proposal to the confirmed pause and back: what the room does, what only a person does."""

from __future__ import annotations

import dataclasses

import pytest

from console.clinical.interlock_file import load_interlocks
from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.apply import fold
from console.session.events import (
    Care,
    CommandRequested,
    CommandResolved,
    InfusionPaused,
    PauseProposalCancelled,
    Priority,
)
from console.session.people import UNATTRIBUTED
from console.session.pump import LinkState, Pause, PumpState, Resume, SetRate, Start, Unknown
from console.session.state import Phase, State
from console.session.watch import Watch
from tests.session.bench import PHYSICIAN, SITE
from tests.session.interlock_bench import ARMED, SHIPPED, TICK_S, InterlockBench


def proposed() -> InterlockBench:
    """A pause has just been proposed for a saturation of 84 %."""
    bench = InterlockBench()
    bench.show(spo2=84.0)
    bench.until_proposed(within_s=5)
    return bench


def test_rules_that_are_off_do_nothing() -> None:
    bench = InterlockBench(SITE)
    bench.show(spo2=70.0, rr=0.0)
    bench.live(200)
    assert bench.phase() is Phase.INFUSING
    assert bench.proposals == []
    assert bench.posture().state == "off"


@pytest.mark.req("A2")
def test_the_proposal_says_what_was_found_and_which_rule_asks() -> None:
    bench = proposed()
    assert bench.proposals[0].message == (
        "Oxygen saturation low: SpO₂ 84 % (rule A2: SpO₂ below 85 % for 5 s)"
    )


@pytest.mark.req("P2")
def test_the_pause_is_sent_at_the_end_of_the_countdown_and_read_back() -> None:
    bench = proposed()
    bench.live(10 - TICK_S)
    assert bench.phase() is Phase.INFUSING
    assert bench.asked_by_room() == []
    bench.live(TICK_S)
    assert [entry.event.command for entry in bench.asked_by_room()] == [Pause()]  # type: ignore[union-attr]
    assert bench.pump.state is PumpState.PAUSED
    assert bench.phase() is Phase.PAUSED
    assert bench.ended == ["the pause was sent"]
    paused = next(event for event in bench.events if isinstance(event, InfusionPaused))
    assert paused.reason.startswith("paused by an interlock: Oxygen saturation low: SpO₂ 84 %")
    assert not paused.by_pump


@pytest.mark.req("A2")
def test_a_reason_that_is_over_takes_the_proposal_back() -> None:
    bench = proposed()
    bench.show(spo2=96.0)
    assert bench.ended == []
    bench.show(spo2=96.0)
    assert bench.ended == ["its reason is over"]
    bench.live(60)
    assert bench.phase() is Phase.INFUSING


@pytest.mark.req("P6")
def test_a_value_that_is_lost_does_not_take_the_proposal_back() -> None:
    bench = proposed()
    bench.show(spo2=None, pr=None)
    bench.live(10)
    assert bench.phase() is Phase.PAUSED


# --- cancelling -----------------------------------------------------------------------------------


@pytest.mark.req("A2")
def test_one_press_with_a_reason_keeps_the_infusion_going_for_two_minutes() -> None:
    bench = proposed()
    assert not bench.cancel("probe on a cold finger").refusals
    cancelled = [e for e in bench.events if isinstance(e, PauseProposalCancelled)]
    assert [(one.reason, one.rules) for one in cancelled] == [("probe on a cold finger", ("A2",))]
    assert "proposal_A2" not in bench.alarms()
    assert "rule A2 was cancelled" in bench.posture().words
    assert bench.until_proposed(within_s=121) == 120
    bench.live(10)
    assert bench.phase() is Phase.PAUSED


def test_a_cancellation_covers_every_rule_that_asked_at_that_moment() -> None:
    bench = InterlockBench()
    bench.show(spo2=87.0, rr=9.0)
    bench.until_proposed(within_s=30)
    assert not bench.cancel().refusals
    cancelled = [e for e in bench.events if isinstance(e, PauseProposalCancelled)]
    assert cancelled[0].rules == ("A2", "A4")
    bench.live(100)
    assert len(bench.proposals) == 1


def test_what_comes_up_after_a_cancellation_is_another_matter() -> None:
    bench = proposed()
    assert not bench.cancel().refusals
    bench.show(rr=0.0)
    assert bench.until_proposed(within_s=20) == 20
    assert bench.proposals[-1].rule == "A3"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_cancellation_needs_a_reason(reason: str) -> None:
    bench = proposed()
    assert bench.cancel(reason).refusals == ("Say why the infusion goes on.",)
    bench.live(10)
    assert bench.phase() is Phase.PAUSED


def test_only_who_cares_for_the_patient_cancels() -> None:
    bench = proposed()
    proposal = bench.session.proposal
    assert proposal is not None
    intent = ask.CancelPauseProposal(proposal.proposed.proposal_id, "no need")
    assert bench.tell(intent, UNATTRIBUTED).refusals
    assert not bench.tell(intent, PHYSICIAN).refusals


def test_another_proposal_is_not_cancelled_by_an_old_press() -> None:
    bench = proposed()
    assert bench.tell(ask.CancelPauseProposal("an old one", "seen")).refusals
    assert bench.session.proposal is not None


# --- alongside other commands ---------------------------------------------------------------------


@pytest.mark.req("P3")
def test_the_pause_is_sent_while_the_outcome_of_another_command_is_unknown() -> None:
    bench = proposed()
    bench.pump.lose_reply = True
    bench.tell(ask.ChangeRate("rate-1", bench.session.segments[-1].rate_ml_h, "as before"))
    assert bench.unknown()
    bench.pump.lose_reply = False
    for _ in range(round(10 / TICK_S)):  # the pump is not read meanwhile, so nothing resolves it
        bench.clock.advance(TICK_S)
        bench.tell(ask.Tick())
    assert bench.pump.asked[-1] == Pause()
    assert bench.phase() is Phase.PAUSED


@pytest.mark.req("P3", "P2")
def test_the_pause_does_not_wait_for_an_answer_that_is_due() -> None:
    bench = proposed()
    bench.slow = True
    bench.tell(ask.ChangeRate("rate-1", bench.session.segments[-1].rate_ml_h, "as before"))
    bench.live(10)
    assert [type(command) for command in bench.pump.asked[-2:]] == [SetRate, Pause]
    given_up = [e for e in bench.events if isinstance(e, CommandResolved) and e.command_id == "rate-1"]
    assert len(given_up) == 1
    assert isinstance(given_up[0].outcome, Unknown)
    bench.answer()
    assert bench.phase() is Phase.PAUSED
    bench.live(2)
    assert not bench.unknown()


@pytest.mark.req("P2")
def test_a_pause_the_pump_does_not_confirm_is_an_alarm_after_two_seconds() -> None:
    bench = proposed()
    bench.slow = True
    bench.live(10)
    assert bench.asked_by_room()
    bench.live(2 - TICK_S)
    assert "pause_unconfirmed" not in bench.alarms()
    bench.live(TICK_S)
    assert bench.alarms()["pause_unconfirmed"] is Priority.HIGH


@pytest.mark.req("P2")
def test_a_pause_that_was_lost_is_asked_again_until_the_pump_has_halted() -> None:
    bench = proposed()
    bench.pump.lose_command = True
    bench.live(15)
    assert bench.phase() is Phase.INFUSING
    assert bench.alarms()["pause_unconfirmed"] is Priority.HIGH
    assert len(bench.proposals) == 1
    bench.pump.lose_command = False
    bench.live(3)
    assert bench.phase() is Phase.PAUSED
    assert "pause_unconfirmed" not in bench.alarms()


@pytest.mark.req("P2")
def test_a_pump_that_was_out_of_reach_is_paused_when_it_is_back() -> None:
    bench = proposed()
    bench.tell(ask.LinkSeen("pump", LinkState.CLOSED, "The cable was pulled."))
    bench.pump.dead = True
    bench.live(30)
    asked = len(bench.asked_by_room())
    assert asked == 1
    bench.pump.dead = False
    bench.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "answers"))
    bench.live(3)
    assert bench.phase() is Phase.PAUSED


def test_a_person_who_pauses_first_makes_the_proposal_superfluous() -> None:
    bench = proposed()
    bench.tell(ask.PauseInfusion("pause-1"))
    bench.live(20)
    assert bench.ended == ["the infusion is not running"]
    assert bench.asked_by_room() == []


def test_stop_outranks_the_proposal() -> None:
    bench = proposed()
    bench.pump.dead = True
    bench.tell(ask.PressStop())
    bench.live(20)
    assert bench.ended == ["STOP was pressed"]
    assert bench.asked_by_room() == []


@pytest.mark.req("A8")
def test_a_patient_who_asks_to_stop_is_paused_at_once_whatever_the_pump_is_doing() -> None:
    bench = InterlockBench(SITE)
    bench.slow = True
    bench.tell(ask.ChangeRate("rate-1", bench.session.segments[-1].rate_ml_h, "as before"))
    bench.tell(ask.NoteCare(Care.ASKED_TO_STOP, bench.clock.now()))
    assert bench.pump.asked[-1] == Pause()
    bench.answer()
    assert bench.phase() is Phase.PAUSED


# --- afterwards -----------------------------------------------------------------------------------


@pytest.mark.req("P4")
def test_nothing_is_resumed_while_the_reason_of_the_pause_is_not_over() -> None:
    bench = proposed()
    bench.live(12)
    assert bench.phase() is Phase.PAUSED
    refused = bench.tell(ask.ResumeInfusion("resume-1")).refusals
    assert any("Oxygen saturation low (A2" in sentence for sentence in refused)
    bench.show(spo2=None, pr=None)
    bench.live(5)
    assert bench.tell(ask.ResumeInfusion("resume-2")).refusals
    bench.vitals[Vital.PR] = 76.0
    bench.show(spo2=97.0)
    bench.show(spo2=97.0)
    assert not bench.tell(ask.ResumeInfusion("resume-3")).refusals
    assert bench.phase() is Phase.INFUSING


@pytest.mark.req("P4", "P6")
def test_nothing_is_resumed_without_a_saturation_that_can_be_trusted() -> None:
    bench = InterlockBench()
    bench.tell(ask.PauseInfusion("pause-1"))
    bench.show(spo2=97.0, pr=120.0)
    refused = bench.tell(ask.ResumeInfusion("resume-1")).refusals
    assert any("trust" in sentence for sentence in refused)


@pytest.mark.req("P1", "P4")
def test_the_room_never_goes_on_by_itself() -> None:
    bench = proposed()
    bench.live(12)
    bench.show(spo2=99.0)
    bench.live(600)
    assert bench.phase() is Phase.PAUSED
    commands = [e.event.command for e in bench.asked_by_room() if isinstance(e.event, CommandRequested)]
    assert not any(isinstance(command, Resume | Start | SetRate) for command in commands)


@pytest.mark.req("A2")
def test_an_infusion_started_again_at_the_pump_is_judged_again() -> None:
    bench = proposed()
    bench.live(12)
    bench.pump.state = PumpState.INFUSING
    bench.live(2)
    assert len(bench.proposals) == 2
    bench.live(12)
    assert bench.phase() is Phase.PAUSED


@pytest.mark.req("P7")
def test_an_acknowledged_alarm_sounds_anew_after_a_gap_in_the_data() -> None:
    bench = InterlockBench()
    bench.tell(ask.SetLimits(Vital.ETCO2, 15, 70))
    bench.show(etco2=60.0, rr=9.5)
    bench.until_proposed(within_s=31)
    bench.cancel()
    bench.live(1)
    (before,) = bench.raised("rule_A4")
    bench.tell(ask.Acknowledge(before.alarm_id))
    bench.show(etco2=None, rr=None, spo2=None)
    bench.live(5)
    assert "rule_A4" not in bench.alarms()
    bench.show(etco2=60.0, rr=9.5, spo2=97.0)
    bench.live(1)
    before, after = bench.raised("rule_A4")
    assert after.alarm_id != before.alarm_id
    assert not next(a for a in bench.state.alarms if a.raised == after).acknowledged


@pytest.mark.req("P6")
def test_a_restart_in_the_countdown_forgets_nothing_of_it() -> None:
    bench = proposed()
    bench.live(3)
    bench.state, bench.watch = fold(State(), tuple(bench.entries)), Watch()
    bench.clock.advance(8)
    bench.tell(ask.Tick())
    assert bench.phase() is Phase.PAUSED


# --- posture --------------------------------------------------------------------------------------


@pytest.mark.req("P5")
def test_the_posture_says_whether_every_rule_can_act() -> None:
    bench = InterlockBench()
    assert bench.posture().state == "armed"
    assert "Dr Ada Moss" in bench.posture().words
    bench.show(etco2=None)
    assert bench.posture().state == "degraded"
    assert "no EtCO₂" in bench.posture().words
    bench.show(etco2=38.0)
    assert bench.posture().state == "armed"
    bench.tell(ask.LinkSeen("pump", LinkState.CLOSED, "The cable was pulled."))
    assert "the pump does not answer" in bench.posture().words


@pytest.mark.req("P5")
def test_a_file_that_was_altered_is_off_and_an_alarm_says_so() -> None:
    altered = load_interlocks(SHIPPED.replace(b"enabled = false", b"enabled = true"), "0" * 64)
    bench = InterlockBench(dataclasses.replace(ARMED, interlocks=altered))
    bench.live(1)
    assert bench.posture().state == "off"
    assert bench.alarms()["interlocks_off"] is Priority.MEDIUM
