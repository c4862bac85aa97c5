"""How a command to a pump ends short of being confirmed, and which answers may still come late.

Shared by the pumps that answer a question with one reply and number nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from console.clock import Instant
from console.devices.ports import Interrupted, LinkLost
from console.session.pump import Confirmed, Outcome, ReadBack, Refused, Unknown


class NoAnswer(TimeoutError):
    """The pump did not answer in time, or only with what answers something else."""


class NotDone(Exception):
    """The pump certainly did not do it; the text says what to do."""


class NotKnown(Exception):
    """It was sent and may have been done; the text says so."""


@contextmanager
def not_done_on_loss(what: str) -> Iterator[None]:
    """Whatever is lost in here, ``what`` was certainly not done."""
    try:
        yield
    except TimeoutError as error:
        raise NotDone(f"The pump did not answer; {what}. Check its power and cable.") from error
    except LinkLost as error:
        raise NotDone(f"{error} So {what}.") from error
    except Interrupted as error:
        raise NotDone(f"STOP was pressed; {what}.") from error


@contextmanager
def not_known_on_loss(what: str) -> Iterator[None]:
    """Whatever is lost in here, ``what`` was sent and may have been done."""
    try:
        yield
    except TimeoutError as error:
        raise NotKnown(f"The pump did not answer after {what}. Look at the pump.") from error
    except LinkLost as error:
        raise NotKnown(f"The connection was lost after {what}. Look at the pump. {error}") from error
    except Interrupted as error:
        raise NotKnown(f"STOP was pressed before the pump had answered {what}.") from error


def as_outcome(carry_out: Callable[[], ReadBack]) -> Outcome:
    """Carry a command out; however it ends, say it in one of the three words."""
    try:
        return Confirmed(carry_out())
    except NotDone as error:
        return Refused(str(error))
    except NotKnown as error:
        return Unknown(str(error))


class LateAnswers:
    """Remembers which questions were given up and may still be answered.

    The pumps answer in order. So an answer to a question that nothing given up can answer puts everything
    asked before it behind us.
    """

    def __init__(self, latest_s: float) -> None:
        """``latest_s``: how late an answer may come."""
        self._latest_s = latest_s
        self._missed_at: dict[str, Instant] = {}

    def asked(self, question: str, at: Instant) -> Instant | None:
        """A question is sent and missing until answered; returns since when it was missing before."""
        before = self._missed_at.get(question)
        self._missed_at[question] = at
        return before

    def answered(self, question: str, before: Instant | None) -> None:
        """It was answered, perhaps by the answer to an earlier one that was missing: that one still is."""
        if before is None:
            self._missed_at.pop(question, None)
        else:
            self._missed_at[question] = before

    def possible(self, now: Instant) -> bool:
        """Whether any answer may still come late."""
        self._missed_at = {
            question: at
            for question, at in self._missed_at.items()
            if now.seconds_since(at) <= self._latest_s
        }
        return bool(self._missed_at)

    def landmark(self, questions: Sequence[str], now: Instant) -> str | None:
        """The first question to which no late answer can come; None when there is none."""
        late = self._missed_at if self.possible(now) else {}
        return next((question for question in questions if question not in late), None)

    def passed(self) -> None:
        """A landmark was answered: everything asked before it is behind us."""
        self._missed_at = {}
