"""The painters and keys by themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QFontMetricsF, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.clinical.vitals import Wave, WaveBlock
from console.clock import ManualClock
from console.session.events import Priority
from console.session.state import Phase
from console.ui.assets import asset_names
from console.ui.playout import Playout
from console.ui.theme import DARK, LIGHT, Palette, Theme, Weight, scale_for, screen_dpi
from console.ui.viewmodels.live_shapes import Tile
from console.ui.viewmodels.live_tone import Tone
from console.ui.widgets.blink import Blink, blink_at
from console.ui.widgets.hold_button import HoldButton
from console.ui.widgets.numeric_tile import NumericTile
from console.ui.widgets.phase_rail import STEPS, PhaseRail, step_of
from console.ui.widgets.session_trend import SessionTrend
from console.ui.widgets.strips import STRIPS
from console.ui.widgets.sweep_trace import SweepTrace
from tests.ui.desk import press, release, touch

Shown = Callable[[QWidget], QWidget]


def contrast(first: str, second: str) -> float:
    """WCAG 2.1 contrast ratio of two colours."""

    def luminance(color: str) -> float:
        shade = QColor(color)
        parts = [shade.redF(), shade.greenF(), shade.blueF()]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def share_of(image: QImage, color: str, tolerance: int = 12) -> float:
    """Part of the picture that has a colour."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), -1, 4)[
        :, : image.width(), :3
    ]
    wanted = QColor(color)
    distance = np.abs(data.astype(int) - np.array([wanted.blue(), wanted.green(), wanted.red()])).max(axis=2)
    return float((distance <= tolerance).mean())


@pytest.mark.parametrize("tone", [Tone.TEXT, Tone.HR, Tone.SPO2, Tone.CO2, Tone.NIBP, Tone.TEMP, Tone.DRUG])
def test_numerics_reach_seven_to_one_on_the_dark_panel(tone: Tone) -> None:
    assert contrast(DARK.of(tone), DARK.panel) >= 7.0


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_small_text_reaches_four_and_a_half_to_one(palette: Palette) -> None:
    assert contrast(palette.muted, palette.panel) >= 4.5
    assert contrast(palette.muted, palette.ground) >= 4.5
    assert contrast(palette.on_alarm, palette.medium if palette is DARK else DARK.medium) >= 7.0
    assert contrast(palette.on_high, palette.high_fill) >= 4.5


def test_every_icon_can_be_drawn_in_a_colour(theme: Theme) -> None:
    names = [name.removesuffix(".svg") for name in asset_names("icons", ".svg")]
    assert len(names) >= 20
    for name in names:
        image = theme.pixmap(name, "#ff0000", 32).toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(32)
            for y in range(32)
            if image.pixelColor(x, y).alpha() > 200
        ]
        assert inked, name
        assert all(color.red() > 240 and color.green() < 15 for color in inked)


def test_figures_have_equal_width_so_that_digits_do_not_jump(theme: Theme) -> None:
    metrics = QFontMetricsF(theme.font(60, Weight.BOLD))
    assert metrics.horizontalAdvance("111") == pytest.approx(metrics.horizontalAdvance("888"))


def test_the_scale_follows_the_smaller_side_and_nonsense_densities_are_not_believed() -> None:
    assert scale_for(1920, 1080) == 1.0
    assert scale_for(1366, 768) == pytest.approx(0.711, abs=0.002)
    assert scale_for(3840, 2160) == 2.0
    assert screen_dpi(0.0) == 96.0
    assert screen_dpi(141.0) == 141.0


@pytest.mark.req("ALM-FLASH")
def test_alarm_signals_flash_at_the_conventional_rates_half_the_time() -> None:
    times = np.arange(0, 20, 0.01)
    fast = np.array([blink_at(float(t)).fast for t in times])
    slow = np.array([blink_at(float(t)).slow for t in times])
    for lit, hertz in ((fast, 2.0), (slow, 0.5)):
        rises = int(((~lit[:-1]) & lit[1:]).sum())
        assert rises / 20 == pytest.approx(hertz, abs=0.06)
        assert lit.mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.req("ALM-FLASH")
