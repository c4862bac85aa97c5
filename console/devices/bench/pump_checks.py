"""What a pump is put through without a patient: its values read back, its volume, its flow, its panel."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal
from typing import Final

from console.clinical.accuracy import LIMIT_PERCENT, NotMeasured, volume_test, weighed_ml
from console.devices.about import Role
from console.devices.bench.procedure import (
    DECLINED,
    Answer,
    Ask,
    Check,
    Deed,
    Doing,
    Finding,
    Procedure,
    Wants,
    failed,
    not_done,
    passed,
)
from console.devices.bench.stand import Stand
from console.session.bench import Figure
from console.session.pump import (
    Confirmed,
    Program,
    PumpReading,
    PumpState,
    Refused,
    Start,
)

SHOWN: Final = "Which rate does the pump's display show?"
ONLY_READ: Final = "This pump is only read from here: test it at its own keys, by its maker's instructions."
COUNTER_PERCENT: Final = 2.0
"""How far the pump's own counter may be from the order (site default)."""
PANEL_SEEN_S: Final = 3.0
"""A change at the panel must be noticed within so long (two polls; reliability target)."""
GRACE_S: Final = 30.0
LATE_S: Final = 6.0
SHOWN_POLLS: Final = 4

OTHER_TRIALS: Final = ((Decimal("12.5"), Decimal("10.25")), (Decimal(60), Decimal(50)))
"""Rates in mL/h and volumes in mL that are read back beside the trial's own."""


def controls(stand: Stand) -> bool:
    """Whether this pump can be told anything."""
    return stand.controlled


def started(stand: Stand, program: Program) -> Generator[Doing | Ask, Answer | None, str]:
    """Program and start; the reason when that failed.

    A pump whose last answer is late refuses to be started for some seconds: then it is asked once more.
    Only what certainly was not done is asked again.
    """
    stand.started = True
    for command in (program, Start()):
        outcome = stand.the_pump.execute(stand.opened, command)
        if isinstance(outcome, Refused):
            yield Doing("Waiting until no late answer can come any more", None, LATE_S)
            outcome = stand.the_pump.execute(stand.opened, command)
        if not isinstance(outcome, Confirmed):
            return outcome.reason
    return ""


def poll(stand: Stand) -> PumpReading | None:
    """One reading; None when there was no answer."""
    try:
        return stand.the_pump.poll(stand.opened)
    except TimeoutError:
        return None


def read_back(stand: Stand) -> Procedure:
    """Program pairs of figures and compare what the pump reads back. Nothing is started."""
    if not controls(stand):
        return not_done(ONLY_READ)
    trial = stand.trial
    figures: list[Figure] = []
    stand.started = True
    trials = ((trial.rate_ml_h, trial.volume_ml), *OTHER_TRIALS)
    for number, (rate, volume) in enumerate(trials):
        yield Doing(f"Programming {rate} mL/h, {volume} mL", number / len(trials))
        program = Program(trial.syringe, trial.diameter_mm, rate, volume, 0)
        outcome = stand.the_pump.execute(stand.opened, program)
        if not isinstance(outcome, Confirmed):
            return failed(f"{rate} mL/h and {volume} mL were not taken: {outcome.reason}", *figures)
        back = outcome.read_back
        figures.append(Figure(f"Read back of {rate} mL/h", f"{back.rate_ml_h}", "mL/h"))
        figures.append(Figure(f"Read back of {volume} mL", f"{back.volume_ml}", "mL"))
        if (back.rate_ml_h, back.volume_ml) != (rate, volume):
            return failed(
                f"The pump holds {back.rate_ml_h} mL/h and {back.volume_ml} mL instead of {rate} mL/h and "
                f"{volume} mL. Take it out of service.",
                *figures,
            )
    stand.make_safe()
    return passed("Every figure is read back as it was sent.", *figures)


