"""A person at a terminal, asked to do what a check needs."""

from __future__ import annotations

import sys
from collections.abc import Callable

from console.devices.bench.procedure import CANNOT, Answer, Ask, Wants

Say = Callable[[str], None]
YES, NO = frozenset({"y", "yes"}), frozenset({"n", "no"})
TRIES = 3


def typed_line() -> str | None:
    """One line from the terminal; None when nobody sits there or it was closed."""
    if not sys.stdin.isatty():
        return None
    line = sys.stdin.readline()
    return line.strip() if line else None


class TerminalHands:
    """Says what to do and waits for the answer; where nobody sits, nothing is done."""

    def __init__(self, say: Say, read: Callable[[], str | None] = typed_line) -> None:
        self._say = say
        self._read = read

    def __call__(self, ask: Ask) -> Answer:
        """Ask one thing; an empty answer to a question or figure passes it over."""
        for _ in range(TRIES):
            self._say(f"  > {ask.sentence} {_hint(ask)}")
            line = self._read()
            if line is None:
                return CANNOT
            answer = understood(ask, line)
            if answer is not None:
                return answer
            self._say("    That was not understood.")
        return CANNOT


def understood(ask: Ask, line: str) -> Answer | None:
    """What a line means as an answer; None when it means nothing."""
    text = line.strip().casefold()
    if text in {"skip", "s"}:
        return CANNOT
    match ask.wants:
        case Wants.DONE:
            return Answer() if text in {"", "done", "d"} | YES else CANNOT if text in NO else None
        case Wants.YES_NO:
            return Answer(yes=text in YES) if text in YES | NO else None
        case Wants.NUMBER:
            return _number(ask, text)


def _number(ask: Ask, text: str) -> Answer | None:
    figure, _, unit = text.replace(",", ".").partition(" ")
    units = {known.casefold(): known for known in ask.units}
    chosen = units.get(unit.strip()) if unit.strip() else next(iter(ask.units), "")
    try:
        return None if chosen is None else Answer(number=float(figure), unit=chosen)
    except ValueError:
        return None


def _hint(ask: Ask) -> str:
    match ask.wants:
        case Wants.DONE:
            return "[Enter when done, s to skip]"
        case Wants.YES_NO:
            return "[y/n, s to skip]"
        case Wants.NUMBER:
            return f"[figure and unit: {' or '.join(ask.units)}; s to skip]"
