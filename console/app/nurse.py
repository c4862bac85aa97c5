"""A scripted nurse: from what the room shows she works out what to ask next.

She plays whole sessions over the wire in demonstrations and tests. Nothing here is a shortcut: she asks
what a person would ask, one thing at a time, and waits for the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from console.app.bay import Findings
from console.clinical.arrival import items_for
from console.clinical.discharge import CONFIRMATIONS
from console.clinical.scales import ALDRETE, DISSOCIATION, MOAAS, MPADSS, Scale
from console.clock import Instant
from console.session import intents as ask
from console.session.commanding import must_reprogram
from console.session.events import Care, PromptKind
from console.session.people import OrderInputs, Patient, Sex
from console.session.pump import PumpState
from console.session.release import unmet
from console.session.state import Phase, Session, State

BASELINE_SPACING_S: Final = 300.0
LAST_SET_S: Final = 10 * 60.0
"""She scores for discharge once the patient is nearly due to leave."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose name and PIN she uses."""

    user_id: str
    pin: str


@dataclass(frozen=True, slots=True)
class Request:
    """Something to ask, with the PIN when it needs one."""

    intent: ask.PersonIntent
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What she is to do today."""

    patient: Patient
    weight_kg: Decimal
    order: OrderInputs
    nurse: Credentials
    second: Credentials


class ScriptedNurse:
    """Decides the next request; keeps only the ids she mints."""

    def __init__(self, assignment: Assignment, new_id: Callable[[], str]) -> None:
        self._todo = assignment
        self._new_id = new_id

    def next(self, state: State, findings: Findings, now: Instant) -> Request | None:
        """What she asks now; None when she waits."""
        if state.user is None:
            return Request(ask.SignIn(), self._todo.nurse)
        loud = [alarm for alarm in state.alarms if not alarm.acknowledged]
        if loud:
            return Request(ask.Acknowledge(loud[0].raised.alarm_id))
        session = state.session
        if session is None or state.phase in {Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED}:
            return None if self.done(state) else Request(self._open())
        match state.phase:
            case Phase.ARRIVAL:
                intent = self._arrival(session, now)
            case Phase.ORDER:
                intent = self._before_order(session) or ask.WriteOrder(self._todo.order)
            case Phase.VERIFY:
                return self._verify(session)
            case Phase.PROGRAM | Phase.READY | Phase.PAUSED:
                intent = self._delivery(state, session)
            case Phase.INFUSING:
                intent = self._due(session, findings)
            case Phase.OBSERVING:
                intent = self._observation(state, session, findings, now)
            case _:
                intent = ask.CloseSession()
        return None if intent is None else Request(intent)

    def done(self, state: State) -> bool:
        """Her patient's session is closed."""
        session = state.session
        return (
            session is not None
            and session.patient == self._todo.patient
            and state.phase in {Phase.CLOSED, Phase.ABORTED}
        )

    def _open(self) -> ask.PersonIntent:
        return ask.OpenSession(self._new_id(), self._todo.patient)

    def _before_order(self, session: Session) -> ask.PersonIntent | None:
        female = session.patient.sex is not Sex.MALE
        for item in items_for(pregnancy_possible=female):
            if item.id not in session.arrival:
                return ask.AnswerArrival(item.id, True)
        return None

    def _arrival(self, session: Session, now: Instant) -> ask.PersonIntent | None:
        patient = session.patient
        if not session.identity_confirmed:
            return ask.ConfirmIdentity(patient.birth_date, patient.mrn)
        if session.weight_kg is None:
            return ask.RecordWeight(self._todo.weight_kg)
        answer = self._before_order(session)
        if answer is not None:
            return answer
        counted = [pressure for pressure in session.pressures if pressure.baseline]
        if len(counted) >= 2:
            return ask.AcceptBaseline()
        waited = not counted or now.seconds_since(counted[-1].measured_at) >= BASELINE_SPACING_S
        fresh = [p for p in session.pressures if not p.baseline and p.measured_at not in _times(session)]
        if counted and (not fresh or _apart_s(fresh[-1].measured_at, counted[-1].measured_at) < 290):
            return ask.EnterPressure(122, 76) if waited else None
        return ask.TakeBaseline() if fresh else ask.EnterPressure(120, 76)

    def _verify(self, session: Session) -> Request | None:
        order = session.order
        if order is None:
            return None
        inputs = order.inputs
        intent = ask.VerifyOrder(order.weight_kg, inputs.concentration_mg_ml, inputs.amount, inputs.minutes)
        return Request(intent, self._todo.second)

    def _delivery(self, state: State, session: Session) -> ask.PersonIntent | None:
        if state.in_flight is not None or state.unresolved is not None:
            return None
        if state.phase is Phase.PROGRAM:
            return ask.ProgramPump(self._new_id())
        if state.phase is Phase.READY:
            return ask.StartInfusion(self._new_id())
        lost_its_place = state.pump.state is PumpState.STOPPED and not session.reprogrammed
        if must_reprogram(session) or lost_its_place:
            return ask.ProgramPump(self._new_id())
        return ask.ResumeInfusion(self._new_id())

    def _due(self, session: Session, findings: Findings) -> ask.PersonIntent | None:
        prompted = session.prompted
        if PromptKind.MOAAS in prompted:
            return ask.RecordScore(MOAAS.id, {"level": findings.moaas})
        if PromptKind.DISSOCIATION in prompted:
            return ask.RecordScore(DISSOCIATION.id, {"level": findings.dissociation})
        if PromptKind.ALDRETE in prompted:
            return ask.RecordScore(ALDRETE.id, _best(ALDRETE))
        if PromptKind.NIBP in prompted:
            return ask.EnterPressure(126, 78)
        return None

    def _observation(
        self, state: State, session: Session, findings: Findings, now: Instant
    ) -> ask.PersonIntent | None:
        intent = self._due(session, findings)
        if intent is not None:
            return intent
        for confirmation in CONFIRMATIONS:
            if not session.discharge.get(confirmation.id):
                return ask.ConfirmDischarge(confirmation.id, True)
        if session.ended_at is None or session.order is None:
            return None
        left_s = float(session.order.min_observation_min) * 60 - now.seconds_since(session.ended_at)
        if left_s > 0:
            return None
        return next(self._last_set(state, session, findings, now), ask.Discharge())

    def _last_set(
        self, state: State, session: Session, findings: Findings, now: Instant
    ) -> Iterator[ask.PersonIntent]:
        """The scores and the pressure the gate still asks for."""
        reasons = " ".join(unmet(state, now))
        if "MOAA/S" in reasons:
            yield ask.RecordScore(MOAAS.id, {"level": findings.moaas})
        if "issociation" in reasons:
            yield ask.RecordScore(DISSOCIATION.id, {"level": findings.dissociation})
        if "Aldrete" in reasons:
            yield ask.RecordScore(ALDRETE.id, _best(ALDRETE))
        if "MPADSS" in reasons:
            yield ask.RecordScore(MPADSS.id, _best(MPADSS))
        if "ressure" in reasons and session.baseline is not None:
            yield ask.EnterPressure(session.baseline.systolic, session.baseline.diastolic)


def chart(care: Care, at: Instant, note: str, grade: int) -> ask.NoteCare:
    """A one-touch event, stamped now."""
    return ask.NoteCare(care, at, note, grade)


def _best(scale: Scale) -> dict[str, int]:
    return {item.id: item.highest for item in scale.items}


def _times(session: Session) -> set[Instant]:
    return {pressure.measured_at for pressure in session.pressures if pressure.baseline}


def _apart_s(later: Instant, earlier: Instant) -> float:
    return later.seconds_since(earlier)
