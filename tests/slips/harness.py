"""Every single-key slip of many orders against the product's own rules, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from console.clinical.dosing import Problems, plan
from console.clinical.entry import Field
from console.clinical.finding import Override
from console.clinical.order import Order, calculate
from console.clinical.verify import CheckedFields, compare
from tests.slips.keys import Slip, slips, typed
from tests.slips.orders import Case

TWICE, FIVEFOLD = Decimal(2), Decimal(5)
MOST_EXAMPLES = 20


@dataclass
class Count:
    """What became of the slips.

    Attributes:
        orders: Valid orders that were slipped in.
        typed: Slips tried.
        blocked: Of them, those the keypad itself does not take.
        same: Those that change neither dose nor rate upwards or downwards by a factor of two.
        twice: Those that give at least twice the dose or the rate.
        twice_caught: Of them, stopped or sent to a second person by a rule.
        twice_second: Of the others, those that the second person's blind entry does not agree with.
        fivefold: Those that give at least five times the dose or the rate.
        fivefold_blocked: Of them, stopped by a rule, whoever agrees.
        fivefold_second: Of the others, stopped because the second person's blind entry does not agree.
        fifth: Those that give a fifth of the dose or less.
        fifth_caught: Of them, stopped or sent to a second person by a rule.
        missed: Examples of ``twice`` that no rule caught.
        not_stopped: Examples of ``fivefold`` that were not stopped.
        by_slip: Tried and blocked by the keypad, by kind of slip.
    """

    orders: int = 0
    typed: int = 0
    blocked: int = 0
    same: int = 0
    twice: int = 0
    twice_caught: int = 0
    twice_second: int = 0
    fivefold: int = 0
    fivefold_blocked: int = 0
    fivefold_second: int = 0
    fifth: int = 0
    fifth_caught: int = 0
    missed: list[str] = field(default_factory=list)
    not_stopped: list[str] = field(default_factory=list)
    by_slip: Counter[Slip] = field(default_factory=Counter)

    @property
    def by_rule(self) -> float:
        """Part of the doublings that a rule stops or asks a second person about."""
        return self.twice_caught / self.twice if self.twice else 1.0

    @property
    def in_all(self) -> float:
        """The same with the second person's blind entry, without which nothing is programmed."""
        return (self.twice_caught + self.twice_second) / self.twice if self.twice else 1.0


def run(cases: Iterable[Case]) -> Count:
    """Try every slip in every typed figure of every case."""
    count = Count()
    for case in cases:
        count.orders += 1
        for entered in case.fields():
            for slipped in slips(case.meant(entered)):
                count.typed += 1
                count.by_slip[slipped.slip] += 1
                number = typed(slipped.keys, entered)
                if number is None:
                    count.blocked += 1
                else:
                    _judge(count, case, entered, number.value)
    return count


def _judge(count: Count, case: Case, entered: Field, value: Decimal) -> None:
    order = case.with_value(entered, value)
    more, dose = ratios(case, order)
    if more < TWICE and dose > 1 / FIVEFOLD:
        count.same += 1
        return
    outcome = plan(case.entry, order, case.context(order))
    stopped = isinstance(outcome, Problems)
    caught = stopped or any(one.override is Override.SECOND_PERSON for one in outcome.findings)
    found_blind = bool(compare(_figures(order), _figures(case.order)))
    if more >= TWICE:
        count.twice += 1
        count.twice_caught += caught
        if not caught:
            count.twice_second += found_blind
            _example(count.missed, case, entered, value, more)
    if more >= FIVEFOLD:
        count.fivefold += 1
        count.fivefold_blocked += stopped
        if not stopped:
            count.fivefold_second += found_blind
            _example(count.not_stopped, case, entered, value, more)
    if dose <= 1 / FIVEFOLD:
        count.fifth += 1
        count.fifth_caught += caught


def _example(examples: list[str], case: Case, entered: Field, value: Decimal, more: Decimal) -> None:
    if len(examples) < MOST_EXAMPLES:
        order = case.order
        examples.append(
            f"{case.entry.id} {entered.name} {case.meant(entered)} typed as {value}: {more:.2f} times"
            f" ({order.amount} {case.entry.amount_unit}, {order.minutes.min} min, {order.weight.kg} kg,"
            f" last dose {case.session.previous_dose_mg} mg)"
        )


def _figures(order: Order) -> CheckedFields:
    """What the second person enters blind, as the session asks for it."""
    return CheckedFields(
        weight_kg=order.weight.kg,
        amount=order.amount,
        minutes=order.minutes.min,
        concentration_mg_ml=order.concentration.mg_ml,
    )


def ratios(case: Case, order: Order) -> tuple[Decimal, Decimal]:
    """The larger of dose and rate, and the dose, as a multiple of what was meant for this patient."""
    figures = calculate(case.entry, order, first_session=case.context(order).first_session)
    dose = figures.dose.mg / case.figures.dose.mg
    return max(dose, figures.dose_rate.mg_h / case.figures.dose_rate.mg_h), dose
