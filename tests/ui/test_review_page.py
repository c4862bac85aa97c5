"""The review page: it reads the record, asks the room, and stays quick."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from console.clinical.vitals import Vital, Wave
from console.clock import ManualClock
from console.room.entries import entry_of
from console.room.wire import Answer, Ask, Hello, RoomMessage, WindowMessage
from console.session import intents as ask
from console.session.apply import fold
from console.session.events import Access, Care
from console.session.state import State
from console.storage.queries import RecordReader
from console.storage.record import Record
from console.ui.bridge import Bridge
from console.ui.review.lanes import LEAST_S, LaneId
from console.ui.review.page import ReviewPage
from console.ui.review.timeline import TimelineView
from console.ui.theme import Theme
from tests.session.bench import Bench
from tests.storage.record_makers import tampered
from tests.ui.review_records import START_NS, going_on, rehearsed
from tests.ui.synthetic_record import EARLY_STOP, LINK_LOST, RUNNING, WHOLE, Rehearsal

ZONE = ZoneInfo("Europe/Berlin")
DAY_NS = 86_400_000_000_000


@dataclass
class Counter:
    """A room that says what the test tells it to say."""

    out: list[RoomMessage] = field(default_factory=list)
    sent: list[WindowMessage] = field(default_factory=list)
    connected: bool = True

    def poll(self) -> list[RoomMessage]:
        found, self.out = self.out, []
        return found

    def send(self, message: WindowMessage) -> bool:
        self.sent.append(message)
        return True

    def close(self) -> None:
        self.connected = False

    def asked(self) -> list[Ask]:
        """What was asked, apart from the note that a session was looked at."""
        return [one for one in self.noted_or_asked() if not isinstance(one.intent, ask.NoteAccess)]

    def noted_or_asked(self) -> list[Ask]:
        return [one for one in self.sent if isinstance(one, Ask)]


@dataclass
class Table:
    """The page with what it talks to."""

    page: ReviewPage
    bridge: Bridge
    room: Counter
    bot: QtBot
    path: Path

    def settle(self) -> None:
        """Until the reading thread has nothing more to tell."""

        def quiet() -> bool:
            self.page.poll()
            return not self.page.busy

        self.bot.waitUntil(quiet, timeout=20_000)

    def answer(self, accepted: bool, *sentences: str) -> None:
        self.room.out.append(Answer(self.room.asked()[-1].request_id, accepted, sentences))
        self.bridge.tick()


def _hello(path: Path, *, read_only: bool = False) -> Hello:
    return Hello("Room 2", "boot-1", "0.1.0", True, read_only, 1.0, None, str(path), State(), ("s5",))


@pytest.fixture
def table(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Table]:
    yield from _table(qtbot, theme, tmp_path, rehearsed().path)


def _table(bot: QtBot, theme: Theme, folder: Path, record: Path) -> Iterator[Table]:
    path = folder / "record.db"
    shutil.copy(record, path)
    room = Counter()
    bridge = Bridge(room, "window-1", ManualClock(START_NS + 2 * DAY_NS))
    page = ReviewPage(theme, bridge, folder / "reports", ZONE, lambda _protocol: 6)
    bot.addWidget(page)
    page.resize(1600, 900)
    room.out.append(_hello(path))
    bridge.tick()
    page.show()
    yield Table(page, bridge, room, bot, path)
    page.close_page()
    page.close()


# --- opening --------------------------------------------------------------------------------------------


def test_the_greeting_brings_the_list_newest_first(table: Table) -> None:
    table.settle()
    names = [one.session_id for one in table.page.sessions.shown]
    assert names == [WHOLE, LINK_LOST], "the signed one is not among those to review"
    QTest.mouseClick(
        next(one for one in table.page.sessions.findChildren(QPushButton) if one.text() == "All"),
        Qt.MouseButton.LeftButton,
    )
    assert [one.session_id for one in table.page.sessions.shown] == [WHOLE, LINK_LOST, EARLY_STOP]


def test_a_long_session_is_on_screen_in_less_than_a_third_of_a_second(table: Table) -> None:
    table.page.open_session(LINK_LOST)
    table.page.grab()
    begun = time.process_time()
    table.page.open_session(WHOLE)
    table.page.grab()
    assert time.process_time() - begun < 0.6, "0.3 s on an idle machine, twice that while tests share it"
    line = table.page.line
    assert line is not None
    assert line.seconds > 7000


def test_a_cursor_at_the_peak_reads_the_peak(table: Table) -> None:
    table.page.open_session(WHOLE)
    line = table.page.line
    assert line is not None
    peak = max(line.pressures, key=lambda one: one.systolic)
    assert table.page.timeline.cursor_s == pytest.approx(line.second_of(peak.t_ns))


def test_an_unreadable_record_is_told_and_nothing_breaks(table: Table, tmp_path: Path) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"this is no record at all" * 100)
    table.page.open_record(bad)
    assert "could not be verified" in table.page.sign.proof


# --- moving -----------------------------------------------------------------------------------------------


def test_wheel_zooms_about_the_pointer(table: Table) -> None:
    table.page.open_session(WHOLE)
    view = table.page.timeline
    view.grab()
    picture = view.picture
    assert picture is not None
    x = picture.scope.left + picture.scope.width * 0.3
    before = picture.scope.second(x)
    _wheel(view, x, 120)
    assert view.picture is not None
    assert view.picture.scope.second(x) == pytest.approx(before, abs=1)
    assert view.picture.scope.span_s < picture.scope.span_s


def _wheel(view: TimelineView, x: float, delta: int) -> None:
    event = QWheelEvent(
        QPointF(x, 200),
        QPointF(x, 200),
        QPoint(0, 0),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.wheelEvent(event)


def test_dragging_pans_and_a_click_sets_the_cursor(table: Table) -> None:
    table.page.open_session(WHOLE)
    view = table.page.timeline
    view.show_about_cursor(600)
    view.grab()
    first = view.scope[0]
    port = view.viewport()
    middle = QPoint(port.width() // 2, 200)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(port, middle + QPoint(-120, 0))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=middle + QPoint(-120, 0))
    assert view.scope[0] > first
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=middle)
    assert view.picture is not None
    assert view.cursor_s == pytest.approx(view.picture.scope.second(middle.x()), abs=2)


def test_keys_zoom_to_one_heartbeat_and_back_to_the_whole(table: Table) -> None:
    table.page.open_session(WHOLE)
    view = table.page.timeline
    for _ in range(20):
        QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.scope[1] - view.scope[0] == pytest.approx(LEAST_S)
    QTest.keyClick(view, Qt.Key.Key_Home)
    line = table.page.line
    assert line is not None
    assert view.scope == (0.0, line.seconds)


def test_page_keys_step_from_event_to_event(table: Table) -> None:
    table.page.open_session(WHOLE)
    view, line = table.page.timeline, table.page.line
    assert line is not None
    view.set_cursor(0)
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    seconds = sorted(line.second_of(pin.t_ns) for pin in line.pins)
    assert view.cursor_s == pytest.approx(seconds[0])
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert view.cursor_s > seconds[0]


def test_below_thirty_seconds_the_waves_themselves_appear(table: Table) -> None:
    table.page.open_session(WHOLE)
    view = table.page.timeline
    view.show_about_cursor(600)
    assert view.picture is not None
    assert LaneId.ECG not in view.picture.lanes
    view.show_about_cursor(5)
    assert view.picture is not None
    assert {LaneId.ECG, LaneId.PLETH, LaneId.CO2, LaneId.RESP} <= set(view.picture.lanes)
    store, line = view.store, table.page.line
    assert store is not None
    assert line is not None
    found = store.samples(Wave.ECG, line.ns_of(view.scope[0]), line.ns_of(view.scope[1]))
    assert np.isfinite(found.value).sum() > 5 * 290
    beats = (np.diff((found.value > 0.6).astype(int)) == 1).sum()
    heart = line.trends[Vital.HR].at(view.cursor_s)
    assert heart is not None
    minutes = (found.t_ns[-1] - found.t_ns[0]) / 60e9
    assert beats / minutes == pytest.approx(heart, rel=0.12)


def test_paper_speed_is_true_on_this_screen(table: Table) -> None:
    table.page.open_session(WHOLE)
    view = table.page.timeline
    view.show_about_cursor(5)
    view.show_paper_speed(25.0)
    assert view.picture is not None
    assert view.ruler().speed_mm_s(view.picture.scope) == pytest.approx(25.0, rel=0.01)


def test_panning_draws_at_the_pace_of_a_screen(table: Table) -> None:
    table.page.open_session(WHOLE)
    table.settle()
    view = table.page.timeline
    for span in (7000.0, 600.0, 5.0):
        view.show_about_cursor(span)
        view.grab()
        begun, turns = time.process_time(), 12
        for turn in range(turns):
            view.pan(span * (0.004 if turn < turns / 2 else -0.004))
            view.viewport().repaint()
        each_ms = (time.process_time() - begun) / turns * 1000
        assert each_ms < 60, f"{each_ms:.0f} ms a frame at {span:.0f} s"


# --- writing ------------------------------------------------------------------------------------------------


def test_a_comment_speaks_of_the_moment_at_the_cursor(table: Table) -> None:
    table.page.open_session(WHOLE)
    table.page.timeline.set_cursor(1800)
    entry = next(
        one for one in table.page.notes.findChildren(QLineEdit) if one.accessibleName() == "New comment"
    )
    QTest.keyClicks(entry, "Looks calm here.")
    QTest.keyClick(entry, Qt.Key.Key_Return)
    line = table.page.line
    assert line is not None
    (asked,) = table.room.asked()
    assert asked.intent == ask.Comment(WHOLE, "Looks calm here.", line.ns_of(1800))
    table.answer(False, "Nobody is signed in: choose your name and enter your PIN.")
    assert table.page.sign.answer.startswith("Nobody is signed in")


@pytest.mark.req("SEC-AUDIT")
def test_that_a_session_is_looked_at_is_noted_once(table: Table) -> None:
    table.page.open_session(WHOLE)
    table.page.open_session(WHOLE)
    notes = [one.intent for one in table.room.noted_or_asked()]
    assert notes == [ask.NoteAccess(Access.VIEWED, WHOLE)]


def test_a_correction_is_asked_for_with_its_reason(table: Table) -> None:
    table.page.open_session(WHOLE)
    table.page.audit.corrected.emit(4012, "5 mg", "typed the wrong dose")
    (asked,) = table.room.asked()
    assert asked.intent == ask.Correct(WHOLE, 4012, "5 mg", "typed the wrong dose")


def test_signing_covers_the_verified_chain_and_needs_the_pin(table: Table) -> None:
    table.page.open_session(WHOLE)
    table.settle()
    assert table.page.sign.proof.startswith("Record verified:")
    QTest.mouseClick(table.page.sign_button, Qt.MouseButton.LeftButton)
    assert table.page.sign.form_open
    table.page.sign.signed.emit("p1", "482915")
    line = table.page.line
    assert line is not None
    (asked,) = table.room.asked()
    assert asked.intent == ask.SignReview(WHOLE, line.head_hash, "reviewed")
    assert (asked.user_id, asked.pin) == ("p1", "482915")
    table.answer(False, "That is not the right PIN.")
    assert table.page.sign.answer == "That is not the right PIN."
    assert table.page.sign.form_open


def test_a_record_that_was_tampered_with_cannot_be_signed(table: Table) -> None:
    tampered(
        table.path,
        "UPDATE event SET body = CAST(replace(body, 'Labet', 'Loraz') AS BLOB) WHERE kind='care_noted'",
    )
    table.page.open_session(WHOLE)
    table.settle()
    assert "NOT SOUND" in table.page.sign.proof
    table.page.sign.signed.emit("p1", "482915")
    assert not table.room.asked()
    assert "cannot be signed" in table.page.sign.answer


def test_a_window_that_may_only_look_asks_nothing(table: Table) -> None:
    table.room.out.append(_hello(table.path, read_only=True))
    table.bridge.tick()
    table.page.open_session(WHOLE)
    table.page.notes.written.emit("no")
    assert not table.room.asked()
    assert not table.page.sign_button.isEnabled()


def test_the_report_is_written_where_it_was_told(table: Table) -> None:
    table.page.open_session(EARLY_STOP)
    table.page.print_report()
    table.settle()
    (written,) = (table.path.parent / "reports").iterdir()
    assert written.read_bytes().startswith(b"%PDF")
    assert str(written) in table.page.sign.answer


# --- a session that goes on -----------------------------------------------------------------------------


def test_a_live_session_grows_on_the_page(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    for table in _table(qtbot, theme, tmp_path, going_on().path):
        table.page.open_session(RUNNING)
        table.settle()
        line = table.page.line
        assert line is not None
        assert line.open
        assert not table.page.sign_button.isEnabled()
        before = line.head_seq
        _more(table.path)
        for _ in range(10):
            table.page.poll()
        table.settle()
        assert table.page.line is not None
        assert table.page.line.head_seq > before
        QApplication.processEvents()


def _more(path: Path) -> None:
    """A minute more of a session whose room has come back."""
    with RecordReader(path) as reader:
        entries = [entry_of(one) for one in reader.events()]
    bench = Bench()
    bench.entries = entries
    bench.state = fold(State(), tuple(entries))
    bench.clock = ManualClock(entries[-1].at.wall_utc_ns, entries[-1].at.mono_ns)
    bench.clock.advance(5)
    bench._ids = 1_000_000
    record = Record.open(path, bench.clock, "boot-1")
    room = Rehearsal(record, bench, waves_on=False)
    room._stored, room._stored_state = len(entries), bench.state
    room.care(Care.NAUSEA, grade=1)
    room.flush()
    record.close()
