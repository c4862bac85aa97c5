"""One exchange with a pump of the NE-1000 family: send one command, wait for the reply that fits it.

The protocol numbers nothing, so a late, doubled or unsolicited frame must not be taken for a reply:
a frame counts as the reply only if its data has the form that command is answered with; ``catch_up``
asks something whose answer nothing else resembles, and thereby puts every earlier reply behind us (the
pump answers in order). Alarms are latched when read, because the pump tells them once.
"""

from __future__ import annotations

from collections.abc import Callable

from console.clock import Instant
from console.devices.ports import Link
from console.devices.pumps.ne1000_frames import (
    ETX,
    STX,
    FrameMode,
    FrameParser,
    PumpError,
    Reply,
    encode_basic,
    encode_safe,
    parse_payload,
)
from console.devices.pumps.ne1000_landmarks import Landmarks, is_answer
from console.session.pump import PumpAlarm

REPLY_TIMEOUT_S = 0.5
"""A reply of 24 bytes takes 13 ms at 19200 baud; the rest is the pump's and the adapter's latency."""
SECOND_FRAME_S = 0.15
"""In Safe mode an alarm frame may be unsolicited: wait this long for the reply behind it."""
READ_S = 0.1
SPOILED_AFTER_S = 0.2
"""A frame that pauses for so long is given up and asked for again, long before the pump itself would give one
up (0.5 s, New Era NE-1000 manual #1200-01 section 10.4): at 19200 baud a byte takes half a millisecond."""
LATEST_REPLY_S = 5.0
"""A reply that did not come in time may still come for so long."""
ATTEMPTS = 3
MOST_DRAINS = 16

Accepts = Callable[[Reply], bool]


class NoReply(TimeoutError):
    """The pump did not answer in time, or only with frames that answer something else."""


class Spoiled(NoReply):
    """The answer came in pieces: what was asked was heard, and no answer to it is still to come."""


def is_plain(reply: Reply) -> bool:
    """A bare status: the answer to a setting, to RUN, STP and the empty command."""
    return reply.data == ""


def holds(read: Callable[[str], object]) -> Accepts:
    """Accept an error, or data that ``read`` understands (it raises ValueError otherwise)."""

    def accepts(reply: Reply) -> bool:
        if reply.error is not None:
            return True
        try:
            read(reply.data)
        except ValueError:
            return False
        return True

    return accepts


