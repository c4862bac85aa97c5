"""The printed report of one session: vector PDF on A4, written from the record with or without a window."""

from __future__ import annotations

import os
from datetime import tzinfo
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen
from PySide6.QtWidgets import QApplication

from console.clock import Clock, SystemClock
from console.session.events import Entry
from console.storage.queries import RecordReader
from console.storage.verify import VerifyReport, verify_record
from console.ui.review import report_flow as flow
from console.ui.review.report_chart import (
    CHART_SCALE,
    cards_block,
    chart_block,
    legend_block,
    strip_block,
)
from console.ui.review.sign import signature_text
from console.ui.review.wave_store import WaveStore
from console.ui.theme import LIGHT, Theme, Weight, load_fonts
from console.ui.viewmodels import review_report as rows
from console.ui.viewmodels.review_axis import day, hms, local_time
from console.ui.viewmodels.review_record import read_entries, read_timeline, vouched
from console.ui.viewmodels.review_shapes import Timeline
from console.ui.viewmodels.review_values import cards
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, faded

RESOLUTION_DPI = 1200
NOT_A_DEVICE = "NOT A MEDICAL DEVICE · research software, not cleared for patients"
SIMULATED = "SIMULATED: at least one device of this session was virtual"


class ReportNotWritten(OSError):
    """The file cannot be made; the text says where and why."""


def report_name(line: Timeline, zone: tzinfo | None = None) -> str:
    """File name of a report: day, time and the session's own id, no name of a patient."""
    at = local_time(line.start_ns, zone)
    return f"session-{at:%Y%m%d-%H%M}-{line.session_id[:13]}.pdf"


def write_report(
    record_path: Path,
    session_id: str,
    pdf_path: Path,
    zone: tzinfo | None = None,
    clock: Clock | None = None,
) -> None:
    """Write the report of a session.

    Args:
        record_path: The record; it may be in use.
        session_id: Which session.
        pdf_path: The file to make; it is replaced only once the new one is whole.
        zone: The clinic's zone; the machine's own when None.
        clock: Tells when it was printed.

    Raises:
        SessionUnknown: the record holds no such session.
        EventUnreadable: an entry was written by a newer version.
        RecordRefused: the record cannot be read.
        ReportNotWritten: the file cannot be made.
    """
    printed_ns = (SystemClock() if clock is None else clock).now().wall_utc_ns
    application = _application()
    load_fonts()
    with RecordReader(record_path) as reader:
        entries = read_entries(reader, session_id)
        line = read_timeline(reader, session_id, entries=entries)
        proof = verify_record(record_path, vouched)
        store = WaveStore(reader, session_id)
        blocks = _blocks(line, entries, proof, store, zone)
        _print(line, flow.pages_of(blocks), pdf_path, printed_ns, zone)
    del application


def _application() -> object:
    """Painting text needs a Qt application; without a screen an invisible one does.

    One that windows can be opened in: there is never a second one in a process.
    """
    running = QApplication.instance()
    if running is not None:
        return running
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QApplication(["infusion-console"])


