"""What the room senses now: the latest readings and how old they are.

Unlike :class:`~console.session.state.State` this is not rebuilt from the record: after a restart
nothing is known until a device speaks again.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from console.clinical.vitals import NibpState, Quality, Vital, VitalReading, credible
from console.clock import Instant
from console.session.flow import GAP_S, Count, counted
from console.session.holds import Holds
from console.session.intents import (
    CommandAnswered,
    DiskSeen,
    FitnessSeen,
    LeaseSeen,
    LineSeen,
    LinkSeen,
    PumpSeen,
    RecordingSeen,
    RoomIntent,
    Slept,
    SoundSeen,
    StopSeen,
    VitalsSeen,
)
from console.session.line_quality import LineCount, noted
from console.session.pump import Confirmed, LinkState, PumpReading, PumpState
from console.session.site import PUMP, Site
from console.session.steadiness import Backs, all_back, followed_back, steady
from console.session.stillness import Still, figures_of, followed, frozen

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
        slept: How long the room last did nothing at all, and when it noticed; None while it never did.
        offset_ns: Wall minus monotonic clock when last compared.
        still: How long each source has been saying the same.
        counts: The pump's counter over the last minutes of infusing.
        counted_before: The last poll before ``pump`` that told a counter, kept while the link is lost.
        diameter_mm: Syringe the pump was last read to be set for.
        lines: Messages of each device's line over the last minute.
        gates: Conditions of the interlock rules that hold, and for how long.
        lease_withheld: The pump is no longer kept going; the text says why.
        pump_every_s: Seconds between two readings of the pump that is bound.
        counter_ml: The pump's own counter as it tells it, which a person may never have set to zero.
        pump_before_at: When the pump was read before ``pump``, kept while the link is lost.
        measuring_at: When the cuff of each monitor was last seen to measure.
        unfit: Devices a signed test speaks against, and what it says.
        backs: Since when each source that had failed has been back.
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
    slept: tuple[float, Instant] | None = None
    offset_ns: int | None = None
    still: dict[str, Still] = {}
    counts: tuple[Count, ...] = ()
    counted_before: PumpReading | None = None
    diameter_mm: Decimal | None = None
    lines: dict[str, tuple[LineCount, ...]] = {}
    gates: Holds = Holds()
    lease_withheld: str = ""
    pump_every_s: float = 0.0
    counter_ml: Decimal | None = None
    pump_before_at: Instant | None = None
    measuring_at: dict[str, Instant] = {}
    unfit: tuple[tuple[str, str], ...] = ()
    backs: Backs = {}


def look(watch: Watch, intent: RoomIntent, now: Instant) -> Watch:
    """The senses after what a device or the room reported."""
    match intent:
        case VitalsSeen() as seen:
            return _with_vitals(watch, seen, now)
        case PumpSeen(reading=reading):
            return _with_pump(watch, reading)
        case StopSeen(reading=reading) if reading is not None:
            return replace(watch, pump=reading, counts=())
        case CommandAnswered(outcome=Confirmed(read_back=back)):
            reading = PumpReading(now, back.state, back.rate_ml_h, back.infused_ml)
            counts = watch.counts if back.state is PumpState.INFUSING else ()
            diameter = watch.diameter_mm if back.diameter_mm is None else back.diameter_mm
            return replace(watch, pump=reading, counts=counts, diameter_mm=diameter)
        case LinkSeen(device=device, state=state, identity=identity):
            before = watch.links.get(device)
            if before is not None and before[0] is state:
                return watch
            pump = None if device == PUMP and state is not LinkState.ANSWERING else watch.pump
            # A port that opens and closes in vain has been silent since it last answered.
            both_silent = before is not None and LinkState.ANSWERING not in {before[0], state}
            since = before[1] if before is not None and both_silent else now
            if before is not None and before[0] is LinkState.ANSWERING:
                since = _last_word(watch, device, now)
            # Another pump, or another syringe, may be there when it answers again.
            diameter = None if device == PUMP else watch.diameter_mm
            told = identity if device == PUMP else None
            opens = state is not LinkState.ANSWERING
            return replace(
                watch,
                pump_every_s=watch.pump_every_s if told is None else told.every_s,
                links={**watch.links, device: (state, since)},
                pump=pump,
                counted_before=watch.counted_before if pump is watch.pump else _last_counted(watch),
                pump_before_at=(
                    watch.pump_before_at if pump is watch.pump or watch.pump is None else watch.pump.at
                ),
                diameter_mm=diameter,
                backs=watch.backs if opens else all_back(watch.backs, watch.vitals, device, now),
            )
        case SoundSeen(working=working, detail=detail):
            return replace(watch, silent="" if working else detail or "no sound device")
        case LineSeen(device=device, good=good, bad=bad):
            counts_of = noted(watch.lines.get(device, ()), LineCount(now, good, bad))
            return replace(watch, lines={**watch.lines, device: counts_of})
        case Slept(seconds=seconds):
            return replace(watch, slept=(seconds, now))
        case FitnessSeen(unfit=unfit):
            return replace(watch, unfit=unfit)
        case DiskSeen(free_bytes=free_bytes):
            return replace(watch, free_bytes=free_bytes)
        case LeaseSeen(granted=granted, reason=reason):
            return replace(watch, lease_withheld="" if granted else reason or "The lease ran out.")
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


def _with_vitals(watch: Watch, seen: VitalsSeen, now: Instant) -> Watch:
    vitals = dict(watch.vitals)
    usable_at = dict(watch.usable_at)
    readings = tuple(_believed(reading, seen) for reading in seen.readings)
    backs = followed_back(watch.backs, watch.vitals, readings, STALE_S, now)
    for reading in readings:
        vitals[reading.vital] = {**vitals.get(reading.vital, {}), reading.source: reading}
    run = followed(watch.still.get(seen.device), figures_of(vitals, seen.device), seen.pleth, now)
    for reading in readings:
        if reading.usable and not (frozen(run, now) and reading.source == seen.device):
            usable_at[reading.vital] = reading.at
    nibp = watch.nibp if seen.nibp is None else {**watch.nibp, seen.device: seen.nibp}
    still = {**watch.still, seen.device: run}
    measuring = watch.measuring_at
    if nibp.get(seen.device) is NibpState.MEASURING:
        measuring = {**measuring, seen.device: now}
    return replace(
        watch, vitals=vitals, usable_at=usable_at, nibp=nibp, still=still, measuring_at=measuring, backs=backs
    )


def _believed(reading: VitalReading, seen: VitalsSeen) -> VitalReading:
    """The reading without an impossible figure: a systolic at or below its diastolic is none either."""
    believed = credible(reading)
    if reading.vital in NIBP_VITALS and believed.usable:
        cuff = {r.vital: r.value for r in seen.readings if r.source == reading.source and r.usable}
        high, low = cuff.get(Vital.NIBP_SYS), cuff.get(Vital.NIBP_DIA)
        if high is not None and low is not None and high <= low:
            return msgspec.structs.replace(reading, value=None, quality=Quality.INVALID)
    return believed


def _with_pump(watch: Watch, reading: PumpReading) -> Watch:
    diameter = watch.diameter_mm if reading.diameter_mm is None else reading.diameter_mm
    counts = counted(watch.counts, watch.pump, reading, max(GAP_S, 2 * watch.pump_every_s))
    before = _last_counted(watch)
    return replace(
        watch,
        pump=reading,
        counts=counts,
        counted_before=before,
        diameter_mm=diameter,
        pump_before_at=watch.pump_before_at if watch.pump is None else watch.pump.at,
    )


def _last_counted(watch: Watch) -> PumpReading | None:
    """The latest reading with a counter."""
    pump = watch.pump
    return watch.counted_before if pump is None or pump.infused_ml is None else pump


def current(watch: Watch, vital: Vital, site: Site, now: Instant) -> VitalReading | None:
    """The reading that speaks for ``vital`` now: the best steady source with a fresh usable value.

    A source that had failed is heeded at once only where there is no other.
    Without one, the best source's reason for having none (stale once it is too old, frozen while the
    source only repeats itself); None when no source ever spoke.
    """
    readings = watch.vitals.get(vital, {})
    spoken = [readings[source] for source in site.sources(vital) if source in readings]
    kept_s = NIBP_KEPT_S if vital in NIBP_VITALS else STALE_S
    fresh = [
        reading
        for reading in spoken
        if reading.usable and _age_s(reading, vital, now) <= kept_s and _lives(watch, reading, now)
    ]
    moving = [reading for reading in fresh if not _repeats(watch, reading, now)]
    if moving and vital in NIBP_VITALS:
        return moving[0]
    if moving:
        return next((one for one in moving if steady(watch.backs, one, now)), moving[0])
    if not spoken:
        return None
    best = spoken[0]
    if best in fresh:
        return msgspec.structs.replace(best, value=None, quality=Quality.FROZEN)
    if best.usable or now.seconds_since(best.at) > STALE_S:
        return msgspec.structs.replace(best, value=None, quality=Quality.STALE)
    return best


def _lives(watch: Watch, reading: VitalReading, now: Instant) -> bool:
    """A continuous value dies with its age; a cuff value outlives the link that brought it."""
    if reading.vital in NIBP_VITALS:
        return True
    link = watch.links.get(reading.source)
    return now.seconds_since(reading.at) <= STALE_S and (link is None or link[0] is LinkState.ANSWERING)


def _repeats(watch: Watch, reading: VitalReading, now: Instant) -> bool:
    """A cuff value was measured once and does not move; everything else of a frozen source is doubtful."""
    return reading.vital not in NIBP_VITALS and frozen(watch.still.get(reading.source), now)


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
    """The latest poll of the pump when it is not too old to be believed."""
    if watch.pump is None or now.seconds_since(watch.pump.at) > pump_stale_s(watch):
        return None
    return watch.pump


def pump_stale_s(watch: Watch) -> float:
    """A reading older than this is no longer believed: two polls of a pump that may not be asked often."""
    return max(STALE_S, 2 * watch.pump_every_s)


def cuff_state(watch: Watch, site: Site) -> NibpState:
    """What the cuff of the best source that told is doing; one that is up anywhere comes first."""
    if NibpState.MEASURING in watch.nibp.values():
        return NibpState.MEASURING
    for source in (*site.sources(Vital.NIBP_SYS), *site.monitors):
        if source in watch.nibp:
            return watch.nibp[source]
    return NibpState.IDLE
