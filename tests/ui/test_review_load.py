"""The alarm load beside the comments of a review: figures with what they are made of, dashes without."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.alarm_load import alarm_load
from console.ui.review.load import LoadPanel
from console.ui.theme import LIGHT, Theme
from console.ui.viewmodels.review_fold import timeline_of
from console.ui.viewmodels.review_load import load_lines
from tests.session.bench import Bench


def session_with_alarms() -> Bench:
    """Two alarms: one over by itself at once, one acknowledged at once; the sound paused."""
    bench = Bench()
    bench.infuse(2)
    bench.vitals[Vital.SPO2] = 86.0
    bench.run(4)
    bench.tell(ask.Acknowledge())
    bench.tell(ask.PauseAudio())
    bench.vitals[Vital.SPO2] = 97.0
    bench.run(30)
    bench.measure(170, 98)
    bench.run(5)
    bench.measure(130, 80)
    bench.run(5)
    return bench


def test_every_figure_tells_what_it_is_made_of() -> None:
    bench = session_with_alarms()
    load = alarm_load(bench.entries, "s-1")
    lines = {line.label: line for line in load_lines(load)}
    assert load.alarms >= 2
    assert lines["Alarms an hour"].value == f"{load.alarms / load.hours:.1f}"
    assert "1 high" in lines["Alarms an hour"].note
    assert lines["Over by themselves in 15 s"].note == f"{load.by_itself} of {load.alarms}"
    assert lines["Acknowledged in 30 s"].note == f"{load.soon} of {load.alarms}"
    assert lines["Sound paused, limits off"].value == "1, 0"
    assert "spo2 low extreme 1×" in lines["Most often"].note


def test_a_session_without_alarms_shows_dashes_where_there_is_nothing_to_divide() -> None:
    lines = {line.label: line.value for line in load_lines(alarm_load((), "s-1"))}
    assert lines["Alarms an hour"] == "--"
    assert lines["Acknowledged in 30 s"] == "--"
    assert lines["Stops passed with a reason"] == "--"
    assert lines["Pauses proposed"] == "0"


def test_the_timeline_of_a_review_carries_the_load() -> None:
    bench = session_with_alarms()
    line = timeline_of("s-1", [one for one in bench.entries if one.session_id == "s-1"], {"boot-1": 0})
    assert line.load.alarms == len(line.alarms)
    assert line.load.high == 1


def test_the_panel_is_read_aloud_and_drawn_in_a_small_room(qapp: QApplication) -> None:
    assert qapp is not None
    panel = LoadPanel(Theme(LIGHT))
    panel.resize(260, 150)
    lines = load_lines(alarm_load(session_with_alarms().entries, "s-1"))
    panel.set_lines(lines)
    assert "Alarms an hour" in panel.accessibleName()
    picture = panel.grab().toImage()
    ink = {picture.pixel(x, y) for x in range(0, 260, 3) for y in range(0, 150, 3)}
    assert len(ink) > 3
    panel.deleteLater()
