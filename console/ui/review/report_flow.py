"""Blocks that flow over pages: measured first, so that every page can say how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from console.ui.theme import FAMILY, Theme, Weight
from console.ui.viewmodels.review_report import Fact, Row
from console.ui.widgets.paint import LEFT, MIDDLE, TOP

A4_W, A4_H = 793.7, 1122.5
"""A4 in units of 1/96 inch."""
MARGIN = 48.0
HEAD_H, FOOT_H = 46.0, 34.0
BODY_W = A4_W - 2 * MARGIN
BODY_TOP = MARGIN + HEAD_H
BODY_H = A4_H - BODY_TOP - MARGIN - FOOT_H + 14

Draw = Callable[[QPainter, QRectF], None]


@dataclass(frozen=True, slots=True)
class Block:
    """Something of a known height that is never cut.

    Attributes:
        height: Page units it takes.
        draw: Draws it into its box.
        with_next: Stays on the page of what follows, as a title does.
        again: Drawn first when this begins a new page, as a table's head is.
    """

    height: float
    draw: Draw
    with_next: bool = False
    again: Block | None = None


def text_font(size: float, weight: Weight = Weight.REGULAR) -> QFont:
    """A font of a size in page units."""
    theme = Theme(scale=1.0)
    font = theme.font(10, weight)
    font.setFamily(FAMILY)
    font.setPixelSize(max(1, round(size)))
    return font


def pages_of(blocks: Sequence[Block]) -> list[list[tuple[float, Block]]]:
    """Blocks with their height on each page."""
    pages: list[list[tuple[float, Block]]] = [[]]
    y = 0.0
    for place, block in enumerate(blocks):
        needed = block.height
        ahead = place
        while blocks[ahead].with_next and ahead + 1 < len(blocks):
            ahead += 1
            needed += blocks[ahead].height
        if y > 0 and y + needed > BODY_H:
            pages.append([])
            y = 0.0
            if block.again is not None:
                pages[-1].append((y, block.again))
                y += block.again.height
        pages[-1].append((y, block))
        y += block.height
    return pages


# --- blocks -------------------------------------------------------------------------------------------


def gap(height: float) -> Block:
    """Nothing."""
    return Block(height, lambda _p, _r: None)


def title(text: str, theme: Theme) -> Block:
    """A heading of a section."""

    def draw(p: QPainter, box: QRectF) -> None:
        p.setFont(text_font(13, Weight.SEMIBOLD))
        p.setPen(QColor(theme.palette.text))
        p.drawText(box.adjusted(0, 6, 0, 0), LEFT | MIDDLE, text)
        p.setPen(QPen(QColor(theme.palette.line), 0.8))
        p.drawLine(QPointF(box.left(), box.bottom() - 1), QPointF(box.right(), box.bottom() - 1))

    return Block(28.0, draw, with_next=True)


def paragraph(text: str, theme: Theme, size: float = 10, weight: Weight = Weight.REGULAR) -> Block:
    """Text over as many lines as it needs."""
    font = text_font(size, weight)
    flags = Qt.TextFlag.TextWordWrap
    needed = QFontMetricsF(font).boundingRect(QRectF(0, 0, BODY_W, 1e5), flags, text).height()

    def draw(p: QPainter, box: QRectF) -> None:
        p.setFont(font)
        p.setPen(QColor(theme.palette.text))
        p.drawText(box, flags, text)

    return Block(needed + 5, draw)


def facts(rows: Sequence[Fact], theme: Theme, columns: int = 2) -> list[Block]:
    """Labels and values in columns, read down each column."""
    wide = BODY_W / columns
    label_w = 104.0
    font = text_font(10)
    metrics = QFontMetricsF(font)
    per_column = -(-len(rows) // columns)
    blocks = []
    for row in range(per_column):
        cells = [rows[row + c * per_column] for c in range(columns) if row + c * per_column < len(rows)]
        high = max(
            metrics.boundingRect(
                QRectF(0, 0, wide - label_w - 12, 1e5), Qt.TextFlag.TextWordWrap, cell.value
            ).height()
            for cell in cells
        )

        def draw(p: QPainter, box: QRectF, cells: list[Fact] = cells) -> None:
            for place, cell in enumerate(cells):
                x = box.left() + place * wide
                p.setFont(font)
                p.setPen(QColor(theme.palette.muted))
                p.drawText(QRectF(x, box.top(), label_w, box.height()), LEFT | TOP, cell.label)
                p.setPen(QColor(theme.palette.text))
                value = QRectF(x + label_w, box.top(), wide - label_w - 12, box.height())
                p.drawText(value, LEFT | TOP | Qt.TextFlag.TextWordWrap, cell.value)

        blocks.append(Block(high + 4, draw))
    return blocks


def table(
    head: Row, rows: Sequence[Row], shares: Sequence[float], theme: Theme, size: float = 9.0
) -> list[Block]:
    """A table whose rows may flow over pages; long cells take more lines."""
    total = sum(shares)
    widths = [BODY_W * share / total for share in shares]
    font, bold = text_font(size), text_font(size, Weight.SEMIBOLD)
    top = _row(head, widths, bold, theme, "#eef1f5", with_next=True) if head else None
    blocks = [] if top is None else [top]
    for place, row in enumerate(rows):
        made = _row(row, widths, font, theme, "#f7f8fa" if place % 2 else "")
        blocks.append(replace(made, again=top))
    return blocks


def _row(
    cells: Row, widths: Sequence[float], font: QFont, theme: Theme, fill: str, *, with_next: bool = False
) -> Block:
    metrics = QFontMetricsF(font)
    wrap = Qt.TextFlag.TextWordWrap
    high = max(
        metrics.boundingRect(QRectF(0, 0, wide - 8, 1e5), wrap, text).height() if text else 0.0
        for text, wide in zip(cells, widths, strict=True)
    )

    def draw(p: QPainter, box: QRectF) -> None:
        if fill:
            p.fillRect(box, QColor(fill))
        p.setFont(font)
        x = box.left()
        for text, wide in zip(cells, widths, strict=True):
            p.setPen(QColor(theme.palette.text))
            p.drawText(QRectF(x + 4, box.top() + 1.5, wide - 8, box.height()), LEFT | TOP | wrap, text)
            x += wide

    return Block(max(high, metrics.height()) + 3.5, draw, with_next)
