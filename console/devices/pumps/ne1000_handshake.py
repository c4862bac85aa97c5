"""Finding out which New Era pump is there, without writing anything but questions.

The version is asked for in Safe framing first, which the pump accepts in Basic mode too (New Era NE-1000
manual #1200-01 section 10.4), and then in Basic framing; the framing of the reply tells the pump's mode.
``SAF0`` is not used for this: it would disarm the watchdog of a pump that is infusing.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.devices.ports import Link, WrongDevice
from console.devices.pumps.ne1000_exchange import Exchange, NoReply, holds
from console.devices.pumps.ne1000_frames import FrameMode, PumpError, Reply
from console.devices.pumps.ne1000_values import parse_version

MODELS = ("NE-1000", "NE-1010", "NE-500")
"""Single-syringe models with this command set; NE-1600 and NE-4000 drive several syringes at once."""
HANDSHAKE_TIMEOUT_S = 0.4
FRAMINGS = (True, False, True, False)
"""Safe or not, one after the other; with four silences of 0.4 s the diagnosis takes 1.6 s."""
ACKNOWLEDGEMENTS = 3


@dataclass(frozen=True, slots=True)
class Version:
    """Who answered, and in which mode the pump is."""

    model: str
    firmware: str
    safe: bool


def shake_hands(exchange: Exchange, link: Link, baud: int) -> Version:
    """Ask for the version in both framings and leave the exchange speaking the pump's own.

    Raises:
        WrongDevice: something else answers.
        TimeoutError: nothing answers.
        LinkLost, Interrupted: from the link.
    """
    exchange.accept(FrameMode.EITHER)
    heard_before = _heard(exchange)
    for safe in FRAMINGS:
        reply = _ask_version(exchange, link, safe=safe)
        if reply is not None:
            break
    else:
        if _heard(exchange) > heard_before:
            raise WrongDevice(
                "Something answers, but not as a New Era pump. Check which cable is in this port, and "
                f"that the pump is set to {baud} baud."
            )
        raise TimeoutError(
            "The pump does not answer. Check that it is switched on, its cable, and that it is set to "
            f"{baud} baud."
        )
    model, firmware = parse_version(reply.data)
    if model.partition("X")[0] not in MODELS:
        raise WrongDevice(f"A New Era {model} answers. This console drives {', '.join(MODELS)} only.")
    exchange.speak(safe=reply.safe)
    return Version(model, firmware, reply.safe)


def _heard(exchange: Exchange) -> int:
    exchange.accept(FrameMode.EITHER)
    return exchange.good_frames + exchange.bad_bytes


def _ask_version(exchange: Exchange, link: Link, *, safe: bool) -> Reply | None:
    """One framing; an alarm in place of the answer is acknowledged by the question itself."""
    for _ in range(ACKNOWLEDGEMENTS):
        exchange.drain(link)
        exchange.send(link, "VER", safe=safe)
        try:
            reply = exchange.receive(link, _is_version, HANDSHAKE_TIMEOUT_S)
        except NoReply:
            return None
        if reply.alarm is None and reply.error is None:
            return reply
    return None


def _is_version(reply: Reply) -> bool:
    return reply.error is PumpError.BAD_PACKET or (reply.error is None and holds(parse_version)(reply))
