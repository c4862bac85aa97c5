"""The commands to a Harvard / KD Scientific pump that change what it gives. START and a rate are sent once.

What a second run does with a target volume that is half given is not in the manuals, so a halted infusion is
never resumed: it is stopped, and what remains is programmed anew from a counter at zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal

from console.devices.ports import Interrupted, Link, LinkLost
from console.devices.pumps.command_endings import (
    NoAnswer,
    NotDone,
    NotKnown,
    not_done_on_loss,
    not_known_on_loss,
)
from console.devices.pumps.harvard_exchange import HarvardExchange, Objection
from console.devices.pumps.harvard_replies import Prompt
from console.devices.pumps.harvard_words import (
    Status,
    read_bare,
    read_diameter,
    read_rate,
    read_status,
    read_target,
    read_volume,
    same_but_running_on,
)
from console.session.pump import Program, PumpState, ReadBack
from console.units import plain

ROUNDING_SHARE = Decimal("0.0005")
"""What the pump's own rounding may take away: it shows at least four digits."""
PAUSE_TRIES = 3
STOP_ANSWER_S = 0.12
CLEARED = (
    "The pump says that it stalled. Clear that at its display, look at syringe and line, then program it."
)


def read_state(exchange: HarvardExchange, link: Link) -> Status:
    """The status, told twice.

    Raises:
        NotDone, NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    return exchange.ask_twice(link, "status", read_status, same_but_running_on)


def check_standing(exchange: HarvardExchange, link: Link) -> None:
    """See that the pump stands and is free of a stall.

    Raises:
        NotDone: it is not. NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    status = read_state(exchange, link)
    if status.prompt is Prompt.STALLED or status.stalled:
        raise NotDone(CLEARED)
    if not status.idle:
        raise NotDone("The pump is running. Press STOP, then program it.")


def program(exchange: HarvardExchange, link: Link, command: Program) -> ReadBack:
    """Set a standing pump up and read every value back twice.

    Raises:
        NotDone: it runs, refuses a value or holds another one.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    for name, value in (
        ("diameter", command.diameter_mm),
        ("rate", command.rate_ml_h),
        ("volume", command.volume_ml),
    ):
        if not value.is_finite() or value <= 0:
            raise NotDone(f"The {name} cannot be set: {value} is not above zero.")
    exchange.catch_up(link)
    check_standing(exchange, link)
    _put(exchange, link, f"diameter {plain(command.diameter_mm)}")
    diameter_mm = exchange.ask_twice(link, "diameter", read_diameter)
    if diameter_mm != command.diameter_mm:
        # With another diameter the pump would push another volume than it counts.
        raise NotDone(f"The pump holds a diameter of {diameter_mm} mm, not {command.diameter_mm} mm.")
    # A target time that was left behind would end the infusion too early; older pumps know none.
    with suppress(Objection):
        exchange.ask(link, "cttime", read_bare)
    _put(exchange, link, "ctvolume")
    clear_counter(exchange, link)
    _put(exchange, link, f"irate {plain(command.rate_ml_h)} ml/hr")
    _put(exchange, link, f"tvolume {plain(command.volume_ml)} ml")
    rate_ml_h, volume_ml = check_set(exchange, link, command)
    check_standing(exchange, link)
    return ReadBack(PumpState.STOPPED, diameter_mm, rate_ml_h, volume_ml, Decimal(0))


def check_set(exchange: HarvardExchange, link: Link, command: Program) -> tuple[Decimal, Decimal]:
    """Compare rate and target volume with what was ordered.

    Raises:
        NotDone: the pump holds something else.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    rate_ml_h = exchange.ask_twice(link, "irate", read_rate)
    if not agrees(command.rate_ml_h, rate_ml_h):
        raise NotDone(
            f"The pump is set to {plain(rate_ml_h)} mL/h, not {command.rate_ml_h} mL/h. Program it again."
        )
    target_ml = exchange.ask_twice(link, "tvolume", read_target)
    if target_ml is None or not agrees(command.volume_ml, target_ml):
        held = "no volume" if target_ml is None else f"{plain(target_ml)} mL"
        raise NotDone(f"The pump holds {held} as target, not {command.volume_ml} mL. Program it again.")
    return rate_ml_h, target_ml


def clear_counter(exchange: HarvardExchange, link: Link) -> None:
    """Set the counter of infused volume to zero and read that back.

    Raises:
        NotDone: it is not zero.
        NoAnswer, LinkLost, Interrupted: from the exchange.
    """
    _put(exchange, link, "civolume")
    infused_ml = exchange.ask_twice(link, "ivolume", read_volume)
    if infused_ml != 0:
        raise NotDone(f"The pump's counter stands at {plain(infused_ml)} mL instead of 0. Program it again.")


