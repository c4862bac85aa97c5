"""A room of named people for the set-up steps: PINs are checked, and the pump takes its own values back."""

from __future__ import annotations

from decimal import Decimal

from console.room.wire import Answer, Ask
from console.session.people import Actor, Authn, Patient, Role, Sex
from console.session.pump import Confirmed, Outcome, Program, PumpCommand
from console.ui.viewmodels.step_people import LastSession, Person
from tests.session.bench import Bench, ScriptedPump
from tests.ui.fake_room import FakeRoom

PEOPLE = (
    Person("n1", "Nurse One", Role.NURSE),
    Person("n2", "Nurse Two", Role.NURSE),
    Person("p1", "Physician One", Role.PHYSICIAN),
    Person("t1", "Technician One", Role.TECHNICIAN),
)
PINS = {"n1": "314159", "n2": "271828", "p1": "161803", "t1": "141421"}
KNOWN = (
    Patient("pt-1", "Rossi", "Mara", "1984-03-12", "204-118", Sex.FEMALE),
    Patient("pt-2", "Sample", "Anton", "1967-11-02", "DEMO-0002", Sex.MALE),
    Patient("pt-3", "Example", "Noor", "1991-07-30", "204-377", Sex.FEMALE),
)


class NamingPump(ScriptedPump):
    """Also reads back the diameter it was given, as the real driver does."""

    def _do(self, command: PumpCommand) -> Outcome:
        outcome = super()._do(command)
        if isinstance(command, Program) and isinstance(outcome, Confirmed):
            back = outcome.read_back
            return Confirmed(
                type(back)(back.state, command.diameter_mm, back.rate_ml_h, back.volume_ml, back.infused_ml)
            )
        return outcome


class InProcessRoom(FakeRoom):
    """The real machine behind the client's door, with people who have PINs."""

    def __init__(self, bench: Bench | None = None) -> None:
        super().__init__(bench)
        self.bench.pump = NamingPump()

    def _answer(self, message: Ask) -> None:
        actor = None
        if message.pin:
            if PINS.get(message.user_id) != message.pin:
                self._out.append(Answer(message.request_id, False, ("The PIN is wrong: 4 tries left.",)))
                return
            person = next(one for one in PEOPLE if one.user_id == message.user_id)
            actor = Actor(person.user_id, person.name, person.role, Authn.PIN)
        elif self.bench.state.user is not None:
            actor = _signed_in(self.bench.state.user)
        decision = self.bench.tell(message.intent, actor)
        accepted = not decision.refusals
        self._out.append(Answer(message.request_id, accepted, decision.refusals or decision.notices))
        self.tell()


def _signed_in(user: Actor) -> Actor:
    return Actor(user.user_id, user.name, user.role, Authn.SIGNED_IN)


class KnownPatients:
    """A PatientDirectory of three people."""

    def __init__(self, last: dict[str, LastSession] | None = None) -> None:
        self._last = last or {}

    def search(self, text: str) -> tuple[Patient, ...]:
        words = text.casefold().split()
        return tuple(p for p in KNOWN if all(w in f"{p.full_name} {p.mrn}".casefold() for w in words))

    def recent(self) -> tuple[Patient, ...]:
        return KNOWN

    def last_session(self, patient_id: str) -> LastSession | None:
        return self._last.get(patient_id)


LAST = {"pt-1": LastSession(Decimal(70), Decimal(35), "12 Nov 2026")}
