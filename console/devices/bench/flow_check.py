"""Flow against time: the pump delivers onto a balance, or somebody brings the weights in a file."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from decimal import Decimal
from typing import Final

from console.clinical.accuracy import LIMIT_PERCENT, FlowTest, NotMeasured, Weighing, flow_test
from console.devices.about import Role
from console.devices.bench.balance import BalanceReader
from console.devices.bench.procedure import (
    DECLINED,
    Answer,
    Ask,
    Check,
    Deed,
    Doing,
    Finding,
    Procedure,
    failed,
    not_done,
    passed,
)
from console.devices.bench.pump_checks import ONLY_READ, controls, poll, started
from console.devices.bench.stand import Stand
from console.devices.ports import Link
from console.session.bench import Figure
from console.session.pump import Program

BALANCE_READ_S: Final = 0.1
WEIGH_EVERY_S: Final = 0.4
Trouble = Generator[Doing | Ask, Answer | None, str]
"""What went wrong, empty when nothing did."""
SHOWN_POINTS: Final = 240
"""Of the start-up curve; the standard's two hours at half a minute."""


def flow(stand: Stand) -> Procedure:
    """Measure mean error, start-up curve and trumpet curve."""
    if stand.weighings:
        yield Doing("Reckoning the flow from the file")
        return judged(stand.weighings, float(stand.trial.flow_ml_h), stand.trial.density_g_ml)
    if stand.open_balance is None:
        return not_done("No balance was named, and no file of weights: the flow was not measured.")
    if not controls(stand):
        return not_done(ONLY_READ)
    ready = yield Ask(
        Deed.LOAD_SYRINGE,
        f"Put a {stand.trial.syringe} full of water into the pump, lead the line under water into a covered "
        "vessel on the balance, prime it, and let the balance print by itself.",
    )
    if ready is None or not ready.done:
        return DECLINED
    balance = stand.open_balance()
    try:
        reader = BalanceReader()
        trouble = yield from _weighed(stand, balance, reader)
    finally:
        stand.make_safe()
        balance.close()
    if trouble:
        return failed(trouble)
    return judged(reader.weighings, float(stand.trial.flow_ml_h), stand.trial.density_g_ml)


def _weighed(stand: Stand, balance: Link, reader: BalanceReader) -> Trouble:
    trial = stand.trial
    volume = (trial.flow_ml_h * trial.flow_min / 60 * Decimal("1.05")).quantize(Decimal("0.01"))
    program = Program(trial.syringe, trial.diameter_mm, trial.flow_ml_h, volume, 0)
    trouble = yield from started(stand, program)
    if trouble:
        return f"The pump was not started: {trouble}"
    balance.discard_input()
    link, wanted_s = stand.opened, trial.flow_min * 60.0
    began = polled = link.now()
    while (passed_s := link.now().seconds_since(began)) <= wanted_s:
        yield Doing(
            f"Weighing: {passed_s / 60:.1f} of {trial.flow_min} min, {len(reader.weighings)} weights",
            passed_s / wanted_s,
            rest_s=WEIGH_EVERY_S,
        )
        reader.feed(balance.read(BALANCE_READ_S), balance.now())
        if link.now().seconds_since(polled) >= stand.the_pump.poll_every_s:
            polled = link.now()
            reading = poll(stand)
            if reading is not None and reading.alarm is not None:
                return f"The pump gave an alarm ({reading.alarm.value}) while it was weighed: {reading.raw}"
    return ""


def judged(weighings: Sequence[Weighing], rate_ml_h: float, density_g_ml: float) -> Finding:
    """What a series of weights says of the pump."""
    try:
        found = flow_test(weighings, rate_ml_h, density_g_ml)
    except NotMeasured as error:
        return failed(str(error))
    figures = figures_of(found)
    length = " The run was shorter than the two hours of the standard." if found.short else ""
    if not found.within():
        return failed(
            f"The flow is {found.mean_error_percent:+.1f} % off: check the syringe's brand and size, then "
            f"have the pump calibrated.{length}",
            *figures,
        )
    return passed(f"The flow is right within {abs(found.mean_error_percent):.1f} %.{length}", *figures)


def figures_of(found: FlowTest) -> tuple[Figure, ...]:
    """Mean error, trumpet and start-up curve as figures; curves are told by their names' numbers."""
    limit = f"±{LIMIT_PERCENT:g} %"
    trumpet = [
        Figure(f"Trumpet {point.window_min} min {which}", f"{value:+.2f}", "%")
        for point in found.trumpet
        for which, value in (("most", point.most_percent), ("least", point.least_percent))
    ]
    startup = [
        Figure(f"Flow at {point.at_min:g} min", f"{point.flow_ml_h:.2f}", "mL/h")
        for point in found.startup[:SHOWN_POINTS]
    ]
    return (
        Figure("Rate", f"{found.rate_ml_h:g}", "mL/h"),
        Figure("Mean error", f"{found.mean_error_percent:+.2f}", "%", limit),
        Figure("Analysed from", f"{found.analysed_from_min:g}", "min"),
        *trumpet,
        *startup,
    )


FLOW_CHECKS: Final = (
    Check(
        "flow",
        "Flow against time",
        "Delivers onto a balance and draws start-up curve and trumpet curve.",
        Role.PUMP,
        flow,
        needs_no_patient=True,
        needs_hands=True,
    ),
)
