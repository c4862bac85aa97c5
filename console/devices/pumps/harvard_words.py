"""Quantities and states as Harvard Apparatus and KD Scientific pumps write them.

Sources: Harvard Apparatus PHD Ultra manual 5419-002 and Pump 33 DDS manual 5419-013, KD Scientific Legato 130
manual 5617-008 (status line).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from console.devices.pumps.harvard_replies import Prompt, Reply

ML_PER = {"ml": Decimal(1), "ul": Decimal("1e-3"), "nl": Decimal("1e-6"), "pl": Decimal("1e-9")}
PER_HOUR = {"hr": Decimal(1), "min": Decimal(60), "sec": Decimal(3600)}
ML_PER_FEMTOLITRE = Decimal("1e-12")
SECONDS_PER_HOUR = 3600
MODELS = re.compile(r"ELITE|LEGATO|PHD|ULTRA", re.IGNORECASE)
"""Single-drive pumps with this command set; the Pump 33 DDS drives two syringes."""

_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_DIAMETER = re.compile(rf"{_NUMBER} ?mm", re.IGNORECASE)
_VOLUME = re.compile(rf"{_NUMBER} ?([munp]l)", re.IGNORECASE)
_RATE = re.compile(rf"{_NUMBER} ?([munp]l)/(hr|min|sec)", re.IGNORECASE)
_STATUS = re.compile(r"([0-9]{1,18}) ([0-9]{1,15}) ([0-9]{1,18}) ([iIwW])[iIwW.]([sS.])[tT.][iIwW.]([tT.]?)")
_SERIAL = re.compile(r"serial number[: ]+(\S+)", re.IGNORECASE)
_NO_TARGET = "target volume not set"


@dataclass(frozen=True, slots=True)
class Status:
    """The answer to ``status``.

    Attributes:
        prompt: The state.
        rate_ml_h: What the motor does now.
        volume_ml: Counted in the present direction.
        infusing_direction: The motor's direction is infusion.
        stalled: The stall flag.
    """

    prompt: Prompt
    rate_ml_h: Decimal
    volume_ml: Decimal
    infusing_direction: bool
    stalled: bool

    @property
    def idle(self) -> bool:
        """The motor stands, for whatever reason."""
        return self.prompt in (Prompt.IDLE, Prompt.TARGET, Prompt.STALLED)


def only_line(reply: Reply) -> str:
    """The one line of a reply.

    Raises:
        ValueError: none, or more.
    """
    if len(reply.lines) != 1:
        raise ValueError(f"{len(reply.lines)} lines instead of one")
    return reply.lines[0]


def read_bare(reply: Reply) -> Prompt:
    """The answer to a setting: a prompt alone.

    Raises:
        ValueError: it says something.
    """
    if reply.lines:
        raise ValueError("it is no bare prompt")
    return reply.prompt


def read_status(reply: Reply) -> Status:
    """Understand the answer to ``status``.

    Raises:
        ValueError: another form, or flags that contradict the prompt.
    """
    match = _STATUS.fullmatch(only_line(reply))
    if match is None:
        raise ValueError("it is no status")
    infusing, stalled = match[4] in "iI", match[5] in "sS"
    wrong_way = (reply.prompt is Prompt.INFUSING and not infusing) or (
        reply.prompt is Prompt.WITHDRAWING and infusing
    )
    if wrong_way or (stalled and reply.prompt in (Prompt.INFUSING, Prompt.WITHDRAWING)):
        raise ValueError("its flags contradict its prompt")
    rate = Decimal(match[1]) * ML_PER_FEMTOLITRE * SECONDS_PER_HOUR
    return Status(reply.prompt, rate, Decimal(match[3]) * ML_PER_FEMTOLITRE, infusing, stalled)


def read_diameter(reply: Reply) -> Decimal:
    """The syringe's inner diameter, mm.

    Raises:
        ValueError: another form.
    """
    match = _DIAMETER.fullmatch(only_line(reply))
    if match is None:
        raise ValueError("it is no diameter")
    return Decimal(match[1])


def read_rate(reply: Reply) -> Decimal:
    """A rate, mL/h.

    Raises:
        ValueError: another form.
    """
    match = _RATE.fullmatch(only_line(reply))
    if match is None:
        raise ValueError("it is no rate")
    return Decimal(match[1]) * ML_PER[match[2].lower()] * PER_HOUR[match[3].lower()]


def read_volume(reply: Reply) -> Decimal:
    """A volume, mL.

    Raises:
        ValueError: another form.
    """
    match = _VOLUME.fullmatch(only_line(reply))
    if match is None:
        raise ValueError("it is no volume")
    return Decimal(match[1]) * ML_PER[match[2].lower()]


def read_target(reply: Reply) -> Decimal | None:
    """The target volume, mL; None when none is set.

    Raises:
        ValueError: another form.
    """
    return None if only_line(reply).lower().rstrip(".") == _NO_TARGET else read_volume(reply)


def read_version(reply: Reply) -> str:
    """Model and firmware.

    Raises:
        ValueError: it says nothing, or no such pump.
    """
    line = only_line(reply)
    if MODELS.search(line) is None:
        raise ValueError(f"{line!r} is no pump of this kind")
    return line


def read_serial(reply: Reply) -> str:
    """The serial number in the long version; empty when it tells none.

    Raises:
        ValueError: it says too little to be the long version.
    """
    if len(reply.lines) < 2:
        raise ValueError("it is no long version")
    found = [match[1] for line in reply.lines if (match := _SERIAL.search(line))]
    return found[0] if found else ""


def same_but_running_on(earlier: Status, later: Status) -> bool:
    """Whether two statuses, one right after the other, can both be true: a counter only grows, and slowly."""
    still = (earlier.prompt, earlier.infusing_direction, earlier.stalled) == (
        later.prompt,
        later.infusing_direction,
        later.stalled,
    )
    # Two seconds' worth of the rate: the second answer comes in less.
    grown_ml = later.volume_ml - earlier.volume_ml
    room_ml = Decimal(0) if later.idle else later.rate_ml_h / 1800
    return still and Decimal(0) <= grown_ml <= room_ml and earlier.rate_ml_h == later.rate_ml_h
