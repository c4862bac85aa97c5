"""The interlocks and the lease through the real drivers, machine and record, on a virtual patient."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from uuid import uuid4

import pytest

from console.clinical.interlock_file import digest_of, load_interlocks
from console.clinical.vitals import Vital
from console.devices.virtual.disturbance import Hypoventilation
from console.room.entries import entry_of
from console.room.wire import Ask, Live
from console.session import intents as ask
from console.session.events import (
    CommandRequested,
    CommandResolved,
    Entry,
    InfusionPaused,
    PauseProposalEnded,
    PauseProposed,
)
from console.session.people import Role
from console.session.pump import Confirmed, LinkState, Pause, PumpState
from console.session.site import Attendance, Site
from console.session.state import Phase
from console.storage.trouble import TroubleKind, disk_trouble
from tests.stories.in_process_room import RESOURCES, Story, site


def armed() -> Site:
    text = (
        (RESOURCES / "interlocks.toml")
        .read_bytes()
        .replace(b"enabled = false", b"enabled = true")
        .replace(b'signed_by = ""', b'signed_by = "Dr Ada Moss"')
        .replace(b'signed_on = ""', b'signed_on = "2026-01-15"')
    )
    return dataclasses.replace(site(), interlocks=load_interlocks(text, digest_of(text)))


def entries(story: Story) -> list[Entry]:
    return [entry_of(stored) for stored in story.room.record.events()]


def live(story: Story) -> Live:
    return next(message for message in reversed(story.room.told) if isinstance(message, Live))


def running(story: Story) -> bool:
    return story.world.bay.pump.running


def alarms(story: Story) -> set[str]:
    return {alarm.raised.code for alarm in story.room.state.alarms if alarm.condition}


@pytest.mark.req("A2", "P2", "P5")
def test_a_patient_who_desaturates_is_proposed_a_pause_and_then_paused_and_read_back(tmp_path: Path) -> None:
    story = Story(tmp_path, where=armed())
    story.play_until(Phase.INFUSING)
    story.room.run(10)
    assert live(story).posture.state == "armed"
    story.world.bay.patient.befall(Hypoventilation(0.05, 900))
    for _ in range(600):
        story.room.run(1)
        if story.room.phase is Phase.PAUSED:
            break
    assert story.room.phase is Phase.PAUSED
    assert not running(story)
    found = entries(story)
    (proposed,) = [entry for entry in found if isinstance(entry.event, PauseProposed)]
    (requested,) = [
        entry
        for entry in found
        if isinstance(entry.event, CommandRequested) and isinstance(entry.event.command, Pause)
    ]
    assert isinstance(proposed.event, PauseProposed)
    assert isinstance(requested.event, CommandRequested)
    assert requested.actor.role is Role.ROOM
    late_s = requested.at.seconds_since(proposed.at) - proposed.event.countdown_s
    assert 0 <= late_s <= 1
    (resolved,) = [
        entry
        for entry in found
        if isinstance(entry.event, CommandResolved) and entry.event.command_id == requested.event.command_id
    ]
    assert isinstance(resolved.event, CommandResolved)
    assert isinstance(resolved.event.outcome, Confirmed)
    assert resolved.event.outcome.read_back.state is PumpState.PAUSED
    assert resolved.at.seconds_since(requested.at) <= 2
    assert [e.event.why for e in found if isinstance(e.event, PauseProposalEnded)] == ["the pause was sent"]
    paused = [entry.event for entry in found if isinstance(entry.event, InfusionPaused)]
    assert "interlock" in paused[0].reason
    refused = story.room.ask(Ask(uuid4().hex, ask.ResumeInfusion("too-early")))
    assert not refused.accepted
    assert any(proposed.event.rule in sentence for sentence in refused.sentences)


@pytest.mark.req("A7")
def test_an_infusion_nobody_attends_is_left_to_the_pumps_own_time_out(tmp_path: Path) -> None:
    where = dataclasses.replace(site(), attendance=Attendance(medium_s=60, high_s=90, lease_s=120))
    story = Story(tmp_path, waves=False, where=where)
    story.play_until(Phase.INFUSING)
    story.room.run(115)
    assert "lease_withheld" not in alarms(story)
    assert running(story)
    story.room.run(5 + 10 + 2)
    assert "lease_withheld" in alarms(story)
    session = story.room.state.session
    assert session is not None
    assert running(story)
    assert story.room.state.links["pump"].state is LinkState.ANSWERING
    story.room.run(where.watchdog_s + 1)
    assert not running(story)
    answer = story.room.ask(Ask(uuid4().hex, ask.ConfirmPresence()))
    assert answer.accepted
    story.room.run(5)
    assert story.room.phase is Phase.PAUSED
    assert "lease_withheld" not in alarms(story)
    halted = story.room.state.session
    assert halted is not None
    assert halted.paused is not None
    assert halted.paused.by_pump


@pytest.mark.req("HST-03")
def test_a_full_disk_leaves_the_lease_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(tmp_path, waves=False)
    story.play_until(Phase.INFUSING)

    def full(_: object) -> None:
        raise disk_trouble(TroubleKind.FULL, story.room.record.path)

    monkeypatch.setattr(story.room.record, "write", full)
    story.room.run(60)
    assert "not_recording" in alarms(story)
    assert "lease_withheld" not in alarms(story)
    assert running(story)


@pytest.mark.req("A7", "HST-09")
def test_a_room_that_can_no_longer_judge_alarms_lets_the_pump_stop_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(tmp_path, waves=False)
    story.play_until(Phase.INFUSING)

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("console.room.conductor.step", broken)
    story.room.run(10 + 30 + 5)
    assert not running(story)
    monkeypatch.undo()
    story.room.run(10)
    assert story.room.phase is Phase.PAUSED
    assert Vital.SPO2 in live(story).vitals
