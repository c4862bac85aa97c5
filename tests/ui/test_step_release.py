"""Observation to the closed session: scores, suggestions, the gate, confirmations and the summary."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from console.clinical.discharge import CONFIRMATIONS
from console.clinical.scales import ALDRETE, MPADSS
from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.events import Care
from console.session.state import Phase
from console.ui.viewmodels.step_release import release_view, suggestions, summary
from tests.session.bench import Bench
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        made.room.bench.infuse(41)
        made.turn()
        made.window.bedside.show_steps()
        made.turn()
        yield made


def score(rig: Rig, scale: str, levels: dict[str, int]) -> None:
    rig.touch(f"release_{scale}")
    for item, level in levels.items():
        rig.touch(f"level_{item}_{level}")
    rig.touch("primary")
    rig.turn()


def test_a_score_is_recorded_only_when_every_item_was_touched(rig: Rig) -> None:
    rig.touch("release_aldrete")
    for item in ALDRETE.items[:-1]:
        rig.touch(f"level_{item.id}_2")
    assert not rig.can_touch("primary")
    rig.touch(f"level_{ALDRETE.items[-1].id}_1")
    assert rig.label("primary") == "Record 9 of 10"
    rig.touch("primary")
    recorded = rig.asked(ask.RecordScore)[-1]
    assert recorded.scale == "aldrete"
    assert recorded.items[ALDRETE.items[-1].id] == 1


def test_live_data_suggest_and_never_score_by_themselves(rig: Rig) -> None:
    rig.room.bench.measure(100, 70)
    rig.turn()
    rig.touch("release_aldrete")
    form = rig.steps.steps[Phase.OBSERVING].forms["aldrete"]  # type: ignore[union-attr]
    key = rig.find("level_circulation_2")
    assert key.property("suggested") or getattr(key, "suggested", False)
    assert form.levels == {}


@pytest.mark.parametrize(("systolic", "level"), [(123, 2), (90, 1), (60, 0)])
def test_the_pressure_suggests_its_level_against_the_baseline(systolic: float, level: int) -> None:
    bench = Bench()
    bench.infuse(41)
    bench.run(1)
    bench.measure(systolic, 50)
    found = {one.item_id: one.level for one in suggestions(bench.state, None, ALDRETE)}
    assert found["circulation"] == level
    assert "oxygen" not in found
    assert [one.item_id for one in suggestions(bench.state, None, MPADSS)] == ["vitals"]


def test_oxygen_given_lowers_the_suggestion(rig: Rig) -> None:
    state, live = rig.bridge.state, rig.bridge.live
    assert {one.item_id: one.level for one in suggestions(state, live, ALDRETE)}["oxygen"] == 2
    rig.room.bench.tell(ask.NoteCare(Care.OXYGEN, rig.room.bench.clock.now()))
    rig.turn()
    found = {one.item_id: one.level for one in suggestions(rig.bridge.state, rig.bridge.live, ALDRETE)}
    assert found["oxygen"] == 1


def test_every_unmet_reason_is_listed_and_discharge_is_off(rig: Rig) -> None:
    rig.touch("release_gate")
    reasons = rig.label("reasons")
    assert "Observe for" in reasons
    assert "Score MOAA/S." in reasons
    for item in CONFIRMATIONS:
        assert item.unmet in reasons
    assert not rig.can_touch("primary")


def test_a_confirmation_is_given_and_withdrawn_by_a_touch(rig: Rig) -> None:
    rig.touch("release_gate")
    rig.touch("confirm_escort")
    assert rig.session.discharge["escort"]
    rig.touch("confirm_escort")
    assert not rig.session.discharge["escort"]


def test_a_pressure_by_hand_counts_where_the_cuff_fails(rig: Rig) -> None:
    rig.touch("release_pressure")
    rig.digits("pressure_pad", "122")
    rig.touch("diastolic")
    rig.digits("pressure_pad", "78")
    rig.touch("primary")
    rig.turn()
    assert rig.asked(ask.EnterPressure) == [ask.EnterPressure(122, 78)]
    assert release_view(rig.bridge.state, rig.bridge.now()).pressure_met


def test_the_patient_leaves_when_every_condition_is_met(rig: Rig) -> None:
    rig.room.bench.recover()
    rig.turn()
    score(rig, "aldrete", {item.id: 2 for item in ALDRETE.items})
    score(rig, "mpadss", {item.id: 2 for item in MPADSS.items})
    rig.touch("release_gate")
    for item in CONFIRMATIONS:
        rig.touch(f"confirm_{item.id}")
    rig.turn()
    assert "Every condition is met." in rig.texts()
    rig.touch("primary")
    rig.turn()
    assert rig.session.discharged_at is not None
    assert rig.sees("step_close")
    rig.touch("primary")
    rig.turn()
    assert rig.session.closed_at is not None
    assert "is closed" in rig.texts()


def test_the_reason_of_an_early_stop_is_asked_and_never_in_the_way(qapp: QApplication) -> None:
    assert qapp is not None
    with a_rig() as rig:
        rig.room.bench.infuse(10)
        rig.turn()
        rig.bridge.stop()
        rig.turn()
        assert rig.phase is Phase.OBSERVING
        rig.window.bedside.asks.close_all()
        rig.window.bedside.show_steps()
        rig.turn()
        rig.touch("release_stop_reason")
        rig.touch("reason_Nausea or vomiting")
        rig.write("reason_text", "twice")
        rig.touch("reason_act")
        rig.turn()
        assert rig.asked(ask.ExplainStop) == [ask.ExplainStop("Nausea or vomiting: twice")]
        assert not rig.sees("release_stop_reason")


def test_the_summary_tells_what_was_given_by_the_pumps_own_counter() -> None:
    bench = Bench()
    bench.infuse(41)
    bench.tell(ask.NoteCare(Care.NAUSEA, bench.clock.now()))
    session = bench.state.session
    assert session is not None
    lines = {line.label: line.text for line in summary(session, None)}
    assert lines["Given"] == "35.00 mg, 17.500 mL by the pump's own counter"
    assert lines["End"] == "complete"
    assert lines["Noted"] == "nausea 1×"
    assert "checked by Nurse Two" in lines["By"]


def test_without_a_session_nothing_may_be_discharged() -> None:
    bench = Bench()
    view = release_view(bench.state, bench.clock.now())
    assert not view.may_discharge
    assert view.reasons


def test_unknown_saturation_suggests_nothing() -> None:
    bench = Bench()
    bench.infuse(41)
    bench.vitals[Vital.SPO2] = None
    assert all(one.item_id != "oxygen" for one in suggestions(bench.state, None, ALDRETE))
