"""Do the alarms of a pump come? A blocked line, a power cut, and a host that falls silent."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from console.devices.about import Role
from console.devices.bench.procedure import (
    DECLINED,
    Ask,
    Check,
    Deed,
    Doing,
    Procedure,
    failed,
    not_done,
    passed,
)
from console.devices.bench.pump_checks import ONLY_READ, controls, poll, started
from console.devices.bench.stand import Stand
from console.devices.pump_owner import GoesOn
from console.session.bench import Figure
from console.session.pump import PumpAlarm, PumpState

LONG_ML: Final = Decimal(30)
"""More than any of these trials delivers, so that the pump does not end by itself."""
STALL_S: Final = 60.0
STALL_ML: Final = 3.0
"""A blocked line must be noticed before so much was pushed into it (site default)."""
POWER_S: Final = 30.0
WATCHDOG_GRACE_S: Final = 3.0
NO_WATCHDOG: Final = (
    "This pump has no host time-out: when the console is lost it goes on to its target volume. Never leave "
    "it alone."
)


def stall(stand: Stand) -> Procedure:
    """Clamp the line of a running pump: it must stop and say so."""
    if not controls(stand):
        return not_done(ONLY_READ)
    answer = yield Ask(Deed.CLAMP_LINE, "Clamp the line close to the syringe, then say done.")
    if answer is None or not answer.done:
        return DECLINED
    found = yield from _stalled(stand)
    yield Ask(
        Deed.OPEN_LINE,
        "Open the clamp over the vessel: what was trapped comes out. Clear the alarm at the pump if it still "
        "shows one.",
    )
    return found


def _stalled(stand: Stand) -> Procedure:
    pushed = 0.0
    try:
        trouble = yield from started(stand, stand.trial.program(LONG_ML))
        if trouble:
            return failed(f"The pump was not started: {trouble}")
        began = stand.opened.now()
        while (passed_s := stand.opened.now().seconds_since(began)) < STALL_S and pushed <= STALL_ML:
            share = passed_s / STALL_S
            yield Doing("Waiting for the alarm of the blocked line", share, stand.the_pump.poll_every_s)
            reading = poll(stand)
            if reading is None:
                continue
            pushed = pushed if reading.infused_ml is None else float(reading.infused_ml)
            figures = (
                Figure("Alarm after", f"{passed_s:.1f}", "s", f"{STALL_S:g} s"),
                Figure("Pushed into the blocked line", f"{pushed:.2f}", "mL", f"{STALL_ML:g} mL"),
            )
            if reading.alarm is PumpAlarm.STALL and reading.state is not PumpState.INFUSING:
                return passed("The blocked line was noticed and the pump stopped.", *figures)
            if reading.alarm is not None and reading.alarm is not PumpAlarm.STALL:
                return failed(f"Instead of the occlusion alarm came {reading.alarm.value}.", *figures)
    finally:
        stand.make_safe()
    return failed(
        f"The line was blocked and {pushed:.1f} mL were pushed into it without an alarm. Take the pump "
        "out of service.",
        Figure("Pushed into the blocked line", f"{pushed:.2f}", "mL", f"{STALL_ML:g} mL"),
    )


def power(stand: Stand) -> Procedure:
    """Switch a running pump off and on: it must come back stopped, and say that it was reset."""
    if not controls(stand):
        return not_done(ONLY_READ)
    running = False
    try:
        trouble = yield from started(stand, stand.trial.program(LONG_ML))
        if trouble:
            return failed(f"The pump was not started: {trouble}")
        answer = yield Ask(
            Deed.CYCLE_POWER, "While it runs, switch the pump off and on again, then say done."
        )
        if answer is None or not answer.done:
            return DECLINED
        began = stand.opened.now()
        while (passed_s := stand.opened.now().seconds_since(began)) < POWER_S:
            share = passed_s / POWER_S
            yield Doing("Waiting for the pump to come back", share, stand.the_pump.poll_every_s)
            reading = poll(stand)
            if reading is None:
                running = False
                continue
            running = reading.state is PumpState.INFUSING
            figure = Figure("Alarm after", f"{passed_s:.1f}", "s", f"{POWER_S:g} s")
            if reading.alarm is PumpAlarm.RESET and not running:
                return passed("The pump came back stopped and said that it had no power.", figure)
    finally:
        stand.make_safe()
    if running:
        return failed("The pump runs and never said that its power was cut. Take it out of service.")
    return failed("The pump did not come back, or came back without saying that its power was cut.")


def watchdog(stand: Stand) -> Procedure:
    """Fall silent while the pump runs: it must stop by itself."""
    if not controls(stand):
        return not_done(ONLY_READ)
    pump: object = stand.pump
    if isinstance(pump, GoesOn) and pump.goes_on_unattended:
        return not_done(NO_WATCHDOG)
    seconds = stand.trial.watchdog_s
    try:
        trouble = yield from started(stand, stand.trial.program(LONG_ML, watchdog_s=seconds))
        if trouble:
            return failed(f"The pump was not started: {trouble}")
        for left in range(seconds + int(WATCHDOG_GRACE_S), 0, -1):
            yield Doing(f"Silent for {left} s more: the pump must stop by itself", None, 1.0)
        reading = poll(stand)
        if reading is None:
            yield Doing("Asking the pump again", None, 1.0)
            reading = poll(stand)
    finally:
        stand.make_safe()
    if reading is None:
        return failed("The pump did not answer after the silence: check its cable, then test again.")
    said = "--" if reading.alarm is None else reading.alarm.value
    figures = (
        Figure("Host silent for", f"{seconds + WATCHDOG_GRACE_S:g}", "s", f"watchdog {seconds} s"),
        Figure("Alarm", said),
        Figure("Delivered meanwhile", "--" if reading.infused_ml is None else f"{reading.infused_ml}", "mL"),
    )
    if reading.state is PumpState.INFUSING:
        return failed(
            f"The pump ran on for {seconds + WATCHDOG_GRACE_S:g} s without its host, though it was told to "
            f"stop after {seconds} s. Do not leave it alone.",
            *figures,
        )
    if reading.alarm is not PumpAlarm.HOST_SILENT:
        return failed("The pump stopped, but not because its host was silent: look at its display.", *figures)
    return passed(f"The pump stopped by itself within {seconds + WATCHDOG_GRACE_S:g} s.", *figures)


PUMP_ALARM_CHECKS: Final = (
    Check(
        "stall",
        "Occlusion alarm",
        "Runs the pump against a clamped line until it stops and says so.",
        Role.PUMP,
        stall,
        needs_no_patient=True,
        needs_hands=True,
    ),
    Check(
        "power",
        "Power alarm",
        "Has the running pump switched off and on: it must come back stopped and say so.",
        Role.PUMP,
        power,
        needs_no_patient=True,
        needs_hands=True,
    ),
    Check(
        "watchdog",
        "Host watchdog",
        "Starts the pump and falls silent: it must stop by itself.",
        Role.PUMP,
        watchdog,
        needs_no_patient=True,
    ),
)
