"""Programming an NE-1000 for one finite infusion: set, read back, compare. Starts nothing.

The watchdog (Safe mode) is armed first, so that everything after it carries a checksum in both
directions; the order is otherwise that of New Era NE-1000 manual #1200-01 sections 10.3 and 10.4:
the diameter sets the unit of volume and clears the counters, phase 2 stops the program so that an old
program left in the pump's memory cannot follow, and phase 1 pumps the volume at the rate.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from console.devices.ports import Link
from console.devices.pumps.command_endings import NotDone
from console.devices.pumps.ne1000_exchange import Exchange, is_plain
from console.devices.pumps.ne1000_frames import FrameMode, Prompt, PumpError
from console.devices.pumps.ne1000_readback import (
    alarm_sentence,
    error_sentence,
    read_digits,
    read_value,
    read_word,
)
from console.devices.pumps.ne1000_values import (
    agrees,
    fit,
    format_number,
    parse_dispensed_ml,
    parse_number,
    parse_rate_ml_h,
    parse_volume_ml,
)
from console.session.pump import Program, PumpState, ReadBack

T = TypeVar("T")

LONGEST_WATCHDOG_S = 255
"""New Era NE-1000 manual #1200-01 section 10.4, ``SAF`` 0 to 255."""


def checked_numbers(command: Program) -> tuple[str, str, str]:
    """Diameter, volume and rate as the pump takes them; volume and rate rounded down.

    Raises:
        NotDone: a number the pump cannot hold.
    """
    texts: list[str] = []
    for name, value in (
        ("diameter", command.diameter_mm),
        ("volume", command.volume_ml),
        ("rate", command.rate_ml_h),
    ):
        try:
            texts.append(format_number(value))
        except ValueError as error:
            raise NotDone(f"The {name} cannot be set: {error}") from error
    if fit(command.diameter_mm) != command.diameter_mm:
        # A diameter rounded down would make the pump push more than it counts.
        raise NotDone(f"The diameter {command.diameter_mm} mm has more digits than the pump holds.")
    if not 0 <= command.watchdog_s <= LONGEST_WATCHDOG_S:
        raise NotDone(f"The pump's watchdog takes 0 to {LONGEST_WATCHDOG_S} s, not {command.watchdog_s} s.")
    return texts[0], texts[1], texts[2]


def program(exchange: Exchange, link: Link, command: Program) -> ReadBack:
    """Set the pump up and read every value back.

    Raises:
        NotDone: the pump runs, refuses a value, or holds another one than was asked.
        NoReply: the pump stopped answering.
        LinkLost, Interrupted: from the link.
    """
    diameter, volume, rate = checked_numbers(command)
    state = exchange.settle(link).prompt
    if state is not Prompt.STOPPED:
        raise NotDone("The pump is not stopped. Press STOP, then program it.")
    exchange.alarm = None
    setting = _Setting(exchange, link)

    set_watchdog(exchange, link, command.watchdog_s)
    setting.put("AL1", optional=True)
    if setting.put("PF0", optional=True):
        setting.check("PF", read_digits, 0)
    setting.put("TRGOF", optional=True)

    setting.put(f"DIA{diameter}")
    setting.check("DIA", parse_number, command.diameter_mm)

    setting.put("PHN2")
    setting.check("PHN", read_digits, 2)
    setting.put("FUNSTP")
    setting.check("FUN", read_word, "STP")
    setting.put("PHN1")
    setting.check("PHN", read_digits, 1)
    setting.put("FUNRAT")
    setting.check("FUN", read_word, "RAT")

    setting.put("VOLML")
    setting.put(f"VOL{volume}")
    volume_ml = setting.check_amount("VOL", parse_volume_ml, command.volume_ml, "mL")
    setting.put(f"RAT{rate}MH")
    rate_ml_h = setting.check_amount("RAT", parse_rate_ml_h, command.rate_ml_h, "mL/h")
    setting.put("DIRINF")
    setting.check("DIR", read_word, "INF")

    clear_counters(exchange, link)
    setting.check("SAF", read_digits, command.watchdog_s)

    if exchange.settle(link).prompt is not Prompt.STOPPED:
        raise NotDone("Somebody started the pump while it was being programmed. Press STOP, then program it.")
    # An alarm raised on the way means that what was read back may be gone again.
    if (alarm := latched(exchange)) is not None:
        raise NotDone(alarm)
    return ReadBack(PumpState.STOPPED, command.diameter_mm, rate_ml_h, volume_ml, Decimal(0))


def latched(exchange: Exchange) -> str | None:
    """The sentence for the latched alarm, if there is one."""
    return None if exchange.alarm is None else alarm_sentence(exchange.alarm)


def set_watchdog(exchange: Exchange, link: Link, seconds: int) -> None:
    """Arm (or with 0 disarm) the pump's watchdog; the pump answers in the framing of the new mode.

    Raises:
        NotDone: the pump refuses.
        NoReply, LinkLost, Interrupted: from the exchange.
    """
    exchange.accept(FrameMode.EITHER)
    reply = exchange.ask(link, f"SAF{seconds}", is_plain, safe=True)
    if reply.error is not None:
        raise NotDone(error_sentence(reply.error, "the watchdog time"))
    exchange.speak(safe=seconds > 0)


def clear_counters(exchange: Exchange, link: Link) -> None:
    """Set both dispensed volumes to zero and read that back.

    Raises:
        NotDone: the pump refuses, or they are not zero.
        NoReply, LinkLost, Interrupted: from the exchange.
    """
    setting = _Setting(exchange, link)
    setting.put("CLDINF")
    setting.put("CLDWDR")
    setting.check("DIS", parse_dispensed_ml, (Decimal(0), Decimal(0)))


class _Setting:
    """Sends settings to a stopped pump and compares what it holds afterwards."""

    def __init__(self, exchange: Exchange, link: Link) -> None:
        self._exchange = exchange
        self._link = link

    def put(self, text: str, *, optional: bool = False) -> bool:
        """Send one setting; False if the pump does not know it and need not."""
        reply = self._exchange.ask(self._link, text, is_plain)
        if reply.error is PumpError.UNRECOGNISED and optional:
            return False
        if reply.error is not None:
            raise NotDone(error_sentence(reply.error, text))
        if reply.prompt is not Prompt.STOPPED:
            raise NotDone("The pump is not stopped. Press STOP, then program it.")
        return True

    def check(self, query: str, read: Callable[[str], T], wanted: T) -> None:
        value = read_value(self._exchange, self._link, query, read)
        if value != wanted:
            raise NotDone(f"The pump holds {value} for {query} instead of {wanted}. Program it again.")

    def check_amount(self, query: str, read: Callable[[str], Decimal], asked: Decimal, unit: str) -> Decimal:
        value = read_value(self._exchange, self._link, query, read)
        if not agrees(asked, value):
            raise NotDone(f"The pump holds {value} {unit} for {query} instead of {asked}. Program it again.")
        return value
