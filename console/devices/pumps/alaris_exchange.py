"""One exchange with an Alaris Asena: send one command, wait for the answer that names it.

An answer repeats the command's name (and what was set), but carries no number: one that was given up may
still come and pass for a newer one of the same name. The pump says itself that it may take 4 s to answer
(``COMMS_RESPONSE_MAX``); for so long nothing that could raise delivery is sent, and what was given up is put
behind by a question that nothing given up can answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from console.devices.ports import Link
from console.devices.pumps.alaris_frames import AlarisFrame, AlarisFrames, encode
from console.devices.pumps.command_endings import LateAnswers, NoAnswer, NotDone

T = TypeVar("T")
Read = Callable[[tuple[str, ...]], T]

REPLY_S = 0.5
"""What both public clients wait for a reply."""
LATEST_REPLY_S = 5.0
READ_S = 0.05
ATTEMPTS = 2
MOST_DRAINS = 16
LANDMARKS = ("COMMS_PROTOCOL", "SYRINGE_STATUS", "INF_RATE_MAX_SYRINGE", "COMMS_RESPONSE_MAX", "ALARM")
"""Questions whose answers nothing else resembles; they change nothing."""


class AlarisExchange:
    """Sends commands and finds their answers.

    Attributes:
        good_frames: Frames accepted so far.
        stray_frames: Frames that answered nothing that was asked.
        missed_replies: Questions whose answer did not come.
    """

    def __init__(self) -> None:
        self.good_frames = 0
        self.stray_frames = 0
        self.missed_replies = 0
        self._frames = AlarisFrames()
        self._late = LateAnswers(LATEST_REPLY_S)

    @property
    def bad_frames(self) -> int:
        """Frames refused, frames nobody asked for, and answers that did not come."""
        return self._frames.bad + self.stray_frames + self.missed_replies

    @property
    def heard_bytes(self) -> int:
        """Bytes that arrived so far, frames or not."""
        return self._frames.fed_bytes

    def drain(self, link: Link) -> None:
        """Drop what arrived unasked; ends even in a flood.

        Raises:
            LinkLost, Interrupted: from the link.
        """
        for _ in range(MOST_DRAINS):
            data = link.read(0.0)
            if not data:
                return
            self.stray_frames += len(self._take(data))

    def once(self, link: Link, fields: tuple[str, ...], read: Read[T], timeout_s: float = REPLY_S) -> T:
        """Send a command once and understand its answer; what ``read`` does not understand is a stray.

        Raises:
            NoAnswer: nothing that fits arrived in time.
            LinkLost, Interrupted: from the link.
        """
        self.drain(link)
        link.write(encode(*fields))
        begun = link.now()
        # Until the answer is here it is missing: Interrupted and LinkLost may end the wait too.
        missing = self._late.asked(fields[0], begun)
        while (left_s := timeout_s - link.now().seconds_since(begun)) > 0:
            answers: list[T] = []
            for frame in self._take(link.read(min(READ_S, left_s))):
                fits = frame.name == fields[0] and not answers
                try:
                    if fits:
                        answers.append(read(frame.fields))
                except ValueError:
                    fits = False
                self.stray_frames += not fits
            if answers:
                self._late.answered(fields[0], missing)
                return answers[0]
        self._late.asked(fields[0], link.now())
        self.missed_replies += 1
        raise NoAnswer(f"The pump did not answer {fields[0]}.")

    def ask(self, link: Link, fields: tuple[str, ...], read: Read[T]) -> T:
        """Exchange what may be repeated: a question, or a setting of a pump on hold.

        Raises:
            NoAnswer: no answer to any attempt.
            LinkLost, Interrupted: from the link.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return self.once(link, fields, read)
            except NoAnswer:
                continue
        return self.once(link, fields, read)

    def may_be_late(self, link: Link) -> bool:
        """Whether an answer that was given up may still arrive and pass for another one."""
        return self._late.possible(link.now())

    def catch_up(self, link: Link) -> None:
        """Put every answer that was given up behind us.

        Raises:
            NoAnswer: the pump did not answer, or every question may still be answered late.
            LinkLost, Interrupted: from the link.
        """
        while self.may_be_late(link):
            question = self._late.landmark(LANDMARKS, link.now())
            if question is None:
                raise NoAnswer("An earlier answer of the pump may still come.")
            self.once(link, (question,), _anything)
            self._late.passed()

    def check_nothing_late(self, link: Link, what: str) -> None:
        """Refuse while an answer that was given up may still arrive.

        Raises:
            NotDone: wait a moment.
        """
        if self.may_be_late(link):
            raise NotDone(
                f"An answer of the pump was lost in the last {LATEST_REPLY_S:.0f} s, so {what} was not sent. "
                "Wait a moment and try again; check the cable if it happens often."
            )

    def _take(self, data: bytes) -> list[AlarisFrame]:
        found = self._frames.feed(data)
        self.good_frames += len(found)
        return found


def _anything(fields: tuple[str, ...]) -> tuple[str, ...]:
    if len(fields) < 2:
        raise ValueError("it tells nothing")
    return fields
