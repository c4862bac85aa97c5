"""A text to hand over on paper, large enough to be read by anybody."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from console.course.books import Leaflet
from console.ui.course.story_print import RESOLUTION_DPI, NotPrinted
from console.ui.theme import LIGHT, Theme, Weight
from console.ui.widgets.paint import LEFT, TOP, draw_wrapped


def print_leaflet(leaflet: Leaflet, folder: Path) -> Path:
    """Write the text as a page of A4.

    Raises:
        NotPrinted: the folder or the file cannot be made.
    """
    path = folder / f"after-care-v{leaflet.version}.pdf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as problem:
        raise NotPrinted(f"{path} cannot be written: {problem.strerror}.") from problem
    writer = QPdfWriter(str(path))
    writer.setResolution(RESOLUTION_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(22, 20, 22, 20), QPageLayout.Unit.Millimeter)
    painter = QPainter(writer)
    paper = QRectF(painter.viewport())
    theme = Theme(LIGHT, paper.width() / 900)
    head = QRectF(0, 0, paper.width(), theme.px(70))
    draw_wrapped(painter, head, LEFT | TOP, leaflet.title, theme.font(36, Weight.BOLD), theme.palette.text)
    body = QRectF(0, head.bottom(), paper.width(), paper.height() - head.height())
    text = "\n\n".join(leaflet.paragraphs)
    draw_wrapped(painter, body, LEFT | TOP, text, theme.font(24), theme.palette.text)
    painter.end()
    return path
