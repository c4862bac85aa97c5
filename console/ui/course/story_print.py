"""A person's course on paper: the picture on one landscape page, the figures below it, vector PDF."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from console.course.books import Books
from console.ui.course.chart import draw_course, legend
from console.ui.theme import LIGHT, Theme, Weight
from console.ui.viewmodels.course_lanes import lanes
from console.ui.viewmodels.course_record import CourseView, day_words, identifiers
from console.ui.viewmodels.course_words import why_treated
from console.ui.widgets.paint import LEFT, MIDDLE, TOP, draw_text, draw_wrapped
from console.units import plain

RESOLUTION_DPI = 300
NOT_A_DEVICE = "NOT A MEDICAL DEVICE · research software, not cleared for patients"


class NotPrinted(OSError):
    """The file cannot be made; the text says where and why."""


def print_story(view: CourseView, books: Books, folder: Path, simulated: bool) -> Path:
    """Write the page; its name tells the day and the record's own id, no name of a patient.

    Raises:
        NotPrinted: the folder or the file cannot be made.
    """
    path = folder / f"course-{view.today:%Y%m%d}-{view.patient.patient_id[:13]}.pdf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as problem:
        raise NotPrinted(f"{path} cannot be written: {problem.strerror}.") from problem
    writer = QPdfWriter(str(path))
    writer.setResolution(RESOLUTION_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    writer.setPageMargins(QMarginsF(12, 10, 12, 10), QPageLayout.Unit.Millimeter)
    painter = QPainter(writer)
    if not painter.isActive():
        raise NotPrinted(f"{path} cannot be written: is it open elsewhere, or the disk full?")
    _page(painter, QRectF(painter.viewport()), view, books, simulated)
    painter.end()
    return path


def _page(painter: QPainter, paper: QRectF, view: CourseView, books: Books, simulated: bool) -> None:
    theme = Theme(LIGHT, paper.width() / 1700)
    px, p = theme.px, theme.palette
    head = QRectF(paper.left(), paper.top(), paper.width(), px(40))
    wide = draw_text(
        painter, head, LEFT | MIDDLE, view.patient.full_name, theme.font(30, Weight.SEMIBOLD), p.text
    )
    rest = head.adjusted(wide + px(20), 0, 0, 0)
    marks = " · SIMULATED" if simulated else ""
    facts = f"{identifiers(view.patient)} · printed {day_words(view.today)}{marks}"
    draw_text(painter, rest, LEFT | MIDDLE, facts, theme.font(18), p.muted)
    picture = QRectF(paper.left(), head.bottom() + px(10), paper.width(), paper.height() - px(310))
    draw_course(painter, picture, lanes(view, books), theme)
    below = QRectF(paper.left(), picture.bottom() + px(8), paper.width(), px(24))
    legend(painter, below, theme)
    third = paper.width() / 3
    told = view.story
    words = (
        "\n".join(text for text, _ in why_treated(view)),
        f"{told.exposure.sessions} infusions, {plain(told.exposure.total_mg)} mg in all, "
        f"{told.exposure.last_28_days} in the last 28 days\n"
        + "\n".join(
            f"{one.title}, worst grade {one.worst}: {one.outcome or 'not over'}" for one in told.adverse[-6:]
        ),
        "Next\n" + "\n".join(f"{day_words(one.day)}  {one.title}" for one in told.due[:7]),
    )
    for place, text in enumerate(words):
        box = QRectF(paper.left() + place * third, below.bottom() + px(6), third - px(24), px(180))
        draw_wrapped(painter, box, LEFT | TOP, text, theme.font(17), p.text)
    foot = QRectF(paper.left(), paper.bottom() - px(28), paper.width(), px(28))
    draw_text(painter, foot, LEFT | MIDDLE, NOT_A_DEVICE, theme.font(14, Weight.BOLD), p.text)