def test_acknowledged_and_low_alarms_do_not_flash() -> None:
    dark = Blink(fast=False, slow=False)
    assert dark.on(Priority.HIGH, False)
    assert dark.on(Priority.LOW, True)
    assert not dark.on(Priority.HIGH, True)


@pytest.mark.parametrize(
    ("priority", "fill"), [(Priority.HIGH, DARK.high_fill), (Priority.MEDIUM, DARK.medium)]
)
def test_an_alarm_fills_its_tile_and_between_flashes_frames_it(
    theme: Theme, shown: Shown, priority: Priority, fill: str
) -> None:
    tile = NumericTile(theme)
    tile.resize(330, 140)
    shown(tile)
    alarmed = Tile("SpO₂", "%", "86", Tone.SPO2, alarm=priority, flashing=True)
    tile.set_tile(alarmed, Blink(True, True))
    assert share_of(tile.grab().toImage(), fill) > 0.5
    tile.set_tile(alarmed, Blink(False, False))
    assert 0.005 < share_of(tile.grab().toImage(), fill) < 0.2


def test_no_tile_is_red_or_yellow_without_an_alarm(theme: Theme, shown: Shown) -> None:
    tile = NumericTile(theme)
    tile.resize(330, 140)
    shown(tile)
    tile.set_tile(Tile("HR", "/min", "82", Tone.HR, "120", "50"), Blink())
    image = tile.grab().toImage()
    assert share_of(image, DARK.high_fill) == 0
    assert share_of(image, DARK.medium) == 0
    assert share_of(image, DARK.hr) > 0.02


def ecg(clock: ManualClock, seconds: float, *, usable: bool = True) -> WaveBlock:
    count = round(seconds * 300)
    samples = (800 * np.sin(np.arange(count) / 20)).astype("<i2")
    return WaveBlock(Wave.ECG, "s5", clock.now(), 300.0, samples.tobytes(), 0.001, 0.0, "mV", False, usable)


def swept(theme: Theme, shown: Shown, width: int = 900) -> SweepTrace:
    trace = SweepTrace(theme, STRIPS[0])
    trace.resize(width, 140)
    shown(trace)
    return trace


def test_a_trace_sweeps_on_with_an_erased_bar_ahead(theme: Theme, shown: Shown) -> None:
    clock = ManualClock()
    trace, playout = swept(theme, shown), Playout(Wave.ECG, 300.0)
    for _turn in range(200):
        clock.advance(0.1)
        playout.push(ecg(clock, 0.1))
        trace.advance(playout, 0.1, clock.now())
    image = trace.grab().toImage()
    assert share_of(image, DARK.hr, 60) > 0.005
    columns = [
        any(QColor(image.pixel(x, y)).green() > 150 for y in range(image.height())) for x in range(130, 885)
    ]
    blank = max(len(run) for run in "".join("1" if on else "0" for on in columns).split("1"))
    expected = 6.0 * trace.px_per_s / 25.0
    assert expected * 0.6 <= blank <= expected * 1.8


def test_twenty_five_millimetres_a_second_are_measured_on_the_screen(theme: Theme, shown: Shown) -> None:
    trace = swept(theme, shown)
    dpi = screen_dpi(trace.screen().physicalDotsPerInchX())
    assert trace.px_per_s == pytest.approx(25 * dpi / 25.4)


def test_a_trace_is_drawn_anew_after_a_resize(theme: Theme, shown: Shown) -> None:
    clock = ManualClock()
    trace, playout = swept(theme, shown), Playout(Wave.ECG, 300.0)
    for _turn in range(80):
        clock.advance(0.1)
        playout.push(ecg(clock, 0.1))
        trace.advance(playout, 0.1, clock.now())
    before = share_of(trace.grab().toImage(), DARK.hr, 60)
    trace.resize(880, 150)
    assert share_of(trace.grab().toImage(), DARK.hr, 60) > before * 0.5


