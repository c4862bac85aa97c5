"""The commands to an Alaris Asena that change what it gives. What starts or raises it is sent exactly once.

The pump has to have handed control over. A volume limit with a stop at its end makes every delivery finite;
a bolus is never asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import TypeVar

from console.devices.ports import Interrupted, Link, LinkLost
from console.devices.pumps.alaris_exchange import AlarisExchange
from console.devices.pumps.alaris_frames import pass_code
from console.devices.pumps.alaris_words import (
    Infusion,
    is_ordered,
    rate_text,
    read_infusion,
    read_limit,
    read_set_rate,
    read_syringe,
    volume_text,
)
from console.devices.pumps.command_endings import (
    NoAnswer,
    NotDone,
    NotKnown,
    not_done_on_loss,
    not_known_on_loss,
)
from console.session.pump import Program, PumpState, ReadBack

T = TypeVar("T")

HOST_RULE_S = 15
"""A pump started over its serial line must hear from the host every 15 s, or it alarms and stops."""
LAST_DIGIT_RATE = Decimal("0.01")
LAST_DIGIT_VOLUME = Decimal("0.001")
PAUSE_TRIES = 3
STOP_ATTEMPT_S = 0.25
STOP_ANSWER_S = 0.08
PERMIT_IN_STOP_S = 0.08
NOT_HANDED_OVER = (
    "The pump does not hand control over: its software or its settings do not allow it. Work it by hand, and "
    "take control = true out of room.toml."
)


def read_state(exchange: AlarisExchange, link: Link, serial: str) -> Infusion:
    """Ask for the state of the infusion; an answer of another pump is none.

    Raises:
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """

    def own(fields: tuple[str, ...]) -> Infusion:
        infusion = read_infusion(fields)
        if serial and infusion.serial != serial:
            raise ValueError(f"the pump {infusion.serial} answers instead of {serial}")
        return infusion

    return exchange.ask(link, ("INF",), own)


def permit(exchange: AlarisExchange, link: Link, serial: str, *, timeout_s: float = 0.5) -> bool:
    """Ask for control, which is also what keeps a pump going that was started from here.

    Raises:
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    fields = ("REMOTE_CTRL", "ENABLED", pass_code(serial))
    # The pump masks the code in its answer.
    return exchange.once(link, fields, _permitted, timeout_s)


def _permitted(fields: tuple[str, ...]) -> bool:
    if len(fields) < 4 or fields[1] != "ENABLED":
        raise ValueError("it is no word on control")
    return fields[3:] == ("PERMIT", "0", "ms")


def hand_over(exchange: AlarisExchange, link: Link, serial: str) -> None:
    """Compare the serial number, then ask for control.

    Raises:
        NotDone: it is another pump, or it does not permit it.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    found = exchange.ask(link, ("INST_SERIALNO",), read_serial)
    if found != serial:
        raise NotDone(f"The pump is {found}, not {serial}. Check which pump is on this cable.")
    try:
        permitted = permit(exchange, link, serial)
    except NoAnswer as error:
        raise NotDone(NOT_HANDED_OVER) from error
    if not permitted:
        raise NotDone(NOT_HANDED_OVER)


def read_serial(fields: tuple[str, ...]) -> str:
    """The serial number.

    Raises:
        ValueError: none.
    """
    if len(fields) != 2 or not fields[1].strip():
        raise ValueError("it is no serial number")
    return fields[1].strip()


def program(exchange: AlarisExchange, link: Link, serial: str, command: Program) -> ReadBack:
    """Set a pump on hold up and read every value back; control has been handed over.

    Raises:
        NotDone: it runs, refuses a value, holds another one, or another syringe.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    try:
        rate, volume = rate_text(command.rate_ml_h), volume_text(command.volume_ml)
    except ValueError as error:
        raise NotDone(f"That cannot be set on this pump: {error}") from error
    if 0 < command.watchdog_s < HOST_RULE_S:
        raise NotDone(
            f"Left alone by the console this pump stops after {HOST_RULE_S} s, not {command.watchdog_s} s. "
            f"Set watchdog_s in room.toml to {HOST_RULE_S} or more."
        )
    held_for_setting(read_state(exchange, link, serial))
    syringe = exchange.ask(link, ("SYRINGE_STATUS",), read_syringe)
    if not syringe.confirmed:
        raise NotDone(f"The syringe {syringe.words} is not confirmed at the pump. Confirm it there.")
    if not is_ordered(syringe, command.syringe):
        raise NotDone(f"The pump holds a {syringe.words} syringe, ordered is {command.syringe}. Change it.")
    highest = exchange.ask(link, ("INF_RATE_MAX_SYRINGE",), read_set_rate)
    if command.rate_ml_h > highest:
        raise NotDone(f"With this syringe the pump gives at most {highest} mL/h. Choose another syringe.")

    clear_counter(exchange, link, serial)
    rate_ml_h = put(exchange, link, ("INF_RATE", rate, "ml/h"), read_set_rate, Decimal(rate))
    volume_ml = put_limit(exchange, link, volume)
    held_for_setting(read_state(exchange, link, serial))
    return ReadBack(PumpState.STOPPED, None, rate_ml_h, volume_ml, Decimal(0), syringe.words)


