"""Facts of the controlled drug log: what came in, was opened, given, wasted, witnessed and counted.

Fields follow the administration record of 21 CFR 1304.22(c); quantities are milligrams of ketamine base.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec


class StockReceived(msgspec.Struct, frozen=True, tag="stock_received"):
    """Containers came into the safe.

    Attributes:
        lot: The maker's lot.
        form: ``"vial"`` or ``"syringe"`` (filled elsewhere).
        strength_mg_ml: Milligrams of base per millilitre.
        fill_ml: Millilitres in one container.
        containers: How many.
        expires: Last day of use.
        reference: Delivery or order number.
    """

    lot: str
    form: str
    strength_mg_ml: Decimal
    fill_ml: Decimal
    containers: int
    expires: date
    reference: str = ""


class StockTaken(msgspec.Struct, frozen=True, tag="stock_taken"):
    """Containers were opened for one patient's session; nothing of them goes back.

    Attributes:
        lot: From which lot.
        containers: How many.
        patient_id: For whom.
        session_id: For which session.
        drawn_ml: Drawn up of it.
        use_id: Given by the console; names this use from here on.
        taken_mg: In the containers; set by the console.
    """

    lot: str
    containers: int
    patient_id: str
    session_id: str
    drawn_ml: Decimal
    use_id: str = ""
    taken_mg: Decimal = Decimal(0)


class StockGiven(msgspec.Struct, frozen=True, tag="stock_given"):
    """What the patient got.

    Attributes:
        use_id: Which use.
        given_mg: Drug.
        from_pump: By the pump's own counter; else by hand, with the reason.
        reason: Where the figure is from.
    """

    use_id: str
    given_mg: Decimal
    from_pump: bool = True
    reason: str = ""


class StockWasted(msgspec.Struct, frozen=True, tag="stock_wasted"):
    """The rest was destroyed (residue in syringe, line and container)."""

    use_id: str
    wasted_mg: Decimal
    method: str


class StockWitnessed(msgspec.Struct, frozen=True, tag="stock_witnessed"):
    """A second person saw the rest destroyed, and signs with their own PIN."""

    use_id: str


class StockCounted(msgspec.Struct, frozen=True, tag="stock_counted"):
    """The containers of a lot were counted; ``expected`` is set by the console."""

    lot: str
    counted: int
    expected: int = 0


class StockRemoved(msgspec.Struct, frozen=True, tag="stock_removed"):
    """Unopened containers left the stock (expired, broken, returned); a signature."""

    lot: str
    containers: int
    reason: str


class CaseOpened(msgspec.Struct, frozen=True, tag="case_opened"):
    """The figures do not agree: somebody has to find out why.

    Attributes:
        case_id: Names the case.
        about: The use or the lot.
        difference_mg: What is missing (above zero) or too much (below).
        sentence: The same for people.
    """

    case_id: str
    about: str
    difference_mg: Decimal
    sentence: str


class CaseClosed(msgspec.Struct, frozen=True, tag="case_closed"):
    """A physician or administrator signs what was found."""

    case_id: str
    finding: str


StockFact = (
    StockReceived
    | StockTaken
    | StockGiven
    | StockWasted
    | StockWitnessed
    | StockCounted
    | StockRemoved
    | CaseOpened
    | CaseClosed
)
