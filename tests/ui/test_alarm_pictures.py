"""Every alarm, interlock and fault as a picture: nothing is cut, and the sentence says what to do.

The pictures are left where ``pytest --basetemp=FOLDER`` says.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.events import RecordSetAside, RoomStarted
from console.session.people import ROOM
from console.session.pump import LinkState
from tests.session.interlock_bench import ARMED
from tests.ui.desk import Desk
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline
from tests.ui.test_live_pictures import cut_buttons

Screen = Callable[[Desk], str]
"""Brings a screen about; returns words that stand in the strip, or nothing."""


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 6)


def _vitals(desk: Desk, seconds: float, **values: float) -> None:
    for name, value in values.items():
        desk.room.bench.vitals[Vital[name]] = value
    desk.play(seconds, 0.5)


def one_alarm(desk: Desk) -> str:
    _vitals(desk, 3, SPO2=84)
    return "SpO₂ low"


def three_alarms(desk: Desk) -> str:
    _vitals(desk, 13, SPO2=84, HR=130, RR=6)
    return "SpO₂ low"


def six_alarms(desk: Desk) -> str:
    three_alarms(desk)
    desk.room.bench.measure(172, 104)
    desk.room.bench.tell(ask.DiskSeen(2_100_000_000))
    _vitals(desk, 12, ETCO2=58)
    return "SpO₂ low"


def top_acknowledged(desk: Desk) -> str:
    three_alarms(desk)
    desk.click(desk.window.alarms.ack_button)
    desk.play(0.6)
    return "SpO₂ low"


def list_open(desk: Desk) -> str:
    six_alarms(desk)
    desk.click(desk.window.alarms.ack_button)
    desk.play(0.5)
    desk.click(desk.window.alarms.others_button)
    return "SpO₂ low"


def latched(desk: Desk) -> str:
    _vitals(desk, 3, SPO2=84)
    _vitals(desk, 12, SPO2=97)
    return "SpO₂ low"


def audio_paused(desk: Desk) -> str:
    three_alarms(desk)
    desk.click(desk.window.alarms.sound_button)
    return "SpO₂ low"


def limits_off(desk: Desk) -> str:
    desk.room.bench.tell(ask.SwitchLimitsOff(Vital.SPO2, 300.0, "probe being moved"))
    desk.play(125, 1.0)
    return "limits are off"


def limits_panel(desk: Desk) -> str:
    _vitals(desk, 20, HR=112)
    desk.click(desk.window.alarms.limits_button)
    return ""


def log(desk: Desk) -> str:
    three_alarms(desk)
    desk.click(desk.window.alarms.ack_button)
    _vitals(desk, 8, SPO2=97, HR=76)
    desk.click(desk.window.alarms.log_button)
    return "RR low"


def proposal(desk: Desk) -> str:
    desk.room.bench.site = ARMED
    desk.room.bench.vitals[Vital.SPO2] = 80.0
    for _turn in range(80):
        desk.play(0.5, 0.5)
        if desk.view.proposal is not None:
            break
    assert desk.view.proposal is not None
    desk.play(3.0, 0.5)
    return "SpO₂ low"


def armed(desk: Desk) -> str:
    desk.room.bench.site = ARMED
    desk.play(1.0)
    assert desk.view.top.posture == "armed"
    return ""


def tones_not_heard(desk: Desk) -> str:
    desk.room.bench.tell(ask.TestTones())
    desk.room.bench.tell(ask.ConfirmTones(heard=False))
    desk.play(1.0)
    desk.click(desk.window.alarms.deed_button)
    return "were not heard"


def no_sound(desk: Desk) -> str:
    desk.room.sound = False
    desk.room.bench.tell(ask.SoundSeen(False, "the sound device is gone"))
    desk.play(1.0)
    return "cannot be heard"


def not_recording(desk: Desk) -> str:
    desk.room.recording = False
    desk.room.bench.tell(ask.RecordingSeen(False, "The disk is full."))
    desk.play(1.0)
    return "NOT RECORDING"


def disk_low(desk: Desk) -> str:
    desk.room.bench.tell(ask.DiskSeen(2_100_000_000))
    desk.play(1.0)
    return "less than a week"


def slept(desk: Desk) -> str:
    desk.room.bench.tell(ask.Slept(412.0))
    desk.play(1.0)
    return "slept for 412 s"


def room_gone(desk: Desk) -> str:
    desk.room.lose()
    desk.wait(4.0)
    return ""


def stop_not_confirmed(desk: Desk) -> str:
    desk.room.deaf = True
    desk.click(desk.window.stop_key)
    desk.play(3.0)
    return "STOP NOT CONFIRMED"


def pump_lost(desk: Desk) -> str:
    desk.room.bench.pump.dead = True
    desk.room.bench.tell(ask.LinkSeen("pump", LinkState.OPEN, "nothing came for 2.5 s"))
    desk.play(17.0, 0.5)
    return "pump"


def monitor_lost(desk: Desk) -> str:
    desk.room.bench.tell(ask.LinkSeen("s5", LinkState.CLOSED, "the cable was pulled"))
    desk.room.speak = False
    for _second in range(18):
        desk.room.bench.tell(ask.PumpSeen(desk.room.bench.reading()))
        desk.play(1.0, 0.5)
    return ""


def rate_at_pump(desk: Desk) -> str:
    desk.room.bench.pump.rate_ml_h = Decimal("44.0")
    desk.play(4.0, 0.5)
    return "changed at the pump"


def record_set_aside(desk: Desk, **what: object) -> str:
    bench = desk.room.bench
    began = RecordSetAside("record.damaged-20261122T234955Z.sqlite", "event 77", **what)  # type: ignore[arg-type]
    bench.commit(began, ROOM)
    bench.commit(RoomStarted("0.1.0"), ROOM)
    desk.play(2.0)
    return "The record was damaged"


def record_carried(desk: Desk) -> str:
    session = desk.room.bench.state.session
    assert session is not None
    return record_set_aside(desk, session_id=session.session_id)


def record_session_lost(desk: Desk) -> str:
    return record_set_aside(desk, session_lost=True)


SCREENS: dict[str, Screen] = {
    screen.__name__: screen
    for screen in (
        one_alarm, three_alarms, six_alarms, top_acknowledged, list_open, latched, audio_paused, limits_off,
        limits_panel, log, proposal, armed, tones_not_heard, no_sound, not_recording, disk_low, slept,
        room_gone, stop_not_confirmed, pump_lost, monitor_lost, rate_at_pump, record_set_aside,
        record_carried, record_session_lost,
    )
}  # fmt: skip
SMALL, LARGE = (1366, 768), (1920, 1080)


@pytest.mark.gui
@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_every_alarm_and_fault_is_shown_whole(
    desk: Desk, tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    desk.window.resize(*size)
    desk.open(infusing)
    words = SCREENS[name](desk)
    desk.window.refresh()
    QApplication.processEvents()
    assert desk.window.grab().toImage().save(str(tmp_path / f"{name}.png"))
    assert cut_buttons(desk.window) == []
    said = [line.message for line in desk.view.alarms.lines]
    assert not words or any(words in message for message in said), said
    if said and not desk.window.lost.isVisible():
        assert desk.window.alarms.message_is_whole, said[0]
