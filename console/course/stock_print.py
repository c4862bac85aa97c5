"""The drug log as a table: a row a line, running stock behind each, for paper or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from console.clock import NS_PER_S
from console.course.course import Course, Line
from console.course.facts_stock import (
    CaseClosed,
    CaseOpened,
    StockCounted,
    StockGiven,
    StockReceived,
    StockRemoved,
    StockTaken,
    StockWasted,
    StockWitnessed,
)
from console.course.stock import Stock, follow
from console.units import plain

COLUMNS = ("Time", "What", "Lot", "mg", "Patient", "By", "Signed", "Containers left", "Unopened mg left")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log as printed; every cell is text."""

    line_id: str
    cells: tuple[str, ...]


def log_rows(
    log: Course, names: dict[str, str], from_wall_ns: int | None = None, to_wall_ns: int | None = None
) -> tuple[LogRow, ...]:
    """The lines of a period; the stock behind each counts from the very first one.

    Args:
        log: The clinic's drug log.
        names: How patients are printed, by patient id.
        from_wall_ns: First moment, None for the beginning.
        to_wall_ns: Moment before which it ends, None for the end.
    """
    rows = []
    state = Stock({}, {}, {})
    for line in log.standing():
        state = follow(state, line)
        at = line.at.wall_utc_ns
        if (from_wall_ns is None or at >= from_wall_ns) and (to_wall_ns is None or at < to_wall_ns):
            rows.append(LogRow(line.id, _cells(line, state, names)))
    return tuple(rows)


def _cells(line: Line, state: Stock, names: dict[str, str]) -> tuple[str, ...]:
    what, lot_id, mg, patient_id = _said(line, state)
    lot = state.lots.get(lot_id)
    moment = datetime.fromtimestamp(line.at.wall_utc_ns / NS_PER_S, UTC).astimezone()
    return (
        f"{moment:%Y-%m-%d %H:%M}",
        what,
        lot_id,
        "" if mg is None else plain(mg),
        names.get(patient_id, patient_id),
        line.by.name,
        "by PIN" if line.by.by_pin else "",
        "" if lot is None else str(lot.containers),
        plain(state.total_mg()),
    )


def _said(line: Line, state: Stock) -> tuple[str, str, Decimal | None, str]:
    match line.fact:
        case StockReceived() as fact:
            content = f"{plain(fact.strength_mg_ml)} mg/mL, {plain(fact.fill_ml)} mL"
            total = fact.strength_mg_ml * fact.fill_ml * fact.containers
            until = f"expires {fact.expires:%Y-%m-%d}"
            return f"Received {fact.containers} {fact.form}s of {content}, {until}", fact.lot, total, ""
        case StockTaken() as fact:
            drawn = f"{plain(fact.drawn_ml)} mL drawn"
            return f"Opened {fact.containers}, {drawn}", fact.lot, fact.taken_mg, fact.patient_id
        case StockGiven() as fact:
            source = "by the pump's counter" if fact.from_pump else fact.reason
            return (f"Given {source}", *_use(state, fact.use_id, fact.given_mg))
        case StockWasted() as fact:
            return (f"Wasted: {fact.method or 'nothing left'}", *_use(state, fact.use_id, fact.wasted_mg))
        case StockWitnessed() as fact:
            return ("Witnessed", *_use(state, fact.use_id, None))
        case StockCounted() as fact:
            return f"Counted {fact.counted}, {fact.expected} expected", fact.lot, None, ""
        case StockRemoved() as fact:
            lot = state.lots.get(fact.lot)
            mg = None if lot is None else lot.container_mg * fact.containers
            return f"Removed {fact.containers}: {fact.reason}", fact.lot, mg, ""
        case CaseOpened() as fact:
            return f"CASE: {fact.sentence}", "", fact.difference_mg, ""
        case CaseClosed() as fact:
            return f"Case closed: {fact.finding}", "", None, ""
        case _:
            return "", "", None, ""


def _use(state: Stock, use_id: str, mg: Decimal | None) -> tuple[str, Decimal | None, str]:
    use = state.uses.get(use_id)
    return ("", mg, "") if use is None else (use.lot, mg, use.patient_id)


def as_text(rows: Sequence[LogRow]) -> str:
    """The table in columns of even width, for paper."""
    table = [COLUMNS, *(row.cells for row in rows)]
    widths = [max(len(cells[place]) for cells in table) for place in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    )
