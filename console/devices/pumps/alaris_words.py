"""What the answers of an Alaris Asena mean: the state of the infusion, alarms, syringe, volume limit.

The forms were read in captured dialogues (OpenICE project); what the letters of an alarm code stand for is
inferred from the code itself, so an unknown one counts as an alarm and is shown as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from console.session.pump import PumpAlarm
from console.units import round_down

LOWEST_RATE_ML_H = Decimal("0.1")
HIGHEST_RATE_ML_H = Decimal(1200)
"""Alaris GH and CC directions for use: 0.1 to 1200 mL/h, depending on the syringe."""
HIGHEST_VOLUME_ML = Decimal(1000)
"""No syringe of the pump holds a tenth of it: a larger figure is a damaged one (site default)."""
RATE_PLACES, VOLUME_PLACES = 2, 3

HOLDING, RUNNING = "HLD", "SET"
NO_ALARM_FLAG = "-"
NO_ALARM = "AL_NOALM"
MAINS_LOST = "AL_ACDIS"
VOLUME_GIVEN = "AL_VTBIS"
WARNINGS = frozenset({NO_ALARM, MAINS_LOST, "AL_NEOIN"})
"""Said while the infusion goes on: mains lost, near the end."""

ALARMS = {
    "AL_OCCLU": PumpAlarm.STALL,
    "AL_COMTO": PumpAlarm.HOST_SILENT,
    "AL_EMBAT": PumpAlarm.BATTERY,
    "AL_LWBAT": PumpAlarm.BATTERY,
    "AL_EOIKV": PumpAlarm.EMPTY,
    "AL_EOIST": PumpAlarm.EMPTY,
    "AL_DRDIS": PumpAlarm.DOOR,
    "AL_SYRCO": PumpAlarm.DOOR,
}

_RATE = re.compile(r"[0-9]{1,4}\.[0-9]{1,2}")
_VOLUME = re.compile(r"[0-9]{1,4}\.[0-9]{1,3}")
_WORD = re.compile(r"[A-Z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Infusion:
    """The answer to ``INF``.

    Attributes:
        serial: Serial number of the pump that answers.
        alarmed: It alarms or warns; which alarm has to be asked for.
        mode: ``HLD`` on hold, ``SET`` at the set rate; others are not documented.
        rate_ml_h: What it delivers now.
        infused_ml: Its counter of infused volume.
    """

    serial: str
    alarmed: bool
    mode: str
    rate_ml_h: Decimal
    infused_ml: Decimal

    @property
    def held(self) -> bool:
        """On hold and delivering nothing."""
        return self.mode == HOLDING and self.rate_ml_h == 0

    @property
    def running(self) -> bool:
        """Delivering at the set rate."""
        return self.mode == RUNNING and self.rate_ml_h > 0


def read_infusion(fields: tuple[str, ...]) -> Infusion:
    """Understand the answer to ``INF``.

    Raises:
        ValueError: it has another form than the captured ones.
    """
    if len(fields) < 14 or fields[5] != "ml/h" or fields[8] != "ml" or not fields[2]:
        raise ValueError("it is no state of an infusion")
    if _WORD.fullmatch(fields[3]) is None:
        raise ValueError(f"{fields[3]!r} is no mode")
    return Infusion(
        fields[1].strip(),
        fields[2] != NO_ALARM_FLAG,
        fields[3],
        read_rate(fields[4]),
        read_volume(fields[7]),
    )


def read_rate(text: str) -> Decimal:
    """A rate in mL/h.

    Raises:
        ValueError: no rate this pump can have.
    """
    if _RATE.fullmatch(text) is None or Decimal(text) > HIGHEST_RATE_ML_H:
        raise ValueError(f"{text!r} is no rate of the pump")
    return Decimal(text)


def read_volume(text: str) -> Decimal:
    """A volume in mL.

    Raises:
        ValueError: no volume this pump can have.
    """
    if _VOLUME.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no volume of the pump")
    return Decimal(text)


def read_set_rate(fields: tuple[str, ...]) -> Decimal:
    """The rate that is set, from the answer to ``INF_RATE`` or ``INF_RATE_MAX_SYRINGE``.

    Raises:
        ValueError: another form.
    """
    if len(fields) != 3 or fields[2] != "ml/h":
        raise ValueError("it is no set rate")
    return read_rate(fields[1])


def read_limit(fields: tuple[str, ...]) -> Decimal | None:
    """The volume to be infused, from the answer to ``INF_VTBI``; None when none is active.

    Only a limit at which the pump stops counts: with one that goes on at a keep-open rate the delivery would
    not be finite.

    Raises:
        ValueError: another form, or an end that is no stop.
    """
    if len(fields) < 2 or fields[1] not in ("ACTIV", "DEACT"):
        raise ValueError("it is no volume limit")
    if fields[1] == "DEACT":
        return None
    if len(fields) != 5 or fields[3] != "ml" or fields[4] != "STOP":
        raise ValueError("its volume limit does not end with a stop")
    return read_volume(fields[2])


@dataclass(frozen=True, slots=True)
class SyringeInPump:
    """What the pump takes the syringe for.

    Attributes:
        brand: In the pump's words.
        size_ml: Its size.
        confirmed: Somebody confirmed it at the pump.
    """

    brand: str
    size_ml: int
    confirmed: bool

    @property
    def words(self) -> str:
        """Brand and size."""
        return f"{self.brand} {self.size_ml} mL"


def read_syringe(fields: tuple[str, ...]) -> SyringeInPump:
    """Understand the answer to ``SYRINGE_STATUS``.

    Raises:
        ValueError: another form.
    """
    if len(fields) != 4 or not fields[1].strip() or not fields[2].strip().isdigit():
        raise ValueError("it is no syringe")
    return SyringeInPump(fields[1].strip(), int(fields[2]), fields[3] == "CONF")


def is_ordered(held: SyringeInPump, ordered: str) -> bool:
    """Whether the pump's syringe may be the ordered one, by brand and size.

    The pump calls 50 what is sold as 50 or 60 mL, so the two are one size here (site default, needs the
    medical director's signature).
    """
    words = ordered.upper().replace("ML", " ").split()
    sizes = {int(word) for word in words if word.isdigit()}
    sizes |= {50} if 60 in sizes else set()
    brand = next((word for word in words if not word.isdigit()), "")
    return held.size_ml in sizes and brand in held.brand.upper().split()


def read_alarm(fields: tuple[str, ...]) -> str:
    """The code in the answer to ``ALARM``.

    Raises:
        ValueError: another form.
    """
    code = fields[1].strip().replace(" ", "_") if len(fields) > 1 else ""
    if not code.startswith("AL_"):
        raise ValueError("it is no alarm")
    return code


def alarm_of(code: str) -> PumpAlarm | None:
    """What an alarm code means in the product's words; None for a mere warning."""
    return None if code in WARNINGS else ALARMS.get(code, PumpAlarm.OTHER)


def rate_text(rate_ml_h: Decimal) -> str:
    """A rate as the pump takes it, rounded down.

    Raises:
        ValueError: outside 0.1 to 1200 mL/h.
    """
    if not LOWEST_RATE_ML_H <= rate_ml_h <= HIGHEST_RATE_ML_H:
        raise ValueError(f"{rate_ml_h} mL/h is outside {LOWEST_RATE_ML_H} to {HIGHEST_RATE_ML_H} mL/h.")
    return format(round_down(rate_ml_h, RATE_PLACES), "f")


def volume_text(volume_ml: Decimal) -> str:
    """A volume limit as the pump takes it, rounded down.

    Raises:
        ValueError: nothing, or more than any syringe.
    """
    text = format(round_down(volume_ml, VOLUME_PLACES), "f")
    if Decimal(text) <= 0 or volume_ml > HIGHEST_VOLUME_ML:
        raise ValueError(f"{volume_ml} mL is no volume this pump takes.")
    return text


def read_word(fields: tuple[str, ...]) -> str:
    """The one word of an answer.

    Raises:
        ValueError: it is more than one, or none.
    """
    if len(fields) != 2:
        raise ValueError("it is no single word")
    return fields[1].strip()


def read_anything(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Whatever was answered."""
    return fields
