"""A room without I/O: the real machine, a manual clock, and a pump that can lose its replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from console.clinical.arrival import ARRIVAL_ITEMS
from console.clinical.discharge import CONFIRMATIONS
from console.clinical.library import load_library, load_syringes
from console.clinical.vitals import NibpState, Quality, Vital, VitalReading
from console.clock import ManualClock
from console.session import intents as ask
from console.session.apply import apply, fold
from console.session.codec import decode, encode
from console.session.decide import step
from console.session.decision import Decision
from console.session.effects import PressStopSlot, SendCommand, effects_of
from console.session.events import Entry, Event, SessionOpened
from console.session.people import ROOM, Actor, Authn, OrderInputs, Patient, Role, Sex
from console.session.pump import (
    Confirmed,
    LinkState,
    Outcome,
    Pause,
    Program,
    PumpCommand,
    PumpReading,
    PumpState,
    ReadBack,
    Refused,
    Resume,
    SetRate,
    Start,
    Unknown,
)
from console.session.site import Site
from console.session.state import Phase, State
from console.session.watch import Watch

RESOURCES = Path(__file__).parents[2] / "resources" / "library"

NURSE = Actor("n1", "Nurse One", Role.NURSE)
NURSE_PIN = Actor("n1", "Nurse One", Role.NURSE, Authn.PIN)
SECOND = Actor("n2", "Nurse Two", Role.NURSE, Authn.PIN)
PHYSICIAN = Actor("p1", "Physician One", Role.PHYSICIAN, Authn.PIN)

PATIENT = Patient("pt-1", "Rossi", "Mara", "1984-03-12", "204-118", Sex.FEMALE)

NORMAL = {
    Vital.HR: 76.0,
    Vital.PR: 76.0,
    Vital.SPO2: 98.0,
    Vital.RR: 14.0,
    Vital.ETCO2: 38.0,
    Vital.TEMP: 36.6,
}


def make_site() -> Site:
    """The library and syringes the product ships."""
    library = load_library(next(RESOURCES.glob("ketamine*.toml")).read_text())
    syringes = load_syringes(next(RESOURCES.glob("syringes*.toml")).read_text())
    return Site("Room 2", library, syringes, simulated=True)


SITE = make_site()


@dataclass
class ScriptedPump:
    """A pump at the level of commands. Replies can be lost; what was asked is kept."""

    state: PumpState = PumpState.STOPPED
    rate_ml_h: Decimal = Decimal(0)
    volume_ml: Decimal = Decimal(0)
    infused_ml: Decimal = Decimal(0)
    asked: list[PumpCommand] = field(default_factory=list)
    lose_reply: bool = False
    lose_command: bool = False
    dead: bool = False

    def carry_out(self, command: PumpCommand) -> Outcome:
        self.asked.append(command)
        if self.dead or self.lose_command:
            return Unknown("no reply")
        outcome = self._do(command)
        return Unknown("no reply") if self.lose_reply else outcome

    def _do(self, command: PumpCommand) -> Outcome:
        match command:
            case Program():
                if self.state is PumpState.INFUSING:
                    return Refused("the pump is infusing")
                self.rate_ml_h, self.volume_ml = command.rate_ml_h, command.volume_ml
                self.infused_ml, self.state = Decimal(0), PumpState.STOPPED
            case Start() | Resume():
                self.state = PumpState.INFUSING
            case Pause():
                self.state = PumpState.PAUSED
            case SetRate(rate_ml_h=rate):
                self.rate_ml_h = rate
            case _:
                self.state = PumpState.STOPPED
        back = ReadBack(self.state, None, self.rate_ml_h, self.volume_ml, self.infused_ml)
        return Confirmed(back)

    def run(self, seconds: float) -> None:
        if self.state is not PumpState.INFUSING:
            return
        self.infused_ml += self.rate_ml_h * Decimal(str(seconds)) / 3600
        self.infused_ml = self.infused_ml.quantize(Decimal("0.000001"))
        if self.infused_ml >= self.volume_ml:
            self.infused_ml, self.state = self.volume_ml, PumpState.STOPPED


class Bench:
    """Drives the machine as the conductor does: sense, decide, commit, apply, effects."""

    def __init__(self, site: Site = SITE) -> None:
        self.clock = ManualClock()
        self.site = site
        self.state = State()
        self.watch = Watch()
        self.entries: list[Entry] = []
        self.pump = ScriptedPump()
        self.vitals: dict[Vital, float | None] = dict(NORMAL)
        self.boot_id = "boot-1"
        self._ids = 0
        self.frozen = False
        self._pleth = 0
        self._cuff_at = self.clock.now()
        self.cuff = (124.0, 78.0)
        self.tones: bool | None = True
        """What the nurse says about the alarm tones; None when she does not test them."""

    # --- the machine --------------------------------------------------------------------------

    def new_id(self) -> str:
        self._ids += 1
        return f"id-{self._ids}"

    def tell(self, intent: ask.Intent, actor: Actor | None = None) -> Decision:
        who = actor or (ROOM if isinstance(intent, ask.RoomIntent) else self.state.user or NURSE)
        decision, self.watch = step(
            self.state, self.watch, intent, who, self.clock.now(), self.site, self.new_id
        )
        for event in decision.events:
            self.commit(event, who)
        return decision

    def commit(self, event: Event, actor: Actor) -> None:
        session = self.state.session
        session_id = "" if session is None else session.session_id
        if isinstance(event, SessionOpened):
            session_id = event.session_id
        stored = decode(*encode(event))
        entry = Entry(
            self.state.seq + 1, self.new_id(), session_id, self.clock.now(), self.boot_id, actor, stored
        )
        self.entries.append(entry)
        self.state = apply(self.state, entry)
        for effect in effects_of(entry):
            match effect:
                case SendCommand(command_id=command_id, command=command):
                    outcome = self.pump.carry_out(command)
                    self.tell(ask.CommandAnswered(command_id, outcome))
                case PressStopSlot():
                    self.stop_slot()

    def stop_slot(self) -> None:
        if self.pump.dead:
            return
        self.pump.state = PumpState.STOPPED
        self.tell(ask.StopSeen(True, 1, 0.1, self.reading()))

    def phase(self) -> Phase:
        return self.state.phase

    def unknown(self) -> bool:
        return self.state.unresolved is not None

    def replayed(self) -> State:
        return fold(State(), tuple(self.entries))

    # --- the world ----------------------------------------------------------------------------

    def reading(self) -> PumpReading:
        pump = self.pump
        return PumpReading(self.clock.now(), pump.state, pump.rate_ml_h, pump.infused_ml)

    def connect(self) -> None:
        self.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "answers"))
        self.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "answers"))
        self.run(1)

    def measure(self, systolic: float, diastolic: float) -> None:
        self.cuff = (systolic, diastolic)
        self._cuff_at = self.clock.now()
        self.tell(self.seen())

    def seen(self) -> ask.VitalsSeen:
        now = self.clock.now()
        readings = [
            VitalReading(
                vital, value, Quality.VALID if value is not None else Quality.UNAVAILABLE, "s5", now, now
            )
            for vital, value in self.vitals.items()
        ]
        systolic, diastolic = self.cuff
        for vital, value in (
            (Vital.NIBP_SYS, systolic),
            (Vital.NIBP_DIA, diastolic),
            (Vital.NIBP_MEAN, round(diastolic + (systolic - diastolic) / 3)),
        ):
            readings.append(VitalReading(vital, value, Quality.VALID, "s5", now, self._cuff_at))
        if not self.frozen:
            self._pleth += 1
        return ask.VitalsSeen("s5", tuple(readings), NibpState.IDLE, pleth=self._pleth)

    def run(self, seconds: float, *, every_s: float = 1.0) -> None:
        """Let time pass with both devices talking."""
        left = seconds
        while left > 0:
            dt = min(every_s, left)
            left -= dt
            self.clock.advance(dt)
            self.pump.run(dt)
            if not self.pump.dead:
                self.tell(ask.PumpSeen(self.reading()))
            self.tell(self.seen())
            self.tell(ask.Tick())

    # --- a nurse ------------------------------------------------------------------------------

    def arrive(self) -> None:
        self.connect()
        self.tell(ask.SignIn(), NURSE_PIN)
        if self.tones is not None:
            self.tell(ask.TestTones())
            self.tell(ask.ConfirmTones(self.tones))
        self.tell(ask.OpenSession("s-1", PATIENT))
        self.tell(ask.ConfirmIdentity("1984-03-12", "204-118"))
        for item in ARRIVAL_ITEMS:
            self.tell(ask.AnswerArrival(item.id, True))
        self.tell(ask.RecordWeight(Decimal(70)))
        self.run(1)
        self.measure(124, 78)
        self.tell(ask.TakeBaseline())
        self.run(300, every_s=10)
        self.measure(122, 76)
        self.tell(ask.TakeBaseline())
        self.tell(ask.AcceptBaseline())

    def order(self, inputs: OrderInputs | None = None) -> Decision:
        return self.tell(ask.WriteOrder(inputs or mood_40()))

    def verify(self) -> Decision:
        order = self.state.session.order if self.state.session is not None else None
        assert order is not None
        inputs = order.inputs
        return self.tell(
            ask.VerifyOrder(order.weight_kg, inputs.concentration_mg_ml, inputs.amount, inputs.minutes),
            SECOND,
        )

    def prepare(self) -> None:
        self.arrive()
        self.order()
        self.verify()
        self.run(1)
        self.tell(ask.ProgramPump("program-1"))

    def start(self, command_id: str = "start-1") -> Decision:
        self.run(1)
        return self.tell(ask.StartInfusion(command_id))

    def infuse(self, minutes: float = 0) -> None:
        self.prepare()
        self.start()
        self.run(minutes * 60, every_s=2)

    def recover(self) -> None:
        """Everything the discharge gate asks for."""
        self.run(60 * 60, every_s=5)
        self.measure(124, 78)
        self.tell(ask.RecordScore("moaas", {"level": 5}))
        self.tell(ask.RecordScore("dissociation", {"level": 0}))


def mood_40(concentration: str = "2") -> OrderInputs:
    return OrderInputs("MOOD-40", Decimal("0.5"), Decimal(40), Decimal(concentration), "BD 60 mL", {})


CONFIRMATION_IDS = tuple(item.id for item in CONFIRMATIONS)
