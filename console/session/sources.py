"""Which monitor speaks for which vital sign, in a room with several: every change is said and recorded."""

from __future__ import annotations

from console.clinical.vitals import VITALS, Quality, Vital
from console.clock import Instant
from console.session.decision import Context
from console.session.events import Event, SourceChanged
from console.session.pump import LinkState
from console.session.site import Site
from console.session.state import OPEN
from console.session.watch import NIBP_VITALS, STALE_S, Watch, current

CONTINUOUS = tuple(vital for vital in Vital if vital not in NIBP_VITALS)
"""A pressure is one measurement and carries its source; nothing is spliced there."""

WHY = {
    Quality.FROZEN: "repeats itself",
    Quality.CALIBRATING: "calibrates",
    Quality.TEST: "sends test figures",
    Quality.STALE: "sends no fresh value",
}


def source_events(ctx: Context) -> tuple[Event, ...]:
    """What another monitor speaks for than a moment ago."""
    session, site = ctx.state.session, ctx.site
    if session is None or ctx.phase not in OPEN or len(site.monitors) < 2:
        return ()
    found: list[Event] = []
    for vital in CONTINUOUS:
        before = session.speaking.get(vital, "")
        after = _speaker(ctx.watch, vital, site, ctx.now)
        if after == before or (not after and not _is_gone(ctx, vital)):
            continue
        found.append(SourceChanged(vital, before, after, _why(ctx, vital, before, after)))
    return tuple(found)


def _speaker(watch: Watch, vital: Vital, site: Site, now: Instant) -> str:
    reading = current(watch, vital, site, now)
    return reading.source if reading is not None and reading.usable else ""


def _is_gone(ctx: Context, vital: Vital) -> bool:
    """A value that is missing for a moment is shown as missing; its source is given up a little later."""
    had = ctx.watch.usable_at.get(vital)
    return had is None or ctx.seconds_since(had) > STALE_S


def _why(ctx: Context, vital: Vital, before: str, after: str) -> str:
    if not before:
        return ""
    order = ctx.site.sources(vital)
    if after and after in order and before in order and order.index(after) < order.index(before):
        return f"{after} has a value again"
    link = ctx.watch.links.get(before)
    if link is not None and link[0] is not LinkState.ANSWERING:
        return f"{before} does not answer"
    reading = ctx.watch.vitals.get(vital, {}).get(before)
    return f"{before} {WHY.get(Quality.STALE if reading is None else reading.quality, 'has no value')}"


def fallen_back(watch: Watch, device: str, site: Site, now: Instant) -> str:
    """What the loss of ``device`` means, in words: what others speak for now, and what is gone."""
    if len(site.monitors) < 2:
        return ""
    taken: dict[str, list[str]] = {}
    gone: list[str] = []
    for vital in CONTINUOUS:
        if device not in watch.vitals.get(vital, {}):
            continue
        speaker = _speaker(watch, vital, site, now)
        label = VITALS[vital].label
        if not speaker:
            gone.append(label)
        elif _is_ahead(site.sources(vital), device, speaker):
            taken.setdefault(speaker, []).append(label)
    said = [f"{', '.join(labels)} now from {source}" for source, labels in taken.items()]
    if gone:
        said.append(f"{', '.join(gone)} gone")
    return "; ".join(said)


def _is_ahead(order: tuple[str, ...], device: str, speaker: str) -> bool:
    return device in order and speaker in order and order.index(device) < order.index(speaker)
