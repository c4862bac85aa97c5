"""A pump worked by hand, a cuff worked from here, a source that falls away: touched, seen, and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QApplication

from console.clinical.vitals import NibpState, Vital
from console.session import intents as ask
from console.session.events import (
    CuffAsked,
    CuffCadenceSet,
    CuffDeed,
    CuffEnded,
    CuffResult,
    Event,
    HandworkAsked,
    HandworkDropped,
    InfusionStarted,
    PumpSetByHand,
    Setting,
    SourceChanged,
    StopConfirmed,
    StopPressed,
)
from console.session.pump import Pause, PumpState, SetRate
from console.session.state import Phase
from console.ui.viewmodels.live_shapes import StopMode
from console.ui.viewmodels.live_trend import trend_view
from tests.session.by_hand_bench import ALL, EVERYTHING, Tells
from tests.ui.by_hand_room import ByHandRoom
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui
Kind = TypeVar("Kind", bound=Event)


class HandRig:
    """A nurse's hands on the window, and at the pump."""

    def __init__(self, rig: Rig, room: ByHandRoom) -> None:
        self.rig = rig
        self.room = room
        self.bench = room.by_hand

    def told(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.bench.events if isinstance(event, kind)]

    def ordered(self) -> None:
        self.rig.arrived()
        self.bench.order()
        self.bench.verify()
        self.rig.turn()

    def infusing(self) -> None:
        self.ordered()
        self.bench.set_pump()
        self.bench.confirm(*ALL)
        self.bench.key(PumpState.INFUSING)
        self.bench.run(30)
        self.rig.turn(12)


@pytest.fixture
def tells() -> Tells:
    return EVERYTHING


@pytest.fixture
def hand(qapp: QApplication, tells: Tells) -> Iterator[HandRig]:
    assert qapp is not None
    room = ByHandRoom(tells)
    with a_rig(room=room) as rig:
        yield HandRig(rig, room)


# --- before the start -----------------------------------------------------------------------------


@pytest.mark.parametrize("tells", [Tells(counter=False, volume=False, syringe=False, every_s=5.0)])
def test_the_nurse_looks_at_what_the_pump_does_not_tell_and_confirms(hand: HandRig) -> None:
    hand.ordered()
    hand.bench.set_pump()
    hand.rig.turn()
    texts = hand.rig.texts()
    assert "Read only: this console cannot start or stop this pump." in texts
    assert "Rate 26.25 mL/h not told by the pump: look at it" in texts
    assert not hand.rig.can_touch("primary")
    for setting in (Setting.RATE, Setting.VOLUME, Setting.SYRINGE):
        hand.rig.touch(f"seen_{setting.value}")
    hand.rig.touch("primary")
    (kept,) = hand.told(PumpSetByHand)
    assert kept.by_eye == (Setting.RATE, Setting.VOLUME, Setting.SYRINGE)
    assert hand.rig.phase is Phase.READY


def test_a_value_that_differs_is_told_by_how_much_and_cannot_be_confirmed(hand: HandRig) -> None:
    hand.ordered()
    hand.bench.set_pump(rate="62.25")
    hand.rig.turn()
    assert "differs: 36 mL/h more (+137.1 %)" in hand.rig.texts()
    assert not hand.rig.can_touch("primary")
    hand.bench.set_pump()
    hand.rig.turn()
    hand.rig.touch("primary")
    assert hand.rig.phase is Phase.READY


def test_ready_offers_no_start_here_and_follows_the_start_at_the_pump(hand: HandRig) -> None:
    hand.ordered()
    hand.bench.set_pump()
    hand.rig.turn()
    hand.rig.touch("primary")
    hand.rig.turn(12)
    assert hand.rig.label("start_at_pump") == "START AT THE PUMP"
    assert not hand.rig.sees("start")
    hand.bench.set_pump(rate="40")
    hand.rig.turn()
    assert hand.rig.label("start_at_pump") == "Do not start yet"
    hand.bench.set_pump()
    hand.bench.key(PumpState.INFUSING)
    hand.rig.turn()
    assert hand.rig.phase is Phase.INFUSING
    assert hand.told(InfusionStarted)[0].at_pump
    assert hand.bench.pump.asked == []


# --- running --------------------------------------------------------------------------------------


@pytest.mark.req("HND-STOP")
def test_stop_says_stop_at_the_pump_from_the_first_moment_until_it_reads_stopped(hand: HandRig) -> None:
    hand.infusing()
    window = hand.rig.window
    hand.rig.bridge.stop()
    window.refresh()
    assert (window.stop_key.face.mode, window.stop_key.face.text) == (
        StopMode.UNCONFIRMED,
        "STOP AT THE PUMP",
    )
    hand.rig.turn(20)
    assert window.stop_key.face.text == "STOP AT THE PUMP"
    assert "nothing was sent" in window.stop_key.face.under
    assert hand.rig.phase is Phase.INFUSING
    assert "STOP AT THE PUMP" in hand.bench.alarm("stop_unconfirmed")
    hand.bench.key(PumpState.STOPPED)
    hand.rig.turn()
    assert window.stop_key.face.mode is StopMode.STOPPED
    assert hand.bench.phase() is Phase.OBSERVING
    assert len(hand.told(StopPressed)) == len(hand.told(StopConfirmed)) == 1