def _blocks(
    line: Timeline,
    entries: tuple[Entry, ...],
    proof: VerifyReport,
    store: WaveStore,
    zone: tzinfo | None,
) -> list[flow.Block]:
    theme = Theme(LIGHT, CHART_SCALE)
    strip = strip_block(line, store, theme, zone)
    return [
        *flow.facts(rows.patient_facts(line, zone), theme),
        flow.title("Order", theme),
        *flow.facts(rows.order_facts(line, zone), theme),
        flow.gap(6),
        cards_block(cards(line, zone), theme),
        chart_block(line, theme, zone),
        legend_block(theme),
        flow.title("Vital signs every five minutes", theme),
        *flow.table(
            rows.VITALS_HEAD,
            rows.vitals_rows(line, zone),
            (0.8, 1.25, 1.6, 0.7, 0.7, 0.65, 0.8, 0.7, 0.8, 0.95, 0.85, 0.85),
            theme,
        ),
        flow.paragraph(rows.VITALS_NOTE, theme, 8),
        flow.paragraph(rows.gap_text(entries, line, zone), theme, 9),
        *((strip, flow.gap(4)) if strip is not None else ()),
        flow.title("Alarms", theme),
        *(
            flow.table(rows.ALARMS_HEAD, rows.alarm_rows(line, zone), (0.8, 4.0, 1.0, 2.2), theme)
            if line.alarms
            else [flow.paragraph("No alarm was raised.", theme)]
        ),
        flow.title("What was done, and by whom", theme),
        flow.paragraph(rows.arrival_text(entries), theme, 9),
        *flow.table(rows.EVENTS_HEAD, rows.event_rows(line, entries, zone), (0.8, 5.6, 1.6), theme),
        flow.title("Discharge", theme),
        *flow.table((), rows.gate_rows(line, entries, zone), (2.2, 5.8), theme),
        *_notes(line, theme, zone),
        flow.title("Signature", theme),
        *_signature(line, theme, zone),
        flow.title("Record", theme),
        *_record(line, proof, theme),
    ]


def _notes(line: Timeline, theme: Theme, zone: tzinfo | None) -> list[flow.Block]:
    blocks = [flow.title("Comments", theme)]
    remarks = [
        (hms(one.t_ns, zone), one.text, f"{one.author}, written {hms(one.written_ns, zone)}")
        for one in line.remarks
    ]
    blocks += (
        flow.table(("About", "Comment", "Who"), remarks, (0.8, 4.8, 2.4), theme)
        if remarks
        else [flow.paragraph("None.", theme)]
    )
    if line.amendments:
        blocks.append(flow.title("Corrections (the original entry stays in the record)", theme))
        changed = [
            (
                str(one.of_seq),
                one.original,
                one.text,
                one.reason,
                f"{one.author}, {hms(one.written_ns, zone)}",
            )
            for one in line.amendments
        ]
        head = ("Entry", "Was", "Should read", "Reason", "Who")
        blocks += flow.table(head, changed, (0.6, 2.4, 1.8, 1.6, 1.6), theme)
    return blocks


def _signature(line: Timeline, theme: Theme, zone: tzinfo | None) -> list[flow.Block]:
    """Printed name, date and time, and meaning of each signature (21 CFR 11.50)."""
    if not line.signatures:
        return [
            flow.paragraph("NOT SIGNED: no physician had signed this session when it was printed.", theme)
        ]
    blocks = []
    for one in line.signatures:
        zone_name = local_time(one.t_ns, zone).tzname() or ""
        blocks.append(
            flow.paragraph(f"{signature_text(one, zone)} ({zone_name})", theme, 11, Weight.SEMIBOLD)
        )
        covers = (
            "an entry of another session" if one.covers_seq is None else f"entries up to {one.covers_seq}"
        )
        blocks.append(flow.paragraph(f"Signed over {covers}, chain hash {one.record_hash}", theme, 8))
        if one.digest:
            blocks.append(flow.paragraph(f"Hash of all entries signed for: {one.digest}", theme, 8))
        if one.fault:
            blocks.append(
                flow.paragraph(f"THIS SIGNATURE DOES NOT HOLD. {one.fault}", theme, 10, Weight.BOLD)
            )
    return blocks


def _record(line: Timeline, proof: VerifyReport, theme: Theme) -> list[flow.Block]:
    return [
        flow.paragraph(proof.sentence, theme, 10, Weight.REGULAR if proof.ok else Weight.BOLD),
        flow.paragraph(f"Last entry of this session: {line.head_seq}, chain hash {line.head_hash}", theme, 8),
        flow.paragraph(
            f"End of the record: entry {proof.events}, chain hash {proof.head_hash}, "
            f"stream {proof.stream_id}",
            theme,
            8,
        ),
    ]


