"""The cuff worked from here: asked by a person or by the protocol's time, never busy twice, its end told."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clinical.vitals import NibpState
from console.session import intents as ask
from console.session.effects import AskCuff, effects_of
from console.session.events import (
    CuffAnswered,
    CuffAsked,
    CuffDeed,
    CuffEnded,
    CuffResult,
    Event,
    PressureTaken,
    PromptCameDue,
    PromptKind,
)
from console.session.people import ROOM, UNATTRIBUTED
from console.session.pump import LinkState
from tests.session.bench import SITE, Bench

Kind = TypeVar("Kind", bound=Event)


class CuffBench(Bench):
    """The monitor s5 lets its cuff be worked from here."""

    def __init__(self, cuffs: tuple[str, ...] = ("s5",)) -> None:
        super().__init__(replace(SITE, cuffs=cuffs))
        self.doing = NibpState.IDLE

    def seen(self) -> ask.VitalsSeen:
        spoken = super().seen()
        return ask.VitalsSeen(spoken.device, spoken.readings, self.doing, pleth=spoken.pleth)

    def told(self, kind: type[Kind]) -> list[Kind]:
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    def take(self) -> str:
        """Ask, and have the monitor told."""
        assert not self.tell(ask.TakePressure()).refusals
        asked = self.told(CuffAsked)[-1]
        self.tell(ask.CuffSeen(asked.request_id))
        return asked.request_id

    def measures(self, seconds: float = 25) -> None:
        self.doing = NibpState.MEASURING
        self.run(seconds)
        self.doing = NibpState.IDLE


@pytest.fixture
def bench() -> CuffBench:
    made = CuffBench()
    made.infuse(1)
    return made


def test_a_request_is_committed_before_it_goes_to_the_monitor_and_dies_with_its_deadline(
    bench: CuffBench,
) -> None:
    bench.tell(ask.TakePressure())
    entry = bench.entries[-1]
    assert isinstance(entry.event, CuffAsked)
    (effect,) = effects_of(entry)
    assert isinstance(effect, AskCuff)
    assert (effect.device, effect.deed) == ("s5", CuffDeed.START)
    assert effect.expires_at.seconds_since(entry.at) == 3.0


def test_a_measurement_that_comes_back_ends_it_and_does_the_check_that_was_due(bench: CuffBench) -> None:
    bench.run(330, every_s=3)
    session = bench.state.session
    assert session is not None
    assert PromptKind.NIBP in session.prompted
    request_id = bench.take()
    bench.measures()
    bench.measure(133, 85)
    assert bench.told(CuffEnded) == [CuffEnded(request_id, CuffResult.MEASURED, "133/85 mmHg")]
    assert bench.told(PressureTaken)[-1].systolic == 133
    session = bench.state.session
    assert session is not None
    assert PromptKind.NIBP not in session.prompted
    assert session.cuff is None


def test_a_pressure_from_before_is_not_taken_for_the_one_that_was_asked_for(bench: CuffBench) -> None:
    bench.take()
    bench.measures(5)
    assert bench.told(CuffEnded) == []


@pytest.mark.parametrize(
    ("way", "result"),
    [
        ("failed", CuffResult.FAILED),
        ("nothing", CuffResult.FAILED),
        ("silent", CuffResult.NOT_BEGUN),
        ("unplugged", CuffResult.FAILED),
        ("for ever", CuffResult.FAILED),
    ],
)
def test_a_measurement_that_brings_no_pressure_ends_with_words(
    bench: CuffBench, way: str, result: CuffResult
) -> None:
    bench.take()
    match way:
        case "failed":
            bench.measures()
            bench.doing = NibpState.FAILED
            bench.run(2)
        case "nothing":
            bench.measures()
            bench.run(8)
        case "silent":
            bench.run(12)
        case "unplugged":
            bench.tell(ask.LinkSeen("s5", LinkState.CLOSED, "pulled"))
            bench.tell(ask.Tick())
        case _:
            bench.doing = NibpState.MEASURING
            bench.run(185, every_s=2)
    (ended,) = bench.told(CuffEnded)
    assert ended.result is result
    session = bench.state.session
    assert session is not None
    assert session.cuff_said == ended.words != ""


def test_a_request_nobody_handed_on_is_said_to_be_refused(bench: CuffBench) -> None:
    bench.tell(ask.TakePressure())
    bench.run(7)
    assert bench.told(CuffEnded)[0].result is CuffResult.REFUSED


def test_what_the_monitor_refuses_is_told_with_its_reason(bench: CuffBench) -> None:
    bench.tell(ask.TakePressure())
    request_id = bench.told(CuffAsked)[0].request_id
    bench.tell(ask.CuffSeen(request_id, "The cuff is measuring already."))
    assert bench.told(CuffAnswered)[0].refusal
    assert bench.told(CuffEnded) == [
        CuffEnded(request_id, CuffResult.REFUSED, "The cuff is measuring already.")
    ]


def test_it_is_refused_while_the_cuff_is_up_and_where_no_monitor_takes_it(bench: CuffBench) -> None:
    bench.doing = NibpState.MEASURING
    bench.run(1)
    assert "measuring already" in bench.tell(ask.TakePressure()).refusals[0]
    other = CuffBench(cuffs=())
    other.infuse()
    assert "start it at the monitor" in other.tell(ask.TakePressure()).refusals[0]
    assert other.tell(ask.CancelPressure()).refusals
    assert other.tell(ask.SetCuffCadence(True)).refusals


def test_anybody_may_let_the_air_out_at_any_time(bench: CuffBench) -> None:
    bench.take()
    bench.doing = NibpState.MEASURING
    bench.run(5)
    assert not bench.tell(ask.CancelPressure(), UNATTRIBUTED).refusals
    bench.doing = NibpState.IDLE
    bench.run(3)
    assert bench.told(CuffEnded)[0].result is CuffResult.CANCELLED
    assert not bench.tell(ask.CancelPressure(), UNATTRIBUTED).refusals


def test_the_cuff_follows_the_protocol_by_itself_only_when_a_person_switched_it_on(bench: CuffBench) -> None:
    bench.run(330, every_s=3)
    assert bench.told(CuffAsked) == []
    bench.measure(130, 80)
    assert not bench.tell(ask.SetCuffCadence(True)).refusals
    assert bench.told(CuffAsked) == [], "not because it was switched on"
    bench.run(330, every_s=3)
    due = [e for e in bench.entries if e.event == PromptCameDue(PromptKind.NIBP)]
    asked = [e for e in bench.entries if isinstance(e.event, CuffAsked)]
    assert [e.event.automatic for e in asked if isinstance(e.event, CuffAsked)] == [True]
    assert (asked[0].actor, asked[0].at) == (ROOM, due[-1].at)


@pytest.mark.req("CUF-ASKED")
def test_it_never_inflates_because_a_monitor_was_connected(bench: CuffBench) -> None:
    bench.tell(ask.SetCuffCadence(True))
    bench.tell(ask.LinkSeen("s5", LinkState.CLOSED, "pulled"))
    for _ in range(80):
        bench.clock.advance(5)
        bench.tell(ask.Tick())
    assert bench.told(PromptCameDue)
    bench.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "answers"))
    bench.run(20)
    assert bench.told(CuffAsked) == []


STEPS = st.lists(
    st.sampled_from(["take", "told", "refused", "cancel", "up", "down", "failed", "measure", "lost", "back"]),
    max_size=15,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_in_any_order_one_measurement_is_under_way_and_each_comes_to_one_end(steps: list[str]) -> None:
    bench = CuffBench()
    bench.arrive()
    bench.order()
    for step in steps:
        asked = bench.told(CuffAsked)
        last = asked[-1].request_id if asked else "none"
        match step:
            case "take":
                bench.tell(ask.TakePressure())
            case "told":
                bench.tell(ask.CuffSeen(last))
            case "refused":
                bench.tell(ask.CuffSeen(last, "no"))
            case "cancel":
                bench.tell(ask.CancelPressure())
            case "up" | "down" | "failed":
                doing = {"up": NibpState.MEASURING, "down": NibpState.IDLE, "failed": NibpState.FAILED}
                bench.doing = doing[step]
            case "measure":
                bench.measure(120, 80)
            case _:
                state = LinkState.CLOSED if step == "lost" else LinkState.ANSWERING
                bench.tell(ask.LinkSeen("s5", state, step))
        bench.run(2)
        starts = [one for one in bench.told(CuffAsked) if one.deed is CuffDeed.START]
        ends = bench.told(CuffEnded)
        session = bench.state.session
        assert session is not None
        assert len(starts) - len(ends) == (session.cuff is not None)
        assert len({end.request_id for end in ends}) == len(ends)
        assert bench.replayed() == bench.state
