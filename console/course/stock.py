"""The controlled drug log: running stock, what became of each container, what does not add up.

Administration record: 21 CFR 1304.22(c). The balance of a use is what was in the opened containers, less
what the pump gave, less what was wasted; it agrees within max(0.5 mg, 1 %) (site default, needs the medical
director's signature). Opened containers never go back into stock (site default).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from console.clock import Instant
from console.course.author import Author
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

TOLERANCE_MG = Decimal("0.5")
TOLERANCE_SHARE = Decimal("0.01")


def tolerance(taken_mg: Decimal) -> Decimal:
    """How far the figures of one use may lie apart."""
    return max(TOLERANCE_MG, taken_mg * TOLERANCE_SHARE)


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot in the safe.

    Attributes:
        lot: The maker's lot.
        form: Vial or syringe.
        strength_mg_ml: Milligrams of base per millilitre.
        fill_ml: In one container.
        expires: Last day of use.
        containers: Unopened ones that should be there.
        counted_at: When they were last counted.
    """

    lot: str
    form: str
    strength_mg_ml: Decimal
    fill_ml: Decimal
    expires: date
    containers: int
    counted_at: Instant | None = None

    @property
    def container_mg(self) -> Decimal:
        """Drug in one container."""
        return self.strength_mg_ml * self.fill_ml

    @property
    def total_mg(self) -> Decimal:
        """Drug in all of them."""
        return self.container_mg * self.containers


@dataclass(frozen=True, slots=True)
class Use:
    """Containers opened for one session, and where their content went; None = not written yet.

    Attributes:
        use_id: Names it.
        lot: From which lot.
        containers: How many were opened.
        strength_mg_ml: Of the lot.
        patient_id: For whom.
        session_id: For which session.
        taken_mg: In the opened containers.
        drawn_ml: Drawn up.
        taken_at: When.
        taken_by: By whom.
        given_mg: What the patient got.
        given_from_pump: By the pump's own counter.
        wasted_mg: What was destroyed.
        wasted_by: Who destroyed it.
        method: How.
        witness: Who saw it and signed.
        witnessed_at: When.
    """

    use_id: str
    lot: str
    containers: int
    strength_mg_ml: Decimal
    patient_id: str
    session_id: str
    taken_mg: Decimal
    drawn_ml: Decimal
    taken_at: Instant
    taken_by: Author
    given_mg: Decimal | None = None
    given_from_pump: bool = True
    wasted_mg: Decimal | None = None
    wasted_by: Author | None = None
    method: str = ""
    witness: Author | None = None
    witnessed_at: Instant | None = None

    @property
    def drawn_mg(self) -> Decimal:
        """Drug drawn up."""
        return self.drawn_ml * self.strength_mg_ml

    @property
    def balance_mg(self) -> Decimal | None:
        """What is missing (above zero) or too much; None before both figures are there."""
        if self.given_mg is None or self.wasted_mg is None:
            return None
        return self.taken_mg - self.given_mg - self.wasted_mg

    @property
    def agrees(self) -> bool | None:
        """Whether the figures agree within the tolerance; None before they are all there."""
        balance = self.balance_mg
        return None if balance is None else abs(balance) <= tolerance(self.taken_mg)

    @property
    def open(self) -> str:
        """What is still to be written, as a sentence; empty when nothing is."""
        if self.given_mg is None:
            return "Enter what was given."
        if self.wasted_mg is None:
            return "Enter what was wasted (0 when nothing was left)."
        return "" if self.witness is not None else "A second person witnesses with their own PIN."


@dataclass(frozen=True, slots=True)
class Case:
    """Figures that do not agree, and what was found."""

    opened: CaseOpened
    at: Instant
    by: Author
    finding: str = ""
    closed_by: Author | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """The whole log."""

    lots: dict[str, Lot]
    uses: dict[str, Use]
    cases: dict[str, Case]

    def open_uses(self) -> tuple[Use, ...]:
        """Uses that are not written to the end."""
        return tuple(use for use in self.uses.values() if use.open)

    def open_cases(self) -> tuple[Case, ...]:
        """Cases nobody has closed."""
        return tuple(case for case in self.cases.values() if case.closed_by is None)

    def use_of(self, session_id: str) -> tuple[Use, ...]:
        """What was opened for a session."""
        return tuple(use for use in self.uses.values() if use.session_id == session_id)

    def total_mg(self) -> Decimal:
        """Drug in all unopened containers."""
        return sum((lot.total_mg for lot in self.lots.values()), Decimal(0))


def stock(log: Course) -> Stock:
    """Fold the clinic's log."""
    state = Stock({}, {}, {})
    for line in log.standing():
        state = follow(state, line)
    return state


def follow(state: Stock, line: Line) -> Stock:
    """The stock after one more line."""
    match line.fact:
        case StockReceived() as fact:
            return _with_lot(state, _received(state.lots.get(fact.lot), fact))
        case StockTaken() as fact if fact.lot in state.lots:
            lot = state.lots[fact.lot]
            use = Use(
                fact.use_id,
                fact.lot,
                fact.containers,
                lot.strength_mg_ml,
                fact.patient_id,
                fact.session_id,
                fact.taken_mg,
                fact.drawn_ml,
                line.at,
                line.by,
            )
            after = _with_lot(state, replace(lot, containers=lot.containers - fact.containers))
            return _with_use(after, use)
        case StockGiven() as fact if fact.use_id in state.uses:
            use = state.uses[fact.use_id]
            return _with_use(state, replace(use, given_mg=fact.given_mg, given_from_pump=fact.from_pump))
        case StockWasted() as fact if fact.use_id in state.uses:
            wasted = replace(
                state.uses[fact.use_id], wasted_mg=fact.wasted_mg, wasted_by=line.by, method=fact.method
            )
            return _with_use(state, wasted)
        case StockWitnessed() as fact if fact.use_id in state.uses:
            use = state.uses[fact.use_id]
            return _with_use(state, replace(use, witness=line.by, witnessed_at=line.at))
        case StockCounted() as fact if fact.lot in state.lots:
            counted = replace(state.lots[fact.lot], containers=fact.counted, counted_at=line.at)
            return _with_lot(state, counted)
        case StockRemoved() as fact if fact.lot in state.lots:
            lot = state.lots[fact.lot]
            return _with_lot(state, replace(lot, containers=lot.containers - fact.containers))
        case CaseOpened() as fact:
            return replace(state, cases={**state.cases, fact.case_id: Case(fact, line.at, line.by)})
        case CaseClosed() as fact if fact.case_id in state.cases:
            closed = replace(state.cases[fact.case_id], finding=fact.finding, closed_by=line.by)
            return replace(state, cases={**state.cases, fact.case_id: closed})
        case _:
            return state


def _received(lot: Lot | None, fact: StockReceived) -> Lot:
    if lot is not None:
        return replace(lot, containers=lot.containers + fact.containers)
    return Lot(fact.lot, fact.form, fact.strength_mg_ml, fact.fill_ml, fact.expires, fact.containers)


def _with_lot(state: Stock, lot: Lot) -> Stock:
    return replace(state, lots={**state.lots, lot.lot: lot})


def _with_use(state: Stock, use: Use) -> Stock:
    return replace(state, uses={**state.uses, use.use_id: use})