class Exchange:
    """Sends commands and finds their replies; remembers the pump's mode and its last alarm.

    Attributes:
        safe: Commands are sent in Safe framing.
        alarm: Latched alarm; cleared by the driver when delivery is programmed or resumed.
        good_frames: Frames accepted so far.
        stray_frames: Frames that answered nothing that was asked.
        missed_replies: Questions whose reply did not come, or came damaged.
    """

    def __init__(self, address: int) -> None:
        if not 0 <= address <= 99:
            raise ValueError(f"pump address must be 0 to 99, got {address}")
        self.safe = False
        self.alarm: PumpAlarm | None = None
        self.good_frames = 0
        self.stray_frames = 0
        self.missed_replies = 0
        self._missed_at: Instant | None = None
        self._spoiled_at: Instant | None = None
        self._address = address
        self._parser = FrameParser(FrameMode.EITHER)
        self._landmarks = Landmarks(LATEST_REPLY_S)

    @property
    def bad_bytes(self) -> int:
        """Bytes received so far that belonged to no acceptable frame."""
        return self._parser.bad_bytes

    def accept(self, mode: FrameMode) -> None:
        """Choose the framing of replies; what was held is forgotten."""
        self._parser.mode = mode
        self._parser.reset()

    def speak(self, *, safe: bool) -> None:
        """From now on send and accept only this framing."""
        self.safe = safe
        self.accept(FrameMode.SAFE if safe else FrameMode.BASIC)

    def drain(self, link: Link) -> None:
        """Take in what arrived unasked: alarms are latched, late replies dropped; ends even in a flood.

        Raises:
            LinkLost, Interrupted: from the link.
        """
        for _ in range(MOST_DRAINS):
            data = link.read(0.0)
            if not data:
                break
            self.stray_frames += sum(reply.alarm is None for reply in self._replies(data, link.now()))

    def send(self, link: Link, text: str, *, safe: bool | None = None) -> None:
        """Write one command, once.

        Raises:
            LinkLost, Interrupted: from the link.
        """
        command = f"{self._address}{text}"
        framed = self.safe if safe is None else safe
        link.write(encode_safe(command) if framed else encode_basic(command))

    def receive(self, link: Link, accepts: Accepts, timeout_s: float = REPLY_TIMEOUT_S) -> Reply:
        """Wait for the reply to the command just sent; an alarm in its place is returned as such.

        Raises:
            Spoiled: part of a frame arrived, then nothing for :data:`SPOILED_AFTER_S`.
            NoReply: nothing that fits arrived in time.
            LinkLost, Interrupted: from the link.
        """
        deadline = link.now().plus(timeout_s)
        alarm: Reply | None = None
        pieces_at: Instant | None = None
        # Until the reply is here it is missing: Interrupted and LinkLost may end the wait too.
        missed_before, self._missed_at = self._missed_at, deadline
        while (remaining_s := deadline.seconds_since(link.now())) > 0:
            found: Reply | None = None
            data = link.read(min(READ_S, remaining_s))
            if not data and alarm is None and _is_given_up(pieces_at, link.now()):
                self._spoiled_at, self._missed_at = link.now(), missed_before
                raise self._spoiled()
            replies = self._replies(data, link.now())
            if replies:
                pieces_at = None
            elif pieces_at is not None or STX in data or ETX in data:
                pieces_at = link.now() if data else pieces_at
            for reply in replies:
                if found is not None:
                    self.stray_frames += reply.alarm is None
                elif reply.alarm is not None:
                    # Basic mode never speaks unasked; a second alarm frame is the reply.
                    if not reply.safe or alarm is not None:
                        found = reply
                    alarm = reply
                    deadline = _earlier(deadline, link.now().plus(SECOND_FRAME_S))
                elif accepts(reply):
                    found = reply
                else:
                    self.stray_frames += 1
            if found is not None:
                self._missed_at = missed_before
                return found
        if alarm is not None:
            self._missed_at = missed_before
            return alarm
        self.missed_replies += 1
        raise NoReply("The pump did not answer.")

    def _spoiled(self) -> Spoiled:
        # The rest of it, should it come yet, must not become the answer to what is asked next.
        self._parser.reset()
        self.missed_replies += 1
        return Spoiled("The pump's answer came in pieces.")

    def ask(self, link: Link, text: str, accepts: Accepts, *, safe: bool | None = None) -> Reply:
        """Exchange a command that may be repeated: a query, or a setting of a stopped pump.

        The first command after an alarm is answered with the alarm and not carried out (New Era
        NE-1000 manual #1200-01 section 10.3), so it is sent again; so is one the pump heard badly.

        Raises:
            NoReply: no fitting reply to any attempt.
            LinkLost, Interrupted: from the link.
        """
        for _ in range(ATTEMPTS):
            self.drain(link)
            self.send(link, text, safe=safe)
            try:
                reply = self.receive(link, accepts)
            except NoReply:
                self._landmarks.missed(text, link.now())
                continue
            if reply.alarm is None and reply.error not in (PumpError.BAD_PACKET, PumpError.IGNORED):
                return reply
        raise NoReply(f"The pump did not answer {text or 'the status query'} in {ATTEMPTS} attempts.")

    def status(self, link: Link) -> Reply:
        """Ask for the status, again only when it came in pieces.

        An alarm is returned as such (and thereby acknowledged).

        Raises:
            NoReply: no status arrived.
            LinkLost, Interrupted: from the link.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return self._status_once(link)
            except Spoiled:
                continue
        return self._status_once(link)

    def _status_once(self, link: Link) -> Reply:
        self.drain(link)
        self.send(link, "")
        return self.receive(link, is_plain)

    def may_be_late(self, link: Link) -> bool:
        """Whether a reply that was given up may still arrive and be taken for another one's."""
        return self._recent(self._missed_at, link)

    def is_disturbed(self, link: Link) -> bool:
        """Whether a reply was lost or spoiled lately: no line to send over what raises delivery."""
        return self.may_be_late(link) or self._recent(self._spoiled_at, link)

    @staticmethod
    def _recent(at: Instant | None, link: Link) -> bool:
        return at is not None and link.now().seconds_since(at) < LATEST_REPLY_S

    def catch_up(self, link: Link) -> None:
        """Leave every earlier reply behind.

        Raises:
            NoReply: the pump did not answer, or every question may still be answered late.
            LinkLost, Interrupted: from the link.
        """
        for _ in range(ATTEMPTS):
            self.drain(link)
            question = self._landmarks.free(link.now())
            if question is None:
                break
            self.send(link, question)
            try:
                reply = self.receive(link, _answers(question))
            except NoReply:
                self._landmarks.missed(question, link.now())
                continue
            if reply.alarm is None:
                return
        raise NoReply("The pump did not answer in time: an earlier answer may still come.")

    def settle(self, link: Link) -> Reply:
        """Leave every earlier reply behind, then ask for the status (twice where no CRC protects it).

        Raises:
            NoReply: the pump did not answer, or says something else each time.
            LinkLost, Interrupted: from the link.
        """
        self.catch_up(link)
        status = self.ask(link, "", is_plain)
        for _ in range(ATTEMPTS):
            if status.safe:
                return status
            again = self.ask(link, "", is_plain)
            if again.prompt is status.prompt:
                return again
            status = again
        raise NoReply("The pump's status answers differ from each other.")

    def _replies(self, data: bytes, at: Instant) -> list[Reply]:
        replies: list[Reply] = []
        for frame in self._parser.feed(data, at):
            reply = parse_payload(frame)
            if reply is None or reply.address != self._address:
                self.stray_frames += 1
                continue
            self.good_frames += 1
            if reply.alarm is not None:
                self.alarm = reply.alarm
            replies.append(reply)
        return replies


def _answers(question: str) -> Accepts:
    """Accept an answer of the right form; an error may belong to an earlier command."""
    return lambda reply: reply.error is None and is_answer(question, reply.data)


def _is_given_up(pieces_at: Instant | None, now: Instant) -> bool:
    return pieces_at is not None and now.seconds_since(pieces_at) >= SPOILED_AFTER_S - READ_S / 10


def _earlier(one: Instant, other: Instant) -> Instant:
    return one if one.mono_ns <= other.mono_ns else other