def run(exchange: HarvardExchange, link: Link) -> ReadBack:
    """Send ``irun`` once, over a quiet line, and see that the pump infuses.

    Raises:
        NotDone: it certainly does not. NotKnown: it may.
    """
    objection = _deliver(exchange, link, "irun", "START")
    with _not_known_after("START"):
        exchange.catch_up(link)
        status = read_state(exchange, link)
    if status.prompt is Prompt.INFUSING:
        return ReadBack(PumpState.INFUSING, infused_ml=status.volume_ml)
    if status.idle:
        raise NotDone(objection or "The pump answered, but did not start. Look at its display.")
    raise NotKnown("The pump does not infuse but withdraws. STOP, and look at the pump.")


def set_rate(exchange: HarvardExchange, link: Link, asked_ml_h: Decimal) -> ReadBack:
    """Send a new rate once to a pump that infuses, and read it back.

    Raises:
        NotDone: the pump holds another rate. NotKnown: it may hold the new one.
    """
    if not asked_ml_h.is_finite() or asked_ml_h <= 0:
        raise NotDone("A rate must be above zero: pause or stop instead.")
    with not_done_on_loss("the new rate was not sent"):
        exchange.catch_up(link)
        if read_state(exchange, link).prompt is not Prompt.INFUSING:
            raise NotDone("The pump is not infusing, so its rate cannot be changed. Look at its display.")
    objection = _deliver(exchange, link, f"irate {plain(asked_ml_h)} ml/hr", "the new rate")
    with _not_known_after("the new rate"):
        exchange.catch_up(link)
        held_ml_h = exchange.ask_twice(link, "irate", read_rate)
        status = read_state(exchange, link)
    if not agrees(asked_ml_h, held_ml_h):
        raise NotDone(
            objection
            or f"The pump holds {plain(held_ml_h)} mL/h, not {asked_ml_h} mL/h. Look at its display."
        )
    state = PumpState.INFUSING if status.prompt is Prompt.INFUSING else PumpState.STOPPED
    return ReadBack(state, rate_ml_h=held_ml_h, infused_ml=status.volume_ml)


def halt(exchange: HarvardExchange, link: Link) -> ReadBack:
    """Halt a running pump; what remains has to be programmed before it goes on.

    Raises:
        NotDone: it is not infusing. NotKnown: it may have halted.
    """
    with not_done_on_loss("PAUSE was not sent"):
        status = read_state(exchange, link)
    if status.prompt is Prompt.WITHDRAWING:
        raise NotDone("The pump withdraws: press STOP.")
    for _ in range(PAUSE_TRIES):
        if status.idle:
            return ReadBack(PumpState.STOPPED, infused_ml=status.volume_ml)
        with _not_known_after("PAUSE"):
            with suppress(NoAnswer, Objection):
                exchange.once(link, "stop", read_bare)
            exchange.catch_up(link)
            status = read_state(exchange, link)
    if status.idle:
        return ReadBack(PumpState.STOPPED, infused_ml=status.volume_ml)
    raise NotKnown("The pump goes on infusing after PAUSE. Press STOP.")


def stop(exchange: HarvardExchange, link: Link) -> tuple[bool, Status]:
    """``stop`` once, then the status; at most 0.25 s. Stopped is what both answers say.

    Only stops and questions are sent, so a late reply can only tell an earlier state of a pump on its way to
    a stop.

    Raises:
        NoAnswer: not confirmed.
        LinkLost, Interrupted: from the link.
    """
    prompt = Prompt.INFUSING
    try:
        with suppress(NoAnswer):
            prompt = exchange.once(link, "stop", read_bare, STOP_ANSWER_S)
    except Objection as error:
        # A pump that stands may object to being stopped; its state is told all the same.
        prompt = error.prompt
    try:
        status = exchange.once(link, "status", read_status, STOP_ANSWER_S)
    except Objection as error:
        raise NoAnswer(str(error)) from error
    return status.idle and prompt not in (Prompt.INFUSING, Prompt.WITHDRAWING), status


def agrees(asked: Decimal, held: Decimal) -> bool:
    """Whether what the pump holds is what was asked, or lower by no more than its rounding."""
    return Decimal(0) <= asked - held <= asked * ROUNDING_SHARE


def _put(exchange: HarvardExchange, link: Link, command: str) -> None:
    """Send one setting to a standing pump; the questions that follow tell what came of it."""
    with suppress(NoAnswer):
        exchange.ask(link, command, read_bare)
    exchange.catch_up(link)


@contextmanager
def _not_known_after(what: str) -> Iterator[None]:
    """Whatever is lost or objected to in here, ``what`` was sent and may have been done."""
    with not_known_on_loss(what):
        try:
            yield
        except Objection as error:
            raise NotKnown(f"{error} Look at the pump.") from error


def _deliver(exchange: HarvardExchange, link: Link, command: str, what: str) -> str:
    """Send what may start or raise delivery, exactly once; what the pump objects, empty when nothing."""
    exchange.check_nothing_late(link, what)
    try:
        with suppress(NoAnswer):
            exchange.once(link, command, read_bare)
    except Objection as error:
        return str(error)
    except Interrupted as error:
        raise NotKnown(f"STOP was pressed before the pump had answered {what}.") from error
    except LinkLost as error:
        raise NotKnown(f"The connection broke while {what} was sent. Look at the pump. {error}") from error
    return ""
