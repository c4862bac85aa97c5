"""The alarm lists of an IntelliVue monitor as texts, the patient's first."""

from __future__ import annotations

from console.devices.monitors.intellivue_messages import Cursor, Observation, PollAnswer, wide_text

PATIENT_ALARMS, TECHNICAL_ALARMS = 0x0902, 0x0904
WITH_TEXT = 0x0204
STATES = (
    (0x8000, "inhibited"),
    (0x4000, "suspended"),
    (0x2000, "latched"),
    (0x1000, "silenced"),
    (0x0400, "test"),
    (0x0200, "standby"),
    (0x0100, "demo"),
)
LEVELS = {1: "low", 2: "medium", 4: "high"}
NO_ALARMS = "no alarm"


def alarm_texts(answer: PollAnswer) -> tuple[str, ...] | None:
    """The texts of both lists; None when the answer holds neither.

    Raises:
        Malformed: a list promises more than it holds.
    """
    lists = [
        _entries(observation, attribute)
        for attribute in (PATIENT_ALARMS, TECHNICAL_ALARMS)
        for observation in answer.observations
        if attribute in observation.attributes
    ]
    return tuple(dict.fromkeys(text for one in lists for text in one)) if lists else None


def _entries(observation: Observation, attribute: int) -> list[str]:
    cursor = Cursor(observation.attributes[attribute])
    count, inside = cursor.u16(), cursor.part()
    return [_entry(inside) for _ in range(count)]


def _entry(cursor: Cursor) -> str:
    source, code, kind, state = (cursor.u16() for _ in range(4))
    cursor.take(6)
    info_id, info = cursor.u16(), cursor.part()
    text = ""
    if info_id == WITH_TEXT:
        info.take(10)
        text = wide_text(info.take(info.left))
    # Patient alarms carry their level in the upper byte, technical ones in the lower.
    level = LEVELS.get(kind >> 8 or kind, f"type {kind:04X}")
    notes = [level] + [name for bit, name in STATES if state & bit]
    return f"{text or f'alarm {code:04X} of source {source:04X}'} ({', '.join(notes)})"
