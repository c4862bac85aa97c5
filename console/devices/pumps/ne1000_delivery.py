"""The commands of an NE-1000 that change delivery. What starts or raises it is sent exactly once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from console.clock import Instant
from console.devices.ports import Interrupted, Link, LinkLost
from console.devices.pumps.command_endings import NotDone, NotKnown, not_done_on_loss, not_known_on_loss
from console.devices.pumps.ne1000_exchange import LATEST_REPLY_S, Exchange, NoReply, holds, is_plain
from console.devices.pumps.ne1000_frames import Prompt, Reply
from console.devices.pumps.ne1000_readback import (
    alarm_sentence,
    error_sentence,
    read_value,
)
from console.devices.pumps.ne1000_values import (
    agrees,
    format_number,
    parse_dispensed_ml,
    parse_rate_ml_h,
)
from console.session.pump import PumpState, ReadBack

PAUSE_TRIES = 3
STOP_TRIES = 4
"""STP pauses, STP again stops; one more if an alarm has to be acknowledged, one in reserve."""
STOP_ATTEMPT_S = 0.25


def run(exchange: Exchange, link: Link) -> ReadBack:
    """Send RUN once and see that the pump infuses.

    Raises:
        NotDone: it certainly does not. NotKnown: it may.
    """
    reply = _deliver(exchange, link, "RUN")
    claims_to_run = reply.prompt is Prompt.INFUSING and reply.error is None
    with not_known_on_loss("RUN"):
        status = exchange.status(link) if claims_to_run else exchange.settle(link)
    if status.prompt is Prompt.INFUSING:
        if reply.alarm is not None:
            raise NotKnown("The pump gave an alarm and yet says it infuses. Look at the pump.")
        return ReadBack(PumpState.INFUSING)
    if claims_to_run:
        raise NotKnown("The pump started and stopped at once. Look at the pump.")
    raise NotDone(_why_not(reply, "RUN") or "The pump answered, but did not start. Look at its display.")


def set_rate(exchange: Exchange, link: Link, asked_ml_h: Decimal) -> ReadBack:
    """Send a new rate once to a pump that infuses or is paused, and read it back.

    Raises:
        NotDone: the pump holds another rate. NotKnown: it may hold the new one.
    """
    try:
        number = format_number(asked_ml_h)
    except ValueError as error:
        raise NotDone(f"The rate cannot be set: {error}") from error
    with not_done_on_loss("the new rate was not sent"):
        state = exchange.settle(link).prompt
        if state not in (Prompt.INFUSING, Prompt.PAUSED):
            raise NotDone("The pump is not infusing, so its rate cannot be changed. Look at its display.")
        unit = exchange.ask(link, "RAT", holds(parse_rate_ml_h)).data[-2:]
        if unit != "MH":
            raise NotDone("The pump's rate is not in mL/h. Press STOP and program it again.")
    # While it runs only the number may be sent (manual #1200-01 section 10.4); the unit was checked above.
    reply = _deliver(exchange, link, f"RAT{number}")
    if reply.error is not None:
        raise NotDone(error_sentence(reply.error, f"the rate {number} mL/h"))
    with not_known_on_loss("the new rate"):
        held_ml_h = read_value(exchange, link, "RAT", parse_rate_ml_h)
        state_now = exchange.settle(link).state
    if reply.alarm is not None or not agrees(asked_ml_h, held_ml_h):
        why = _why_not(reply, "the new rate") or "Look at its display."
        raise NotDone(f"The pump holds {held_ml_h} mL/h, not {asked_ml_h} mL/h. {why}")
    return ReadBack(state_now, rate_ml_h=held_ml_h)


def pause(exchange: Exchange, link: Link) -> ReadBack:
    """Pause a running pump. STP stops a paused one for good, so the state is read before each STP.

    Raises:
        NotDone: it is not infusing. NotKnown: it may be paused.
    """
    with not_done_on_loss("PAUSE was not sent"):
        state = exchange.settle(link).prompt
    for _ in range(PAUSE_TRIES):
        if state is Prompt.PAUSED:
            return ReadBack(PumpState.PAUSED)
        if state is not Prompt.INFUSING:
            raise NotDone("The pump is not infusing, so it cannot be paused. Look at its display.")
        with not_known_on_loss("PAUSE"):
            exchange.send(link, "STP")
            # Whether its reply comes or not, the state read next tells what became of it.
            with suppress(NoReply):
                exchange.receive(link, is_plain)
            state = exchange.settle(link).prompt
    if state is Prompt.PAUSED:
        return ReadBack(PumpState.PAUSED)
    raise NotKnown("The pump goes on infusing after PAUSE. Press STOP.")


@dataclass(frozen=True, slots=True)
class StopAttempt:
    """What one attempt at a stop brought.

    Attributes:
        stopped: The pump said S twice, to STP and to the status query.
        status: The reply to the status query.
        infused_ml: The counter, if it came in time.
    """

    stopped: bool
    status: Reply
    infused_ml: Decimal | None


def stop(exchange: Exchange, link: Link, *, safe: bool) -> StopAttempt:
    """STP until the pump says S, then ask for the status; at most 0.25 s.

    Only STP and status queries are sent, so a late reply can only tell an earlier state of a pump on
    its way to a stop.

    Raises:
        NoReply: not confirmed.
        LinkLost, Interrupted: from the link.
    """
    deadline = link.now().plus(STOP_ATTEMPT_S)
    exchange.drain(link)
    for _ in range(STOP_TRIES):
        exchange.send(link, "STP", safe=safe)
        reply = exchange.receive(link, is_plain, _left_s(link, deadline))
        if reply.prompt is Prompt.STOPPED:
            break
    exchange.send(link, "", safe=safe)
    status = exchange.receive(link, is_plain, _left_s(link, deadline))
    stopped = reply.prompt is Prompt.STOPPED and status.prompt is Prompt.STOPPED
    infused_ml: Decimal | None = None
    with suppress(NoReply, LinkLost):
        # A stop that is confirmed does not wait for the counter, nor fail with it.
        exchange.send(link, "DIS", safe=safe)
        counter = exchange.receive(link, holds(parse_dispensed_ml), _left_s(link, deadline))
        if counter.safe and counter.data:
            infused_ml = parse_dispensed_ml(counter.data)[0]
    return StopAttempt(stopped, status, infused_ml)


def _left_s(link: Link, deadline: Instant) -> float:
    return deadline.seconds_since(link.now())


def check_nothing_late(exchange: Exchange, link: Link, what: str) -> None:
    """Refuse while a reply that was given up may still arrive.

    The protocol numbers nothing: a late reply to an earlier question could pass for the reply to this.

    Raises:
        NotDone: wait a moment.
    """
    if exchange.is_disturbed(link):
        raise NotDone(
            f"An answer of the pump was lost in the last {LATEST_REPLY_S:.0f} s, so {what} was not sent. "
            "Wait a moment and try again; check the cable if it happens often."
        )


def _deliver(exchange: Exchange, link: Link, text: str) -> Reply:
    """Send what may start or raise delivery, exactly once, and only over a quiet line."""
    check_nothing_late(exchange, link, text)
    try:
        exchange.send(link, text)
    except Interrupted as error:
        raise NotDone(f"STOP was pressed; {text} was not sent.") from error
    except LinkLost as error:
        raise NotKnown(f"The connection broke while {text} was sent. Look at the pump. {error}") from error
    with not_known_on_loss(text):
        return exchange.receive(link, is_plain)


def _why_not(reply: Reply, what: str) -> str | None:
    if reply.alarm is not None:
        return alarm_sentence(reply.alarm)
    return None if reply.error is None else error_sentence(reply.error, what)
