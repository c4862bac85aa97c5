"""Sedation and dissociation as a nurse reads and scores them at the chair."""

from __future__ import annotations

from console.clinical import scales
from console.clock import Instant
from console.session.state import Scored, Session, State
from console.ui.viewmodels.live_alarms import alarm_on
from console.ui.viewmodels.live_shapes import Scale
from console.ui.viewmodels.live_words import DASHES, ago

MOAAS = scales.MOAAS.id
DISSOCIATION = scales.DISSOCIATION.id

MOAAS_WORDS = {
    5: "awake, answers readily",
    4: "drowsy, answers to name",
    3: "answers when called loudly",
    2: "answers when shaken mildly",
    1: "answers to a painful squeeze",
    0: "no answer",
}
"""Modified Observer's Assessment of Alertness/Sedation (Chernik et al. 1990), in short."""

DISSOCIATION_WORDS = {
    0: "none",
    1: "mild: floating, time altered",
    2: "moderate: detached, responds",
    3: "marked: hardly responds, calm",
    4: "distressing",
}
"""Plain observation scale of this console (site default, needs the medical director's signature)."""


def last_score(session: Session | None, scale: str) -> Scored | None:
    """The newest score of one scale, None when there is none."""
    if session is None:
        return None
    return next((scored for scored in reversed(session.scores) if scored.score.scale == scale), None)


def _age(scored: Scored, now: Instant) -> str:
    """The age in few words: the tile is narrow."""
    return ago(now.seconds_since(scored.at)).removesuffix(" ago")


def sedation(state: State, now: Instant) -> Scale:
    """The newest MOAA/S."""
    alarm, flashing = alarm_on(state, MOAAS)
    scored = last_score(state.session, MOAAS)
    if scored is None:
        return Scale("MOAA/S", DASHES, "not scored yet", "", alarm, flashing)
    total = scored.score.total
    return Scale("MOAA/S", str(total), MOAAS_WORDS[total], _age(scored, now), alarm, flashing)


def dissociation(state: State, now: Instant) -> Scale:
    """The newest dissociation score."""
    scored = last_score(state.session, DISSOCIATION)
    if scored is None:
        return Scale("Dissociation", DASHES, "not scored yet", "")
    total = scored.score.total
    return Scale("Dissociation", str(total), DISSOCIATION_WORDS[total], _age(scored, now))
