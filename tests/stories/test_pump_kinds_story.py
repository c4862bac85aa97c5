"""A session with other pumps than the NE-1000: paused, resumed, halted, stopped, and what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from console.devices.ports import Pump
from console.devices.pumps.alaris import Alaris
from console.devices.pumps.harvard import Harvard
from console.devices.virtual.alaris import VirtualAlaris
from console.devices.virtual.faults import (
    OcclusionReleased,
    PanelAcknowledge,
    PanelRate,
    Stall,
)
from console.devices.virtual.harvard import VirtualHarvard
from console.devices.virtual.scenario import Turn
from console.room.wire import Ask
from console.session import intents as ask
from console.session.state import Phase
from tests.stories.in_process_room import NURSE, Story, World

Twin = VirtualAlaris | VirtualHarvard
KINDS: dict[str, tuple[Callable[[], Pump], Callable[[], Twin]]] = {
    "alaris": (lambda: Alaris(control=True), VirtualAlaris),
    "harvard": (Harvard, VirtualHarvard),
}


def story_with(kind: str, folder: Path) -> tuple[Story, Twin]:
    driver, twin = KINDS[kind]
    world, pump = World(), twin()
    world.pump_driver = driver
    vars(world.bay).update(pump=pump, _turns=lambda: [Turn.RUNNING] if pump.running else [])
    return Story(folder, world, waves=False), pump


def asked(story: Story, intent: ask.PersonIntent) -> tuple[str, ...]:
    """What the room objects; nothing when it accepts."""
    answer = story.room.ask(Ask(uuid4().hex, intent, NURSE.user_id, NURSE.pin))
    story.room.run(2)
    return () if answer.accepted else tuple(answer.sentences)


def resumed(story: Story, kind: str) -> None:
    if kind == "harvard":
        objections = asked(story, ask.ResumeInfusion(uuid4().hex))
        # It cannot go on with a half-given volume: what remains is programmed anew.
        assert any("program the remaining dose" in words for words in objections)
        assert asked(story, ask.ProgramPump(uuid4().hex)) == ()
        story.room.run(3)
    assert asked(story, ask.ResumeInfusion(uuid4().hex)) == ()
    assert story.room.phase is Phase.INFUSING


def turning(pump: Twin) -> bool:
    return pump.running


@pytest.mark.req("SER-09", "SER-15")
@pytest.mark.parametrize("kind", KINDS)
def test_paused_resumed_halted_and_stopped_the_record_holds_what_the_pump_gave(
    kind: str, tmp_path: Path
) -> None:
    story, pump = story_with(kind, tmp_path)
    story.play_until(Phase.INFUSING)
    story.room.run(20)
    assert asked(story, ask.PauseInfusion(uuid4().hex)) == ()
    assert story.room.phase is Phase.PAUSED
    assert not pump.running
    resumed(story, kind)
    story.room.run(10)
    pump.inject(Stall())
    story.room.run(4)
    assert story.room.phase is Phase.PAUSED
    pump.inject(OcclusionReleased())
    pump.inject(PanelAcknowledge())
    story.room.run(2)
    assert asked(story, ask.PressStop("the patient asked")) == ()
    stop, session = story.room.state.stop, story.room.state.session
    assert stop is not None
    assert stop.confirmed
    assert session is not None
    assert session.ended is not None
    assert session.ended.infused_ml is not None
    assert float(session.ended.infused_ml) == pytest.approx(pump.delivered_ml, abs=0.005)
    assert pump.delivered_ml > 0.1


@pytest.mark.req("HST-01", "HST-09", "PMP-NOT-KEPT")
def test_a_restarted_room_keeps_an_alaris_going_that_gives_what_the_record_holds_and_no_other(
    tmp_path: Path,
) -> None:
    story, pump = story_with("alaris", tmp_path)
    story.play_until(Phase.INFUSING)
    story.room.run(20)
    began = story.world.commands_sent(b"INF_START")
    story.restart_room()
    story.room.run(25)
    assert story.room.state.session is not None
    assert story.room.state.session.paused is None
    assert turning(pump)
    assert story.world.commands_sent(b"INF_START") == began == 1
    assert "not_kept" not in {one.raised.code for one in story.room.state.alarms}
    pump.inject(PanelRate(Decimal("90")))
    story.restart_room()
    story.room.run(8)
    said = {one.raised.code: one.raised.message for one in story.room.state.alarms}
    assert "the pump gives 90.00 mL/h instead of" in said["not_kept"]
    assert "The pump stops by itself within 15 s" in said["not_kept"]
    story.room.run(12)
    assert not turning(pump)
    assert story.room.phase is Phase.PAUSED
