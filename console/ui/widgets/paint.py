"""Text and panels as the custom painters draw them: nothing is ever cut without an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight
CENTER = Qt.AlignmentFlag.AlignHCenter
TOP = Qt.AlignmentFlag.AlignTop
MIDDLE = Qt.AlignmentFlag.AlignVCenter
BOTTOM = Qt.AlignmentFlag.AlignBottom


def fitted(font: QFont, text: str, width: float, least_px: int = 9) -> QFont:
    """``font``, made smaller until ``text`` fits in ``width`` (never below ``least_px``)."""
    wide = QFontMetricsF(font).horizontalAdvance(text)
    if wide <= width or wide <= 0:
        return font
    smaller = QFont(font)
    smaller.setPixelSize(max(least_px, int(font.pixelSize() * width / wide)))
    return smaller


def draw_text(
    painter: QPainter,
    rect: QRectF | QRect,
    align: Qt.AlignmentFlag,
    text: str,
    font: QFont,
    color: QColor | str,
) -> float:
    """Draw one line, smaller or with an ellipsis when it does not fit; returns the width drawn."""
    if not text:
        return 0.0
    box = QRectF(rect)
    font = fitted(font, text, box.width(), max(9, int(font.pixelSize() * 0.72)))
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(box, align | Qt.TextFlag.TextSingleLine, shown)
    return metrics.horizontalAdvance(shown)


def draw_wrapped(
    painter: QPainter, rect: QRectF, align: Qt.AlignmentFlag, text: str, font: QFont, color: QColor | str
) -> None:
    """Draw text over several lines, made smaller until it fits the rectangle."""
    chosen = QFont(font)
    while chosen.pixelSize() > 9:
        needed = QFontMetricsF(chosen).boundingRect(rect, Qt.TextFlag.TextWordWrap, text)
        if needed.height() <= rect.height() and needed.width() <= rect.width() + 1:
            break
        chosen.setPixelSize(chosen.pixelSize() - 1)
    painter.setFont(chosen)
    painter.setPen(QColor(color))
    painter.drawText(rect, align | Qt.TextFlag.TextWordWrap, text)


def draw_panel(
    painter: QPainter,
    rect: QRectF,
    fill: QColor | str,
    radius: float,
    line: QColor | str | None = None,
    width: float = 1.0,
) -> None:
    """A rounded panel, with a border when ``line`` is given."""
    painter.setBrush(QColor(fill))
    if line is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)
        return
    painter.setPen(QPen(QColor(line), width))
    half = width / 2
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius, radius)


def text_width(font: QFont, text: str) -> float:
    """Width of one line."""
    return QFontMetricsF(font).horizontalAdvance(text)


def faded(color: QColor | str, opacity: float) -> QColor:
    """``color`` with another opacity."""
    result = QColor(color)
    result.setAlphaF(opacity)
    return result


def mixed(color: QColor, paper: QColor, share: float) -> QColor:
    """``share`` of ``color`` over ``paper``, opaque: overlapping strokes stay as pale."""
    parts = zip(color.getRgbF()[:3], paper.getRgbF()[:3], strict=True)  # type: ignore[index]
    return QColor.fromRgbF(*(share * one + (1 - share) * other for one, other in parts))
