"""The room pushes a course and the clinic's stock beside the sessions, once, and again when they grew."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from console.app.fhir import export_session
from console.app.fhir_config import FhirConfig
from console.app.fhir_feed import LEDGERS, RecordFeed
from console.app.fhir_source import no_report
from console.app.folder import RECORD
from console.clock import ManualClock
from console.course.facts_plan import Indicated, MedicineListed
from console.course.facts_stock import StockReceived
from console.sync.fhir.filed import FileStore
from console.sync.fhir.push import Did, FhirPush
from tests.course.clinic import books
from tests.room.test_courses import Room
from tests.sync.fhir.pushing import Asked
from tests.sync.fhir.test_by_hand import accepting

URL = "https://fhir.example/R4"
LOT = StockReceived("L-1", "vial", Decimal(50), Decimal(10), 5, date(2030, 6, 30))


def finished(room: Room, server: Asked, folder: Path) -> list[str]:
    clock, config, found = ManualClock(), FhirConfig(URL), []
    with room.reader() as reader:
        store = FileStore(folder / LEDGERS, URL)
        feed = RecordFeed(reader, store, config, no_report, clock, books())
        push = FhirPush(server, feed, store, config.options, lambda: 0.0)
        for _ in range(60):
            outcome = push.step(clock.now())
            if outcome.did is Did.IDLE:
                break
            if outcome.did is Did.FINISHED:
                found.append(outcome.session_id)
    return found


def test_a_course_and_the_stock_are_pushed_once_and_again_when_they_grew(tmp_path: Path) -> None:
    room, server = Room(tmp_path / "room"), Asked(accepting)
    try:
        assert room.chart(Indicated(("trd",))).accepted
        assert room.keep(LOT).accepted
        assert sorted(finished(room, server, tmp_path)) == ["course:", "course:pt-7"]
        assert finished(room, server, tmp_path) == []
        assert room.chart(MedicineListed("Lithium")).accepted
        assert finished(room, server, tmp_path) == ["course:pt-7"]
    finally:
        room.inner.die()


def test_a_course_is_written_to_a_file_without_any_server(tmp_path: Path) -> None:
    room, said = Room(tmp_path / "room"), list[str]()
    try:
        assert room.chart(Indicated(("trd",))).accepted
        out = tmp_path / "course.json"
        folder = tmp_path / "data"
        folder.mkdir()
        (folder / RECORD).symlink_to(room.inner.record.path)
        assert export_session(folder, "course:pt-7", out, False, ManualClock(), said.append) == 0
        types = {one["resource"]["resourceType"] for one in json.loads(out.read_bytes())["entry"]}
        assert types == {"Practitioner", "Patient", "EpisodeOfCare", "Condition"}
    finally:
        room.inner.die()
