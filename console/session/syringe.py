"""The syringe the pump is set for against the one that was ordered."""

from __future__ import annotations

from decimal import Decimal

from console.session.state import Session
from console.session.watch import Watch

DIAMETER_TOLERANCE = Decimal("0.001")
"""Part of a diameter that the pump's four digits may hide; two syringes differ by five times as much."""


def wrong_syringe(session: Session, watch: Watch) -> str:
    """What is wrong when the pump reads back another diameter than was ordered; empty when nothing is.

    The diameter turns strokes into millilitres: with a wrong one every volume the pump tells is wrong.
    """
    programmed, held = session.programmed, watch.diameter_mm
    if programmed is None or held is None:
        return ""
    asked = programmed.diameter_mm
    if abs(held - asked) <= DIAMETER_TOLERANCE * asked:
        return ""
    return f"The pump is set for a syringe of {held} mm, ordered is {asked} mm: its volumes are wrong"
