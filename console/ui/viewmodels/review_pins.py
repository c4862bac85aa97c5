"""Pins of the events lane: what is pinned, and where its text stands so that none covers another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.session.events import (
    BaselineAccepted,
    Care,
    CareNoted,
    Discharged,
    EndReason,
    Entry,
    Event,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    LinkChanged,
    OrderRefused,
    OrderVerified,
    OrderWritten,
    RateChanged,
    RoomStarted,
    SessionAborted,
    StopPressed,
    StopUnconfirmed,
    VerificationFailed,
)
from console.session.pump import LinkState
from console.session.state import Session
from console.ui.viewmodels.review_sentences import care_text
from console.ui.viewmodels.review_shapes import Pin, PinTone
from console.units import plain

NO_ROW = -1
TREATMENTS = frozenset({Care.BP_DRUG, Care.ANTIEMETIC, Care.OXYGEN})


def pins_of(entries: Sequence[Entry], session: Session) -> tuple[Pin, ...]:
    """What a physician looks for first, in order of time."""
    verifier = "" if session.verified_by is None else f", 2nd: {session.verified_by.name}"
    found = []
    for entry in entries:
        told = _pin(entry.event, verifier)
        if told is not None:
            text, tone, weight = told
            event = entry.event
            at = event.happened_at if isinstance(event, CareNoted) else entry.at
            found.append(Pin(entry.seq, at.mono_ns, text, tone, weight, entry.actor.name))
    return tuple(sorted(found, key=lambda pin: (pin.t_ns, pin.seq)))


def _pin(event: Event, verifier: str) -> tuple[str, PinTone, int] | None:
    delivery, care, staff, trouble = PinTone.DELIVERY, PinTone.CARE, PinTone.STAFF, PinTone.TROUBLE
    match event:
        case BaselineAccepted(systolic=s, diastolic=d):
            return f"Baseline {s:.0f}/{d:.0f}", staff, 3
        case OrderWritten(order=order):
            return f"Ordered {plain(order.dose_mg)} mg", staff, 4
        case OrderVerified():
            return None if verifier else ("Verified", staff, 2)
        case OrderRefused():
            return "Order refused", trouble, 5
        case VerificationFailed():
            return "Re-entry disagreed", trouble, 6
        case InfusionStarted():
            return f"Start{verifier}", delivery, 9
        case InfusionPaused(reason=reason):
            return f"Paused: {reason}" if reason else "Paused", delivery, 8
        case InfusionResumed():
            return "Resumed", delivery, 6
        case RateChanged(to_ml_h=rate, at_pump=at_pump):
            return f"Rate {plain(rate)} mL/h{' at the panel' if at_pump else ''}", delivery, 7
        case InfusionEnded(why=why):
            word = {EndReason.COMPLETE: "Complete", EndReason.STOPPED: "Ended early"}
            return word.get(why, "Pump failed"), delivery, 9
        case StopPressed():
            return "STOP", trouble, 10
        case StopUnconfirmed():
            return "STOP not confirmed", trouble, 10
        case CareNoted() as noted:
            return care_text(noted), care, 8 if noted.care in TREATMENTS else 6
        case LinkChanged(device=device, state=state) if state is not LinkState.ANSWERING:
            return f"{device}: no answer", trouble, 7
        case LinkChanged(device=device):
            return f"{device} answers", trouble, 2
        case RoomStarted():
            return "Console restarted", trouble, 7
        case SessionAborted():
            return "Aborted", trouble, 9
        case Discharged():
            return "Escort, discharged", staff, 9
        case _:
            return None


# --- where the texts stand --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlacedPin:
    """A pin on the picture.

    Attributes:
        x: Of the pin.
        row: 0 is the top one; NO_ROW stands at the lane's upper edge, where no text is.
        text: As it fits; empty when there is no room (the list beside the picture has it).
        text_x: Left edge of the text.
    """

    pin: Pin
    x: float
    row: int
    text: str
    text_x: float


def place_pins(
    pins: Sequence[tuple[Pin, float]],
    rows: int,
    left: float,
    right: float,
    gap: float,
    width_of: Callable[[str], float],
) -> tuple[PlacedPin, ...]:
    """Give each pin a row and its text a place; the weightier go first, no two texts touch.

    Args:
        pins: Each with its x.
        rows: Rows there are.
        left: Left edge of the picture.
        right: Its right edge.
        gap: Between the pin and its text, and between two texts.
        width_of: Width of a text.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    placed: list[PlacedPin] = []
    for pin, x in sorted(pins, key=lambda one: (-one[0].weight, one[1])):
        placed.append(_place(pin, x, taken, left, right, gap, width_of))
    return tuple(sorted(placed, key=lambda one: one.x))


def _place(
    pin: Pin,
    x: float,
    taken: list[list[tuple[float, float]]],
    left: float,
    right: float,
    gap: float,
    width_of: Callable[[str], float],
) -> PlacedPin:
    for text in (pin.text, pin.text.partition(":")[0], pin.text.partition(",")[0]):
        wide = width_of(text)
        for row, spans in enumerate(taken):
            for begin in (x + gap, x - gap - wide):
                first, last = min(begin, x) - gap / 2, max(begin + wide, x) + gap / 2
                inside = begin >= left and begin + wide <= right
                if inside and all(last <= since or first >= until for since, until in spans):
                    spans.append((first, last))
                    return PlacedPin(pin, x, row, text, begin)
    for row, spans in enumerate(taken):
        if not any(since < x < until for since, until in spans):
            spans.append((x - gap / 2, x + gap / 2))
            return PlacedPin(pin, x, row, "", x)
    return PlacedPin(pin, x, NO_ROW, "", x)
