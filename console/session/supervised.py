"""A pump that can only be read: a person sets and starts it by hand, the console compares and times.

Nothing here sends a byte. What the pump tells is compared with the order value by value; what it does not
tell is looked at by a person, and the record says which of both it was.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from console.clinical.dosing import round_for_pump
from console.session import intents as ask
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import Event, PumpSetByHand, Setting, StopPressed, StopUnconfirmed
from console.session.pump import Program, PumpReading, PumpState, ReadBack
from console.session.state import Session, State
from console.session.syringe import DIAMETER_TOLERANCE
from console.session.watch import Watch
from console.units import plain

READ_ONLY = "read only: this console cannot start or stop this pump"
COMMANDED = "programmed, started and stopped from this console"
NOT_KNOWN = "not known until the pump has answered"
AT_THE_PUMP = "This pump can only be read from here"

STEP_SHARE = Decimal("0.005")
STEP_RATE_ML_H = Decimal("0.1")
STEP_VOLUME_ML = Decimal("0.1")
"""A person rounds down to the steps of the pump's keys, a tenth on many clinical pumps (site default); so
much less still agrees with the order, and nothing more than the pump's own last digit does."""

MORE_SHARE = Decimal("0.002")
"""Part of a value that four digits may hide."""

HALTED = frozenset({PumpState.STOPPED, PumpState.PAUSED})
"""A pump worked by hand stands still in both; on many, Stop is the key that holds."""

LABELS = {
    Setting.RATE: "Rate",
    Setting.VOLUME: "Volume to be infused",
    Setting.SYRINGE: "Syringe",
    Setting.HALTED: "Pump stands still",
}


