"""What was reckoned with stays as it is while the drug runs; alarms say what is wrong in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.people import OrderInputs
from console.session.state import Phase
from tests.session.bench import PHYSICIAN, SECOND, Bench

INPUTS = OrderInputs("MOOD-40", Decimal("0.6"), Decimal(60), Decimal(2), "BD 60 mL")


@pytest.mark.req("GIP-2.1.2")
@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize(
    "intent",
    [
        ask.RecordWeight(Decimal(90)),
        ask.WriteOrder(INPUTS),
        ask.WithdrawOrder("another dose"),
        ask.ConfirmIdentity("1984-03-12", "204-118"),
    ],
    ids=lambda intent: type(intent).__name__,
)
def test_weight_order_and_identity_cannot_be_changed_while_the_drug_runs(
    intent: ask.PersonIntent, paused: bool
) -> None:
    bench = Bench()
    bench.infuse(5)
    if paused:
        bench.tell(ask.PauseInfusion("pause-1"))
        bench.run(2)
        assert bench.phase() is Phase.PAUSED
    before = bench.state.session
    assert before is not None
    refused = bench.tell(intent, PHYSICIAN)
    assert refused.refusals
    after = bench.state.session
    assert after is not None
    assert (after.weight_kg, after.order, after.identity_confirmed) == (
        before.weight_kg,
        before.order,
        before.identity_confirmed,
    )


@pytest.mark.req("GIP-2.1.2")
def test_the_second_person_cannot_agree_to_something_else_while_the_drug_runs() -> None:
    bench = Bench()
    bench.infuse(5)
    again = ask.VerifyOrder(Decimal(70), Decimal(2), Decimal("0.5"), Decimal(40))
    assert bench.tell(again, SECOND).refusals


@pytest.mark.req("GIP-3.1.2")
def test_an_alarm_names_its_cause_in_words() -> None:
    bench = Bench()
    bench.infuse(5)
    for vital, value in ((Vital.SPO2, 82.0), (Vital.RR, 4.0), (Vital.HR, 150.0), (Vital.ETCO2, 70.0)):
        bench.vitals[vital] = value
    bench.run(60)
    told = {alarm.raised.code: alarm.raised.message for alarm in bench.state.alarms}
    assert len(told) >= 4
    for code, message in told.items():
        assert len(message.split()) >= 3, code
        assert "_" not in message, code
    assert len(set(told.values())) == len(told)
