"""The conditions for START, one line each, in words; what is not known counts as not met."""

from __future__ import annotations

from dataclasses import dataclass

from console.clinical.vitals import Vital
from console.clock import Instant
from console.room.wire import Live
from console.session.commanding import VERIFICATION_VALID_S
from console.session.fit_devices import PATIENT, not_let_through
from console.session.ordering import outstanding_checks
from console.session.pump import LinkState, PumpState
from console.session.site import PUMP, Site
from console.session.state import Session, State
from console.session.supervised import LABELS, Verdict
from console.session.tone_check import tones_confirmed
from console.session.unattended import without_console
from console.ui.viewmodels.live_words import countdown, shown_vital
from console.ui.viewmodels.step_by_hand import comparison, seen_words
from console.ui.viewmodels.step_program import PUMP_WORDS, Mark, rows

UNFIT_REASONS = ("Test is booked", "No other device here", "Tested elsewhere, protocol seen")
"""Why a device is used although a test speaks against it."""

ELSEWHERE_REASONS = ("Moved here from the other room", "The other session was left open by mistake")
"""Why somebody is treated here although another room has a session with the same patient open."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Attributes:
        label: What has to be so.
        met: Whether it is; None while nobody knows, which does not count.
        words: How it stands, and what to do when it does not.
    """

    label: str
    met: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class ReadyView:
    """The start checklist.

    Attributes:
        conditions: Every condition.
        may_start: All of them are met.
        check_again: The second person's check is too old.
    """

    conditions: tuple[Condition, ...]
    may_start: bool
    check_again: bool


def ready_view(state: State, live: Live | None, now: Instant, site: Site) -> ReadyView:
    """The checklist from the state and the latest values."""
    session = state.session
    if session is None:
        return ReadyView((), False, False)
    check = _second_person(session, now)
    conditions = (
        _identity(session),
        _arrival(session),
        _baseline(session),
        check,
        _set_by_hand(session, live) if state.supervised else _program(session),
        _pump(state, live),
        Condition("Console fails", True, f"the pump {without_console(state, site)}"),
        _command(state),
        _saturation(live),
        _monitor(state, site),
        *_patient(session), *_tests(session, live),
        _recording(live),
        _sound(state, live, now),
    )  # fmt: skip
    return ReadyView(conditions, all(one.met is True for one in conditions), check.met is not True)


def _identity(session: Session) -> Condition:
    confirmed = session.identity_confirmed
    return Condition("Patient", confirmed, "both identifiers agree" if confirmed else "confirm the identity")


def _arrival(session: Session) -> Condition:
    open_checks = outstanding_checks(session)
    return Condition("Arrival checks", not open_checks, open_checks[0] if open_checks else "complete")


def _baseline(session: Session) -> Condition:
    taken = session.baseline
    if taken is None:
        return Condition("Baseline pressure", None, "take two readings")
    return Condition("Baseline pressure", True, f"{taken.systolic:.0f}/{taken.diastolic:.0f} mmHg")


def _second_person(session: Session, now: Instant) -> Condition:
    at, who = session.verified_at, session.verified_by
    if at is None or who is None:
        return Condition("Second person", None, "has to check the order")
    left_s = VERIFICATION_VALID_S - now.seconds_since(at)
    if left_s <= 0:
        return Condition("Second person", False, "the check is older than ten minutes: check again")
    return Condition("Second person", True, f"{who.name}; holds for {countdown(left_s)}")


def _program(session: Session) -> Condition:
    marks = {row.mark for row in rows(session)[:3]}
    if session.programmed is None or not marks:
        return Condition("Program", None, "program the pump")
    if Mark.DIFFERENT in marks:
        return Condition("Program", False, "reads back other values: program again")
    unknown = Mark.UNKNOWN in marks
    return Condition("Program", True, "confirmed by the pump" if unknown else "every value read back equal")


def _set_by_hand(session: Session, live: Live | None) -> Condition:
    """Compared anew with every reading: whoever turns a key at the pump sees it here."""
    if session.programmed is None:
        return Condition("Setting", None, "set the pump by hand")
    wrong = [one for one in comparison(session, live) if one.verdict is Verdict.DIFFERS]
    if wrong:
        return Condition("Setting", False, f"{LABELS[wrong[0].setting]} {wrong[0].words}")
    return Condition("Setting", True, seen_words(session))


