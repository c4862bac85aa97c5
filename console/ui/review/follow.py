"""What stands beside the timeline follows its cursor, and its list leads the cursor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import QObject

from console.clinical.vitals import Wave
from console.clock import NS_PER_S
from console.storage.traces import WaveBins
from console.ui.review.page_parts import PageParts
from console.ui.viewmodels.review_axis import hms
from console.ui.viewmodels.review_measure import measured, measured_title
from console.ui.viewmodels.review_values import values_at


class Following(QObject):
    """Links the timeline, its buttons, the figures, the strip of ECG, comments and the list of entries."""

    def __init__(
        self,
        parts: PageParts,
        zone: tzinfo | None,
        say: Callable[[str], None],
        submit: Callable[[str, Callable[[], object]], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._parts, self._zone, self._say, self._submit = parts, zone, say, submit
        self._model = 0
        timeline, bar = parts.timeline, parts.bar
        timeline.cursor_moved.connect(self.cursor)
        timeline.scope_changed.connect(self.scope)
        timeline.mark_moved.connect(self._mark)
        bar.whole.connect(timeline.show_whole)
        bar.span.connect(timeline.show_about_cursor)
        bar.paper.connect(timeline.show_paper_speed)
        bar.zoomed.connect(timeline.zoom)
        bar.stepped.connect(timeline.step_event)
        bar.model.connect(self._choose_model)
        bar.abnormal.connect(self._abnormal)
        bar.measured.connect(timeline.toggle_mark)
        bar.waves.connect(self._show_waves)
        parts.notes.went.connect(timeline.set_cursor)
        parts.audit.went.connect(timeline.set_cursor)
        parts.audit.shown.connect(self.all)

    def all(self) -> None:
        """Follow everything anew."""
        self.cursor(self._parts.timeline.cursor_s)
        self.scope(*self._parts.timeline.scope)

    def cursor(self, second: float) -> None:
        """Show what stood at this second, or what changed since the mark."""
        parts, timeline = self._parts, self._parts.timeline
        line, mark = timeline.line, timeline.mark_s
        if line is None:
            return
        if mark is None:
            lines = values_at(line, second, self._model, self._zone)
            parts.values.set_values(f"At {timeline.cursor_label()}", lines)
        else:
            title = measured_title(line, mark, second, self._zone)
            parts.values.set_values(title, measured(line, mark, second, self._model))
        parts.strip.set_moment(timeline.store, line.start_ns, second)
        parts.notes.set_moment(hms(line.ns_of(second), self._zone))
        parts.audit.follow(line.ns_of(second))

    def scope(self, first_s: float, last_s: float) -> None:
        """Tell which stretch is shown."""
        parts = self._parts
        parts.bar.set_scope(parts.timeline.line, first_s, last_s)
        self.cursor(parts.timeline.cursor_s)

    def _mark(self) -> None:
        self._parts.bar.set_measuring(on=self._parts.timeline.mark_s is not None)
        self.cursor(self._parts.timeline.cursor_s)

    def _show_waves(self, on: bool) -> None:
        timeline = self._parts.timeline
        timeline.set_waves(on=on)
        if on:
            self.read_waves()

    def read_waves(self) -> None:
        """Have the overview of the waveforms read, where it is shown and not there yet."""
        store, line = self._parts.timeline.store, self._parts.timeline.line
        if self._parts.timeline.waves and store is not None and line is not None and not store.bins:
            store.bins_wanted = True
            margin = round(NS_PER_S)
            job = partial(store.read_bins, line.start_ns - margin, line.end_ns + margin)
            self._submit(f"bins {line.session_id}", job)

    def take_waves(self, session_id: str, bins: dict[Wave, WaveBins]) -> None:
        """The overview was read."""
        store, line = self._parts.timeline.store, self._parts.timeline.line
        if store is not None and line is not None and line.session_id == session_id:
            store.bins, store.bins_wanted = bins, False
            self._parts.timeline.redraw()

    def _abnormal(self, forward: bool) -> None:
        self._say(self._parts.timeline.step_abnormal(forward))

    def _choose_model(self, model: int) -> None:
        self._model = model
        self._parts.timeline.set_model(model)
        self.cursor(self._parts.timeline.cursor_s)
