"""What the room senses now: the latest readings and how old they are.

Unlike :class:`~console.session.state.State` this is not rebuilt from the record: after a restart
nothing is known until a device speaks again.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from console.clinical.vitals import NibpState, Quality, Vital, VitalReading
from console.clock import Instant
from console.session.intents import (
    CommandAnswered,
    DiskSeen,
    LinkSeen,
    PumpSeen,
    RecordingSeen,
    RoomIntent,
    SoundSeen,
    StopSeen,
    VitalsSeen,
)
from console.session.pump import Confirmed, LinkState, PumpReading
from console.session.site import PUMP, Site

STALE_S = 3.0
"""A continuous value older than this is shown as unknown (reliability target; site default)."""

NIBP_KEPT_S = 20 * 60.0
"""A cuff pressure is shown with its age up to this; then it is unknown (site default)."""

NIBP_VITALS = frozenset({Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN})


class Watch(msgspec.Struct, frozen=True):
    """The senses of the room.

    Attributes:
        vitals: Latest reading of each vital sign, by source.
        usable_at: When each vital sign last had a usable value.
        pump: Latest poll of the pump.
        nibp: What the cuff is doing, by source.
        links: Lamps of each device, and since when it answers, or was last heard.
        since: Alarm conditions that are true now, and since when.
        silent: The room cannot sound an alarm; the text says why.
        not_recording: The record cannot be written; the text says why.
        free_bytes: Left on the disk of the record; None while nobody knows.
        offset_ns: Wall minus monotonic clock when last compared.
    """

    vitals: dict[Vital, dict[str, VitalReading]] = {}
    usable_at: dict[Vital, Instant] = {}
    pump: PumpReading | None = None
    nibp: dict[str, NibpState] = {}
    links: dict[str, tuple[LinkState, Instant]] = {}
    since: dict[str, Instant] = {}
    silent: str = ""
    not_recording: str = ""
    free_bytes: int | None = None
    offset_ns: int | None = None


def look(watch: Watch, intent: RoomIntent, now: Instant) -> Watch:
    """The senses after what a device or the room reported."""
    match intent:
        case VitalsSeen() as seen:
            return _with_vitals(watch, seen)
        case PumpSeen(reading=reading):
            return replace(watch, pump=reading)
        case StopSeen(reading=reading) if reading is not None:
            return replace(watch, pump=reading)
        case CommandAnswered(outcome=Confirmed(read_back=back)):
            return replace(watch, pump=PumpReading(now, back.state, back.rate_ml_h, back.infused_ml))
        case LinkSeen(device=device, state=state):
            before = watch.links.get(device)
            if before is not None and before[0] is state:
                return watch
            pump = None if device == PUMP and state is not LinkState.ANSWERING else watch.pump
            # A port that opens and closes in vain has been silent since it last answered.
            both_silent = before is not None and LinkState.ANSWERING not in {before[0], state}
            since = before[1] if before is not None and both_silent else now
            if before is not None and before[0] is LinkState.ANSWERING:
                since = _last_word(watch, device, now)
            return replace(watch, links={**watch.links, device: (state, since)}, pump=pump)
        case SoundSeen(working=working, detail=detail):
            return replace(watch, silent="" if working else detail or "no sound device")
        case DiskSeen(free_bytes=free_bytes):
            return replace(watch, free_bytes=free_bytes)
        case RecordingSeen(working=working, detail=detail):
            return replace(watch, not_recording="" if working else detail or "the disk refuses")
        case _:
            return watch


def _last_word(watch: Watch, device: str, now: Instant) -> Instant:
    """When the device last said something: it fell silent then, and was found to be silent later."""
    if device == PUMP:
        return now if watch.pump is None else watch.pump.at
    spoken = (of[device].at for of in watch.vitals.values() if device in of)
    return max(spoken, key=lambda at: at.mono_ns, default=now)


def _with_vitals(watch: Watch, seen: VitalsSeen) -> Watch:
    vitals = dict(watch.vitals)
    usable_at = dict(watch.usable_at)
    for reading in seen.readings:
        vitals[reading.vital] = {**vitals.get(reading.vital, {}), reading.source: reading}
        if reading.usable:
            usable_at[reading.vital] = reading.at
    nibp = watch.nibp if seen.nibp is None else {**watch.nibp, seen.device: seen.nibp}
    return replace(watch, vitals=vitals, usable_at=usable_at, nibp=nibp)


def current(watch: Watch, vital: Vital, site: Site, now: Instant) -> VitalReading | None:
    """The reading that speaks for ``vital`` now: the best source with a fresh usable value.

    Without one, the best source's reason for having none (stale once it is too old); None when no
    source ever spoke.
    """
    readings = watch.vitals.get(vital, {})
    spoken = [readings[source] for source in site.sources(vital) if source in readings]
    kept_s = NIBP_KEPT_S if vital in NIBP_VITALS else STALE_S
    for reading in spoken:
        if reading.usable and _age_s(reading, vital, now) <= kept_s and _lives(watch, reading, now):
            return reading
    if not spoken:
        return None
    best = spoken[0]
    if best.usable or now.seconds_since(best.at) > STALE_S:
        return msgspec.structs.replace(best, value=None, quality=Quality.STALE)
    return best


def _lives(watch: Watch, reading: VitalReading, now: Instant) -> bool:
    """A continuous value dies with its age; a cuff value outlives the link that brought it."""
    if reading.vital in NIBP_VITALS:
        return True
    link = watch.links.get(reading.source)
    return now.seconds_since(reading.at) <= STALE_S and (link is None or link[0] is LinkState.ANSWERING)


def _age_s(reading: VitalReading, vital: Vital, now: Instant) -> float:
    return now.seconds_since(reading.measured_at if vital in NIBP_VITALS else reading.at)


def latest(watch: Watch, site: Site, now: Instant) -> dict[Vital, VitalReading]:
    """What may be shown of each vital sign that any source ever spoke of."""
    shown = {}
    for vital in Vital:
        reading = current(watch, vital, site, now)
        if reading is not None:
            shown[vital] = reading
    return shown


def value_of(watch: Watch, vital: Vital, site: Site, now: Instant) -> float | None:
    """The usable value of ``vital`` now, None when it is not known."""
    reading = current(watch, vital, site, now)
    return reading.value if reading is not None and reading.usable else None


def heart_rate(watch: Watch, site: Site, now: Instant) -> float | None:
    """The heart rate from the ECG, else the pulse rate from the oximeter."""
    ecg = value_of(watch, Vital.HR, site, now)
    return value_of(watch, Vital.PR, site, now) if ecg is None else ecg


def fresh_pump(watch: Watch, now: Instant) -> PumpReading | None:
    """The latest poll of the pump when it is not older than STALE_S."""
    if watch.pump is None or now.seconds_since(watch.pump.at) > STALE_S:
        return None
    return watch.pump


def cuff_state(watch: Watch, site: Site) -> NibpState:
    """What the cuff of the first monitor that told is doing."""
    for source in site.monitors:
        if source in watch.nibp:
            return watch.nibp[source]
    return NibpState.IDLE
