"""Two sessions beside each other, aligned at the start of the infusion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from console.storage.queries import RecordReader
from console.ui.review.compare import ComparePanel
from console.ui.review.wave_store import WaveStore
from console.ui.theme import LIGHT, Theme
from console.ui.viewmodels.review_compare import compared, label_of, start_s
from console.ui.viewmodels.review_record import read_timeline
from tests.ui.review_records import rehearsed
from tests.ui.synthetic_record import EARLY_STOP, WHOLE


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[ComparePanel]:
    with RecordReader(rehearsed().path) as reader:
        found = ComparePanel(Theme(LIGHT, 0.7))
        qtbot.addWidget(found)
        found.resize(1200, 800)
        for place, session_id in enumerate((WHOLE, EARLY_STOP)):
            found.set_line(place, read_timeline(reader, session_id), WaveStore(reader, session_id))
        found.show()
        yield found


def test_one_cursor_goes_through_both_counted_from_each_infusion(panel: ComparePanel) -> None:
    above, below = panel.views
    assert above.line is not None
    assert below.line is not None
    for led, other in ((above, below), (below, above)):
        assert led.line is not None
        assert other.line is not None
        led.set_cursor(start_s(led.line) + 600)
        assert other.cursor_s == pytest.approx(start_s(other.line) + 600)
    above.show_span(start_s(above.line), start_s(above.line) + 900)
    assert below.scope[0] == pytest.approx(start_s(below.line))
    assert below.scope[1] - below.scope[0] == pytest.approx(900)


def test_the_differences_are_told_in_words(panel: ComparePanel) -> None:
    assert "Given: 35.0 of 35.0 mg | " in panel.told
    assert "Infusion: " in panel.told
    above, below = (view.line for view in panel.views)
    assert above is not None
    assert below is not None
    assert compared(above, above).count(" | ") == compared(above, below).count(" | ")
    assert "MOOD-40" in label_of(above)


def test_a_session_to_compare_with_is_asked_for(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.offer((("a", "Ana · MOOD-40"), ("b", "Bo · PAIN-4H")))
    with qtbot.waitSignal(panel.wanted, timeout=1000) as asked:
        panel._pick.setCurrentIndex(2)
        panel._pick.activated.emit(2)
    assert asked.args == ["b"]
