"""The board on the wall: calm, honest about age and silence, never cut, a click opens the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from console.clinical.vitals import Vital
from console.clock import NS_PER_S, Instant
from console.sync.board_reading import RoomRow
from console.ui.board.page import BoardPage, grid
from console.ui.theme import DARK, Theme
from console.ui.viewmodels.board_fold import BoardRoom, figures_age_s, folded, live_of, noted
from console.ui.viewmodels.board_view import BoardView, board_view, span
from console.ui.viewmodels.live_reference import LiveReference
from tests.session.bench import SITE
from tests.ui.board_rooms import BOARD_NS, desaturating, infusing, observing, renamed, room_of
from tests.ui.desk import ZONE
from tests.ui.test_widgets_live import share_of

NOW = Instant(1_773_655_620 * NS_PER_S, BOARD_NS)
REFERENCE = LiveReference(SITE, ZONE)
Shown = Callable[[QWidget], QWidget]


@pytest.fixture(scope="module")
def calm() -> BoardRoom:
    return room_of(infusing, "Room 1")


@pytest.fixture(scope="module")
def alarming() -> BoardRoom:
    return room_of(desaturating, "Room 2")


def view(rooms: Sequence[BoardRoom], later_s: float = 0.0, link: str = "", names: bool = False) -> BoardView:
    return board_view(rooms, NOW.plus(later_s), REFERENCE, "Harbour Clinic", link, names)


@pytest.mark.req("NET-14")
def test_a_room_shows_phase_time_left_figures_and_who_is_there(calm: BoardRoom) -> None:
    (face,) = view([calm]).rooms
    assert (face.name, face.ring.title, face.pump, face.silent) == ("Room 1", "Infusion", "infusing", "")
    minutes = int(face.ring.big.split(":")[0])
    assert 30 <= minutes <= 36
    assert [tile.label for tile in face.tiles] == ["HR", "SpO₂", "NIBP", "RR", "EtCO₂"]
    assert face.tiles[0].value.isdigit()
    assert face.tiles[2].age.endswith("ago")
    assert face.figures == "now"
    assert face.staff == "Nurse One"
    assert face.patient == "M. R."


@pytest.mark.req("NET-14")
def test_patients_are_named_only_where_the_board_may(calm: BoardRoom) -> None:
    session = calm.state.session
    assert session is not None
    assert view([calm], names=True).rooms[0].patient == session.patient.full_name


@pytest.mark.req("NET-14")
def test_silence_is_said_plainly_and_old_figures_are_dashes(calm: BoardRoom) -> None:
    (face,) = view([calm], later_s=260).rooms
    assert face.silent == "no word from Room 1 for 4 min"
    assert face.ring.big == "--"
    assert [tile.value for tile in face.tiles if tile.label != "NIBP"] == ["--"] * 4
    assert face.tiles[2].age == "5 min ago"
    assert face.figures == "last figures 4 min ago"
    assert "1 silent" in view([calm], later_s=260).summary


@pytest.mark.req("NET-14")
def test_figures_of_a_room_that_tells_none_come_from_its_sealed_events() -> None:
    room = room_of(infusing, "Room 1", status=False)
    age = figures_age_s(room, BOARD_NS)
    assert age is not None
    assert age <= 11
    live = live_of(room, BOARD_NS)
    assert live is not None
    assert live.vitals[Vital.HR].usable
    assert view([room], later_s=30).rooms[0].tiles[0].value == "--"


def test_figures_of_another_session_are_not_shown(calm: BoardRoom) -> None:
    status = calm.status
    assert status is not None
    other = type(status)(status.room, "another session", status.boot_id, status.at, status.figures)
    room = replace(calm, status=other, sealed=None)
    assert live_of(room, BOARD_NS) is None
    assert view([room]).rooms[0].figures == "no figures yet"


def test_a_clock_that_is_a_day_off_changes_no_age(calm: BoardRoom) -> None:
    far = NOW.wall_utc_ns + 86_400 * NS_PER_S
    (face,) = board_view([calm], Instant(far, NOW.mono_ns), REFERENCE, "").rooms
    assert face == view([calm]).rooms[0]


def test_events_are_folded_once_and_the_unreadable_are_counted(calm: BoardRoom) -> None:
    assert calm.last is not None
    again = folded(calm, [calm.last])
    assert again.state is calm.state
    newer = changed(calm.last, seq=calm.last.seq + 1, version=99, body=b"{}")
    found = folded(calm, [newer])
    assert (found.unreadable, found.seq, found.state) == (1, newer.seq, calm.state)
    assert "newer console" in view([found]).rooms[0].note


def test_a_new_stream_of_a_room_begins_anew(calm: BoardRoom) -> None:
    row = RoomRow(calm.workstation_id, "01890000-0000-7000-8000-00000000000b", 0, 1.0)
    found = noted({calm.workstation_id: calm}, [row], BOARD_NS)
    assert found[calm.workstation_id].seq == 0


def test_ages_are_rounded_down() -> None:
    assert [span(one) for one in (0.0, 59.9, 60.0, 7199.0, 7200.0, 200_000.0)] == [
        "0 s",
        "59 s",
        "1 min",
        "119 min",
        "2 h",
        "2 days",
    ]


@pytest.mark.parametrize("count", [1, 6, 12, 50])
@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_every_room_has_its_place_and_none_overlap(
    shown: Shown, calm: BoardRoom, theme: Theme, count: int, size: tuple[int, int]
) -> None:
    page = BoardPage(theme)
    page.resize(*size)
    shown(page)
    page.set_view(view([renamed(calm, f"Room {n + 1}") for n in range(count)]))
    boxes = [card.geometry() for card in page.cards]
    assert len(boxes) == count
    assert all(page.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for place, a in enumerate(boxes) for b in boxes[place + 1 :])
    faces = [card.face for card in page.cards]
    assert [face.name for face in faces if face] == [f"Room {n + 1}" for n in range(count)]


@pytest.mark.req("NET-14")
def test_red_and_yellow_are_filled_for_alarms_alone(
    shown: Shown, calm: BoardRoom, alarming: BoardRoom, theme: Theme
) -> None:
    page = BoardPage(theme)
    page.resize(1920, 1080)
    shown(page)
    page.set_view(view([calm, room_of(None, "Room 3"), renamed(calm, "Room 4")], later_s=90))
    quiet = page.grab().toImage()
    assert share_of(quiet, DARK.high_fill) == 0
    assert share_of(quiet, DARK.medium) == 0
    page.set_view(view([calm, alarming]))
    assert share_of(page.grab().toImage(), DARK.high_fill) > 0.005
    (_, face) = (card.face for card in page.cards)
    assert face is not None
    assert face.top is not None
    assert face.top.message.startswith("SpO₂ low")


def test_a_click_opens_the_session_and_an_empty_room_opens_nothing(
    shown: Shown, calm: BoardRoom, theme: Theme
) -> None:
    page = BoardPage(theme)
    page.resize(1920, 1080)
    shown(page)
    page.set_view(view([calm, room_of(None, "Room 2")]))
    opened: list[str] = []
    page.chosen.connect(opened.append)
    for card in page.cards:
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        QTest.keyClick(card, Qt.Key.Key_Return)
    assert opened == [calm.session_id] * 2


def test_a_lost_archive_is_said_over_the_whole_board(shown: Shown, theme: Theme) -> None:
    page = BoardPage(theme)
    page.resize(1920, 1080)
    shown(page)
    page.set_view(view([room_of(observing, "Room 1")], link="The archive has not been reached for 2 min."))
    assert page.view is not None
    assert page.view.lost
    assert all(face.old for face in page.view.rooms)


def test_the_grid_makes_cards_large() -> None:
    assert grid(1, 1900, 1000) == (1, 1)
    assert grid(6, 1900, 1000) == (3, 2)
    columns, rows = grid(50, 1900, 1000)
    assert columns * rows >= 50
    assert grid(0, 1900, 1000) == (1, 1)
