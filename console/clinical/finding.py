"""One judgement of an order: how grave it is, which rule of which library says so, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from console.units import plain


class Severity(StrEnum):
    """How grave a finding is."""

    HARD = "hard"
    """Cannot proceed."""
    SOFT = "soft"
    """Proceeds only with what ``Finding.override`` asks for."""
    WARNING = "warning"
    """Proceeds once seen (or once a second person has agreed, see ``Finding.override``)."""
    INFO = "info"
    """Something the console did or noticed; nothing is asked."""


class Override(StrEnum):
    """What it takes to go on in spite of a finding."""

    NONE = "none"
    CONFIRM = "confirm"
    """The person who enters confirms it."""
    REASON = "reason"
    """A reason is written down."""
    SECOND_PERSON = "second_person"
    """A reason is written down and a second person agrees."""
    NEVER = "never"
    """Nobody can override it here; the order has to change."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement.

    Attributes:
        severity: How grave it is.
        rule: Stable identifier of the rule (``"RATE-HARD"``), for the record and for statistics.
        sentence: What is wrong and what to do, for the nurse; names the library version.
        limit: The figure that bound, with unit; empty when the rule has none.
        library_version: Version of the drug library the limit came from.
        override: What it takes to go on.
    """

    severity: Severity
    rule: str
    sentence: str
    limit: str
    library_version: int
    override: Override

    @property
    def blocks(self) -> bool:
        """Whether nothing but a change of the order helps."""
        return self.override is Override.NEVER


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a limit comes from, so that every sentence can say it."""

    protocol_id: str
    library_version: int

    def __str__(self) -> str:
        return f"{self.protocol_id}, library v{self.library_version}"

    def finding(
        self, severity: Severity, rule: str, sentence: str, limit: str, override: Override
    ) -> Finding:
        """A finding that carries this origin."""
        return Finding(severity, rule, sentence, limit, self.library_version, override)


def shown_above(value: Decimal, places: int = 3) -> str:
    """Digits of a figure that is too high, rounded up so that it never reads as the limit itself."""
    return plain(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_CEILING))


def shown_below(value: Decimal, places: int = 3) -> str:
    """Digits of a figure that is too low, rounded down so that it never reads as the limit itself."""
    return plain(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR))
