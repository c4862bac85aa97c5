"""What the live view says of a session, without a window."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clinical.vitals import NibpState, Quality, Vital
from console.clock import Instant
from console.room.wire import Live
from console.session import intents as ask
from console.session.events import AlarmRaised, LinkChanged, Priority, PromptKind
from console.session.people import ROOM
from console.session.pump import LinkState, PumpState
from console.session.state import ActiveAlarm, Phase, State
from console.session.watch import fresh_pump, latest
from console.sync.backlog import ArchiveView, Standing
from console.ui.viewmodels.live import Window, live_view, spoken_date
from console.ui.viewmodels.live_alarms import alarm_strip
from console.ui.viewmodels.live_delivery import delivery
from console.ui.viewmodels.live_pump import LOOK
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_shapes import LiveView, StopMode
from console.ui.viewmodels.live_stop import stop_face
from console.ui.viewmodels.live_titrate import stepped, titrate_view
from console.ui.viewmodels.live_trend import trend_view
from console.ui.viewmodels.live_words import ago, countdown, minutes_seconds
from tests.session.bench import Bench
from tests.ui.desk import ZONE


@pytest.fixture
def bench() -> Bench:
    return Bench()


def live_of(bench: Bench, nibp: NibpState = NibpState.IDLE) -> Live:
    now = bench.clock.now()
    return Live(now, latest(bench.watch, bench.site, now), nibp, fresh_pump(bench.watch, now))


def view_of(bench: Bench, live: Live | None = None, *, pressed: Instant | None = None) -> LiveView:
    reference = LiveReference(bench.site, ZONE)
    return live_view(
        bench.state, live or live_of(bench), bench.clock.now(), reference, Window("Room 2", True, pressed)
    )


def raised(code: str, priority: Priority, *, physiological: bool = True) -> AlarmRaised:
    return AlarmRaised(f"id-{code}", code, priority, f"{code} message", physiological)


@pytest.mark.req("GIP-1.5.1")
def test_minutes_left_come_from_the_pumps_counter_and_rate(bench: Bench) -> None:
    bench.infuse(10)
    view = view_of(bench)
    assert view.phase is Phase.INFUSING
    left_s = float((Decimal("17.5") - bench.pump.infused_ml) / Decimal("26.25") * 3600)
    assert view.ring.big == countdown(left_s)
    assert view.pump.word == "Infusing"
    assert view.pump.rate == "26.25 mL/h"
    assert view.pump.drug_rate == "0.75 mg/kg/h · 52.5 mg/h"


def test_minutes_left_stand_still_when_the_counter_does(bench: Bench) -> None:
    bench.infuse(10)
    before = view_of(bench).ring.big
    bench.pump.rate_ml_h = Decimal("26.25")
    bench.clock.advance(1.0)
    assert view_of(bench, live_of(bench)).ring.big == before


def test_a_silent_pump_is_unknown_and_so_is_the_time_left(bench: Bench) -> None:
    bench.infuse(5)
    bench.clock.advance(5)
    view = view_of(bench)
    assert view.pump.word == LOOK
    assert view.pump.rate == "--"
    assert view.ring.big == "--"
    assert not view.pump.can_change


@pytest.mark.req("SER-08")
def test_a_lost_reply_says_look_at_the_pump_and_offers_nothing_that_raises_delivery(bench: Bench) -> None:
    bench.infuse(5)
    bench.pump.lose_reply = True
    bench.tell(ask.PauseInfusion("pause-1"))
    view = view_of(bench)
    assert view.pump.word == LOOK
    assert not view.pump.can_start
    assert not view.pump.can_change
    assert not view.pump.can_resume


def test_a_paused_infusion_offers_resume_and_end_and_tells_the_rate_is_only_set(bench: Bench) -> None:
    bench.infuse(5)
    bench.tell(ask.PauseInfusion("pause-1"))
    bench.run(65)
    view = view_of(bench)
    assert view.pump.word == "Paused"
    assert view.pump.can_resume
    assert view.pump.can_end
    assert not view.pump.can_pause
    assert view.pump.rate.startswith("set ")
    assert view.ring.big == "1:05"


def test_observation_counts_down_to_the_earliest_discharge(bench: Bench) -> None:
    bench.infuse(41)
    view = view_of(bench)
    assert view.phase is Phase.OBSERVING
    assert view.ring.under.startswith("left · earliest ")
    bench.run(3700, every_s=10)
    assert view_of(bench).ring.under.startswith("observed")


@pytest.mark.req("SER-19")
def test_unknown_values_are_dashes_with_the_reason_and_never_the_last_value(bench: Bench) -> None:
    bench.infuse(1)
    bench.vitals[Vital.SPO2] = None
    bench.run(1)
    view = view_of(bench)
    assert view.spo2.value == "--"
    assert view.spo2.reason == "no signal"
    bench.clock.advance(10)
    stale = view_of(bench)
    assert stale.hr.value == "--"
    assert stale.hr.reason == "not updating"


def test_without_an_ecg_the_pulse_stands_under_its_own_name(bench: Bench) -> None:
    bench.infuse(1)
    bench.vitals[Vital.HR] = None
    bench.run(1)
    tile = view_of(bench).hr
    assert tile.label == "PR"
    assert tile.value == "76"


def test_a_pressure_tells_its_age_and_dims_after_five_minutes(bench: Bench) -> None:
    bench.infuse(1)
    bench.measure(141, 85)
    bench.run(130)
    fresh = view_of(bench).nibp
    assert fresh.value == "141/85"
    assert fresh.age == "2 min ago"
    assert fresh.beside == "(104)"
    assert not fresh.dim
    bench.run(200)
    assert view_of(bench).nibp.dim


def test_the_cuff_says_when_it_measures(bench: Bench) -> None:
    bench.infuse(1)
    assert view_of(bench, live_of(bench, NibpState.MEASURING)).nibp.busy
    assert view_of(bench, live_of(bench, NibpState.FAILED)).nibp.reason == "measurement failed"


@pytest.mark.req("ALM-LIMITS")
def test_an_absent_limit_shows_the_crossed_bell(bench: Bench) -> None:
    bench.infuse(1)
    view = view_of(bench)
    assert view.temp.limits_off
    assert (view.hr.high, view.hr.low) == ("120", "50")
    assert (view.spo2.high, view.spo2.low) == ("", "92")


@pytest.mark.req("OPCA-R6.4.1")
def test_the_strip_shows_priority_first_then_physiological_then_newest() -> None:
    now = Instant(0, 100_000_000_000)
    alarms = (
        ActiveAlarm(raised("a", Priority.MEDIUM), now.plus(-10)),
        ActiveAlarm(raised("b", Priority.HIGH, physiological=False), now.plus(-1)),
        ActiveAlarm(raised("c", Priority.HIGH), now.plus(-60)),
        ActiveAlarm(raised("d", Priority.HIGH), now.plus(-30)),
    )
    strip = alarm_strip(State(alarms=alarms), now, "calm")
    assert [line.message[0] for line in strip.lines] == ["d", "c", "b", "a"]
    assert strip.lines[0].marker == "!!!"
    assert strip.lines[0].for_text == "0:30"


def test_a_breached_limit_colours_its_own_tile_and_acknowledging_stops_the_flash(bench: Bench) -> None:
    bench.infuse(1)
    bench.measure(170, 98)
    bench.run(2)
    view = view_of(bench)
    assert view.nibp.alarm is Priority.MEDIUM
    assert view.nibp.flashing
    assert view.hr.alarm is None
    bench.tell(ask.Acknowledge())
    after = view_of(bench)
    assert after.nibp.alarm is Priority.MEDIUM
    assert not after.nibp.flashing


@pytest.mark.req("HUM-10")
def test_a_paused_sound_shows_its_countdown(bench: Bench) -> None:
    bench.infuse(1)
    bench.measure(170, 98)
    bench.run(2)
    bench.tell(ask.PauseAudio())
    bench.run(15)
    assert view_of(bench).alarms.audio_paused == "1:45"


@pytest.mark.req("HUM-07")
def test_checks_count_down_and_turn_overdue(bench: Bench) -> None:
    bench.infuse(1)
    chips = {chip.kind: chip for chip in view_of(bench).prompts}
    assert not chips[PromptKind.MOAAS].overdue
    bench.run(300)
    late = {chip.kind: chip for chip in view_of(bench).prompts}
    assert late[PromptKind.MOAAS].overdue
    assert late[PromptKind.MOAAS].when.startswith("overdue")
    bench.tell(ask.RecordScore("moaas", {"level": 4}))
    view = view_of(bench)
    assert view.sedation.score == "4"
    assert not {chip.kind: chip for chip in view.prompts}[PromptKind.MOAAS].overdue


def test_the_patient_line_carries_two_identifiers_and_the_weight(bench: Bench) -> None:
    bench.arrive()
    top = view_of(bench).top
    assert top.patient == "Mara Rossi"
    assert top.identifiers == "12 Mar 1984  ·  MRN 204-118  ·  70 kg"


def test_a_date_nobody_can_read_is_shown_as_it_is() -> None:
    assert spoken_date("1984-03-02") == "2 Mar 1984"
    assert spoken_date("unknown") == "unknown"


def test_no_recording_and_no_sound_are_said(bench: Bench) -> None:
    bench.infuse(1)
    live = Live(bench.clock.now(), {}, recording=False, sound=False)
    top = view_of(bench, live).top
    assert top.recording == "NOT RECORDING"
    assert not top.recording_ok
    assert top.sound_lost
    assert top.waiting == "no archive"


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (ArchiveView(Standing.CURRENT), "archive up to date"),
        (ArchiveView(Standing.BEHIND, 3, 900, 300.0), "3 waiting"),
        (ArchiveView(Standing.WARNING, 9, 900, 30 * 3600.0), "archive 30 hours behind"),
        (ArchiveView(Standing.NOTICE, 9, 900, 80 * 3600.0), "archive 3 days behind"),
        (ArchiveView(Standing.STOPPED, 4, 900, 60.0), "archive stopped  ·  4 waiting"),
    ],
)
def test_the_top_line_says_how_far_the_archive_is_behind(
    bench: Bench, archive: ArchiveView, words: str
) -> None:
    assert view_of(bench, Live(bench.clock.now(), {}, archive=archive)).top.waiting == words


def test_a_pump_that_is_not_connected_is_told_and_with_a_running_infusion_is_unknown(bench: Bench) -> None:
    assert view_of(bench).pump.word == "No pump"
    bench.infuse(1)
    bench.commit(LinkChanged("pump", LinkState.CLOSED, "The cable was pulled."), ROOM)
    face = view_of(bench).pump
    assert face.word == LOOK
    assert face.notice == "The cable was pulled."
    assert not face.port_open


@pytest.mark.req("SER-09")
def test_stop_shows_seconds_then_the_pump_and_names_the_pump_after_two_seconds() -> None:
    now = Instant(0, 50_000_000_000)
    early = stop_face(State(), now.plus(-0.4), now)
    assert (early.mode, early.under) == (StopMode.REQUESTED, "0.4 s")
    late = stop_face(State(), now.plus(-2.0), now)
    assert late.mode is StopMode.UNCONFIRMED
    assert "STOP AT THE PUMP" in late.under
    assert stop_face(State(), now, now, unheard=True).mode is StopMode.UNCONFIRMED


def test_stop_says_stopped_once_the_pump_reads_back(bench: Bench) -> None:
    bench.infuse(1)
    pressed = bench.clock.now()
    bench.tell(ask.PressStop())
    assert view_of(bench, pressed=pressed).stop.mode is StopMode.STOPPED
    bench.run(40)
    assert view_of(bench).stop.text == "STOP"


def test_start_is_offered_only_when_programmed_and_the_pump_answers(bench: Bench) -> None:
    bench.arrive()
    assert not view_of(bench).pump.can_start
    bench.order()
    bench.verify()
    bench.run(1)
    bench.tell(ask.ProgramPump("program-1"))
    assert view_of(bench).pump.can_start
    bench.clock.advance(5)
    assert not view_of(bench).pump.can_start


def test_the_trend_knows_phases_pressures_steps_and_the_predicted_level(bench: Bench) -> None:
    bench.infuse(10)
    now = bench.clock.now()
    view = trend_view(bench.state.session, now, 1800.0)
    assert view is not None
    assert [band.word for band in view.bands] == ["Baseline", "Infusion", "Observation"]
    assert view.bands[1].end_s == pytest.approx(view.now_s + 1800)
    assert len(view.pressures) >= 2
    assert [step.mg_kg_h for step in view.steps] == ["0.75"]
    peak = max(view.plasma)
    assert 150 < peak < 300
    ended_at = view.curve_s[view.plasma.index(peak)]
    assert ended_at == pytest.approx(view.bands[1].end_s, abs=60)


def test_a_rate_step_is_five_hundredths_of_a_milligram_and_never_above_the_hard_limit(bench: Bench) -> None:
    bench.infuse(1)
    session = bench.state.session
    assert session is not None
    assert session.order is not None
    order, running = session.order, Decimal("26.25")
    up = stepped(order, running, 1)
    assert up * 2 / 70 == pytest.approx(Decimal("0.80"), abs=Decimal("0.001"))
    assert stepped(order, running, -100) == 0
    view = titrate_view(
        order, running, Decimal(10_000), delivery(bench.state, live_of(bench)), bench.clock.now(), ZONE
    )
    assert view.rate_ml_h == order.hard_rate_ml_h
    assert "ends " in view.ends


def test_words_for_times() -> None:
    assert minutes_seconds(3727) == "1:02:07"
    assert countdown(59.2) == "1:00"
    assert countdown(0) == "0:00"
    assert ago(59) == "just now"
    assert ago(3900) == "1 h 05 ago"


def test_a_questionable_value_is_shown_with_its_doubt(bench: Bench) -> None:
    bench.infuse(1)
    live = live_of(bench)
    reading = live.vitals[Vital.SPO2]
    doubted = type(reading)(
        Vital.SPO2, 91.0, Quality.QUESTIONABLE, reading.source, reading.at, reading.measured_at
    )
    view = view_of(bench, Live(live.at, {**live.vitals, Vital.SPO2: doubted}, live.nibp, live.pump))
    assert (view.spo2.value, view.spo2.reason) == ("91", "questionable")
    assert bench.pump.state is PumpState.INFUSING
