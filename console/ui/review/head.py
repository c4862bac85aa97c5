"""The head of a review: patient with two identifiers, order, and the figures that matter first."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.review_axis import day, hm
from console.ui.viewmodels.review_shapes import Timeline
from console.ui.viewmodels.review_values import Card
from console.ui.widgets.paint import LEFT, MIDDLE, draw_panel, draw_text, text_width
from console.units import plain


def title_of(line: Timeline) -> str:
    """The patient's full name."""
    session = line.state.session
    return "" if session is None else session.patient.full_name


def facts_of(line: Timeline, place: str, zone: tzinfo | None) -> str:
    """Birth date, record number, place in the series, protocol, library, weight, day."""
    session = line.state.session
    if session is None:
        return ""
    patient, order = session.patient, session.order
    named = f"session {place}" if place[:1].isdigit() else place
    parts = [f"born {patient.birth_date}", f"MRN {patient.mrn}", named]
    if order is not None:
        parts.append(f"{order.inputs.protocol_id}, library v{order.library_version.lstrip('v')}")
    if session.weight_kg is not None:
        parts.append(f"{plain(session.weight_kg)} kg")
    parts.append(f"{day(line.start_ns, zone)} {hm(line.start_ns, zone)}")
    return " · ".join(part for part in parts if part)


class Head(QWidget):
    """Name, identifiers and marks of a session."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title, self._facts = "", ""
        self._marks: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_head(self, title: str, facts: str, marks: tuple[str, ...]) -> None:
        """Show a session; ``marks`` are words in a frame (SIMULATED, TRAINING, OPEN)."""
        self._title, self._facts, self._marks = title, facts, marks
        self.setAccessibleName(f"{title}, {facts}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the name, then what fits of the rest below it."""
        theme = self._theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            half = self.height() * 0.55
            wide = draw_text(
                painter,
                QRectF(0, 0, self.width() * 0.7, half),
                LEFT | MIDDLE,
                self._title,
                theme.font(27, Weight.SEMIBOLD),
                theme.palette.text,
            )
            x = wide + theme.px(18)
            font = theme.font(14, Weight.BOLD)
            for mark in self._marks:
                box_w = text_width(font, mark) + theme.px(18)
                box = QRectF(x, half / 2 - theme.px(12), box_w, theme.px(24))
                draw_panel(painter, box, theme.palette.panel, theme.px(6), theme.palette.muted, 1.4)
                draw_text(painter, box, LEFT | MIDDLE, f"  {mark}", font, theme.palette.muted)
                x += box_w + theme.px(8)
            rest = QRectF(0, half, self.width(), self.height() - half)
            draw_text(painter, rest, LEFT | MIDDLE, self._facts, theme.font(17), theme.palette.muted)


class Cards(QWidget):
    """Six figures in a row."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: tuple[Card, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_cards(self, cards: tuple[Card, ...]) -> None:
        """Show these."""
        self._cards = cards
        self.setAccessibleName("; ".join(f"{one.title} {one.value}, {one.under}" for one in cards))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw them side by side."""
        theme, count = self._theme, max(1, len(self._cards))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            gap = theme.px(12)
            wide = (self.width() - gap * (count - 1)) / count
            for place, card in enumerate(self._cards):
                box = QRectF(place * (wide + gap), 0, wide, self.height())
                draw_panel(painter, box, theme.palette.panel, theme.px(10), theme.palette.line)
                x, room = box.left() + theme.px(14), wide - theme.px(24)
                rows = (
                    (0.12, 0.22, card.title, theme.font(15), theme.palette.muted),
                    (0.36, 0.34, card.value, theme.font(24, Weight.SEMIBOLD), theme.color(card.tone)),
                    (0.72, 0.2, card.under, theme.font(14), theme.palette.muted),
                )
                for top, high, text, font, color in rows:
                    row = QRectF(x, self.height() * top, room, self.height() * high)
                    draw_text(painter, row, LEFT | MIDDLE, text, font, color)
                if card.tone in {Tone.HIGH, Tone.MEDIUM}:
                    # A bar at the edge is the second cue beside the colour of the figure.
                    edge = QRectF(
                        box.left(), box.top() + theme.px(12), theme.px(4), box.height() - theme.px(24)
                    )
                    draw_panel(painter, edge, theme.color(card.tone), theme.px(2))
