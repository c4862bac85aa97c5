"""The printed report: what it tells, and that it is written whole or not at all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from console.clock import ManualClock
from console.session.events import Entry
from console.storage.queries import RecordReader
from console.storage.trouble import RecordRefused
from console.ui.review.report import ReportNotWritten, report_name, write_report
from console.ui.review.report_flow import BODY_H, Block, gap, pages_of
from console.ui.review.sign import signature_text, verified_text
from console.ui.viewmodels import review_report as rows
from console.ui.viewmodels.review_axis import ticks
from console.ui.viewmodels.review_fold import SessionUnknown
from console.ui.viewmodels.review_record import read_entries, read_timeline
from console.ui.viewmodels.review_shapes import Timeline
from tests.ui.review_records import rehearsed
from tests.ui.synthetic_record import EARLY_STOP, LINK_LOST, WHOLE

ZONE = ZoneInfo("Europe/Berlin")
Loaded = tuple[Timeline, tuple[Entry, ...]]


@pytest.fixture
def reader() -> Iterator[RecordReader]:
    with RecordReader(rehearsed().path) as opened:
        yield opened


def _loaded(reader: RecordReader, session_id: str) -> Loaded:
    entries = read_entries(reader, session_id)
    return read_timeline(reader, session_id, entries=entries), entries


@pytest.fixture
def whole(reader: RecordReader) -> Loaded:
    return _loaded(reader, WHOLE)


# --- the file -------------------------------------------------------------------------------------------


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("session_id", [WHOLE, EARLY_STOP, LINK_LOST])
def test_a_report_is_two_or_three_pages_of_vectors(
    qapp: QApplication, tmp_path: Path, session_id: str
) -> None:
    assert qapp is not None
    target = tmp_path / "report.pdf"
    write_report(rehearsed().path, session_id, target, ZONE, ManualClock())
    pdf = target.read_bytes()
    assert pdf.startswith(b"%PDF")
    assert 2 <= _pages(pdf) <= 3
    assert b"/FontFile" in pdf
    assert b"/Subtype /Image" not in pdf
    assert list(tmp_path.iterdir()) == [target], "no half file stays behind"


@pytest.mark.process
def test_it_is_written_without_a_window_or_a_screen(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    program = (
        "import sys; from pathlib import Path; from console.ui.review.report import write_report;"
        "write_report(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))"
    )
    bare = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    done = subprocess.run(
        [sys.executable, "-c", program, str(rehearsed().path), WHOLE, str(target)],
        env=bare,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert target.read_bytes().startswith(b"%PDF")


def test_an_unknown_session_is_a_sentence_and_no_file(qapp: QApplication, tmp_path: Path) -> None:
    assert qapp is not None
    with pytest.raises(SessionUnknown, match="no session 'nobody'"):
        write_report(rehearsed().path, "nobody", tmp_path / "report.pdf")
    assert not list(tmp_path.iterdir())


def test_a_missing_record_and_an_impossible_place_are_told(qapp: QApplication, tmp_path: Path) -> None:
    assert qapp is not None
    with pytest.raises(RecordRefused):
        write_report(tmp_path / "nothing.db", WHOLE, tmp_path / "report.pdf")
    with pytest.raises(ReportNotWritten, match="cannot be written"):
        write_report(rehearsed().path, WHOLE, tmp_path / "no" / "folder" / "report.pdf")


def test_the_file_name_tells_no_patient(whole: Loaded) -> None:
    line, _ = whole
    assert re.fullmatch(r"session-\d{8}-\d{4}-[0-9a-z-]+\.pdf", report_name(line, ZONE))


# --- what it tells --------------------------------------------------------------------------------------


def test_the_order_is_there_with_all_that_follows_and_who_stood_for_it(whole: Loaded) -> None:
    line, _ = whole
    told = {fact.label: fact.value for fact in rows.order_facts(line, ZONE)}
    assert told["Dose"] == "35 mg ketamine in 40 min"
    assert told["Ordered amount"] == "0.5 mg/kg"
    assert told["Volume"] == "17.5 mL"
    assert told["As drug"] == "52.5 mg/h, 0.75 mg/kg/h"
    assert told["Ordered by"].startswith("Physician One, ")
    assert told["Verified by"].startswith("Nurse Two, blind re-entry, ")


def test_two_identifiers_stand_with_the_patient(whole: Loaded) -> None:
    line, _ = whole
    told = {fact.label: fact.value for fact in rows.patient_facts(line, ZONE)}
    assert told["Patient"] == "Demo Patient A"
    assert (told["Born"], told["Record number"]) == ("1984-03-12", "204-118")


def test_vital_signs_are_tabled_every_five_minutes(whole: Loaded) -> None:
    line, _ = whole
    table = rows.vitals_rows(line, ZONE)
    assert len(table) == int(line.seconds // 300) or len(table) == int(line.seconds // 300) + 1
    assert all(row[0].endswith(("0", "5")) for row in table)
    assert all(len(row) == len(rows.VITALS_HEAD) for row in table)
    assert {row[1] for row in table} >= {"Baseline", "Infusion", "Observation"}
    assert any("!!" in row[2] for row in table)


def test_a_minute_without_values_is_dashes_and_the_gap_is_told(reader: RecordReader) -> None:
    line, entries = _loaded(reader, LINK_LOST)
    (hole,) = line.gaps
    after = next(
        row
        for row, t_ns in zip(rows.vitals_rows(line, ZONE), _five_minutes(line), strict=True)
        if abs(t_ns - hole.start_ns) < 400e9
    )
    assert after[0]
    assert "2:10 min" in rows.gap_text(entries, line, ZONE)
    assert "line was dead" in rows.gap_text(entries, line, ZONE)


def _five_minutes(line: Timeline) -> tuple[int, ...]:
    return ticks(line.start_ns, line.end_ns, 300, ZONE)


def test_every_alarm_is_listed_with_who_answered(whole: Loaded) -> None:
    line, _ = whole
    table = rows.alarm_rows(line, ZONE)
    assert len(table) == len(line.alarms)
    assert any(row[1].startswith("!!! SpO₂ low") and row[3].startswith("Nurse One, after") for row in table)
    assert any(row[3] == "not acknowledged" for row in table)


def test_the_corrected_entry_is_marked_and_stays(whole: Loaded) -> None:
    line, entries = whole
    told = [row[1] for row in rows.event_rows(line, entries, ZONE)]
    assert "Pressure drug: Labetalol 10 mg (corrected, see below)" in told
    assert "Infusion complete: 35 mg in 17.5 mL, by the pump's counter" in told


def test_the_discharge_gate_tells_every_value_and_who_confirmed(whole: Loaded) -> None:
    line, entries = whole
    told = {row[0]: row[1] for row in rows.gate_rows(line, entries, ZONE)}
    assert told["Aldrete"] == "10"
    assert told["Escort is here"].startswith("yes, Nurse One, ")
    assert told["Gate"] == "every condition was met"
    assert "baseline" in told["Pressure"]


@pytest.mark.req("HUM-11")
def test_a_signature_prints_name_time_and_meaning(reader: RecordReader) -> None:
    line, _ = _loaded(reader, EARLY_STOP)
    (signature,) = line.signatures
    text = signature_text(signature, ZONE)
    assert text.startswith("Reviewed by Physician One, physician, 16 Mar 2026 ")


def test_a_record_that_could_not_be_verified_says_so() -> None:
    assert verified_text(None, "the disk is gone") == "The record could not be verified: the disk is gone"
    assert verified_text(None) == "Verifying the record…"


# --- the flow of blocks ---------------------------------------------------------------------------------


def test_a_title_never_stands_alone_at_the_foot_of_a_page() -> None:
    title = Block(30, lambda _p, _r: None, with_next=True)
    pages = pages_of([gap(BODY_H - 40), title, gap(50)])
    assert [len(page) for page in pages] == [1, 2]
    assert pages[1][0][1] is title


def test_a_table_that_flows_on_repeats_its_head() -> None:
    head = Block(20, lambda _p, _r: None, with_next=True)
    lines = [Block(40, lambda _p, _r: None, again=head) for _ in range(40)]
    pages = pages_of([head, *lines])
    assert len(pages) > 1
    assert all(page[0][1] is head for page in pages)
    for page in pages:
        assert page[-1][0] + page[-1][1].height <= BODY_H
    boxes = [QRectF(0, y, 10, block.height) for y, block in pages[1]]
    assert not any(a.intersects(b) for a, b in pairwise(boxes))
