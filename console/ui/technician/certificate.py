"""The certificate of a signed test: vector PDF on A4, with curves where there are any."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from console.session.bench import WORDS, Certificate, CheckResult
from console.storage.bench_records import SignedRun
from console.ui.review import report_flow as flow
from console.ui.review.report_chart import CHART_SCALE
from console.ui.technician.plots import FlowPlot, TrumpetPlot
from console.ui.theme import LIGHT, Theme, Weight
from console.ui.viewmodels.bench_curves import curve_words, curves_in
from console.ui.viewmodels.bench_run import figure_words
from console.ui.viewmodels.review_report import Fact
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT

RESOLUTION_DPI = 1200
CURVES_H = 250.0
HEAD = ("Check", "Result", "What was found", "Figures")
SHARES = (1.5, 0.9, 3.2, 3.6)


class CertificateNotWritten(OSError):
    """The file cannot be made; the text says where and why."""


def certificate_name(signed: SignedRun) -> str:
    """File name of a certificate: kind, day and place in the record."""
    run = signed.run
    return f"test-{run.device.kind.value}-{run.day:%Y%m%d}-{signed.seq}.pdf"


def write_certificate(signed: SignedRun, path: Path) -> None:
    """Write the certificate of a signed run; the file appears only once it is whole.

    Raises:
        CertificateNotWritten: the file cannot be made.
    """
    told = signed.certificate()
    theme = Theme(LIGHT, CHART_SCALE)
    pages = flow.pages_of(_blocks(told, signed, theme))
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
    except OSError as error:
        raise CertificateNotWritten(f"{path} cannot be written: {error.strerror or error}.") from error
    writer = QPdfWriter(str(part))
    writer.setResolution(RESOLUTION_DPI)
    size = QPageSize(QSizeF(210, 297), QPageSize.Unit.Millimeter, "A4")
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setTitle(told.title)
    writer.setCreator("Infusion-room console (not a medical device)")
    painter = QPainter()
    if not painter.begin(writer):
        part.unlink(missing_ok=True)
        raise CertificateNotWritten(f"{path} cannot be written: the PDF cannot be begun.")
    unit = RESOLUTION_DPI / 96.0
    for number, page in enumerate(pages, 1):
        if number > 1:
            writer.newPage()
        painter.resetTransform()
        painter.scale(unit, unit)
        _frame(painter, theme, told, (number, len(pages)))
        for y, block in page:
            painter.save()
            block.draw(painter, QRectF(flow.MARGIN, flow.BODY_TOP + y, flow.BODY_W, block.height))
            painter.restore()
    painter.end()
    os.replace(part, path)


def _blocks(told: Certificate, signed: SignedRun, theme: Theme) -> list[flow.Block]:
    # The column of labels is narrow.
    short = {"No patient connected": "No patient there"}
    facts = [Fact(short.get(name, name), value) for name, value in (*told.device, *told.conduct)]
    blocks = [
        flow.paragraph(told.verdict, theme, 20, Weight.BOLD),
        *flow.facts(facts, theme),
        flow.gap(8),
        flow.title("Checks", theme),
        *flow.table(HEAD, [_row(check) for check in told.checks], SHARES, theme),
    ]
    curves = curves_in(signed.run.checks)
    if curves.flow:
        blocks += [flow.title("Flow", theme), flow.paragraph(curve_words(curves), theme)]
        blocks.append(flow.Block(CURVES_H, lambda p, box: _draw_curves(p, box, theme, signed)))
    blocks += [
        flow.title("Signature and record", theme),
        flow.paragraph(
            f"Signed by {signed.by.name} ({signed.by.role.value}) with a PIN, "
            f"{signed.at.wall_utc:%Y-%m-%d %H:%M} UTC.",
            theme,
            11,
            Weight.SEMIBOLD,
        ),
        flow.paragraph(told.proof, theme, 8),
        flow.paragraph(told.caveat, theme, 9),
    ]
    return blocks


def _row(check: CheckResult) -> tuple[str, str, str, str]:
    figures = figure_words(check.figures).replace("  ·  ", "; ")
    return (check.title, WORDS[check.verdict].capitalize(), check.sentence, figures)


def _draw_curves(painter: QPainter, box: QRectF, theme: Theme, signed: SignedRun) -> None:
    """Both plots beside each other, drawn by what draws them on the screen."""
    curves = curves_in(signed.run.checks)
    wide = box.width() / 2 - 8
    plots: tuple[FlowPlot | TrumpetPlot, ...] = (FlowPlot(theme), TrumpetPlot(theme))
    for place, plot in enumerate(plots):
        plot.set_curves(curves)
        painter.save()
        painter.translate(box.left() + place * (wide + 16), box.top())
        plot.draw(painter, QRectF(0, 0, wide, box.height() - 8))
        painter.restore()
        plot.deleteLater()


def _frame(p: QPainter, theme: Theme, told: Certificate, page: tuple[int, int]) -> None:
    """Head and foot of every page."""
    box = QRectF(flow.MARGIN, flow.MARGIN - 12, flow.BODY_W, 22)
    p.setPen(QColor(theme.palette.text))
    p.setFont(flow.text_font(16, Weight.SEMIBOLD))
    p.drawText(box, LEFT | MIDDLE, told.title)
    p.setFont(flow.text_font(10, Weight.MEDIUM))
    device = dict(told.device)
    p.drawText(box, RIGHT | MIDDLE, f"{device['Device']} · {device['Serial number']}")
    under = box.translated(0, 20)
    p.setFont(flow.text_font(9, Weight.SEMIBOLD))
    p.drawText(under, LEFT | MIDDLE, "NOT A MEDICAL DEVICE · research software, not cleared for patients")
    p.setPen(QPen(QColor(theme.palette.text), 1.0))
    p.drawLine(under.bottomLeft(), under.bottomRight())
    foot = QRectF(flow.MARGIN, flow.A4_H - flow.MARGIN + 4, flow.BODY_W, 16)
    p.setFont(flow.text_font(8))
    p.setPen(QColor(theme.palette.muted))
    p.drawText(foot, LEFT | MIDDLE, told.proof[:60])
    p.drawText(foot, RIGHT | MIDDLE, f"Page {page[0]} of {page[1]}")
