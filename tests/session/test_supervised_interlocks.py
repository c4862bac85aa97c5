"""Interlocks on a pump that can only be read: a person is asked to pause at the pump, nothing is sent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.events import (
    CommandRequested,
    HandworkAsked,
    HandworkDropped,
    InfusionPaused,
    PauseProposalCancelled,
    PauseProposalEnded,
    PauseProposed,
)
from console.session.people import ROOM
from console.session.posture import posture
from console.session.pump import Pause, PumpState
from console.session.state import Phase
from console.ui.viewmodels.live_proposal import proposal_face
from tests.session.by_hand_bench import EVERYTHING, HandBench
from tests.session.interlock_bench import ARMED


@pytest.fixture
def bench() -> HandBench:
    made = HandBench(EVERYTHING, site=ARMED)
    made.infuse(2)
    return made


def falls(bench: HandBench, seconds: float = 90) -> None:
    """The saturation falls far below its limit and stays there."""
    bench.vitals[Vital.SPO2] = 80.0
    bench.run(seconds, every_s=0.5)


def test_the_posture_says_that_only_a_person_can_pause_it(bench: HandBench) -> None:
    now = posture(bench.state, bench.watch, bench.site, bench.clock.now())
    assert now.state == "degraded"
    assert "this pump can only be paused by hand, the console asks for it" in now.words


def test_a_rule_asks_a_person_to_pause_at_the_pump_and_alarms_until_it_reads_so(bench: HandBench) -> None:
    bench.vitals[Vital.SPO2] = 80.0
    face = None
    for _ in range(200):
        bench.run(0.5, every_s=0.5)
        face = face or proposal_face(bench.state, bench.clock.now())
    assert face is None or face.head.startswith("PAUSE AT THE PUMP")
    assert [e for e in bench.events if isinstance(e, PauseProposed)]
    (asked,) = [e for e in bench.entries if isinstance(e.event, HandworkAsked)]
    assert asked.actor == ROOM
    assert isinstance(asked.event, HandworkAsked)
    assert asked.event.command == Pause()
    ended = [e for e in bench.events if isinstance(e, PauseProposalEnded)]
    assert ended[-1].why == "a person was asked to pause at the pump"
    assert bench.alarm("pause_unconfirmed").startswith("PAUSE AT THE PUMP, it still infuses")
    assert bench.phase() is Phase.INFUSING
    assert not any(isinstance(e, CommandRequested) for e in bench.events)
    bench.key(PumpState.PAUSED)
    assert bench.phase() is Phase.PAUSED
    (paused,) = [e for e in bench.events if isinstance(e, InfusionPaused)]
    assert paused.reason.startswith("paused at the pump, as asked: ")
    assert bench.alarm("pause_unconfirmed") == ""


def test_it_is_asked_once_and_a_person_may_take_it_back_with_a_reason(bench: HandBench) -> None:
    falls(bench)
    asked = [e for e in bench.events if isinstance(e, HandworkAsked)]
    assert len(asked) == 1
    assert not bench.tell(ask.DropHandwork(asked[0].task_id, "probe on a cold finger")).refusals
    assert [e for e in bench.events if isinstance(e, HandworkDropped)]
    (cancelled,) = [e for e in bench.events if isinstance(e, PauseProposalCancelled)]
    assert cancelled.rules
    bench.run(5, every_s=0.5)
    assert len([e for e in bench.events if isinstance(e, HandworkAsked)]) == 1, "judged: quiet for a while"


def test_going_on_is_not_offered_while_the_rule_holds(bench: HandBench) -> None:
    falls(bench)
    bench.key(PumpState.PAUSED)
    assert bench.tell(ask.ResumeInfusion("r")).refusals
    assert bench.tell(ask.ChangeRate("x", Decimal(20))).refusals
