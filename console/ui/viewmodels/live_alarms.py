"""Which alarm is shown first, and which tile it colours."""

from __future__ import annotations

from console.clinical.vitals import Vital
from console.clock import Instant
from console.session.alarms import in_order
from console.session.events import Priority
from console.session.state import ActiveAlarm, State
from console.ui.viewmodels.live_deeds import deed_of
from console.ui.viewmodels.live_shapes import MARKERS, AlarmLine, AlarmStrip
from console.ui.viewmodels.live_words import countdown, minutes_seconds


def alarm_strip(state: State, now: Instant, calm: str) -> AlarmStrip:
    """The strip: all active alarms in order, and the countdown of a paused sound."""
    lines = tuple(_line(alarm, now) for alarm in in_order(state.alarms))
    until = state.audio_paused_until
    paused = "" if until is None else countdown(until.seconds_since(now))
    return AlarmStrip(lines, "" if paused == "0:00" else paused, calm, deed_of(state))


def _line(alarm: ActiveAlarm, now: Instant) -> AlarmLine:
    raised = alarm.raised
    return AlarmLine(
        alarm_id=raised.alarm_id,
        priority=raised.priority,
        marker=MARKERS[raised.priority],
        message=raised.message,
        for_text=minutes_seconds(now.seconds_since(alarm.at)),
        acknowledged=alarm.acknowledged,
        condition=alarm.condition,
    )


def alarm_on(state: State, *prefixes: str) -> tuple[Priority | None, bool]:
    """The highest alarm whose code starts with one of ``prefixes``, and whether it still flashes.

    An acknowledged alarm keeps its colour but stops flashing.
    """
    for alarm in in_order(state.alarms):
        if alarm.raised.code.startswith(prefixes):
            return alarm.raised.priority, not alarm.acknowledged
    return None, False


PREFIXES: dict[Vital, tuple[str, ...]] = {
    Vital.HR: ("hr_", "pr_"),
    Vital.SPO2: ("spo2_",),
    Vital.RR: ("rr_", "apnoea"),
    Vital.ETCO2: ("etco2_",),
    Vital.NIBP_SYS: ("nibp_",),
    Vital.TEMP: ("temp_",),
}
"""How alarm codes begin, by the tile that carries them."""