def shown_rate(stand: Stand) -> Procedure:
    """Compare the rate of a pump that is only read with its display."""
    if controls(stand):
        return not_done("This pump is controlled from here: its figures are read back instead.")
    answer = yield Ask(Deed.RUN_AT_PANEL, "Start the pump by hand at any rate, into a vessel, then say done.")
    if answer is None or not answer.done:
        return DECLINED
    shown = yield Ask(Deed.PANEL_SHOWS, SHOWN, Wants.NUMBER, ("mL/h",))
    if shown is None or shown.number is None:
        found = DECLINED
    else:
        found = yield from _compared(stand, shown.number)
    yield Ask(Deed.STOP_AT_PANEL, "Stop the pump by hand, then say done.")
    return found


def _compared(stand: Stand, shown_ml_h: float) -> Procedure:
    rate: Decimal | None = None
    for number in range(SHOWN_POLLS):
        yield Doing("Reading the pump", number / SHOWN_POLLS, stand.the_pump.poll_every_s)
        reading = poll(stand)
        rate = rate if reading is None or reading.rate_ml_h is None else reading.rate_ml_h
        if rate is not None and abs(float(rate) - shown_ml_h) <= 0.001 * shown_ml_h + 0.05:
            figure = Figure("Rate read", f"{rate}", "mL/h", f"{shown_ml_h:g} mL/h")
            return passed("The rate that is read is the rate that is shown.", figure)
    if rate is None:
        return failed("The pump's rate cannot be read: check that it is on and the only one there.")
    return failed(
        f"The pump shows {shown_ml_h:g} mL/h and {rate} mL/h is read: check whose port this is.",
        Figure("Rate read", f"{rate}", "mL/h", f"{shown_ml_h:g} mL/h"),
    )


def volume(stand: Stand) -> Procedure:
    """Deliver the ordered volume into a vessel and weigh or read what came."""
    if not controls(stand):
        return not_done(ONLY_READ)
    trial = stand.trial
    ready = yield Ask(
        Deed.LOAD_SYRINGE,
        f"Put a {trial.syringe} full of water into the pump, lead the line into a vessel on a balance, "
        "prime it, and set the balance to zero.",
    )
    if ready is None or not ready.done:
        return DECLINED
    try:
        trouble = yield from _delivered(stand, trial.program())
        if isinstance(trouble, Finding):
            return trouble
        counter = trouble.infused_ml
        weighed = yield Ask(
            Deed.WEIGH, "How much came out? Enter the weight or the volume.", Wants.NUMBER, ("g", "mL")
        )
    finally:
        stand.make_safe()
    if weighed is None or weighed.number is None:
        return DECLINED
    return _volume_found(stand, counter, weighed.number, weighed.unit)


def _volume_found(stand: Stand, counter: Decimal | None, number: float, unit: str) -> Finding:
    ordered = float(stand.trial.volume_ml)
    try:
        got = number if unit == "mL" else weighed_ml(number, stand.trial.density_g_ml)
        test = volume_test(ordered, got)
    except NotMeasured as error:
        return not_done(str(error))
    figures = (
        Figure("Ordered", f"{ordered:.2f}", "mL"),
        Figure("Dispensed", f"{got:.3f}", "mL", "weighed" if unit != "mL" else "read"),
        Figure("Pump's own counter", "--" if counter is None else f"{counter}", "mL"),
        Figure("Error", f"{test.error_percent:+.1f}", "%", f"±{LIMIT_PERCENT:g} %"),
    )
    if counter is not None and abs(float(counter) - ordered) > ordered * COUNTER_PERCENT / 100:
        return failed(
            f"The pump counted {counter} mL instead of {ordered:g} mL. Take it out of service.", *figures
        )
    if not test.within():
        return failed(
            f"{got:.2f} mL came instead of {ordered:g} mL, {test.error_percent:+.1f} %: check the syringe's "
            "brand and size, then have the pump calibrated.",
            *figures,
        )
    return passed(f"The volume is right within {abs(test.error_percent):.1f} %.", *figures)