def _pump(state: State, live: Live | None) -> Condition:
    link = state.links.get(PUMP)
    if link is None or link.state is not LinkState.ANSWERING:
        return Condition("Pump", False, "does not answer: check its cable and power")
    if live is None or live.pump is None:
        return Condition("Pump", None, "no fresh reading: look at the pump")
    ready = live.pump.state in {PumpState.STOPPED, PumpState.PAUSED}
    return Condition("Pump", ready, f"answers, reads back {PUMP_WORDS[live.pump.state]}")


def _command(state: State) -> Condition:
    if state.unresolved is not None:
        return Condition("Last command", None, "outcome unknown: look at the pump")
    if state.in_flight is not None:
        return Condition("Last command", None, "the pump is still answering")
    if state.stop is not None and not state.stop.confirmed:
        return Condition("Last command", False, "STOP is not confirmed: look at the pump")
    return Condition("Last command", True, "nothing is pending")


def _saturation(live: Live | None) -> Condition:
    reading = None if live is None else live.vitals.get(Vital.SPO2)
    if reading is None or not reading.usable or reading.value is None:
        return Condition("SpO₂", None, "no value: put the probe on and wait")
    return Condition("SpO₂", True, f"{shown_vital(Vital.SPO2, reading.value)} %")


def _monitor(state: State, site: Site) -> Condition:
    silent = [
        name for name in site.monitors
        if (link := state.links.get(name)) is None or link.state is not LinkState.ANSWERING
    ]  # fmt: skip
    if silent:
        return Condition("Monitor", False, f"{', '.join(silent)} does not answer: check cable and power")
    return Condition("Monitor", True, "answers")


def unfit_devices(session: Session, live: Live | None) -> tuple[tuple[str, str], ...]:
    """What speaks against a START until somebody says why, the patient in another room first."""
    return not_let_through(session, () if live is None else live.unfit)


def let_through_words(device: str) -> str:
    """What the button says that lets it through."""
    return "Treat here all the same" if device == PATIENT else "Use device all the same"


def let_through_reasons(device: str) -> tuple[str, ...]:
    """Reasons to choose from."""
    return ELSEWHERE_REASONS if device == PATIENT else UNFIT_REASONS


def _patient(session: Session) -> tuple[Condition, ...]:
    """Shown only where the same patient is in another room."""
    if not session.elsewhere:
        return ()
    if session.unfit_accepted.get(PATIENT) == session.elsewhere:
        return (Condition("Patient", True, "in another room as well, with a reason"),)
    return (Condition("Patient", False, session.elsewhere),)


def _tests(session: Session, live: Live | None) -> tuple[Condition, ...]:
    """Shown only where a test speaks against a device: else there is nothing to heed."""
    if live is None or not live.unfit:
        return ()
    against = [one for one in unfit_devices(session, live) if one[0] != PATIENT]
    if not against:
        return (Condition("Device test", True, "used all the same, with a reason"),)
    return (Condition("Device test", False, against[0][1]),)


def _recording(live: Live | None) -> Condition:
    if live is None:
        return Condition("Record", None, "not known")
    return Condition(
        "Record", live.recording, "being written" if live.recording else "NOT RECORDING: free the disk"
    )


def _sound(state: State, live: Live | None, now: Instant) -> Condition:
    if live is None:
        return Condition("Alarm sound", None, "not known")
    if live.sound and tones_confirmed(state, now):
        return Condition("Alarm sound", True, "was heard today")
    code = "sound_untested" if live.sound else "no_sound"
    heeded = any(alarm.raised.code == code and alarm.acknowledged for alarm in state.alarms)
    lack = "not heard today" if live.sound else "none"
    todo = "test the tones or acknowledge the alarm" if live.sound else "acknowledge the alarm or mend it"
    return Condition(
        "Alarm sound", heeded, f"{lack}, acknowledged: stay in sight" if heeded else f"{lack}: {todo}"
    )
