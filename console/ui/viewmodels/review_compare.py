"""Two sessions beside each other, in words: what was given and what came of it."""

from __future__ import annotations

from datetime import tzinfo

from console.ui.viewmodels.review_axis import day, hm, span_text
from console.ui.viewmodels.review_shapes import Timeline
from console.ui.viewmodels.review_values import cards


def start_s(line: Timeline) -> float:
    """Second the infusion began; 0 for a session without one."""
    return line.second_of(line.bars[0].start_ns) if line.bars else 0.0


def common_stretch(first: Timeline, second: Timeline) -> tuple[float, float]:
    """Seconds of the first session that both have, counted from the start of each infusion."""
    starts = (start_s(first), start_s(second))
    lead = min(starts)
    tail = min(first.seconds - starts[0], second.seconds - starts[1])
    return starts[0] - lead, starts[0] + tail


def label_of(line: Timeline, zone: tzinfo | None = None) -> str:
    """Who, what protocol, when."""
    session = line.state.session
    if session is None:
        return ""
    order = session.order
    protocol = "nothing ordered" if order is None else order.inputs.protocol_id
    return f"{session.patient.full_name} · {protocol} · {day(line.start_ns, zone)} {hm(line.start_ns, zone)}"


def compared(first: Timeline, second: Timeline) -> str:
    """Each figure of the cards as ``upper | lower``, and the length of both infusions."""
    pairs = zip(cards(first), cards(second), strict=True)
    told = [
        f"{above.title}: {above.value} | {below.value}"
        for above, below in pairs
        if above.title != "Discharged"
    ]
    lengths = [
        span_text((line.bars[-1].end_ns - line.bars[0].start_ns) / 1e9) if line.bars else "none"
        for line in (first, second)
    ]
    return "   ·   ".join([f"Infusion: {lengths[0]} | {lengths[1]}", *told])
