"""From the sign-in to START, through the real panels."""

from __future__ import annotations

from functools import partial

from console.clinical.arrival import BASELINE_SPACING_S, SPACING_TOLERANCE_S, items_for
from console.clock import Instant
from console.session.commanding import VERIFICATION_VALID_S
from console.session.people import Sex
from console.session.pump import LinkState
from console.session.state import Phase, Session, State
from console.ui.autopilot_hands import Hands, HandsError
from console.ui.autopilot_plan import AutoPlan, Pin, Script, Wait
from console.ui.bedside import step_names
from console.ui.bridge import Bridge
from console.units import plain

CUFF_GIVEN_UP_S = 6 * 60.0
START_TRIES = 6
ANSWERED_WITHIN_S = 4.0
"""Real seconds within which an asked START shows: STOP and START are confirmed or alarmed in 2 s."""


class SetupScript:
    """Signs in, arrives, orders, checks, programs and starts."""

    def __init__(self, bridge: Bridge, hands: Hands, plan: AutoPlan) -> None:
        self._bridge, self._hands, self._plan = bridge, hands, plan

    @property
    def state(self) -> State:
        """The state of the room."""
        return self._bridge.state

    def play(self) -> Script:
        """From wherever the session stands to a running infusion."""
        yield from self._sign_in()
        if self.state.phase in {Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED}:
            yield from self._choose_patient()
        if self.state.phase is Phase.ARRIVAL:
            yield from self._arrive()
        if self.state.phase is Phase.ORDER:
            yield from self._order()
        if self.state.phase is Phase.VERIFY:
            yield from self.second_person(step_names.VERIFY)
            yield from self._phase(Phase.PROGRAM, "the second person's check")
            self._hands.picture("second-person-agreed")
        if self.state.phase is Phase.PROGRAM:
            yield from self._program()
        if self.state.phase is Phase.READY:
            yield from self._start()

    # --- small things -----------------------------------------------------------------------------

    def _session(self) -> Session:
        session = self.state.session
        if session is None:
            raise HandsError("The session is gone.")
        return session

    def _phase(self, phase: Phase, what: str, within_s: float = 120.0) -> Script:
        yield Wait(lambda: self.state.phase is phase, what, within_s)

    def touchable(self, name: str, within_s: float = 120.0) -> Script:
        """Wait until something can be touched."""
        yield Wait(lambda: self._hands.can_touch(name), f"{name} to be offered", within_s)

    def tap(self, name: str) -> Script:
        """Wait until something can be touched, and touch it."""
        yield from self.touchable(name)
        self._hands.touch(name)
        yield Wait(lambda: True, "a breath")

    def digits(self, pad: str, text: str) -> Script:
        """Touch the keys of a pad one by one."""
        yield from self.touchable(pad)
        for character in text:
            self._hands.key(pad, character)
            yield Wait(lambda: True, "a breath")

    def pin(self, pin: Pin) -> Script:
        """Choose a name and enter the PIN."""
        yield from self.tap(f"person_{pin.user_id}")
        yield Wait(lambda: self._hands.can_touch("key_0"), "the PIN pad")
        yield from self.digits("pin_pad", pin.digits)

    # --- the steps --------------------------------------------------------------------------------

    def _sign_in(self) -> Script:
        yield Wait(lambda: self._bridge.connected, "the room", 60)
        if self.state.user is None:
            yield Wait(self._hands.sees(step_names.SIGN_IN), "the sign-in panel")
            self._hands.picture("sign-in")
            yield from self.pin(self._plan.nurse)
        yield Wait(lambda: self.state.user is not None, "the sign-in")

    def _answering(self) -> bool:
        links = self.state.links
        return len(links) >= 2 and all(link.state is LinkState.ANSWERING for link in links.values())

    def _choose_patient(self) -> Script:
        hands, patient = self._hands, self._plan.patient
        yield Wait(hands.sees(step_names.PATIENT), "the choice of a patient")
        yield Wait(self._answering, "pump and monitor to answer", 300)
        hands.picture("room-and-patients")
        if self._can_test_tones():
            yield from self._hear_tones()
        hands.write("patient_search", patient.mrn)
        yield Wait(lambda: True, "a breath")
        if hands.find(f"patient_{patient.patient_id}") is None:
            yield from self._add_patient()
        else:
            yield from self.tap(f"patient_{patient.patient_id}")
        hands.picture("patient-chosen")
        yield from self.tap("primary")
        yield from self._phase(Phase.ARRIVAL, "the session to begin")

    def _add_patient(self) -> Script:
        hands, patient = self._hands, self._plan.patient
        yield from self.tap("patient_add")
        hands.write("family_name", patient.family_name)
        hands.write("given_name", patient.given_name)
        hands.write("record_number", patient.mrn)
        yield from self.tap(f"sex_{patient.sex.value}")
        yield from self.digits("birth_date", patient.birth_date.replace("-", ""))
        hands.picture("new-patient")
        yield from self.tap("primary")
        yield Wait(hands.sees("patient_search"), "the patient to be added")

    def _arrive(self) -> Script:
        hands = self._hands
        yield Wait(hands.sees(step_names.ARRIVAL), "the arrival")
        if not self._session().identity_confirmed:
            yield from self._identify()
        yield from self.tap("arrival_checks")
        for item in items_for(pregnancy_possible=self._session().patient.sex is not Sex.MALE):
            if item.id in self._session().arrival:
                continue
            yield from self.tap(f"yes_{item.id}")
            yield Wait(partial(self._answered, item.id), "an answered check")
        hands.picture("arrival-checks")
        if self._session().weight_kg is None:
            yield from self._weigh()
        if self._session().baseline is None:
            yield from self._baseline()

    def _identify(self) -> Script:
        yield from self.tap("arrival_identity")
        yield from self.digits("birth_date", self._plan.patient.birth_date.replace("-", ""))
        self._hands.write("record_number", self._plan.patient.mrn)
        self._hands.picture("identity")
        yield from self.tap("primary")
        yield Wait(lambda: self._session().identity_confirmed, "the identity to be confirmed")

    def _weigh(self) -> Script:
        hands = self._hands
        yield from self.tap("arrival_weight")
        yield from self.digits("weight_pad", plain(self._plan.weight_kg))
        if hands.find("confirm_weight") is not None:
            yield from self.tap("confirm_weight")
        hands.picture("weight")
        yield from self.tap("primary")
        yield Wait(lambda: self._session().weight_kg is not None, "the weight to be recorded")

    def _counted(self) -> int:
        return sum(pressure.baseline for pressure in self._session().pressures)

    def _fresh(self) -> bool:
        """A cuff reading that may be counted now: the first, or one five minutes after it."""
        counted = [p for p in self._session().pressures if p.baseline]
        fresh = [p for p in self._session().pressures if not p.baseline]
        if not fresh:
            return False
        if not counted:
            return True
        apart_s = fresh[-1].measured_at.seconds_since(counted[0].measured_at)
        return apart_s >= BASELINE_SPACING_S - SPACING_TOLERANCE_S

    def _fresh_or_late(self, since: Instant) -> bool:
        return self._fresh() or self._bridge.now().seconds_since(since) > CUFF_GIVEN_UP_S

    def _more_counted(self, before: int) -> bool:
        return self._counted() > before

    def _answered(self, item: str) -> bool:
        return item in self._session().arrival

    def _baseline(self) -> Script:
        hands = self._hands
        yield from self.tap("arrival_baseline")
        while self._counted() < 2:
            before, since = self._counted(), self._bridge.now()
            yield Wait(partial(self._fresh_or_late, since), "a cuff reading", 2 * CUFF_GIVEN_UP_S)
            if self._fresh():
                yield from self.tap("primary")
            else:
                yield from self._by_hand()
            yield Wait(partial(self._more_counted, before), "the reading to be counted")
            hands.picture(f"baseline-{self._counted()}")
        yield Wait(lambda: True, "a breath")
        if hands.find("baseline_reason") is not None:
            hands.write("baseline_reason", self._plan.reason)
        yield from self.tap("primary")
        yield Wait(lambda: self._session().baseline is not None, "the baseline to be accepted")

    def _by_hand(self) -> Script:
        yield from self.tap("by_hand")
        yield from self.pressure()
        yield from self.tap("primary")

    def pressure(self) -> Script:
        """Type a pressure measured by hand."""
        for box, value in zip(("systolic", "diastolic"), self._plan.by_hand, strict=True):
            yield from self.tap(box)
            yield from self.digits("pressure_pad", str(value))

    def _order(self) -> Script:
        hands, order = self._hands, self._plan.order
        yield Wait(hands.sees(step_names.ORDER), "the order")
        yield from self.tap(f"protocol_{order.protocol_id}")
        yield from self.tap("order_amount")
        yield from self.digits("order_pad", plain(order.amount))
        yield from self.tap("order_minutes")
        yield from self.digits("order_pad", plain(order.minutes))
        yield from self.tap(f"concentration_{plain(order.concentration_mg_ml)}")
        brand = order.syringe.rsplit(" ", 2)[0]
        yield from self.tap(f"brand_{brand}")
        yield from self.tap(f"syringe_{order.syringe}")
        for rule in order.reasons:
            if hands.find(f"finding_{rule}") is not None:
                hands.write(f"finding_{rule}", order.reasons[rule])
        hands.picture("order")
        yield from self.tap("primary")
        yield from self._phase(Phase.VERIFY, "the order to be taken")

    def second_person(self, step: str) -> Script:
        """The second person's blind check on ``step``."""
        hands, order = self._hands, self._plan.order
        yield Wait(hands.sees(step), "the second person's panel")
        yield from self.pin(self._plan.second)
        for box, value in (
            ("check_weight", self._plan.weight_kg),
            ("check_concentration", order.concentration_mg_ml),
            ("check_amount", order.amount),
            ("check_minutes", order.minutes),
        ):
            yield from self.tap(box)
            yield from self.digits("check_pad", plain(value))
        hands.picture("second-person")
        yield from self.tap("primary")

    def _program(self) -> Script:
        yield Wait(self._hands.sees(step_names.PROGRAM), "the program panel")
        self._hands.picture("program")
        yield from self.tap("primary")
        yield from self._phase(Phase.READY, "the pump to be programmed and read back", 60)
        self._hands.picture("programmed")

    def _can_test_tones(self) -> bool:
        live = self._bridge.live
        return live is not None and live.sound and self._hands.can_touch("tones_test")

    def _hear_tones(self) -> Script:
        """Sound the tones and say that they were heard, as a nurse does once a day."""
        yield from self.tap("tones_test")
        asked_s = self._bridge.real_s

        def sounded_or_refused() -> bool:
            waited_s = self._bridge.real_s - asked_s
            return self._hands.can_touch("tones_heard") or waited_s > ANSWERED_WITHIN_S

        yield Wait(sounded_or_refused, "the alarm tones", 3600)
        if self._hands.can_touch("tones_heard"):
            self._hands.picture("tones")
            yield from self.tap("tones_heard")
            yield Wait(lambda: self.state.tones_heard, "the answer about the tones to be taken down")

    def _sound_is_missed(self) -> bool:
        """Nobody acknowledged yet that alarms cannot be heard, or were not: START waits for that."""
        missing = [
            alarm for alarm in self.state.alarms if alarm.raised.code in {"no_sound", "sound_untested"}
        ]
        return any(alarm.condition and not alarm.acknowledged for alarm in missing)

    def _start(self) -> Script:
        hands = self._hands
        yield Wait(hands.sees(step_names.READY), "the start conditions")
        for _try in range(START_TRIES):
            if self._can_test_tones():
                yield from self._hear_tones()
            while self._sound_is_missed():
                yield from self.tap("acknowledge")
            yield Wait(lambda: hands.can_touch("start") or self._must_check_again(), "START", 300)
            if self._must_check_again():
                yield from self._check_again()
                continue
            if not hands.can_touch("start"):
                continue
            hands.picture("ready")
            yield from self.held("start")
            asked_s = self._bridge.real_s
            yield Wait(partial(self._started_or_refused, asked_s), "the pump to read back infusing", 3600)
            if self.state.phase is not Phase.READY:
                hands.picture("started")
                return
        raise HandsError(f"START was held {START_TRIES} times and the pump does not infuse.")

    def held(self, name: str) -> Script:
        """Keep a finger on a button until its second is over or it no longer takes the finger."""
        self._hands.hold(name)
        yield Wait(lambda: not self._hands.holding, f"{name} to be held", 3600)
        self._hands.let_go()

    def _must_check_again(self) -> bool:
        at = self._session().verified_at
        old = at is None or self._bridge.now().seconds_since(at) > VERIFICATION_VALID_S
        return old and self._hands.can_touch("check_again")

    def _started_or_refused(self, asked_s: float) -> bool:
        """It runs, or START is offered again well after it was asked."""
        offered = self._hands.can_touch("start") or self._must_check_again()
        return self.state.phase is not Phase.READY or (
            offered and self._bridge.real_s - asked_s > ANSWERED_WITHIN_S
        )

    def _check_again(self) -> Script:
        checked_at = self._session().verified_at
        yield from self.tap("check_again")
        yield from self.second_person(step_names.VERIFY)
        yield Wait(lambda: self._session().verified_at != checked_at, "the renewed check")
