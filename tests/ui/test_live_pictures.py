"""The whole window in each state and size: nothing is cut, the alarm colours appear only with alarms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from console.clinical.vitals import Vital, Wave
from console.session import intents as ask
from console.session.events import Care
from console.ui.theme import DARK
from tests.ui.desk import Desk, inside
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline
from tests.ui.test_widgets_live import share_of

SIZES = [(1920, 1080), (1366, 768), (1280, 1024), (2560, 1440)]


def ready(room: FakeRoom) -> None:
    run_through_baseline(room)


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 6)
    room.bench.tell(ask.NoteCare(Care.DIZZINESS, room.bench.clock.now()))


def observing(room: FakeRoom) -> None:
    infusing(room)
    live_through(room, 40)


def picture(desk: Desk, path: Path, name: str) -> QImage:
    desk.play(0.3)
    image = desk.window.grab().toImage()
    assert image.save(str(path / f"{name}.png"))
    return image


def cut_buttons(window: QWidget) -> list[str]:
    """Visible keys whose word is wider than the key."""
    found = []
    for button in window.findChildren(QPushButton):
        if not button.isVisible() or not button.text():
            continue
        icon = 0 if button.icon().isNull() else button.iconSize().width() + 4
        if QFontMetrics(button.font()).horizontalAdvance(button.text()) + icon > button.width():
            found.append(button.text())
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("prepare", [ready, infusing, observing])
def test_every_state_fits_every_size(
    desk: Desk, tmp_path: Path, size: tuple[int, int], prepare: Callable[[FakeRoom], None]
) -> None:
    desk.window.resize(*size)
    desk.open(prepare)
    desk.play(4, 0.5)
    image = picture(desk, tmp_path, f"{prepare.__name__}-{size[0]}")
    assert not image.isNull()
    window = desk.window
    assert (window.width(), window.height()) == size, "the content must not force the window larger"
    page = window.bedside
    tiles = (page.vitals.hr, page.vitals.spo2, page.vitals.nibp, page.vitals.rr, page.vitals.etco2)
    for widget in (
        *tiles,
        page.delivery.ring,
        page.delivery.pump,
        window.stop_key,
        window.pause_key,
        window.alarms,
    ):
        assert widget.isVisible()
        assert inside(window, widget)
        assert min(widget.width(), widget.height()) > 20
    assert cut_buttons(window) == []


@pytest.mark.parametrize("size", SIZES)
def test_all_four_waves_sweep_on_the_live_page(desk: Desk, size: tuple[int, int]) -> None:
    desk.window.resize(*size)
    desk.open(infusing)
    desk.play(3)
    traces = desk.window.bedside.traces.traces
    assert list(traces) == [Wave.ECG, Wave.PLETH, Wave.CO2, Wave.RESP]
    for trace in traces.values():
        assert trace.isVisible()
        assert inside(desk.window, trace)
        assert not trace.message


def test_no_frame_of_a_trace_is_composed_beneath_the_watermark(desk: Desk) -> None:
    desk.open(infusing)
    word, panel = desk.window.watermark, desk.window.bedside.traces

    def on_screen(widget: QWidget) -> QRect:
        return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())

    assert word.isVisible()
    assert not on_screen(word).intersects(on_screen(panel))


def test_touch_keys_are_large_enough_on_the_smallest_screen(desk: Desk) -> None:
    desk.window.resize(1366, 768)
    desk.open(infusing)
    millimetre = 96 / 25.4 * 0.92
    for key in (*desk.window.events.keys.values(), desk.window.pause_key, desk.window.stop_key):
        assert min(key.width(), key.height()) >= 15 * millimetre


def test_a_calm_screen_has_no_alarm_fill_and_an_alarm_brings_it(desk: Desk, tmp_path: Path) -> None:
    desk.open(infusing)
    calm = picture(desk, tmp_path, "calm")
    assert share_of(calm, DARK.medium) < 0.0005
    assert share_of(calm, DARK.high_fill) < 0.0005
    desk.room.bench.measure(168, 98)
    desk.play(2.0)
    desk.room.bench.tell(ask.Acknowledge())
    yellow = picture(desk, tmp_path, "yellow")
    assert share_of(yellow, DARK.medium) > 0.04
    desk.room.bench.vitals[Vital.SPO2] = 85.0
    desk.play(3.0)
    desk.room.bench.tell(ask.Acknowledge())
    red = picture(desk, tmp_path, "red")
    assert share_of(red, DARK.high_fill) > 0.04


def test_simulated_devices_are_watermarked_and_real_ones_are_not(desk: Desk) -> None:
    desk.open(infusing)
    assert desk.window.watermark.isVisible()
    desk.room.hello(simulated=False)
    desk.play(0.3)
    assert not desk.window.watermark.isVisible()


def test_a_lost_room_turns_the_window_red_and_leaves_stop(desk: Desk, tmp_path: Path) -> None:
    desk.open(infusing)
    desk.room.lose()
    desk.wait(1.0, 0.25)
    image = desk.window.grab().toImage()
    assert image.save(str(tmp_path / "lost.png"))
    assert share_of(image, DARK.high_fill, 40) > 0.6 or share_of(image, "#8f1419", 10) > 0.6
    assert desk.window.stop_key.isVisible()


def test_a_second_of_the_live_page_costs_little(desk: Desk) -> None:
    """One frame with three sweeping traces; the bound is generous because machines are shared."""
    desk.open(infusing)
    spent = []
    for _turn in range(120):
        desk.room.step(1 / 60)
        start = perf_counter()
        desk.bridge.tick()
        QApplication.processEvents()
        spent.append(perf_counter() - start)
    spent.sort()
    assert spent[len(spent) // 2] < 0.012
