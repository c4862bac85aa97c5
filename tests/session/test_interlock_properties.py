"""The promises of the interlocks, whatever the patient, the pump, the cables and people do.

P1 nothing but a pause, P2 sent in time or alarmed, P3 whatever else is going on, P4 never resumed while the
reason lasts, P5 the posture is true, P6 what is missing is never normal, P7 sounded anew after a gap.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from console.clinical.vitals import NibpState, Vital
from console.session import intents as ask
from console.session.apply import fold
from console.session.events import (
    Care,
    CommandRequested,
    Entry,
    PauseProposalEnded,
    PauseProposed,
    RoomStarted,
)
from console.session.interlock_senses import hides, satisfied, trusted
from console.session.people import ROOM, Role
from console.session.pump import LinkState, Pause, PumpState, Unknown
from console.session.state import IN_TREATMENT, Phase, State
from console.session.watch import Watch
from tests.session.interlock_bench import ARMED, SAME_LIMB, TICK_S, InterlockBench

INPUTS = (Vital.SPO2, Vital.RR, Vital.ETCO2, Vital.HR)
LATE_S = 1.0
CONFIRMED_S = 2.0

VALUES: dict[Vital, list[float | None]] = {
    Vital.SPO2: [None, 70.0, 84.0, 85.0, 87.0, 88.0, 91.0, 92.0, 98.0],
    Vital.RR: [None, 0.0, 7.0, 8.0, 9.0, 10.0, 14.0],
    Vital.ETCO2: [None, 20.0, 25.0, 38.0, 55.0, 60.0],
    Vital.HR: [None, 40.0, 45.0, 76.0, 140.0, 150.0],
    Vital.PR: [None, 40.0, 76.0, 150.0],
}


pytestmark = pytest.mark.req("P1", "P2", "P3", "P4", "P5", "P6", "P7", "A8")


class InterlockMachine(RuleBasedStateMachine):
    """An infusion under interlocks, and everything that may happen to it."""

    bench: InterlockBench

    def __init__(self) -> None:
        super().__init__()
        self.armed = 0

    @initialize(same_limb=st.booleans())
    def infusing(self, same_limb: bool) -> None:
        self.bench = InterlockBench(SAME_LIMB if same_limb else ARMED)

    def arm(self) -> str:
        self.armed += 1
        return f"arm-{self.armed}"

    # --- the patient and the monitor ----------------------------------------------------------

    @rule(vital=st.sampled_from(list(VALUES)), data=st.data())
    def patient_changes(self, vital: Vital, data: st.DataObject) -> None:
        self.bench.vitals[vital] = data.draw(st.sampled_from(VALUES[vital]))

    @rule(vital=st.sampled_from([Vital.SPO2, Vital.RR]))
    def patient_is_grave(self, vital: Vital) -> None:
        self.patient_is_well()
        self.bench.vitals[vital] = 0.0 if vital is Vital.RR else 80.0
        self.bench.live(21 if vital is Vital.RR else 6)

    @rule()
    def everything_is_mended_and_goes_on(self) -> None:
        """So that what is tested is not forever a paused infusion."""
        self.patient_is_well()
        self.cable("nothing")
        self.monitor_cable(True)
        self.bench.nibp = NibpState.IDLE
        self.bench.measure(120.0, 80.0)
        self.score(5)
        self.bench.live(4)
        self.resume()

    @rule()
    def patient_is_well(self) -> None:
        self.bench.vitals |= {Vital.SPO2: 98.0, Vital.RR: 14.0, Vital.ETCO2: 38.0}
        self.bench.vitals |= {Vital.HR: 76.0, Vital.PR: 76.0}

    @rule(systolic=st.sampled_from([120.0, 180.0, 190.0]))
    def cuff_measures(self, systolic: float) -> None:
        self.bench.measure(systolic, 90.0)

    @rule(state=st.sampled_from([NibpState.IDLE, NibpState.MEASURING]))
    def cuff_moves(self, state: NibpState) -> None:
        self.bench.nibp = state

    @rule(level=st.integers(0, 5))
    def score(self, level: int) -> None:
        self.bench.tell(ask.RecordScore("moaas", {"level": level}))

    @rule(seconds=st.sampled_from([0.25, 1, 3, 6, 11, 31]))
    def time_passes(self, seconds: float) -> None:
        self.bench.live(seconds)

    @rule(seconds=st.sampled_from([1, 4, 12]))
    def nothing_is_heard(self, seconds: int) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.bench.clock.advance(TICK_S)
            self.bench.tell(ask.Tick())

    # --- people -------------------------------------------------------------------------------

    @precondition(lambda self: self.bench.session.proposal is not None)
    @rule()
    def cancel(self) -> None:
        rule_of = self.bench.proposals[-1].rule
        before = len(self.bench.proposals)
        assert not self.bench.cancel().refusals
        self.bench.live(1)
        assert all(one.rule != rule_of for one in self.bench.proposals[before:])

    @rule()
    def pause(self) -> None:
        self.bench.tell(ask.PauseInfusion(self.arm()))

    @rule()
    def resume(self) -> None:
        bench = self.bench
        waiting = [s.key for s in bench.site.interlocks.steps if s.key in bench.watch.gates.held]
        pausing = [s.key for s in bench.site.interlocks.steps if s.action in {"propose", "pause"}]
        value = trusted(bench.watch, Vital.SPO2, bench.site, bench.clock.now())
        decision = bench.tell(ask.ResumeInfusion(self.arm()))
        if not decision.refusals:
            assert not set(waiting) & set(pausing), "P4: resumed while the reason lasts"
            assert value is not None, "P4, P6: resumed without a saturation"

    @rule()
    def change_rate(self) -> None:
        segments = self.bench.session.segments
        self.bench.tell(ask.ChangeRate(self.arm(), segments[-1].rate_ml_h, "tolerated"))

    @rule()
    def asks_to_stop(self) -> None:
        bench = self.bench
        infusing = bench.phase() is Phase.INFUSING
        bench.tell(ask.NoteCare(Care.ASKED_TO_STOP, bench.clock.now()))
        if infusing:
            assert self.last_asked() == Pause(), "A8: at once, whatever is in flight"

    def last_asked(self) -> object:
        found = [e.event.command for e in self.bench.entries if isinstance(e.event, CommandRequested)]
        return found[-1]

    # --- the pump and its cable ---------------------------------------------------------------

    @rule(lost=st.sampled_from(["reply", "command", "late", "pump", "nothing", "nothing"]))
    def cable(self, lost: str) -> None:
        bench = self.bench
        bench.pump.lose_reply, bench.pump.lose_command = lost == "reply", lost == "command"
        bench.pump.dead = lost == "pump"
        if lost == "late":
            bench.slow = True
        else:
            bench.answer()
        state = LinkState.OPEN if bench.pump.dead else LinkState.ANSWERING
        bench.tell(ask.LinkSeen("pump", state, "cable"))

    @rule()
    def the_pump_is_busy_when_the_countdown_ends(self) -> None:
        """P3: an answer that is due, or one that was lost, does not hold the pause up."""
        bench = self.bench
        self.everything_is_mended_and_goes_on()
        self.patient_is_grave(Vital.SPO2)
        bench.slow = True
        self.change_rate()
        bench.live(12)
        bench.answer()

    @rule(state=st.sampled_from([PumpState.PAUSED, PumpState.INFUSING]))
    def somebody_at_the_pump(self, state: PumpState) -> None:
        if self.bench.phase() in IN_TREATMENT and not self.bench.pump.dead:
            self.bench.pump.state = state
            self.bench.tell(ask.PumpSeen(self.bench.reading()))

    @rule(answering=st.booleans())
    def monitor_cable(self, answering: bool) -> None:
        state = LinkState.ANSWERING if answering else LinkState.OPEN
        self.bench.tell(ask.LinkSeen("s5", state, "cable"))

    @rule()
    def room_is_killed(self) -> None:
        bench = self.bench
        bench.late.clear()
        bench.slow = False
        bench.state, bench.watch = fold(State(), tuple(bench.entries)), Watch()
        bench.commit(RoomStarted("test"), ROOM)
        flight = bench.state.in_flight
        if flight is not None:
            bench.tell(ask.CommandAnswered(flight.request.command_id, Unknown("the console restarted")))
        bench.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "answers"))
        bench.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "answers"))

    # --- gaps ---------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([4, 8]), grave=st.sampled_from([Vital.SPO2, Vital.RR]))
    def every_value_is_lost(self, seconds: int, grave: Vital) -> None:
        """P6: what held goes on counting, and no proposal is taken back."""
        bench = self.bench
        bench.vitals[grave] = 5.0 if grave is Vital.RR else 84.0
        bench.live(3)
        before, proposed = bench.watch.gates, bench.session.proposal
        kept = dict(bench.vitals)
        bench.vitals = dict.fromkeys(bench.vitals)
        bench.live(seconds)
        bench.vitals = kept
        if bench.phase() is not Phase.INFUSING:
            return
        after = bench.watch.gates
        for step in bench.site.interlocks.steps:
            if step.rule in {"A1", "A2", "A3", "A4"} and step.key in before.held:
                then, now = before.held[step.key], after.held[step.key]
                if before.cuff is None and after.cuff is None:
                    assert now.counted_ns - then.counted_ns >= (seconds - 1) * 1_000_000_000
        if proposed is not None:
            assert "its reason is over" not in self.ends_of(proposed.proposed.proposal_id)

    def ends_of(self, proposal_id: str) -> list[str]:
        return [
            event.why
            for event in self.bench.events
            if isinstance(event, PauseProposalEnded) and event.proposal_id == proposal_id
        ]

    @rule(seconds=st.sampled_from([5, 9]))
    def acknowledged_and_a_gap(self, seconds: int) -> None:
        """P7: an alarm that was seen before a gap in the data sounds anew after it."""
        bench = self.bench
        self.patient_is_well()
        bench.vitals[Vital.RR] = 7.0
        # The patient's own limits are out of the way, so that the rule speaks.
        bench.tell(ask.SetLimits(Vital.RR, 4, 40))
        bench.live(32)
        if bench.session.proposal is not None:
            bench.cancel()
            bench.live(1)
        bench.tell(ask.Acknowledge())
        before = self.alarms_of_rules()
        kept = dict(bench.vitals)
        bench.vitals = dict.fromkeys(bench.vitals)
        bench.live(seconds)
        bench.vitals = kept
        bench.live(2)
        after = self.alarms_of_rules()
        for code in before.keys() & after.keys():
            assert after[code] != before[code]

    def alarms_of_rules(self) -> dict[str, str]:
        codes = {"rule_A1", "rule_A2", "rule_A3"}
        alarms = self.bench.state.alarms
        return {a.raised.code: a.raised.alarm_id for a in alarms if a.condition and a.raised.code in codes}

    # --- promises -----------------------------------------------------------------------------

    @invariant()
    def p1_the_room_asks_for_nothing_but_a_pause(self) -> None:
        for entry in self.asked():
            assert isinstance(entry.event, CommandRequested)
            assert isinstance(entry.event.command, Pause)

    def asked(self) -> list[Entry]:
        return [
            entry
            for entry in self.bench.entries
            if isinstance(entry.event, CommandRequested) and entry.actor.role is Role.ROOM
        ]

    @invariant()
    def p2_p3_a_proposal_is_never_older_than_its_countdown(self) -> None:
        bench = self.bench
        bench.tell(ask.Tick())
        now = bench.clock.now()
        due_at, late_s = now, 0.0
        for entry in bench.entries:
            match entry.event:
                case PauseProposed(countdown_s=countdown_s):
                    due_at = entry.at.plus(countdown_s)
                case PauseProposalEnded(why="the pause was sent"):
                    late_s = max(late_s, entry.at.seconds_since(due_at))
                case _:
                    pass
        if bench.session.proposal is not None:
            late_s = max(late_s, now.seconds_since(due_at))
        assert late_s < LATE_S
        asked = bench.session.pause_asked
        waiting = asked is not None and bench.phase() is Phase.INFUSING
        if asked is not None and waiting and now.seconds_since(asked.first_at) >= CONFIRMED_S:
            assert "pause_unconfirmed" in bench.alarms()

    @invariant()
    def p2_a_rule_that_holds_is_proposed_cancelled_or_asked_for(self) -> None:
        self.bench.tell(ask.Tick())
        if self.bench.phase() is not Phase.INFUSING:
            return
        bench, rules = self.bench, self.bench.site.interlocks
        session, now = bench.session, bench.clock.now()
        for step in rules.steps:
            if step.action not in {"propose", "pause"} or not satisfied(step, bench.watch.gates, rules.gates):
                continue
            at = session.cancelled.get(step.rule)
            quiet = at is not None and now.seconds_since(at) < rules.gates.cancel_holds_s
            assert quiet or session.proposal is not None or session.pause_asked is not None, step

    @invariant()
    def p5_the_posture_is_true(self) -> None:
        if self.bench.phase() not in IN_TREATMENT:
            return
        bench, now = self.bench, self.bench.clock.now()
        hidden = hides(bench.watch.gates.cuff, now)
        missing = [v for v in INPUTS if trusted(bench.watch, v, bench.site, now) is None]
        if missing or hidden:
            assert bench.posture().state == "degraded"
        assert bench.posture().state != "off"
        assert bench.posture().words

    @invariant()
    def the_record_replayed_is_the_live_state(self) -> None:
        assert self.bench.replayed() == self.bench.state


InterlockMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestInterlockMachine = InterlockMachine.TestCase