class Verdict(StrEnum):
    """How a value at the pump stands to the order."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_READ = "not_read"
    """The pump does not tell it: a person has to look."""


class Compared(msgspec.Struct, frozen=True):
    """One value.

    Attributes:
        setting: Which.
        asked: What the order says, as printed.
        told: What the pump tells, as printed; empty when it does not.
        verdict: How both stand.
        words: The same as words: equal, or differs and by how much.
    """

    setting: Setting
    asked: str
    told: str
    verdict: Verdict
    words: str


def control_words(state: State) -> str:
    """What can be done with the pump from here, as a person reads it."""
    if state.control is None:
        return NOT_KNOWN
    return READ_ONLY if state.supervised else COMMANDED


def as_counted(state: State, intent: ask.Intent) -> tuple[ask.Intent, Decimal | None]:
    """A reading whose counter begins where it stood when the pump was set by hand, and the counter as told.

    A counter below that was set to zero by a person, or began anew: then it is taken as it is.
    """
    session = state.session
    if not state.supervised or not isinstance(intent, ask.PumpSeen | ask.StopSeen):
        return intent, None
    told = None if intent.reading is None else intent.reading.infused_ml
    if told is None or intent.reading is None:
        return intent, None
    base = Decimal(0) if session is None else session.counter_from_ml
    counted = told - base if told >= base else told
    return replace(intent, reading=replace(intent.reading, infused_ml=counted)), told


def recounted(watch: Watch, before: State, after: State) -> Watch:
    """The senses once the counter begins elsewhere: what was sensed before is not compared across that."""
    then = Decimal(0) if before.session is None else before.session.counter_from_ml
    base = then if after.session is None else after.session.counter_from_ml
    if base == then or watch.pump is None or watch.counter_ml is None:
        return watch
    pump = replace(watch.pump, infused_ml=max(watch.counter_ml - base, Decimal(0)))
    return replace(watch, pump=pump, counts=(), counted_before=None)


def stop_at_the_pump(reason: str) -> tuple[Event, ...]:
    """STOP is recorded, and it is said at once that only a person at the pump can carry it out."""
    return (StopPressed(reason), StopUnconfirmed(0, 0.0))


def to_set(session: Session) -> Program | None:
    """What a person is to set at the pump: the order, or after a hold what remains of it."""
    order = session.order
    if order is None:
        return None
    volume_ml = round_for_pump(max(order.volume_ml - session.given_ml, Decimal(0)))
    return Program(order.syringe_name, order.diameter_mm, order.rate_ml_h, volume_ml, 0)


def compare(wanted: Program, reading: PumpReading | None) -> tuple[Compared, ...]:
    """Every value of the order beside what the pump tells."""
    return (
        _rate(wanted, reading),
        _figure(Setting.VOLUME, wanted.volume_ml, None if reading is None else reading.volume_ml),
        _syringe(wanted, reading),
        _halted(reading),
    )


def _rate(wanted: Program, reading: PumpReading | None) -> Compared:
    told = None if reading is None else reading.rate_ml_h
    if reading is not None and told == 0 and reading.state is not PumpState.INFUSING:
        told = None  # a pump that stands still and tells zero does not tell what is set
    return _figure(Setting.RATE, wanted.rate_ml_h, told)


def _figure(setting: Setting, asked: Decimal, told: Decimal | None) -> Compared:
    unit, step = ("mL/h", STEP_RATE_ML_H) if setting is Setting.RATE else ("mL", STEP_VOLUME_ML)
    shown = f"{plain(asked)} {unit}"
    if told is None:
        return Compared(setting, shown, "", Verdict.NOT_READ, "not told by the pump: look at it")
    back = f"{plain(told)} {unit}"
    if told == asked:
        return Compared(setting, shown, back, Verdict.AGREES, "equal")
    by = abs(told - asked)
    words = f"{plain(by)} {unit} {'more' if told > asked else 'less'}"
    if asked > 0:
        words += f" ({(told - asked) * 100 / asked:+.1f} %)"
    fits = told <= asked * (1 + MORE_SHARE) and asked - told <= max(STEP_SHARE * asked, step)
    if fits and (told > 0 or asked == 0):
        return Compared(setting, shown, back, Verdict.AGREES, f"within the pump's steps: {words}")
    return Compared(setting, shown, back, Verdict.DIFFERS, f"differs: {words}")


def _syringe(wanted: Program, reading: PumpReading | None) -> Compared:
    asked = f"{wanted.syringe}, {plain(wanted.diameter_mm)} mm"
    held = None if reading is None else reading.diameter_mm
    named = "" if reading is None else reading.syringe
    if held is None:
        words = "not told by the pump: look at it"
        if named:
            words = f"the pump says {named}: look whether it is the same"
        return Compared(Setting.SYRINGE, asked, named, Verdict.NOT_READ, words)
    told = ", ".join(part for part in (named, f"{plain(held)} mm") if part)
    if abs(held - wanted.diameter_mm) <= DIAMETER_TOLERANCE * wanted.diameter_mm:
        return Compared(Setting.SYRINGE, asked, told, Verdict.AGREES, "equal")
    return Compared(Setting.SYRINGE, asked, told, Verdict.DIFFERS, "differs: every volume would be wrong")


def _halted(reading: PumpReading | None) -> Compared:
    if reading is None or reading.state is PumpState.UNKNOWN:
        words = "the pump does not tell: look at it"
        return Compared(Setting.HALTED, "stopped", "", Verdict.NOT_READ, words)
    if reading.state in HALTED:
        return Compared(Setting.HALTED, "stopped", reading.state.value, Verdict.AGREES, "stands still")
    return Compared(Setting.HALTED, "stopped", reading.state.value, Verdict.DIFFERS, "stop it at the pump")


def disagreements(compared: tuple[Compared, ...]) -> tuple[str, ...]:
    """Why the setting cannot be confirmed, one sentence each."""
    return tuple(
        f"{LABELS[one.setting]}: {one.words}. Set {one.asked} at the pump."
        for one in compared
        if one.verdict is Verdict.DIFFERS
    )


def unseen(compared: tuple[Compared, ...], by_eye: tuple[Setting, ...]) -> tuple[str, ...]:
    """What the pump does not tell and nobody has looked at, one sentence each."""
    return tuple(
        f"{LABELS[one.setting]}: the pump does not tell it. Look whether it is {one.asked}, mark it as seen."
        for one in compared
        if one.verdict is Verdict.NOT_READ and one.setting not in by_eye
    )


def set_by_hand(
    ctx: Context, intent: ask.ConfirmSetByHand, reading: PumpReading | None, objections: tuple[str, ...]
) -> Decision:
    """A person has set the pump: keep it when nothing disagrees and everything was read or looked at.

    Args:
        ctx: The moment.
        intent: What the person looked at.
        reading: The pump as it reads now.
        objections: What else stands in the way.
    """
    wanted = to_set(ctx.session)
    if wanted is None or reading is None or objections:
        silent = () if reading is not None else ("The pump does not answer now: wait for a reading.",)
        return refuse(*objections, *silent)
    if wanted.volume_ml <= 0:
        return refuse("The whole ordered volume has been given: end the infusion.")
    compared = compare(wanted, reading)
    wrong = (*disagreements(compared), *unseen(compared, intent.by_eye))
    if wrong:
        return refuse(*wrong)
    looked_at = tuple(one.setting for one in compared if one.verdict is Verdict.NOT_READ)
    counted = reading.infused_ml
    back = ReadBack(
        reading.state,
        reading.diameter_mm,
        None if Setting.RATE in looked_at else reading.rate_ml_h,
        reading.volume_ml,
        counted,
        reading.syringe,
    )
    return accept(
        PumpSetByHand(
            wanted,
            back,
            looked_at,
            tuple(f"{LABELS[one.setting]} {one.asked}: {one.words}" for one in compared),
            None if counted is None else counted + ctx.session.counter_from_ml,
        )
    )
