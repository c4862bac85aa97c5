"""A pump that can only be read: what is set at it beside the order, and what a person has to look at."""

from __future__ import annotations

from dataclasses import dataclass

from console.room.wire import Live
from console.session.events import Setting
from console.session.state import Session, State
from console.session.supervised import LABELS, Compared, Verdict, compare, control_words, to_set
from console.ui.viewmodels.live_words import DASHES
from console.ui.viewmodels.step_program import Mark, ReadBackRow

MARKS = {Verdict.AGREES: Mark.EQUAL, Verdict.DIFFERS: Mark.DIFFERENT, Verdict.NOT_READ: Mark.UNKNOWN}
SEEN = {
    Setting.RATE: "Rate is {asked}",
    Setting.VOLUME: "Volume is {asked}",
    Setting.SYRINGE: "Syringe is {asked}",
    Setting.HALTED: "It stands still",
}


@dataclass(frozen=True, slots=True)
class HandView:
    """The comparison.

    Attributes:
        rows: Each value: ordered, told by the pump, and how both stand.
        control: What this console can do with the pump, as a sentence.
        to_look_at: What the pump does not tell, with the words of its key.
        differs: A value at the pump is not the ordered one.
    """

    rows: tuple[ReadBackRow, ...]
    control: str
    to_look_at: tuple[tuple[Setting, str], ...]
    differs: bool


def hand_view(state: State, live: Live | None) -> HandView:
    """The comparison as it stands now; nothing the pump does not tell counts as equal."""
    compared = comparison(state.session, live)
    return HandView(
        rows=tuple(map(_row, compared)),
        control=f"{control_words(state)}.".capitalize(),
        to_look_at=tuple(
            (one.setting, SEEN[one.setting].format(asked=one.asked))
            for one in compared
            if one.verdict is Verdict.NOT_READ
        ),
        differs=any(one.verdict is Verdict.DIFFERS for one in compared),
    )


def comparison(session: Session | None, live: Live | None) -> tuple[Compared, ...]:
    """Every value of the order, or of what remains of it, beside what the pump tells."""
    wanted = None if session is None else to_set(session)
    return () if wanted is None else compare(wanted, None if live is None else live.pump)


def _row(one: Compared) -> ReadBackRow:
    return ReadBackRow(LABELS[one.setting], one.asked, one.told or DASHES, MARKS[one.verdict], one.words)


def seen_words(session: Session) -> str:
    """What was confirmed by eye, for the list of conditions."""
    if not session.by_eye:
        return "set by hand, every value read from the pump"
    return "set by hand; by eye: " + ", ".join(LABELS[one].lower() for one in session.by_eye)
