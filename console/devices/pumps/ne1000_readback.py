"""Reading values back from an NE-1000, and what its errors and alarms mean for a person."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import eq
from typing import TypeVar

from console.devices.ports import Link
from console.devices.pumps.command_endings import NotDone
from console.devices.pumps.ne1000_exchange import ATTEMPTS, Exchange, NoReply, holds
from console.devices.pumps.ne1000_frames import PumpError
from console.session.pump import PumpAlarm

T = TypeVar("T")

DISPENSED_SLACK_ML = Decimal("0.05")
"""Two counter readings a few hundredths of a second apart differ by less at any rate of the pump
(1699 mL/h, the most a 60 mL syringe gives, is 0.47 mL/s)."""


_ERROR_TEXT: dict[PumpError, str] = {
    PumpError.UNRECOGNISED: "The pump does not know {what}: check that its model is supported.",
    PumpError.NOT_APPLICABLE: "The pump does not take {what} now. Look at its display, stop it, try again.",
    PumpError.OUT_OF_RANGE: "{what} is out of range for this pump and syringe. Choose another rate.",
    PumpError.BAD_PACKET: "The pump heard {what} garbled and did not do it. Check the cable and try again.",
    PumpError.IGNORED: "The pump was changing phase and ignored {what}. Try again.",
}

_ALARM_TEXT: dict[PumpAlarm, str] = {
    PumpAlarm.RESET: "it was reset or lost power. Program it again",
    PumpAlarm.STALL: "its motor stalled. Check the syringe and the line for a blockage",
    PumpAlarm.HOST_SILENT: "it heard nothing from the console for too long. Check the cable",
    PumpAlarm.PROGRAM: "its program is faulty. Program it again",
}


def error_sentence(error: PumpError, what: str) -> str:
    """What a person can do about an error reply to ``what``."""
    return _ERROR_TEXT[error].format(what=what)


def alarm_sentence(alarm: PumpAlarm) -> str:
    """What a person can do about an alarm."""
    return f"The pump gives an alarm: {_ALARM_TEXT.get(alarm, 'look at its display')}."


def read_value(
    exchange: Exchange,
    link: Link,
    query: str,
    read: Callable[[str], T],
    same: Callable[[T, T], bool] = eq,
) -> T:
    """Ask for one value. Without a checksum (Basic mode) two equal consecutive answers are needed.

    Raises:
        NotDone: the pump answers with an error.
        NoReply: no answer that can be trusted.
        LinkLost, Interrupted: from the link.
    """
    previous: list[T] = []
    for _ in range(ATTEMPTS + 1):
        reply = exchange.ask(link, query, holds(read))
        if reply.error is not None:
            raise NotDone(error_sentence(reply.error, query))
        value = read(reply.data)
        if reply.safe or (previous and same(previous[-1], value)):
            return value
        previous.append(value)
    raise NoReply(f"The pump's answers to {query} differ from each other.")


def counters_agree(earlier: tuple[Decimal, Decimal], later: tuple[Decimal, Decimal]) -> bool:
    """Whether two readings of the counters can both be true: they only grow, and slowly."""
    return all(
        Decimal(0) <= after - before <= DISPENSED_SLACK_ML
        for before, after in zip(earlier, later, strict=True)
    )


def read_digits(text: str) -> int:
    """A small whole number (``PF``, ``PHN``, ``SAF``).

    Raises:
        ValueError: anything else.
    """
    if not (1 <= len(text) <= 3 and text.isdigit()):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def read_word(text: str) -> str:
    """A name of three letters (``FUN``, ``DIR``).

    Raises:
        ValueError: anything else.
    """
    if not (len(text) == 3 and text.isalpha()):
        raise ValueError(f"{text!r} is no name")
    return text