def test_pause_is_an_instruction_that_can_be_taken_back_with_a_reason(hand: HandRig) -> None:
    hand.infusing()
    hand.rig.press(hand.rig.window.pause_key)
    assert hand.told(HandworkAsked)[0].command == Pause()
    view = hand.rig.window.view
    assert view is not None
    assert view.pump.word == "Infusing", "its true state"
    assert view.pump.notice.startswith("PAUSE AT THE PUMP")
    hand.rig.touch("drop_handwork")
    panel = hand.rig.window.bedside.asks.drop_panel
    assert panel.isVisible()
    panel.written.emit("Asked by mistake", hand.bench.clock.now())
    hand.rig.turn()
    assert hand.told(HandworkDropped)[0].reason == "Asked by mistake"
    assert not hand.rig.sees("drop_handwork")


def test_a_new_rate_is_an_instruction_seen_at_the_pump(hand: HandRig) -> None:
    hand.infusing()
    hand.bench.tell(ask.ChangeRate("t", Decimal(24), "sedated"))
    hand.rig.turn()
    view = hand.rig.window.view
    assert view is not None
    assert view.pump.notice.startswith("SET 24 mL/h AT THE PUMP")
    assert not view.pump.can_change
    hand.bench.pump.rate_ml_h = Decimal(24)
    hand.rig.turn(12)
    assert hand.told(HandworkAsked)[0].command == SetRate(Decimal(24))
    view = hand.rig.window.view
    assert view is not None
    assert view.pump.task == ""


# --- the cuff -------------------------------------------------------------------------------------


def test_the_nurse_takes_a_pressure_from_here_and_the_check_is_done(hand: HandRig) -> None:
    hand.infusing()
    hand.bench.run(300, every_s=5)
    hand.rig.turn()
    hand.rig.touch("take_nibp")
    (asked,) = hand.told(CuffAsked)
    assert (asked.device, asked.deed, asked.automatic) == ("s5", CuffDeed.START, False)
    hand.bench.tell(ask.CuffSeen(asked.request_id))
    hand.room.cuff(NibpState.MEASURING)
    hand.rig.turn(12)
    view = hand.rig.window.view
    assert view is not None
    assert (view.nibp.busy, view.nibp.busy_words, view.cuff.take) == (True, "measuring…", "Cancel NIBP")
    hand.room.cuff(NibpState.IDLE)
    hand.bench.measure(131, 84)
    hand.rig.turn()
    assert hand.told(CuffEnded) == [CuffEnded(asked.request_id, CuffResult.MEASURED, "131/84 mmHg")]
    assert hand.rig.session.prompted == {} or "nibp" not in {k.value for k in hand.rig.session.prompted}
    view = hand.rig.window.view
    assert view is not None
    assert (view.nibp.value, view.nibp.busy) == ("131/84", False)


def test_a_cuff_that_is_refused_says_why_on_its_tile(hand: HandRig) -> None:
    hand.infusing()
    hand.rig.touch("take_nibp")
    (asked,) = hand.told(CuffAsked)
    hand.bench.tell(ask.CuffSeen(asked.request_id, "The cuff is measuring already."))
    hand.rig.turn()
    view = hand.rig.window.view
    assert view is not None
    assert view.nibp.reason == "The cuff is measuring already."
    assert hand.told(CuffEnded)[0].result is CuffResult.REFUSED


def test_a_measurement_is_cancelled_from_here(hand: HandRig) -> None:
    hand.infusing()
    hand.rig.touch("take_nibp")
    hand.bench.tell(ask.CuffSeen(hand.told(CuffAsked)[0].request_id))
    hand.room.cuff(NibpState.MEASURING)
    hand.rig.turn(12)
    hand.rig.touch("take_nibp")
    assert hand.told(CuffAsked)[-1].deed is CuffDeed.CANCEL
    hand.room.cuff(NibpState.IDLE)
    hand.rig.turn(12)
    assert hand.told(CuffEnded)[0].result is CuffResult.CANCELLED


def test_the_cuff_by_itself_is_switched_on_by_a_person_and_follows_the_protocol(hand: HandRig) -> None:
    hand.infusing()
    hand.rig.touch("nibp_by_itself")
    assert hand.told(CuffCadenceSet) == [CuffCadenceSet(True)]
    assert hand.told(CuffAsked) == [], "never because it was switched on"
    hand.bench.run(400, every_s=5)
    assert [asked.automatic for asked in hand.told(CuffAsked)] == [True]


# --- two sources ----------------------------------------------------------------------------------


@pytest.mark.req("SRC-SAID")
def test_losing_a_source_is_said_marked_and_recorded_and_nothing_is_spliced_silently(hand: HandRig) -> None:
    hand.infusing()
    view = hand.rig.window.view
    assert view is not None
    assert (view.spo2.value, view.spo2.source) == ("97", "masimo")
    hand.bench.unplug_oximeter()
    hand.bench.run(8)
    hand.rig.turn()
    changes = [c for c in hand.told(SourceChanged) if c.before == "masimo"]
    assert SourceChanged(Vital.SPO2, "masimo", "s5", "masimo does not answer") in changes
    assert SourceChanged(Vital.PERFUSION, "masimo", "", "masimo does not answer") in changes
    said = hand.bench.alarm("masimo_link")
    assert "PR, SpO₂ now from s5; Perf gone" in said
    view = hand.rig.window.view
    assert view is not None
    assert (view.spo2.value, view.spo2.source) == ("98", "s5")
    trend = trend_view(hand.rig.session, hand.bench.clock.now(), None)
    assert trend is not None
    assert any("masimo → s5" in pin.text and pin.strong for pin in trend.pins)
    hand.bench.plug_oximeter()
    hand.bench.run(3)
    back = hand.told(SourceChanged)[-1]
    assert back.after == "masimo"
