"""No sequence of intents, readings, lost replies, crashes and clock steps breaks the promises.

No command above a hard limit, no START sent twice for one arm, no state in which STOP is refused,
nothing that raises delivery decided by the room itself, and the replayed record is the live state.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.apply import fold
from console.session.events import (
    Care,
    CommandRequested,
    CommandResolved,
    Entry,
    OrderWritten,
    RoomStarted,
    StopConfirmed,
    StopPressed,
)
from console.session.people import ROOM, UNATTRIBUTED, Order, OrderInputs, Role
from console.session.pump import (
    LinkState,
    Pause,
    Program,
    PumpAlarm,
    PumpReading,
    PumpState,
    Resume,
    SetRate,
    Start,
    Unknown,
)
from console.session.rebase import rebased
from console.session.state import Phase, State
from console.session.watch import Watch
from tests.session.bench import Bench

RAISES = (Start, Resume, SetRate, Program)


class RoomMachine(RuleBasedStateMachine):
    """Everything that can happen to a room, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.armed = 0
        self.presses = 0
        self.boots = 1

    @initialize(stage=st.sampled_from(["nothing", "arrived", "ordered", "ready", "infusing"]))
    def somewhere(self, stage: str) -> None:
        bench = self.bench
        match stage:
            case "nothing":
                bench.connect()
            case "arrived":
                bench.arrive()
            case "ordered":
                bench.arrive()
                bench.order()
            case "ready":
                bench.prepare()
            case _:
                bench.infuse(2)

    def arm(self) -> str:
        self.armed += 1
        return f"arm-{self.armed}"

    # --- persons ------------------------------------------------------------------------------

    @rule(
        amount=st.sampled_from(["0.05", "0.25", "0.5", "0.75", "1", "5"]),
        minutes=st.sampled_from([4, 30, 40, 60, 400]),
        concentration=st.sampled_from(["1", "2", "10", "50", "100"]),
        protocol=st.sampled_from(["MOOD-40", "MOOD-60", "PAIN-4H"]),
    )
    def write_order(self, amount: str, minutes: int, concentration: str, protocol: str) -> None:
        inputs = OrderInputs(
            protocol, Decimal(amount), Decimal(minutes), Decimal(concentration), "BD 60 mL",
            {"RATE": "agreed", "DOSE": "agreed", "DURATION": "agreed"},
        )  # fmt: skip
        self.bench.tell(ask.WriteOrder(inputs))

    @rule()
    def verify(self) -> None:
        session = self.bench.state.session
        if session is not None and session.order is not None:
            self.bench.verify()

    @rule()
    def program(self) -> None:
        self.bench.tell(ask.ProgramPump(self.arm()))

    @rule(again=st.booleans())
    def start(self, again: bool) -> None:
        command_id = f"arm-{self.armed}" if again and self.armed else self.arm()
        self.sets_off(ask.StartInfusion(command_id))

    @rule(again=st.booleans())
    def resume(self, again: bool) -> None:
        command_id = f"arm-{self.armed}" if again and self.armed else self.arm()
        self.sets_off(ask.ResumeInfusion(command_id))

    def sets_off(self, intent: ask.StartInfusion | ask.ResumeInfusion) -> None:
        """What is set off, with what was given before, is never above what was ordered."""
        session = self.bench.state.session
        decision = self.bench.tell(intent)
        if decision.refusals:
            return
        assert session is not None
        assert session.order is not None
        assert session.programmed is not None
        planned = session.carried_ml + session.programmed.volume_ml
        assert planned <= session.order.volume_ml + Decimal("0.02")

    @rule()
    def pause(self) -> None:
        self.bench.tell(ask.PauseInfusion(self.arm()))

    @rule(rate=st.sampled_from(["0", "10", "26.25", "30", "52.5", "60", "149", "500"]))
    def change_rate(self, rate: str) -> None:
        self.bench.tell(ask.ChangeRate(self.arm(), Decimal(rate), "tolerated"))

    @rule(care=st.sampled_from(list(Care)))
    def note(self, care: Care) -> None:
        self.bench.tell(ask.NoteCare(care, self.bench.clock.now(), "as seen"))

    @rule(level=st.integers(0, 5))
    def score(self, level: int) -> None:
        self.bench.tell(ask.RecordScore("moaas", {"level": level}))

    @rule()
    def acknowledge(self) -> None:
        self.bench.tell(ask.Acknowledge())

    @rule(seconds=st.floats(0, 1000))
    def hush(self, seconds: float) -> None:
        self.bench.tell(ask.PauseAudio(seconds))

    @rule()
    def end(self) -> None:
        self.bench.tell(ask.EndInfusion("enough"))

    @rule()
    def withdraw(self) -> None:
        self.bench.tell(ask.WithdrawOrder("changed our mind"))

    @rule(by_somebody=st.booleans())
    def stop(self, by_somebody: bool) -> None:
        actor = None if by_somebody else UNATTRIBUTED
        decision = self.bench.tell(ask.PressStop("now"), actor)
        self.presses += 1
        assert decision.refusals == (), "STOP is never refused"
        assert any(isinstance(event, StopPressed) for event in decision.events)

    # --- the world ----------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 30, 700]))
    def time_passes(self, seconds: int) -> None:
        self.bench.run(seconds, every_s=max(seconds / 10, 1))

    @rule(seconds=st.sampled_from([-86400, -3600, 3, 7200]))
    def clock_steps(self, seconds: int) -> None:
        phase = self.bench.phase()
        self.bench.tell(ask.Tick())
        alarms = self.bench.state.alarms
        self.bench.clock.step_wall(seconds)
        self.bench.tell(ask.Tick())
        assert self.bench.phase() is phase
        assert self.bench.state.alarms == alarms

    @rule(lost=st.sampled_from(["reply", "command", "nothing", "pump"]))
    def cable(self, lost: str) -> None:
        pump = self.bench.pump
        pump.lose_reply = lost == "reply"
        pump.lose_command = lost == "command"
        pump.dead = lost == "pump"
        state = LinkState.OPEN if pump.dead else LinkState.ANSWERING
        self.bench.tell(ask.LinkSeen("pump", state, "cable"))

    @rule(alarm=st.sampled_from(list(PumpAlarm)), state=st.sampled_from(list(PumpState)))
    def pump_says(self, alarm: PumpAlarm, state: PumpState) -> None:
        now = self.bench.clock.now()
        said = PumpReading(now, state, self.bench.pump.rate_ml_h, self.bench.pump.infused_ml, alarm)
        self.bench.tell(ask.PumpSeen(said))

    @rule(state=st.sampled_from([PumpState.STOPPED, PumpState.PAUSED, PumpState.INFUSING]))
    def somebody_at_the_pump(self, state: PumpState) -> None:
        self.bench.pump.state = state
        if not self.bench.pump.dead:
            self.bench.tell(ask.PumpSeen(self.bench.reading()))

    @rule()
    def pump_loses_power(self) -> None:
        self.bench.pump.state = PumpState.STOPPED
        self.bench.pump.infused_ml = Decimal(0)

    @rule(
        vital=st.sampled_from([Vital.SPO2, Vital.RR, Vital.HR]),
        value=st.sampled_from([None, 0.0, 60.0, 90.0]),
    )
    def patient_changes(self, vital: Vital, value: float | None) -> None:
        self.bench.vitals[vital] = value

    @rule(reboot=st.booleans())
    def room_is_killed(self, reboot: bool) -> None:
        """The room comes back from its record alone; a command in flight becomes unknown."""
        bench = self.bench
        now = bench.clock.now()
        self.boots += reboot
        boot_id = f"boot-{self.boots}"
        entries = rebased(tuple(bench.entries), boot_id, now)
        asked = len(bench.pump.asked)
        bench.state, bench.watch = fold(State(), entries), Watch()
        bench.boot_id = boot_id
        bench.commit(RoomStarted("test"), ROOM)
        flight = bench.state.in_flight
        if flight is not None:
            bench.tell(ask.CommandAnswered(flight.request.command_id, Unknown("the console restarted")))
        bench.connect()
        assert len(bench.pump.asked) == asked, "no command is re-sent after a restart"

    # --- promises -----------------------------------------------------------------------------

    def requests(self) -> list[Entry]:
        return [e for e in self.bench.entries if isinstance(e.event, CommandRequested)]

    @invariant()
    def nothing_above_a_hard_limit_is_ever_asked_of_the_pump(self) -> None:
        for command in self.bench.pump.asked:
            if isinstance(command, Program | SetRate):
                assert command.rate_ml_h <= self.hardest_rate()
            if isinstance(command, Program):
                assert command.volume_ml <= self.hardest_volume()

    def orders(self) -> list[Order]:
        return [e.event.order for e in self.bench.entries if isinstance(e.event, OrderWritten)]

    def hardest_rate(self) -> Decimal:
        return max((order.hard_rate_ml_h for order in self.orders()), default=Decimal(0))

    def hardest_volume(self) -> Decimal:
        return max((order.hard_volume_ml for order in self.orders()), default=Decimal(0))

    @invariant()
    def one_arm_is_at_most_one_command(self) -> None:
        ids = Counter(e.event.command_id for e in self.requests() if isinstance(e.event, CommandRequested))
        assert all(count == 1 for count in ids.values())
        assert len(self.bench.pump.asked) == len(self.requests())

    @invariant()
    def the_room_itself_only_ever_lowers(self) -> None:
        for entry in self.requests():
            if isinstance(entry.event, CommandRequested) and isinstance(entry.event.command, RAISES):
                assert entry.actor.role is not Role.ROOM

    @invariant()
    def nothing_raises_delivery_while_an_outcome_is_unknown(self) -> None:
        unknown: set[str] = set()
        for entry in self.bench.entries:
            event = entry.event
            if isinstance(event, CommandRequested) and isinstance(event.command, RAISES):
                assert not unknown
            if isinstance(event, CommandResolved):
                unknown.discard(event.command_id)
                if isinstance(event.outcome, Unknown) and self._changes(event.command_id):
                    unknown = {event.command_id}  # a pause supersedes what it is to end
            if isinstance(event, StopConfirmed):
                unknown.clear()

    def _changes(self, command_id: str) -> bool:
        return any(
            isinstance(e.event, CommandRequested)
            and e.event.command_id == command_id
            and isinstance(e.event.command, Start | Resume | SetRate | Pause)
            for e in self.bench.entries
        )

    @invariant()
    def the_record_replayed_is_the_live_state(self) -> None:
        bench = self.bench
        entries = rebased(tuple(bench.entries), bench.boot_id, bench.clock.now())
        assert fold(State(), entries) == bench.state

    @precondition(lambda self: self.bench.phase() is Phase.INFUSING)
    @invariant()
    def infusing_means_there_is_an_open_segment(self) -> None:
        session = self.bench.state.session
        assert session is not None
        assert session.segments
        assert session.segments[-1].end is None


RoomMachine.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRoomMachine = RoomMachine.TestCase