def _delivered(
    stand: Stand, program: Program
) -> Generator[Doing | Ask, Answer | None, Finding | PumpReading]:
    """Run a program to its end; its last reading, or what went wrong."""
    trouble = yield from started(stand, program)
    if trouble:
        return failed(f"The pump was not started: {trouble}")
    link, began = stand.opened, stand.opened.now()
    planned_s = float(program.volume_ml / program.rate_ml_h) * 3600
    last: PumpReading | None = None
    while (passed_s := link.now().seconds_since(began)) < planned_s * 1.2 + GRACE_S:
        yield Doing("Delivering the test volume", min(1.0, passed_s / planned_s), stand.the_pump.poll_every_s)
        reading = poll(stand)
        if reading is None:
            continue
        if reading.alarm is not None:
            return failed(f"The pump gave an alarm ({reading.alarm.value}) while it delivered: {reading.raw}")
        if reading.state is not PumpState.INFUSING and last is not None:
            return reading
        last = reading
    return failed(
        f"The pump had not ended after {passed_s:.0f} s; {planned_s:.0f} s were planned. Stop it by hand."
    )


def panel(stand: Stand) -> Procedure:
    """Change the rate at the pump's keys: it is locked, or the change is seen at once."""
    if not controls(stand):
        return not_done(ONLY_READ)
    trouble = yield from started(stand, stand.trial.program())
    if trouble:
        return failed(f"The pump was not started: {trouble}")
    try:
        answer = yield Ask(
            Deed.PANEL_RATE,
            "While the pump runs, set another rate at its keys (such as 99 mL/h), then say done.",
        )
        if answer is None or not answer.done:
            return DECLINED
        began = stand.opened.now()
        while (passed_s := stand.opened.now().seconds_since(began)) <= PANEL_SEEN_S:
            reading = poll(stand)
            if reading is not None and _differs(reading, stand.trial.rate_ml_h):
                figure = Figure("Seen after", f"{passed_s:.1f}", "s", f"{PANEL_SEEN_S:g} s")
                return passed("A change at the pump's keys is seen at once.", figure)
            yield Doing("Watching for the change", passed_s / PANEL_SEEN_S, stand.the_pump.poll_every_s)
        shown = yield Ask(Deed.PANEL_SHOWS, SHOWN, Wants.NUMBER, ("mL/h",))
    finally:
        stand.make_safe()
    if shown is None or shown.number is None:
        return DECLINED
    if abs(shown.number - float(stand.trial.rate_ml_h)) < 0.05:
        return passed("The pump's keys are locked: they changed nothing.")
    return failed(
        f"The display shows {shown.number:g} mL/h and the console did not notice. Do not use this pump."
    )


def _differs(reading: PumpReading, rate_ml_h: Decimal) -> bool:
    changed = reading.rate_ml_h is not None and reading.rate_ml_h != rate_ml_h
    return changed or reading.state is not PumpState.INFUSING


PUMP_CHECKS: Final = (
    Check(
        "read_back",
        "Values read back",
        "Programs rates and volumes and compares what the pump holds. Nothing is started.",
        Role.PUMP,
        read_back,
        needs_no_patient=True,
    ),
    Check(
        "shown_rate",
        "Rate shown",
        "Compares the rate that is read with the pump's display.",
        Role.PUMP,
        shown_rate,
        needs_no_patient=True,
        needs_hands=True,
    ),
    Check(
        "volume",
        "Dispensed volume",
        "Delivers a volume into a vessel and compares it with what was weighed or read.",
        Role.PUMP,
        volume,
        needs_no_patient=True,
        needs_hands=True,
    ),
    Check(
        "panel",
        "Panel",
        "Has the rate changed at the pump's keys: they are locked, or the change is seen within 3 s.",
        Role.PUMP,
        panel,
        needs_no_patient=True,
        needs_hands=True,
    ),
)
