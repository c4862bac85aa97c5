"""One exchange with a Fresenius base or module, and the courtesies of the line around it.

Every good frame is accepted with ACK, a damaged one refused with NAK, ENQ answered with DC4, and what the
device says unasked acknowledged with a frame of its own. To a stranger, from whom no good frame has come
yet, none of that is sent: only the question.
"""

from __future__ import annotations

from collections.abc import Callable

from console.devices.ports import Link
from console.devices.pumps.fresenius_frames import (
    ACK,
    DC4,
    BadFrame,
    FreseniusFrame,
    FreseniusFrames,
    FreseniusReply,
    LineWord,
    Word,
    encode,
    refusal,
    reply_of,
)
from console.devices.pumps.fresenius_words import LINE_ERRORS, error_sentence

REPLY_S = 1.0
"""After the public client's time-out."""
READ_S = 0.1
MOST_DRAINS = 16

Accepts = Callable[[FreseniusReply], bool]


class NoReply(TimeoutError):
    """Nothing that answers the question came in time."""


class Rejected(Exception):
    """The device refused; ``number`` is its error number, the text says what it means."""

    def __init__(self, number: str) -> None:
        super().__init__(error_sentence(number))
        self.number = number


def anything(_reply: FreseniusReply) -> bool:
    """Any ``C`` will do."""
    return True


class FreseniusExchange:
    """Speaks the line protocol on one link.

    Attributes:
        frames: The framer, for its counts.
        stray: Replies that answered nothing.
        unasked: What was last said unasked, by address.
    """

    def __init__(self) -> None:
        self.frames = FreseniusFrames()
        self.stray = 0
        self.unasked: dict[int | None, str] = {}

    @property
    def heard_anything(self) -> bool:
        """Whether anything came that was no answer."""
        return bool(self.stray or self.frames.bad or self.frames.noise or self.frames.held_bytes)

    def ask(
        self,
        link: Link,
        address: int | None,
        message: str,
        accepts: Accepts = anything,
        *,
        attempts: int = 2,
    ) -> FreseniusReply:
        """Send a message and wait for what answers it.

        Args:
            link: The open port.
            address: Whom to ask.
            message: What to say.
            accepts: Which replies of this address answer it; the protocol numbers nothing.
            attempts: How often it may be sent; 1 for what must not be done twice.

        Raises:
            NoReply: no answer. Rejected: the device refused. LinkLost, Interrupted: from the link.
        """
        why = ""
        for _ in range(attempts):
            self.drain(link)
            link.write(encode(address, message))
            begun = link.now()
            refused = ""
            while not refused and link.now().seconds_since(begun) < REPLY_S:
                replies, refused = self._hear(link, READ_S)
                for reply in replies:
                    if reply.address == address and reply.kind == "I":
                        raise Rejected(reply.text)
                    if reply.address == address and accepts(reply):
                        return reply
                    self.stray += 1
            why = f" It refused the message: {LINE_ERRORS.get(refused, refused)}." if refused else ""
        raise NoReply(f"The pump did not answer {message}.{why}")

    def drain(self, link: Link) -> None:
        """Take in what arrived unasked; ends even in a flood.

        Raises:
            LinkLost, Interrupted: from the link.
        """
        for _ in range(MOST_DRAINS):
            before = self.frames.good + self.frames.bad
            replies, _ = self._hear(link, 0.0)
            self.stray += len(replies)
            if self.frames.good + self.frames.bad == before:
                return

    def _hear(self, link: Link, timeout_s: float) -> tuple[list[FreseniusReply], str]:
        """Answers that arrived, and the error of a message that was refused."""
        replies: list[FreseniusReply] = []
        refused = ""
        for heard in self.frames.feed(link.read(timeout_s)):
            match heard:
                case LineWord(word=Word.REFUSED, error=error):
                    refused = error
                case LineWord(word=Word.ALIVE) if self.frames.good:
                    link.write(bytes([DC4]))
                case BadFrame() if self.frames.good:
                    link.write(refusal())
                case FreseniusFrame(body=body):
                    link.write(bytes([ACK]))
                    reply = reply_of(body)
                    if reply is None:
                        self.stray += 1
                    elif reply.unasked:
                        self.unasked[reply.address] = reply.text
                        link.write(encode(reply.address, reply.kind))
                    else:
                        replies.append(reply)
        return replies, refused