@pytest.mark.req("SER-19")
def test_a_lead_off_and_a_silent_device_are_said_over_the_trace(theme: Theme, shown: Shown) -> None:
    clock = ManualClock()
    trace, playout = swept(theme, shown), Playout(Wave.ECG, 300.0)
    trace.advance(None, 0.1, clock.now())
    assert trace.message == "ECG II: not connected"
    playout.push(ecg(clock, 0.5, usable=False))
    trace.advance(playout, 0.1, clock.now())
    assert trace.message == "lead off"
    clock.advance(4)
    trace.advance(playout, 0.1, clock.now())
    assert trace.message == "ECG II: no data"


def looked_at(button: HoldButton, seconds: float) -> None:
    """The window looks at the finger every 30 ms."""
    for _look in range(round(seconds / 0.03)):
        button.look(0.03)


def test_the_hold_button_takes_the_wish_back_when_let_go_left_or_switched_off(
    theme: Theme, shown: Shown
) -> None:
    button = HoldButton(theme, "START")
    button.resize(340, 76)
    shown(button)
    held: list[str] = []
    button.held.connect(held.append)
    press(button)
    looked_at(button, 0.9)
    release(button)
    looked_at(button, 0.9)
    press(button)
    looked_at(button, 0.9)
    QTest.mouseMove(button, QPoint(-40, -40))
    looked_at(button, 0.9)
    press(button)
    looked_at(button, 0.9)
    button.setEnabled(False)
    looked_at(button, 0.9)
    assert held == []
    button.setEnabled(True)
    for _time in range(2):
        press(button)
        looked_at(button, 1.2)
        release(button)
    assert len(held) == 2
    assert held[0] != held[1]


@pytest.mark.req("HUM-01")
def test_a_window_that_stood_still_takes_no_tap_for_a_hold(theme: Theme, shown: Shown) -> None:
    button = HoldButton(theme, "START")
    shown(button)
    held: list[str] = []
    button.held.connect(held.append)
    press(button)
    button.look(30.0)
    assert button.progress <= 0.1
    release(button)
    button.look(30.0)
    assert held == []


def test_a_finger_that_stays_in_real_time_starts(theme: Theme, shown: Shown, qtbot: QtBot) -> None:
    button = HoldButton(theme, "START", hold_s=0.2)
    shown(button)
    with qtbot.waitSignal(button.held, timeout=10_000):
        press(button)
    assert not button.held_down


def test_the_rail_knows_the_step_of_every_phase(theme: Theme, shown: Shown) -> None:
    rail = PhaseRail(theme)
    shown(rail)
    for phase in Phase:
        rail.set_phase(phase)
        assert rail.current == step_of(phase)
        assert (rail.current is None) == (phase is Phase.ABORTED)
    assert [word for word, _phases in STEPS][4] == "Start"


def test_curves_of_the_trend_are_switched_by_touching_their_names(theme: Theme, shown: Shown) -> None:
    trend = SessionTrend(theme)
    trend.resize(1130, 430)
    shown(trend)
    before = trend.shown
    rect = next(rect for rect, name in trend._touch if name == "rr")
    touch(trend, rect.center().toPoint())
    assert trend.shown == before | {"rr"}
    span = next(rect for rect, name in trend._touch if name == "15 min")
    touch(trend, span.center().toPoint())
    assert trend.span_s == 900.0


def test_the_trend_leaves_the_settings_of_the_plot_library_alone(theme: Theme, shown: Shown) -> None:
    names = ("background", "foreground", "antialias", "useOpenGL")
    before = [pg.getConfigOption(name) for name in names]
    shown(SessionTrend(theme))
    assert [pg.getConfigOption(name) for name in names] == before