def _print(
    line: Timeline,
    pages: list[list[tuple[float, flow.Block]]],
    pdf_path: Path,
    printed_ns: int,
    zone: tzinfo | None,
) -> None:
    part = pdf_path.with_name(pdf_path.name + ".part")
    try:
        part.touch(mode=0o600)
    except OSError as error:
        raise ReportNotWritten(f"The report cannot be written to {pdf_path}: {error.strerror}.") from error
    writer = QPdfWriter(str(part))
    writer.setResolution(RESOLUTION_DPI)
    size = QPageSize(QSizeF(210, 297), QPageSize.Unit.Millimeter, "A4")
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setTitle(f"Infusion session {line.session_id}")
    writer.setCreator("Infusion-room console (not a medical device)")
    painter = QPainter()
    if not painter.begin(writer):
        part.unlink(missing_ok=True)
        raise ReportNotWritten(f"The report cannot be written to {pdf_path}: the PDF cannot be begun.")
    unit = RESOLUTION_DPI / 96.0
    theme = Theme(LIGHT, CHART_SCALE)
    for number, page in enumerate(pages, 1):
        if number > 1:
            writer.newPage()
        painter.resetTransform()
        painter.scale(unit, unit)
        _frame(painter, theme, line, (number, len(pages)), printed_ns, zone)
        for y, block in page:
            box = QRectF(flow.MARGIN, flow.BODY_TOP + y, flow.BODY_W, block.height)
            painter.save()
            block.draw(painter, box)
            painter.restore()
    painter.end()
    os.replace(part, pdf_path)


def _frame(
    p: QPainter,
    theme: Theme,
    line: Timeline,
    page: tuple[int, int],
    printed_ns: int,
    zone: tzinfo | None,
) -> None:
    """Head and foot of every page: who it is about by two identifiers, and what this is not."""
    session = line.state.session
    if line.simulated:
        _watermark(p, theme)
    box = QRectF(flow.MARGIN, flow.MARGIN - 12, flow.BODY_W, 22)
    p.setPen(QColor(theme.palette.text))
    p.setFont(flow.text_font(16, Weight.SEMIBOLD))
    p.drawText(box, LEFT | MIDDLE, "Infusion session report")
    p.setFont(flow.text_font(10, Weight.MEDIUM))
    if session is not None:
        who = session.patient
        p.drawText(box, RIGHT | MIDDLE, f"{who.full_name} · born {who.birth_date} · MRN {who.mrn}")
    under = box.translated(0, 20)
    p.setFont(flow.text_font(9, Weight.SEMIBOLD))
    p.drawText(under, LEFT | MIDDLE, NOT_A_DEVICE)
    if line.simulated:
        p.drawText(under, RIGHT | MIDDLE, SIMULATED)
    p.setPen(QPen(QColor(theme.palette.text), 1.0))
    p.drawLine(under.bottomLeft(), under.bottomRight())
    foot = QRectF(flow.MARGIN, flow.A4_H - flow.MARGIN + 4, flow.BODY_W, 16)
    p.setFont(flow.text_font(8))
    p.setPen(QColor(theme.palette.muted))
    p.drawText(
        foot,
        LEFT | MIDDLE,
        f"Session {line.session_id} · printed {day(printed_ns, zone)} {hms(printed_ns, zone)}",
    )
    p.drawText(foot, RIGHT | MIDDLE, f"Page {page[0]} of {page[1]}")


def _watermark(p: QPainter, theme: Theme) -> None:
    """Across the page, beneath everything: a copy of one page still says that nobody was treated."""
    p.save()
    p.translate(flow.A4_W / 2, flow.A4_H / 2)
    p.rotate(-52)
    p.setFont(flow.text_font(118, Weight.BOLD))
    p.setPen(faded(theme.palette.muted, 0.09))
    p.drawText(QRectF(-600, -90, 1200, 180), CENTER | MIDDLE, "SIMULATED")
    p.restore()
