"""A pump fails on the bench, the technician signs it, and no infusion is started with it without a reason."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import uuid4

import pytest

from console.room.mailbox import Letter
from console.room.wire import Answer, Ask
from console.session import intents
from console.session.bench import BenchDevice, BenchRun, CheckResult, Kind, Verdict
from console.session.people import Actor, Authn, Role
from console.session.state import Phase
from console.storage.bench_records import bench_runs
from tests.stories.in_process_room import Story

NURSE_WITH_PIN = Actor("ana", "Ana Ruiz", Role.NURSE, Authn.PIN)
TECHNICIAN = Actor("tom", "Tom Becker", Role.TECHNICIAN, Authn.PIN)


class OneLook(threading.Event):
    """Lets a watch look once."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 1

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        self.left -= 1
        return self.left < 0


def a_run(story: Story, verdict: Verdict) -> BenchRun:
    identity = story.room.state.links["pump"].identity
    assert identity is not None
    device = BenchDevice(
        Kind.PUMP, identity.kind, identity.model, port="memory", simulated=identity.simulated
    )
    check = CheckResult("volume", "Dispensed volume", verdict, "4.07 mL came instead of 5 mL.")
    return BenchRun(device, story.world.clock.now().wall_utc_ns, (check,), no_patient=True)


def ask(story: Story, intent: intents.PersonIntent) -> Answer:
    return story.room.ask(Ask(uuid4().hex, intent))


@pytest.mark.req("BNC-04")
def test_a_pump_that_failed_its_test_is_refused_until_somebody_says_why(tmp_path: Path) -> None:
    story = Story(tmp_path, waves=False)
    story.room.run(5.0)
    run = a_run(story, Verdict.FAILED)
    for actor in (NURSE_WITH_PIN, TECHNICIAN):
        story.room.service.mailbox.post(Letter(intents.SignTest(run), actor))
    story.room.run(1.0)
    (signed,) = bench_runs(tmp_path / "record.db")
    assert signed.by.name == "Tom Becker"
    assert signed.run == run

    story.room.service._watch_tests(OneLook())
    story.play_until(Phase.READY)
    refused = ask(story, intents.StartInfusion(uuid4().hex))
    assert not refused.accepted
    assert any("The pump failed its test on" in said for said in refused.sentences), refused.sentences
    assert ask(story, intents.UseUnfitDevice("pump", "the only pump; checked by hand at 5 mL")).accepted
    story.play_until(Phase.INFUSING, within_s=120.0)
    kinds = ("device_tested", "unfit_device_accepted")
    entries = [one for one in story.room.record.events() if one.kind in kinds]
    assert [one.kind for one in entries] == list(kinds)
    assert b"the only pump" in entries[1].body
