"""One exchange with a pump of the Harvard / KD Scientific chain: send a command, wait for its reply.

A reply neither names what it answers nor carries a number or a checksum: it counts only if it has the form
that command is answered with, and a value only if it came twice. What was given up may still come; it is put
behind by a question whose answer nothing else resembles (the pump answers in order).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from operator import eq
from typing import TypeVar

from console.devices.ports import Link
from console.devices.pumps.command_endings import LateAnswers, NoAnswer, NotDone
from console.devices.pumps.harvard_replies import HarvardReplies, Reply
from console.devices.pumps.harvard_words import only_line

T = TypeVar("T")
Read = Callable[[Reply], T]

REPLY_S = 0.5
LATEST_REPLY_S = 5.0
READ_S = 0.05
ATTEMPTS = 2
TWICE_ATTEMPTS = 4
MOST_DRAINS = 16
SEPARATORS = ("", ":")
LANDMARKS = {
    "address": re.compile(r"pump address is [0-9]{1,2}", re.IGNORECASE),
    "force": re.compile(r"[0-9]{1,3} ?%"),
    "diameter": re.compile(r"[0-9.]+ ?mm", re.IGNORECASE),
}
"""Questions whose answers nothing else resembles; they change nothing."""


class Objection(NotDone):
    """The pump answered with an error.

    Attributes:
        prompt: What it does meanwhile.
    """

    def __init__(self, command: str, reply: Reply) -> None:
        super().__init__(f"The pump does not take {command}: {reply.error}.")
        self.prompt = reply.prompt


class HarvardExchange:
    """Sends commands and finds their replies.

    Attributes:
        good_frames: Replies accepted so far.
        stray_frames: Replies that answered nothing that was asked.
        missed_replies: Questions whose reply did not come.
        plain_replies: Replies in a row that did not end with XON.
        separator: Between address and command: nothing on a Legato and an Elite, a colon on a PHD Ultra.
    """

    def __init__(self, address: int) -> None:
        """``address``: of the pump on its chain, 0 to 99.

        Raises:
            ValueError: another one.
        """
        if not 0 <= address <= 99:
            raise ValueError(f"pump address must be 0 to 99, got {address}")
        self.good_frames = 0
        self.stray_frames = 0
        self.missed_replies = 0
        self.plain_replies = 0
        self.separator = ""
        self._address = address
        self._replies = HarvardReplies()
        self._late = LateAnswers(LATEST_REPLY_S)

    @property
    def bad_frames(self) -> int:
        """Replies refused, replies nobody asked for, and replies that did not come."""
        return self._replies.bad + self.stray_frames + self.missed_replies

    @property
    def separators(self) -> tuple[str, ...]:
        """Those worth trying at this address."""
        return SEPARATORS if self._address else SEPARATORS[:1]

    @property
    def heard_bytes(self) -> int:
        """Bytes that arrived so far."""
        return self._replies.fed_bytes

    def drain(self, link: Link) -> None:
        """Drop what arrived unasked; ends even in a flood.

        Raises:
            LinkLost, Interrupted: from the link.
        """
        for _ in range(MOST_DRAINS):
            data = link.read(0.0)
            self.stray_frames += len(self._take(data))
            if not data:
                return

    def once(self, link: Link, command: str, read: Read[T], timeout_s: float = REPLY_S) -> T:
        """Send a command once and understand its reply; what ``read`` does not understand is a stray.

        Raises:
            Objection: the pump answers with an error.
            NoAnswer: nothing that fits arrived in time.
            LinkLost, Interrupted: from the link.
        """
        self.drain(link)
        prefix = f"{self._address}{self.separator}" if self._address else ""
        link.write(f"{prefix}{command}\r".encode("ascii"))
        begun = link.now()
        # Until the reply is here it is missing: Interrupted and LinkLost may end the wait too.
        missing = self._late.asked(command, begun)
        while (left_s := timeout_s - link.now().seconds_since(begun)) > 0:
            answers: list[T] = []
            for reply in self._take(link.read(min(READ_S, left_s))):
                if answers:
                    self.stray_frames += 1
                    continue
                if reply.error:
                    self._late.answered(command, missing)
                    raise Objection(command, reply)
                try:
                    answers.append(read(reply))
                except ValueError:
                    self.stray_frames += 1
            if answers:
                self._late.answered(command, missing)
                return answers[0]
        self._late.asked(command, link.now())
        self.missed_replies += 1
        raise NoAnswer(f"The pump did not answer {command}.")

    def ask(self, link: Link, command: str, read: Read[T]) -> T:
        """Exchange what may be repeated: a question, or a setting of a pump that stands.

        Raises:
            Objection, NoAnswer, LinkLost, Interrupted: as for :meth:`once`.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return self.once(link, command, read)
            except NoAnswer:
                continue
        return self.once(link, command, read)

    def ask_twice(self, link: Link, command: str, read: Read[T], same: Callable[[T, T], bool] = eq) -> T:
        """Ask until two answers in a row agree: nothing else protects a value on this line.

        Raises:
            NoAnswer: they never agree, or none came.
            Objection, LinkLost, Interrupted: as for :meth:`once`.
        """
        earlier = self.ask(link, command, read)
        for _ in range(TWICE_ATTEMPTS - 1):
            later = self.ask(link, command, read)
            if same(earlier, later):
                return later
            earlier = later
        raise NoAnswer(f"The pump's answers to {command} differ from each other.")

    def may_be_late(self, link: Link) -> bool:
        """Whether a reply that was given up may still arrive and pass for another one."""
        return self._late.possible(link.now())

    def catch_up(self, link: Link) -> None:
        """Put every reply that was given up behind us.

        Raises:
            NoAnswer: the pump did not answer, or every question may still be answered late.
            LinkLost, Interrupted: from the link.
        """
        while self.may_be_late(link):
            question = self._late.landmark(tuple(LANDMARKS), link.now())
            if question is None:
                raise NoAnswer("An earlier reply of the pump may still come.")
            try:
                self.once(link, question, partial(_shaped, LANDMARKS[question]))
            except Objection as error:
                raise NoAnswer(str(error)) from error
            self._late.passed()

    def check_nothing_late(self, link: Link, what: str) -> None:
        """Refuse while a reply that was given up may still arrive.

        Raises:
            NotDone: wait a moment.
        """
        if self.may_be_late(link):
            raise NotDone(
                f"A reply of the pump was lost in the last {LATEST_REPLY_S:.0f} s, so {what} was not sent. "
                "Wait a moment and try again; check the cable if it happens often."
            )

    def _take(self, data: bytes) -> list[Reply]:
        quiet = None if data else self._replies.quiet()
        found = [quiet] if quiet is not None else self._replies.feed(data)
        mine = [reply for reply in found if self._is_mine(reply)]
        self.stray_frames += len(found) - len(mine)
        self.good_frames += len(mine)
        for reply in mine:
            self.plain_replies = 0 if reply.polled else self.plain_replies + 1
        return mine

    def _is_mine(self, reply: Reply) -> bool:
        """Pumps at address 0 may leave it out; others never do."""
        return reply.address == self._address or (self._address == 0 and reply.address is None)


def _shaped(shape: re.Pattern[str], reply: Reply) -> str:
    line = only_line(reply)
    if shape.fullmatch(line) is None:
        raise ValueError(f"{line!r} answers something else")
    return line
