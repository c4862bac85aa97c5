"""Window tests: no screen needed, collection between tests and never inside one, nothing left behind."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.session.site import Site
from console.ui.bridge import Bridge
from console.ui.theme import Theme, load_fonts
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.window import MainWindow
from tests.session.bench import SITE
from tests.ui.desk import ZONE, Desk
from tests.ui.fake_room import FakeRoom


@pytest.fixture(scope="session", autouse=True)
def _earlier_tests_set_aside() -> None:
    """What thousands of tests before left alive is not walked through after every window test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _collected_between() -> Iterator[None]:
    """No automatic collection in a test, as in the window: a cyclic one in a thread destroys QObjects.

    What lives on after a test is set aside, so that collecting takes as long after the last as after the
    first.
    """
    was_on = gc.isenabled()
    gc.disable()
    yield
    gc.collect()
    gc.freeze()
    if was_on:
        gc.enable()


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that passes and leaves a window behind fails."""
    if "qapp" not in request.fixturenames:
        yield
        return
    before = {id(widget) for widget in QApplication.topLevelWidgets()}
    yield
    QApplication.processEvents()
    QApplication.sendPostedEvents()
    gc.collect()
    left = [
        widget for widget in QApplication.topLevelWidgets() if id(widget) not in before and widget.isVisible()
    ]
    for widget in left:
        widget.close()
    assert not left, f"windows left open: {[type(widget).__name__ for widget in left]}"


@pytest.fixture
def site() -> Site:
    return SITE


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    assert qapp is not None
    load_fonts()
    return Theme()


@pytest.fixture
def room() -> FakeRoom:
    return FakeRoom()


@pytest.fixture
def desk(qtbot: QtBot, room: FakeRoom, theme: Theme) -> Iterator[Desk]:
    """A window on a fake room, not greeted yet."""
    bridge = Bridge(room, "window-1", room.bench.clock)
    window = MainWindow(bridge, LiveReference(room.bench.site, ZONE), theme)
    window.resize(1920, 1080)
    desk = Desk(room, bridge, window, qtbot)
    yield desk
    window.close()
    window.deleteLater()


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Show a widget for the length of a test."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return show
