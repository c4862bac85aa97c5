"""Who may ask what: the whole table, cell by cell, and the questions no table answers."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from console.clinical.vitals import Vital
from console.clock import Instant
from console.session import intents as ask
from console.session.people import ROOM, Actor, Authn, OrderInputs, Role
from console.session.rights import ENTER_AGAIN, NEEDS_NOBODY, RIGHTS, may, objection

pytestmark = pytest.mark.req("SEC-ROLES")

COLUMNS = (Role.TECHNICIAN, Role.NURSE, Role.PHYSICIAN, Role.ADMIN, None)

# T N P A: may with the PIN entered for it; the last column is nobody at all. "x" may, "." may not. An intent
# that is missing here, or a cell that differs, is a failure: this is the table the clinic signs.
TABLE = """
                        T N P A -
SignIn                  x x x x .
SignOut                 x x x x .
LockConsole             x x x x x
BreakGlass              x x x x x
ExplainEmergency        . x x . .
NoteAccess              x x x x x
PressStop               x x x x x
PauseInfusion           x x x x x
Acknowledge             x x x x x
PauseAudio              x x x x x
ResumeAudio             x x x x x
ConfirmPresence         x x x x x
CancelPressure          x x x x x
ExplainStop             . x x . .
AddPatient              . x x x .
OpenSession             . x x . .
ConfirmIdentity         . x x . .
AnswerArrival           . x x . .
RecordWeight            . x x . .
EnterPressure           . x x . .
TakeBaseline            . x x . .
AcceptBaseline          . x x . .
WriteOrder              . . x . .
VerifyOrder             . x x . .
WithdrawOrder           . x x . .
ProgramPump             . x x . .
ConfirmSetByHand        . x x . .
DropHandwork            . x x . .
TakePressure            . x x . .
SetCuffCadence          . x x . .
StartInfusion           . x x . .
ResumeInfusion          . x x . .
ChangeRate              . x x . .
CancelPauseProposal     . x x . .
EndInfusion             . x x . .
AbortSession            . x x . .
NoteCare                x x x x .
RecordScore             . x x . .
SetLimits               . x x . .
SwitchLimitsOff         . x x . .
SwitchLimitsOn          . x x . .
UseAutoLimits           . x x . .
ExplainPanelRate        . x x . .
TestTones               x x x x .
ConfirmTones            x x x x .
ConfirmDischarge        . x x . .
Discharge               . x x . .
CloseSession            . x x . .
Comment                 . x x . .
Correct                 . x x . .
SignReview              . . x . .
ChangeCourse            . x x x .
SignTest                x . . x .
UseUnfitDevice          . x x . .
"""

CELLS = {
    words[0]: dict(zip(COLUMNS, (cell == "x" for cell in words[1:]), strict=True))
    for words in (line.split() for line in TABLE.strip().splitlines()[1:])
}
KINDS: dict[str, type] = {kind.__name__: kind for kind in get_args(ask.PersonIntent)}


def blank(kind: type) -> ask.PersonIntent:
    """An intent of this kind, with whatever its fields are: rights never look at most of them."""
    given: dict[str, object] = {
        "inputs": OrderInputs("MOOD-40", Decimal("0.5"), Decimal(40), Decimal(10), "s"),
        "happened_at": Instant(0, 0),
        "vital": Vital.SPO2,
    }
    fields = kind.__struct_fields__  # type: ignore[attr-defined]
    left_out = {"meaning", "override"}
    made: ask.PersonIntent = kind(**{name: given.get(name, "") for name in fields if name not in left_out})
    return made


def actor(role: Role | None, authn: Authn = Authn.PIN) -> Actor:
    if role is None:
        return Actor("unattributed", "Somebody", Role.NURSE, Authn.NONE)
    return Actor(f"{role.value}-1", role.value, role, authn)


def test_the_table_names_every_intent_of_a_person_and_no_other() -> None:
    assert set(CELLS) == set(KINDS)
    assert set(RIGHTS) == set(KINDS.values())


@pytest.mark.parametrize("role", COLUMNS)
@pytest.mark.parametrize("name", sorted(KINDS))
def test_cell(name: str, role: Role | None) -> None:
    said = objection(blank(KINDS[name]), actor(role), strict=True)
    assert (said == "") is CELLS[name][role], said or "allowed"
    assert said == "" or said.endswith(".")


@pytest.mark.parametrize("name", sorted(kind.__name__ for kind in NEEDS_NOBODY))
def test_what_asks_for_nobody_is_open_behind_the_glass_too(name: str) -> None:
    assert objection(blank(KINDS[name]), actor(Role.ADMIN, Authn.NONE), strict=True) == ""


def test_a_demonstration_lets_its_nurse_order_and_nothing_else_that_the_table_forbids() -> None:
    differ = {kind.__name__ for kind in RIGHTS if may(kind, strict=True) != may(kind, strict=False)}
    assert differ == {"WriteOrder"}


@pytest.mark.parametrize(
    ("meaning", "roles"),
    [
        ("authored", {Role.NURSE, Role.PHYSICIAN}),
        ("reviewed", {Role.PHYSICIAN}),
        ("approved", {Role.PHYSICIAN}),
        ("witnessed", {Role.NURSE, Role.PHYSICIAN}),
        ("glanced at", set()),
    ],
)
@pytest.mark.parametrize("role", list(Role))
def test_each_meaning_of_a_signature_has_its_signers(meaning: str, roles: set[Role], role: Role) -> None:
    said = objection(ask.SignReview("s", "0" * 64, meaning), actor(role), strict=True)
    assert (said == "") is (role in roles)


RISKS: tuple[ask.PersonIntent, ...] = (
    ask.StartInfusion("c"),
    ask.SwitchLimitsOff(Vital.SPO2, 60, "x"),
    ask.AcceptBaseline("above the cut-off"),
    ask.AnswerArrival("escort", ok=False, note="x", override=True),
    ask.WriteOrder(OrderInputs("MOOD-40", Decimal(1), Decimal(40), Decimal(10), "s", {"soft": "x"})),
)


@pytest.mark.req("SEC-FRESH")
@pytest.mark.parametrize("intent", RISKS, ids=lambda one: type(one).__name__)
def test_a_high_risk_takes_a_pin_of_the_last_minute(intent: ask.PersonIntent) -> None:
    physician = Role.PHYSICIAN
    assert objection(intent, actor(physician, Authn.SIGNED_IN), strict=True) == ENTER_AGAIN
    assert objection(intent, actor(physician, Authn.FRESH), strict=True) == ""
    assert objection(intent, actor(physician, Authn.PIN), strict=True) == ""
    assert objection(intent, actor(physician, Authn.SIGNED_IN), strict=False) == ""


@pytest.mark.req("SEC-FRESH")
def test_the_same_acts_without_the_risk_do_not() -> None:
    nurse = actor(Role.NURSE, Authn.SIGNED_IN)
    for intent in (ask.AcceptBaseline(), ask.AnswerArrival("escort", ok=True), ask.PressStop()):
        assert objection(intent, nurse, strict=True) == ""


@pytest.mark.parametrize("kind", [ask.VerifyOrder, ask.SignReview, ask.SignIn, ask.SignTest])
def test_a_fresh_pin_is_not_the_pin_for_this_very_act(kind: type) -> None:
    said = objection(blank(kind), Actor("p1", "P", Role.PHYSICIAN, Authn.FRESH), strict=True)
    assert said.startswith("This needs your own PIN")


def test_the_room_itself_may_do_what_everybody_may() -> None:
    assert objection(ask.PressStop(), ROOM, strict=True) == ""
