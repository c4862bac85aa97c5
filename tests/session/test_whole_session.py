"""A whole session through the pure machine, and the paths that leave it early."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.events import (
    Care,
    CommandResolved,
    EndReason,
    InfusionPaused,
    OrderRefused,
    RateChanged,
    VerificationFailed,
)
from console.session.people import UNATTRIBUTED, OrderInputs
from console.session.pump import (
    PumpAlarm,
    PumpReading,
    PumpState,
    Refused,
    SetRate,
    Start,
    Unknown,
)
from console.session.state import Phase
from tests.session.bench import CONFIRMATION_IDS, NURSE, PATIENT, SECOND, Bench, mood_40


@pytest.fixture
def bench() -> Bench:
    return Bench()


def codes(bench: Bench) -> set[str]:
    return {alarm.raised.code for alarm in bench.state.alarms}


def test_a_patient_is_taken_from_arrival_to_a_closed_session(bench: Bench) -> None:
    bench.infuse(41)
    assert bench.phase() is Phase.OBSERVING
    session = bench.state.session
    assert session is not None
    assert session.ended is not None
    assert (session.ended.why, session.ended.infused_ml) == (EndReason.COMPLETE, Decimal("17.5"))
    assert session.ended.dose_mg == Decimal(35)

    refused = bench.tell(ask.Discharge())
    assert any("Observe for" in sentence for sentence in refused.refusals)
    assert bench.phase() is Phase.OBSERVING

    bench.recover()
    bench.tell(ask.RecordScore("aldrete", dict.fromkeys(ALDRETE_ITEMS, 2)))
    bench.tell(ask.RecordScore("mpadss", dict.fromkeys(MPADSS_ITEMS, 2)))
    assert bench.tell(ask.Discharge()).refusals
    for item in CONFIRMATION_IDS:
        bench.tell(ask.ConfirmDischarge(item, True))
    assert bench.tell(ask.Discharge()).refusals == ()
    assert bench.tell(ask.CloseSession()).refusals == ()
    assert bench.phase() is Phase.CLOSED
    assert bench.replayed() == bench.state


ALDRETE_ITEMS = ("activity", "respiration", "circulation", "consciousness", "oxygen")
MPADSS_ITEMS = ("vitals", "walking", "nausea", "pain", "iv_site")


def test_one_arm_is_one_start(bench: Bench) -> None:
    bench.prepare()
    bench.start("arm-1")
    again = bench.start("arm-1")
    assert again.refusals
    assert bench.pump.asked.count(Start()) == 1


@pytest.mark.req("SER-08")
def test_a_start_whose_reply_is_lost_is_unknown_until_the_pump_reads_back(bench: Bench) -> None:
    bench.prepare()
    bench.pump.lose_reply = True
    bench.start("arm-1")
    assert bench.unknown()
    assert bench.phase() is Phase.READY
    assert "pump_unknown" in codes(bench)
    refused = bench.tell(ask.StartInfusion("arm-2"))
    assert any("unknown" in sentence for sentence in refused.refusals)
    bench.run(1)
    assert bench.phase() is Phase.INFUSING
    assert not bench.unknown()
    assert bench.pump.asked.count(Start()) == 1


@pytest.mark.req("SER-08")
def test_a_start_that_never_arrived_is_refused_after_the_read_back_and_not_sent_again(bench: Bench) -> None:
    bench.prepare()
    bench.pump.lose_command = True
    bench.start("arm-1")
    bench.run(2)
    assert bench.phase() is Phase.PROGRAM
    assert not bench.unknown()
    outcomes = [e.event.outcome for e in bench.entries if isinstance(e.event, CommandResolved)]
    assert isinstance(outcomes[-2], Unknown)
    assert isinstance(outcomes[-1], Refused)
    assert bench.pump.asked.count(Start()) == 1


@pytest.mark.req("SEC-SECOND")
def test_the_second_person_must_be_another_and_agree_blind(bench: Bench) -> None:
    bench.arrive()
    bench.order()
    same = ask.VerifyOrder(Decimal(70), Decimal(2), Decimal("0.5"), Decimal(40))
    assert "Ask a second person" in bench.tell(same, NURSE_WITH_PIN).refusals[0]
    wrong = bench.tell(ask.VerifyOrder(Decimal(70), Decimal(1), Decimal("0.5"), Decimal(40)), SECOND)
    assert isinstance(wrong.events[0], VerificationFailed)
    assert wrong.events[0].fields == ("concentration",)
    assert not any(figure in wrong.refusals[0] for figure in ("70", "0.5", " 2", " 1"))
    assert bench.phase() is Phase.VERIFY
    bench.verify()
    assert bench.phase() is Phase.PROGRAM


NURSE_WITH_PIN = SECOND.__class__("n1", "Nurse One", SECOND.role, SECOND.authn)


@pytest.mark.req("SEC-SECOND")
def test_an_old_check_by_the_second_person_is_asked_for_again(bench: Bench) -> None:
    bench.prepare()
    bench.run(11 * 60, every_s=5)
    assert any("ten minutes" in sentence for sentence in bench.start().refusals)
    bench.verify()
    assert bench.start("start-2").refusals == ()


@pytest.mark.req("HUM-04")
def test_a_ten_fold_order_is_refused_and_kept_as_refused(bench: Bench) -> None:
    bench.arrive()
    decision = bench.order(
        OrderInputs("MOOD-40", Decimal(5), Decimal(40), Decimal(2), "BD 60 mL", {"any": "reason"})
    )
    assert decision.refusals
    assert isinstance(bench.entries[-1].event, OrderRefused)
    assert bench.phase() is Phase.ORDER


@pytest.mark.req("HUM-12")
def test_an_undiluted_vial_is_refused(bench: Bench) -> None:
    bench.arrive()
    assert bench.order(mood_40("100")).refusals
    assert bench.order(mood_40("50")).refusals


def test_pause_and_resume_keep_the_volume_and_cut_the_segments(bench: Bench) -> None:
    bench.infuse(10)
    bench.tell(ask.PauseInfusion("pause-1"))
    assert bench.phase() is Phase.PAUSED
    bench.run(240, every_s=2)
    bench.tell(ask.ResumeInfusion("resume-1"))
    assert bench.phase() is Phase.INFUSING
    bench.run(31 * 60, every_s=2)
    session = bench.state.session
    assert session is not None
    assert session.ended is not None
    assert session.ended.infused_ml == Decimal("17.5")
    assert len(session.segments) == 2


def test_stop_ends_the_infusion_with_what_the_pump_counted(bench: Bench) -> None:
    bench.infuse(20)
    given = bench.pump.infused_ml
    bench.tell(ask.PressStop("distress"))
    assert bench.pump.state is PumpState.STOPPED
    session = bench.state.session
    assert session is not None
    assert session.ended is not None
    assert session.ended.why is EndReason.STOPPED
    assert session.ended.infused_ml == given
    assert session.ended.reason == "distress"
    assert "pump_infusing" not in codes(bench)


@pytest.mark.req("SER-09")
def test_stop_without_a_read_back_alarms_and_the_infusion_is_not_called_stopped(bench: Bench) -> None:
    bench.infuse(10)
    bench.pump.dead = True
    bench.tell(ask.PressStop())
    bench.tell(ask.StopSeen(False, 8, 2.0))
    assert "stop_unconfirmed" in codes(bench)
    assert bench.phase() is Phase.INFUSING
    bench.run(10)
    ended = bench.tell(ask.EndInfusion("stopped by hand at the pump"))
    assert ended.refusals == ()
    session = bench.state.session
    assert session is not None
    assert session.ended is not None
    assert not session.ended.counter_trusted
    assert session.ended.infused_ml is not None
    assert session.ended.infused_ml >= bench.pump.infused_ml - Decimal("0.0001")


def test_patient_asks_to_stop_is_one_touch(bench: Bench) -> None:
    bench.infuse(10)
    bench.tell(ask.NoteCare(Care.ASKED_TO_STOP, bench.clock.now()))
    assert bench.phase() is Phase.PAUSED
    paused = [e.event for e in bench.entries if isinstance(e.event, InfusionPaused)]
    assert paused[0].reason == "the patient asked to stop"


def test_a_step_within_limits_changes_the_rate_and_one_beyond_is_refused_with_its_rule(bench: Bench) -> None:
    bench.infuse(11)
    beyond = bench.tell(ask.ChangeRate("rate-1", Decimal(60)))
    assert any("library v1" in sentence for sentence in beyond.refusals)
    soft = bench.tell(ask.ChangeRate("rate-2", Decimal(30)))
    assert "Give a reason to go on." in soft.refusals
    within = bench.tell(ask.ChangeRate("rate-2", Decimal(30), "well tolerated"))
    assert within.refusals == ()
    assert bench.pump.asked[-1] == SetRate(Decimal(30))
    soon = bench.tell(ask.ChangeRate("rate-3", Decimal(32)))
    assert any("min" in sentence for sentence in soon.refusals)


@pytest.mark.req("SER-18")
def test_a_rate_turned_at_the_panel_is_found_and_alarmed(bench: Bench) -> None:
    bench.infuse(10)
    bench.pump.rate_ml_h = Decimal(40)
    bench.run(1)
    changed = [e.event for e in bench.entries if isinstance(e.event, RateChanged)]
    assert changed[-1].at_pump
    assert codes(bench) & {"rate_at_pump", "rate_above_limit"}


@pytest.mark.req("SER-13")
def test_a_pump_that_was_reset_holds_and_runs_only_a_new_remaining_program(bench: Bench) -> None:
    bench.infuse(20)
    before = bench.pump.infused_ml
    bench.pump.state, bench.pump.infused_ml = PumpState.STOPPED, Decimal(0)
    bench.run(1)
    assert bench.phase() is Phase.PAUSED
    assert {"pump_halted", "pump_reset"} <= codes(bench)
    assert bench.tell(ask.ResumeInfusion("resume-1")).refusals
    assert bench.tell(ask.ProgramPump("program-2")).refusals == ()
    assert bench.pump.volume_ml <= Decimal("17.5") - before
    assert bench.pump.state is PumpState.STOPPED
    bench.run(1)
    assert bench.tell(ask.ResumeInfusion("resume-2")).refusals == ()
    bench.run(25 * 60, every_s=2)
    session = bench.state.session
    assert session is not None
    assert session.ended is not None
    assert session.ended.infused_ml is not None
    assert session.ended.infused_ml <= Decimal("17.5")


def test_a_session_can_be_aborted_before_but_not_after_the_start(bench: Bench) -> None:
    bench.prepare()
    assert bench.tell(ask.AbortSession("")).refusals
    assert bench.tell(ask.AbortSession("blood pressure")).refusals == ()
    assert bench.phase() is Phase.ABORTED
    other = Bench()
    other.infuse(1)
    assert other.tell(ask.AbortSession("too late")).refusals


@pytest.mark.req("GIP-2.2.6")
def test_nothing_of_the_previous_patient_is_carried_over(bench: Bench) -> None:
    bench.infuse(5)
    bench.tell(ask.SetLimits(Vital.HR, 45, 130))
    bench.tell(ask.PauseAudio(120))
    bench.tell(ask.PressStop())
    state = bench.state
    assert state.session is not None
    bench.recover()
    bench.tell(ask.RecordScore("aldrete", dict.fromkeys(ALDRETE_ITEMS, 2)))
    bench.tell(ask.RecordScore("mpadss", dict.fromkeys(MPADSS_ITEMS, 2)))
    for item in CONFIRMATION_IDS:
        bench.tell(ask.ConfirmDischarge(item, True))
    bench.tell(ask.Discharge())
    bench.tell(ask.CloseSession())
    bench.tell(ask.OpenSession("s-2", PATIENT), NURSE)
    assert bench.state.session is not None
    assert bench.state.session.limits == {}
    assert bench.state.audio_paused_until is None
    assert not [a for a in bench.state.alarms if a.raised.physiological]


def test_nobody_signed_in_may_stop_and_pause_but_not_start(bench: Bench) -> None:
    bench.prepare()
    bench.run(1)
    assert bench.tell(ask.StartInfusion("x"), UNATTRIBUTED).refusals
    bench.start()
    assert bench.tell(ask.PauseInfusion("y"), UNATTRIBUTED).refusals == ()
    assert bench.tell(ask.PressStop(), UNATTRIBUTED).refusals == ()


@pytest.mark.req("GIP-1.10.1")
@pytest.mark.req("SER-15")
def test_after_a_stall_the_remaining_dose_is_programmed_and_resumed(bench: Bench) -> None:
    bench.infuse(10)
    bench.pump.state = PumpState.STOPPED
    stalled = PumpReading(
        bench.clock.now(), PumpState.ALARM, bench.pump.rate_ml_h, bench.pump.infused_ml, PumpAlarm.STALL
    )
    bench.tell(ask.PumpSeen(stalled))
    assert bench.phase() is Phase.PAUSED
    assert "pump_halted" in codes(bench)
    bench.run(1)
    assert bench.tell(ask.ResumeInfusion("resume-1")).refusals
    assert bench.tell(ask.ProgramPump("program-2")).refusals == ()
    bench.run(1)
    assert bench.tell(ask.ResumeInfusion("resume-2")).refusals == ()
    bench.run(31 * 60, every_s=2)
    session = bench.state.session
    assert session is not None
    assert session.ended is not None
    assert session.ended.infused_ml is not None
    assert Decimal("17.48") < session.ended.infused_ml <= Decimal("17.5")