def read_settings(exchange: AlarisExchange, link: Link) -> tuple[Decimal | None, str]:
    """The volume limit and the confirmed syringe; what is not told stays unknown.

    Raises:
        LinkLost, Interrupted: from the exchange.
    """
    volume_ml, words = None, ""
    with suppress(NoAnswer):
        volume_ml = exchange.ask(link, ("INF_VTBI",), read_limit)
    with suppress(NoAnswer):
        syringe = exchange.ask(link, ("SYRINGE_STATUS",), read_syringe)
        words = syringe.words if syringe.confirmed else ""
    return volume_ml, words


def held_for_setting(infusion: Infusion) -> None:
    """See that a pump is on hold and free of alarms.

    Raises:
        NotDone: it is not.
    """
    if not infusion.held:
        raise NotDone("The pump is not on hold. Press STOP, then program it.")
    if infusion.alarmed:
        raise NotDone("The pump alarms. Look at its display and clear the alarm there.")


def clear_counter(exchange: AlarisExchange, link: Link, serial: str) -> None:
    """Set the counter to zero and read that back.

    Raises:
        NotDone: it is not zero.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    exchange.ask(link, ("INF_VI_CLEAR",), _plain)
    infused_ml = read_state(exchange, link, serial).infused_ml
    if infused_ml != 0:
        raise NotDone(f"The pump's counter stands at {infused_ml} mL instead of 0. Program it again.")


def put_limit(exchange: AlarisExchange, link: Link, volume: str) -> Decimal:
    """Set the volume to be infused, with a stop at its end, and read it back.

    Raises:
        NotDone: the pump holds another one.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    fields = ("INF_VTBI", "ACTIV", volume, "ml", "STOP")
    return put(exchange, link, fields, _active_limit, Decimal(volume))


def put(
    exchange: AlarisExchange,
    link: Link,
    fields: tuple[str, ...],
    read: Callable[[tuple[str, ...]], T],
    asked: T,
) -> T:
    """Set one value on a pump on hold, then ask for it; the question decides, not the echo.

    Raises:
        NotDone: the pump holds another one.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    with suppress(NoAnswer):
        exchange.ask(link, fields, _named)
    exchange.catch_up(link)
    held = exchange.ask(link, fields[:1], read)
    if held != asked:
        raise NotDone(f"The pump holds {held} for {fields[0]} instead of {asked}. Program it again.")
    return held


def check_armed(exchange: AlarisExchange, link: Link, serial: str, armed: Program) -> Decimal:
    """Compare once more, just before START, what was programmed; the rate that is set.

    Raises:
        NotDone: the pump holds something else.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    held_for_setting(read_state(exchange, link, serial))
    rate_ml_h = check_rate(exchange, link, armed.rate_ml_h)
    volume_ml = exchange.ask(link, ("INF_VTBI",), _active_limit)
    if not agrees(armed.volume_ml, volume_ml, LAST_DIGIT_VOLUME):
        raise NotDone(f"The pump holds {volume_ml} mL instead of {armed.volume_ml}. Program it again.")
    # Purging at the pump may have counted: the infusion begins from zero.
    clear_counter(exchange, link, serial)
    return rate_ml_h


