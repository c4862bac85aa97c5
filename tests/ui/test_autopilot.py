"""The autopilot plays whole sessions by the real widgets; what it cannot do it says in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.session import intents as ask
from console.session.events import AlarmAcknowledged, AlarmRaised, Care, EndReason, TonesTested
from console.session.people import Patient, Sex
from console.session.state import Phase
from console.ui.autopilot import Autopilot, awake, nothing_to_do
from console.ui.autopilot_hands import Hands, HandsError
from console.ui.autopilot_plan import Act, AutoPlan, Deed, Found, Pin
from tests.session.bench import mood_40
from tests.ui.in_process_room import KNOWN, PINS
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui
QUICK = frozenset({Phase.INFUSING, Phase.PAUSED, Phase.OBSERVING})


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        yield made


def plan(patient: Patient = KNOWN[0]) -> AutoPlan:
    return AutoPlan(patient, Decimal(70), mood_40(), Pin("n1", PINS["n1"]), Pin("n2", PINS["n2"]))


def play(
    rig: Rig,
    qtbot: QtBot,
    shots: Path | None = None,
    what: AutoPlan | None = None,
    found: Callable[[], Found] = awake,
    deeds: Callable[[], tuple[Deed, ...]] = nothing_to_do,
) -> Autopilot:
    """Let the room run: quickly while the drug does, at its pace while a person works the panels."""
    auto = Autopilot(rig.window, rig.bridge, what or plan(), shots, found, deeds)
    bench = rig.room.bench
    for _turn in range(6000):
        if auto.result is not None:
            break
        session = bench.state.session
        waiting = (
            session is not None and session.baseline is None and any(p.baseline for p in session.pressures)
        )
        quick = waiting or (bench.phase() in QUICK and rig.window.bedside.live_shown)
        rig.room.step(8.0 if quick else 0.2, waves=False)
        if bench.clock.now().seconds_since(bench._cuff_at) > 300:
            bench.measure(124, 78)
        rig.bridge.tick()
        holding = rig.sees("start") or rig.sees("resume")
        qtbot.wait(10 if holding else 1)
    return auto


def acknowledged(rig: Rig) -> set[str]:
    entries = rig.room.bench.entries
    seen = {entry.event.alarm_id for entry in entries if isinstance(entry.event, AlarmAcknowledged)}
    raised = [entry.event for entry in entries if isinstance(entry.event, AlarmRaised)]
    return {alarm.code for alarm in raised if alarm.alarm_id in seen}


@pytest.mark.timeout(240)
def test_a_whole_session_is_played_by_touches_alone(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    auto = play(rig, qtbot, tmp_path / "shots")
    assert auto.result is not None
    assert auto.result.ok, auto.result.sentence
    session = rig.session
    assert session.ended is not None
    assert (session.ended.why, session.ended.dose_mg) == (EndReason.COMPLETE, Decimal(35))
    assert session.verified_by is not None
    assert session.verified_by.user_id == "n2"
    assert rig.phase is Phase.CLOSED
    heard = [entry.event for entry in rig.room.bench.entries if isinstance(entry.event, TonesTested)]
    assert heard == [TonesTested(heard=True)]
    assert "sound_untested" not in acknowledged(rig)
    names = sorted(path.name for path in (tmp_path / "shots").glob("*.png"))
    assert names[0] == "01-sign-in.png"
    assert names[-1].endswith("-closed.png")
    for step in ("order", "second-person", "ready", "started", "discharge-gate", "summary"):
        assert any(step in name for name in names), step


@pytest.mark.timeout(240)
def test_the_scenarios_deeds_are_done_at_the_real_keys(rig: Rig, qtbot: QtBot) -> None:
    todo = [
        (Deed(care=Care.NAUSEA, note="mild"), Decimal(2)),
        (Deed(act=Act.PAUSE), Decimal(4)),
        (Deed(act=Act.RESUME), Decimal(4)),
        (Deed(act=Act.STOP), Decimal(9)),
    ]

    def deeds() -> tuple[Deed, ...]:
        session = rig.room.bench.state.session
        if not todo or session is None or session.given_ml < todo[0][1]:
            return ()
        return (todo.pop(0)[0],)

    auto = play(rig, qtbot, deeds=deeds)
    assert auto.result is not None
    assert auto.result.ok, auto.result.sentence
    assert [care.care for care in rig.session.cares] == [Care.NAUSEA]
    assert len(rig.asked(ask.PauseInfusion)) == 1
    assert len(rig.asked(ask.ResumeInfusion)) == 1
    assert rig.session.ended is not None
    assert rig.session.ended.why is EndReason.STOPPED
    assert len(rig.asked(ask.ExplainStop)) == 1


@pytest.mark.timeout(120)
def test_what_is_in_the_way_is_said_in_a_sentence(rig: Rig, qtbot: QtBot) -> None:
    hard = AutoPlan(KNOWN[0], Decimal(70), mood_40("50"), Pin("n1", PINS["n1"]), Pin("n2", PINS["n2"]))
    auto = play(rig, qtbot, what=hard)
    assert auto.result is not None
    assert not auto.result.ok
    assert auto.result.sentence.startswith("Waited in vain for primary to be offered")
    assert rig.phase is Phase.ORDER


def test_an_unknown_patient_is_added(rig: Rig) -> None:
    new = Patient("pt-9", "Neu", "Ida", "1990-02-14", "204-999", Sex.OTHER)
    unknown = AutoPlan(new, Decimal(70), mood_40(), Pin("n1", PINS["n1"]), Pin("n2", PINS["n2"]))
    Autopilot(rig.window, rig.bridge, unknown)
    for _ in range(600):
        rig.turn(1, 0.2)
        if rig.phase is Phase.ARRIVAL:
            break
    assert rig.session.patient.mrn == "204-999"
    assert rig.session.patient.full_name == "Ida Neu"


def test_hands_touch_only_what_is_there_and_switched_on(rig: Rig) -> None:
    hands = Hands(rig.window, None)
    with pytest.raises(HandsError, match="not on the screen"):
        hands.touch("primary")
    hands.touch("person_n1")
    with pytest.raises(HandsError, match="no key x"):
        hands.key("pin_pad", "x")
