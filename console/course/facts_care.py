"""Facts of the day of treatment, of the hour of it, and of the weeks after. Times are UTC nanoseconds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec


class DayPrepared(msgspec.Struct, frozen=True, tag="day_prepared"):
    """How the person arrived and what was arranged.

    Attributes:
        session_id: The session.
        last_meal_wall_ns: Last food, None when unknown.
        last_drink_wall_ns: Last clear fluid, None when unknown.
        medicines_taken: What was taken today.
        pregnancy: What was done to exclude one, where it applies.
        escort_name: Who takes the person home.
        escort_phone: How to reach them.
        comfort: Ids of what was arranged in the room.
        note: Anything else.
    """

    session_id: str
    last_meal_wall_ns: int | None = None
    last_drink_wall_ns: int | None = None
    medicines_taken: str = ""
    pregnancy: str = ""
    escort_name: str = ""
    escort_phone: str = ""
    comfort: tuple[str, ...] = ()
    note: str = ""


class IntentionStated(msgspec.Struct, frozen=True, tag="intention_stated"):
    """What the person wants of this session, in their own words."""

    session_id: str
    words: str


class LinePlaced(msgspec.Struct, frozen=True, tag="line_placed"):
    """An intravenous line.

    Attributes:
        session_id: The session.
        site: Where on the body.
        gauge: Catheter gauge, 14 to 26.
        placed_wall_ns: When.
        placed_by: By whom.
        attempts: Punctures it took.
    """

    session_id: str
    site: str
    gauge: int
    placed_wall_ns: int
    placed_by: str
    attempts: int = 1


class MusicChosen(msgspec.Struct, frozen=True, tag="music_chosen"):
    """What is played; empty for silence."""

    session_id: str
    playlist: str


class MusicSet(msgspec.Struct, frozen=True, tag="music_set"):
    """The music was started, halted or made louder or softer; ``percent``: volume from 0 to 100."""

    session_id: str
    playing: bool
    percent: int


class EffectNoted(msgspec.Struct, frozen=True, tag="effect_noted"):
    """An expected effect: no harm, and never mixed with adverse ones.

    Attributes:
        session_id: The session.
        effect: Code of the effect catalogue.
        at_wall_ns: When.
        strength: 1 slight, 2 clear, 3 strong.
        note: Anything else.
    """

    session_id: str
    effect: str
    at_wall_ns: int
    strength: int = 1
    note: str = ""


class AdverseBegan(msgspec.Struct, frozen=True, tag="adverse_began"):
    """An adverse event, during the session or in the days after.

    Attributes:
        event_id: Given by the console.
        session_id: The session it belongs to, empty when to none.
        effect: Code of the effect catalogue.
        grade: 1 mild to 5 fatal (the five grades of CTCAE).
        onset_wall_ns: When it began.
        action: What was done.
        serious: Threatened life, needed hospital, or left harm behind.
        note: Anything else.
    """

    effect: str
    grade: int
    onset_wall_ns: int
    session_id: str = ""
    event_id: str = ""
    action: str = ""
    serious: bool = False
    note: str = ""


class AdverseChanged(msgspec.Struct, frozen=True, tag="adverse_changed"):
    """An open adverse event grew, eased or was acted upon."""

    event_id: str
    grade: int
    at_wall_ns: int
    action: str = ""


class AdverseEnded(msgspec.Struct, frozen=True, tag="adverse_ended"):
    """An adverse event is over; the outcome in words."""

    event_id: str
    at_wall_ns: int
    outcome: str


class DrugGiven(msgspec.Struct, frozen=True, tag="drug_given"):
    """A rescue drug, for an adverse event or none.

    Attributes:
        session_id: The session.
        drug: Name.
        dose: How much.
        unit: Of what.
        route: How.
        at_wall_ns: When.
        event_id: The adverse event it was given for.
    """

    session_id: str
    drug: str
    dose: Decimal
    unit: str
    route: str
    at_wall_ns: int
    event_id: str = ""


class TherapistNoted(msgspec.Struct, frozen=True, tag="therapist_noted"):
    """A timed note in the therapist's own lane."""

    session_id: str
    at_wall_ns: int
    text: str
    therapist: str = ""


class AfterCareGiven(msgspec.Struct, frozen=True, tag="after_care_given"):
    """The after-care text was handed over and gone through."""

    session_id: str
    version: int
    given_to: str


class AccountTold(msgspec.Struct, frozen=True, tag="account_told"):
    """What the person tells of the session, in their own words; ``support``: who is there for them."""

    session_id: str
    words: str
    support: str = ""


class IntegrationPlanned(msgspec.Struct, frozen=True, tag="integration_planned"):
    """A talk that takes up what the session brought."""

    session_id: str
    day: date
    with_whom: str


class IntegrationHeld(msgspec.Struct, frozen=True, tag="integration_held"):
    """The talk took place."""

    session_id: str
    day: date
    note: str = ""


class FollowedUp(msgspec.Struct, frozen=True, tag="followed_up"):
    """A follow-up task was done or tried.

    Attributes:
        session_id: The session it follows.
        task: Id of the task in the follow-up list.
        reached: The person was reached.
        note: What they said.
        concern: Something a physician has to look at.
    """

    session_id: str
    task: str
    reached: bool
    note: str = ""
    concern: bool = False


class OutcomeScored(msgspec.Struct, frozen=True, tag="outcome_scored"):
    """A questionnaire, answered in full or entered as a score.

    Attributes:
        instrument: Id of the instrument.
        version: Of its text.
        answers: Answer of each item; empty when only the score was entered.
        total: By the instrument's own rule; None where it only has a band.
        band: Id of the band.
        taken_on: The day.
        session_id: The session it belongs to, empty when to none.
        by_patient: The person answered on the screen.
        alerts: Ids of the instrument's alerts that the answers raise.
    """

    instrument: str
    version: int
    answers: dict[str, int]
    total: int | None
    band: str
    taken_on: date
    session_id: str = ""
    by_patient: bool = False
    alerts: tuple[str, ...] = ()


class AlertAnswered(msgspec.Struct, frozen=True, tag="alert_answered"):
    """Somebody looked after what an answer raised (the safety question after item 9)."""

    line_id: str
    assessment: str
    action: str


class LinesMayBeMissing(msgspec.Struct, frozen=True, tag="lines_may_be_missing"):
    """The record was damaged; these lines were carried over from ``file``, others may be lost."""

    file: str


CareFact = (
    DayPrepared
    | IntentionStated
    | LinePlaced
    | MusicChosen
    | MusicSet
    | EffectNoted
    | AdverseBegan
    | AdverseChanged
    | AdverseEnded
    | DrugGiven
    | TherapistNoted
    | AfterCareGiven
    | AccountTold
    | IntegrationPlanned
    | IntegrationHeld
    | FollowedUp
    | OutcomeScored
    | AlertAnswered
    | LinesMayBeMissing
)