def check_rate(exchange: AlarisExchange, link: Link, asked_ml_h: Decimal) -> Decimal:
    """The rate that is set, if it is the one that was asked for.

    Raises:
        NotDone: it is another one.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    held_ml_h = exchange.ask(link, ("INF_RATE",), read_set_rate)
    if not agrees(asked_ml_h, held_ml_h, LAST_DIGIT_RATE):
        raise NotDone(f"The pump is set to {held_ml_h} mL/h instead of {asked_ml_h} mL/h. Program it again.")
    return held_ml_h


def run(exchange: AlarisExchange, link: Link, serial: str, rate_ml_h: Decimal, what: str) -> ReadBack:
    """Send ``INF_START`` once, over a quiet line, and see that the pump infuses at the set rate.

    Raises:
        NotDone: it certainly does not. NotKnown: it may.
    """
    _deliver(exchange, link, ("INF_START",), what)
    with not_known_on_loss(what):
        exchange.catch_up(link)
        infusion = read_state(exchange, link, serial)
    if infusion.running:
        if infusion.rate_ml_h != rate_ml_h:
            raise NotKnown(f"The pump gives {infusion.rate_ml_h} mL/h instead of {rate_ml_h}. Press STOP.")
        return ReadBack(PumpState.INFUSING, None, infusion.rate_ml_h, None, infusion.infused_ml)
    if infusion.held:
        raise NotDone(f"The pump stays on hold after {what}. Look at its display.")
    raise NotKnown("It is not clear whether the pump infuses. Look at the pump.")


def set_rate(exchange: AlarisExchange, link: Link, serial: str, asked_ml_h: Decimal) -> ReadBack:
    """Send a new rate once to a pump that infuses, and read it back.

    Raises:
        NotDone: the pump holds another rate. NotKnown: it may hold the new one.
    """
    try:
        text = rate_text(asked_ml_h)
    except ValueError as error:
        raise NotDone(f"The rate cannot be set: {error}") from error
    with not_done_on_loss("the new rate was not sent"):
        exchange.catch_up(link)
        highest = exchange.ask(link, ("INF_RATE_MAX_SYRINGE",), read_set_rate)
        if asked_ml_h > highest:
            raise NotDone(f"With this syringe the pump gives at most {highest} mL/h.")
        if not read_state(exchange, link, serial).running:
            raise NotDone("The pump is not infusing, so its rate cannot be changed. Look at its display.")
    _deliver(exchange, link, ("INF_RATE", text, "ml/h"), "the new rate")
    with not_known_on_loss("the new rate"):
        exchange.catch_up(link)
        held_ml_h = exchange.ask(link, ("INF_RATE",), read_set_rate)
        infusion = read_state(exchange, link, serial)
    if held_ml_h != Decimal(text) or (infusion.running and infusion.rate_ml_h != held_ml_h):
        raise NotDone(f"The pump holds {held_ml_h} mL/h, not {asked_ml_h} mL/h. Look at its display.")
    state = PumpState.INFUSING if infusion.running else PumpState.UNKNOWN
    return ReadBack(state, rate_ml_h=held_ml_h, infused_ml=infusion.infused_ml)


def pause(exchange: AlarisExchange, link: Link, serial: str) -> ReadBack:
    """Put a running pump on hold; what was given and what remains stays in it.

    Raises:
        NotDone: it is not infusing. NotKnown: it may be on hold.
    """
    with not_done_on_loss("PAUSE was not sent"):
        infusion = read_state(exchange, link, serial)
    if not infusion.held and not infusion.running:
        raise NotDone("The pump is not infusing, so it cannot be paused. Look at its display.")
    for _ in range(PAUSE_TRIES):
        if infusion.held:
            return ReadBack(PumpState.PAUSED, infused_ml=infusion.infused_ml)
        with not_known_on_loss("PAUSE"):
            with suppress(NoAnswer):
                exchange.once(link, ("INF_STOP",), _plain)
            exchange.catch_up(link)
            infusion = read_state(exchange, link, serial)
    if infusion.held:
        return ReadBack(PumpState.PAUSED, infused_ml=infusion.infused_ml)
    raise NotKnown("The pump goes on infusing after PAUSE. Press STOP.")


def stop(exchange: AlarisExchange, link: Link, serial: str, *, in_control: bool) -> Infusion:
    """``INF_STOP`` once, then the state; at most 0.25 s.

    Only questions and stops are sent, so a late answer can only tell an earlier state of a pump on its way to
    a stop.

    Raises:
        NoAnswer: not confirmed.
        LinkLost, Interrupted: from the link.
    """
    begun = link.now()
    if not in_control:
        with suppress(NoAnswer):
            permit(exchange, link, serial, timeout_s=PERMIT_IN_STOP_S)
    with suppress(NoAnswer):
        exchange.once(link, ("INF_STOP",), _plain, STOP_ANSWER_S)
    left_s = STOP_ATTEMPT_S - link.now().seconds_since(begun)
    infusion = exchange.once(link, ("INF",), read_infusion, max(left_s, STOP_ANSWER_S))
    if serial and infusion.serial != serial:
        raise NoAnswer(f"The pump {infusion.serial} answers instead of {serial}.")
    return infusion


def agrees(asked: Decimal, held: Decimal, last_digit: Decimal) -> bool:
    """Whether what the pump holds is what was asked, or lower by less than one unit of its last digit."""
    return Decimal(0) <= asked - held < last_digit


def _deliver(exchange: AlarisExchange, link: Link, fields: tuple[str, ...], what: str) -> None:
    """Send what may start or raise delivery, exactly once; what came of it is left to the read-back."""
    exchange.check_nothing_late(link, what)
    try:
        with suppress(NoAnswer):
            exchange.once(link, fields, _named)
    except Interrupted as error:
        raise NotKnown(f"STOP was pressed before the pump had answered {what}.") from error
    except LinkLost as error:
        raise NotKnown(f"The connection broke while {what} was sent. Look at the pump. {error}") from error


def _active_limit(fields: tuple[str, ...]) -> Decimal:
    limit = read_limit(fields)
    return Decimal(0) if limit is None else limit


def _named(fields: tuple[str, ...]) -> tuple[str, ...]:
    return fields


def _plain(fields: tuple[str, ...]) -> tuple[str, ...]:
    if len(fields) != 1:
        raise ValueError("it tells more than its name")
    return fields
