"""A window that is there before its room, and pages that are built when somebody looks at them."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from console.ui.late_page import LatePage
from console.ui.theme import DARK
from console.ui.window import AWAITED_S
from tests.ui.desk import Desk
from tests.ui.test_bridge import infusing
from tests.ui.test_widgets_live import share_of

pytestmark = pytest.mark.gui


def wait_for_the_room(desk: Desk) -> None:
    desk.room.connected = False
    desk.window.refresh()
    desk.window.show()
    desk.wait(0.5)


def test_a_room_that_is_still_starting_is_no_alarm(desk: Desk) -> None:
    wait_for_the_room(desk)
    assert desk.window.lost.isVisible()
    assert desk.window.lost.awaited
    assert "stop at the pump" in desk.window.lost.accessibleName()
    assert share_of(desk.window.grab().toImage(), DARK.high_fill, 40) < 0.01
    assert desk.window.stop_key.isVisible()


def test_a_room_that_does_not_come_is_an_alarm(desk: Desk) -> None:
    wait_for_the_room(desk)
    desk.wait(AWAITED_S)
    assert desk.window.lost.isVisible()
    assert not desk.window.lost.awaited


def test_stop_before_the_room_is_there_is_said_to_be_unheard(desk: Desk) -> None:
    wait_for_the_room(desk)
    desk.click(desk.window.stop_key)
    assert not desk.window.lost.awaited
    assert desk.bridge.stop_unheard


def test_a_room_that_went_away_is_an_alarm_at_once(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.lose()
    desk.wait(0.3)
    assert desk.window.lost.isVisible()
    assert not desk.window.lost.awaited


def test_a_late_page_is_built_once_and_is_there_as_soon_as_it_is_shown(qapp: QApplication) -> None:
    assert qapp is not None
    built: list[QWidget] = []

    def build() -> QWidget:
        built.append(QLabel("the page"))
        return built[-1]

    page = LatePage(build)
    assert built == []
    page.show()
    assert page.page is built[0]
    assert built[0].isVisible()
    page.hide()
    page.show()
    assert len(built) == 1
    page.close()
