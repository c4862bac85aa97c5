"""What the sync finds reaches the record and the windows, and changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.clock import ManualClock
from console.room.service import RoomPlan, RoomService, See
from console.room.wire import Live, RoomMessage, pack, unpack_room
from console.session.codec import decode
from console.session.events import ArchiveFound
from console.session.intents import ArchiveSeen
from console.storage.accounts import PinHasher
from console.storage.record import Record
from console.sync.backlog import ArchiveView, Standing
from tests.stories.in_process_room import QuietSpeaker, site

VIEW = ArchiveView(Standing.WARNING, 7, 18_200, 90_000.0, "7 entries wait for the archive.")


@pytest.mark.req("NET-01")
def test_a_finding_is_recorded_and_the_windows_are_told_how_the_archive_stands(tmp_path: Path) -> None:
    clock = ManualClock()
    reporters: list[See] = []
    heard: list[RoomMessage] = []
    with Record.open(tmp_path / "record.sqlite", clock, "boot-1") as record:
        plan = RoomPlan(
            data_dir=tmp_path,
            app_version="1",
            site=site(),
            clock=clock,
            real_clock=clock,
            boot_id="boot-1",
            speaker=QuietSpeaker(),
            hasher=PinHasher(memory_kib=64, time_cost=1),
            archive=lambda: VIEW,
            reporters=(reporters.append,),
        )
        service = RoomService(plan, record)
        service.come_home()
        service.audience.join(heard.append)
        (see,) = reporters
        see(ArchiveSeen("fork", "Its disk was copied.", "s-1"))
        for _ in range(4):
            clock.advance(0.3)
            service.conductor.turn(0)
        found = [decode(one.kind, one.version, one.body) for one in record.events()]
        service.close("The test is over.")
    assert [one for one in found if isinstance(one, ArchiveFound)] == [
        ArchiveFound("fork", "Its disk was copied.", "s-1")
    ]
    lives = [one for one in heard if isinstance(one, Live)]
    assert lives
    assert lives[-1].archive == VIEW
    assert unpack_room(pack(lives[-1])) == lives[-1]
