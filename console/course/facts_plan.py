"""Facts before and between the infusions: why, whether, by which protocol, when."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class TreatmentKind(StrEnum):
    """What was tried before."""

    DRUG = "drug"
    THERAPY = "therapy"
    ECT = "ect"
    TMS = "tms"
    KETAMINE = "ketamine"
    OTHER = "other"


class Response(StrEnum):
    """What came of a treatment."""

    NONE = "none"
    PARTIAL = "partial"
    GOOD = "good"
    NOT_TOLERATED = "not_tolerated"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """Whether the treatment suits this person."""

    SUITABLE = "suitable"
    WITH_CONDITIONS = "with_conditions"
    DEFERRED = "deferred"
    NOT_SUITABLE = "not_suitable"


class Onward(StrEnum):
    """What follows a series."""

    MAINTAIN = "maintain"
    EXTEND = "extend"
    STOP = "stop"


class Reply(StrEnum):
    """The answer to a screening question; unknown is an answer of its own."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Indicated(msgspec.Struct, frozen=True, tag="indicated"):
    """What the person is treated for, by codes of the indication catalogue."""

    codes: tuple[str, ...]
    note: str = ""


class TriedBefore(msgspec.Struct, frozen=True, tag="tried_before"):
    """A treatment before this one and what came of it.

    Attributes:
        name: Drug or method.
        kind: What sort of treatment.
        response: What came of it.
        dose: As told.
        weeks: How long, None when unknown.
        note: Anything else.
    """

    name: str
    kind: TreatmentKind
    response: Response
    dose: str = ""
    weeks: int | None = None
    note: str = ""


class SuitabilityDecided(msgspec.Struct, frozen=True, tag="suitability_decided"):
    """A physician judged whether the treatment suits and is safe for this person.

    Attributes:
        verdict: The judgement.
        reasons: Why; at least one.
        conditions: What has to hold, for a suitable one with conditions.
        screening_version: Checklist in force; set by the console.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    conditions: str = ""
    screening_version: int = 0


class ProtocolChosen(msgspec.Struct, frozen=True, tag="protocol_chosen"):
    """The protocol of the series and the version of the library it came from."""

    protocol_id: str
    library_version: int
    reason: str = ""


class SeriesPlanned(msgspec.Struct, frozen=True, tag="series_planned"):
    """The days of a series; a later plan takes the place of an earlier one.

    Attributes:
        protocol_id: By which protocol.
        days: The planned days, in order.
        reason: Why, where the plan is outside the usual window.
        warnings: What was warned of; set by the console.
    """

    protocol_id: str
    days: tuple[date, ...]
    reason: str = ""
    warnings: tuple[str, ...] = ()


class VisitMoved(msgspec.Struct, frozen=True, tag="visit_moved"):
    """A planned day was moved, or cancelled (``to_day`` None)."""

    day: date
    to_day: date | None
    reason: str


class OnwardDecided(msgspec.Struct, frozen=True, tag="onward_decided"):
    """What follows the series, signed by a physician.

    Attributes:
        onward: Maintain, extend or stop.
        reason: Why.
        every_days: Interval of maintenance.
        next_day: Next infusion.
        review_by: Day by which this is judged anew.
    """

    onward: Onward
    reason: str
    every_days: int | None = None
    next_day: date | None = None
    review_by: date | None = None


class Adjusted(msgspec.Struct, frozen=True, tag="adjusted"):
    """What is done otherwise from now on, after a session.

    Attributes:
        session_id: The session it follows.
        what: Dose, duration, interval, comfort or anything else.
        before: As it was.
        after: As it is to be.
        reason: Why.
    """

    session_id: str
    what: str
    before: str
    after: str
    reason: str


class ScreeningAnswered(msgspec.Struct, frozen=True, tag="screening_answered"):
    """One question of the screening checklist."""

    item: str
    reply: Reply
    note: str = ""


class ScreeningOverridden(msgspec.Struct, frozen=True, tag="screening_overridden"):
    """A physician lets a finding through, with the reason and by PIN."""

    item: str
    reason: str


class TestResulted(msgspec.Struct, frozen=True, tag="test_resulted"):
    """A result of an optional test (ECG, liver values, urine)."""

    __test__ = False  # its name must not make a test runner collect it

    test: str
    result: str
    taken_on: date
    concern: bool = False


class MedicineListed(msgspec.Struct, frozen=True, tag="medicine_listed"):
    """A medicine the person takes; its interaction groups are added by the console."""

    name: str
    dose: str = ""
    groups: tuple[str, ...] = ()


class MedicineEnded(msgspec.Struct, frozen=True, tag="medicine_ended"):
    """A medicine is no longer taken."""

    name: str
    reason: str = ""


class CheckDone(msgspec.Struct, frozen=True, tag="check_done"):
    """A check that returns at intervals (misuse, urinary symptoms, liver values)."""

    check: str
    concern: bool
    note: str = ""
    done_on: date | None = None


class Assessed(msgspec.Struct, frozen=True, tag="assessed"):
    """A psychiatric assessment or a preparatory talk, with what the person asked or feared."""

    kind: str
    text: str
    questions: str = ""


class ConsentGiven(msgspec.Struct, frozen=True, tag="consent_given"):
    """The person agreed, informed; the professional signs by PIN.

    Attributes:
        version: Of the clinic's consent text.
        explained: Ids of the topics that were explained.
        signed_as: The person's name as they signed.
        questions: What they asked.
        given_on: The day; set by the console when left out.
    """

    version: str
    explained: tuple[str, ...]
    signed_as: str
    questions: str = ""
    given_on: date | None = None


class ConsentWithdrawn(msgspec.Struct, frozen=True, tag="consent_withdrawn"):
    """The person no longer agrees."""

    reason: str = ""


PlanFact = (
    Indicated
    | TriedBefore
    | SuitabilityDecided
    | ProtocolChosen
    | SeriesPlanned
    | VisitMoved
    | OnwardDecided
    | Adjusted
    | ScreeningAnswered
    | ScreeningOverridden
    | TestResulted
    | MedicineListed
    | MedicineEnded
    | CheckDone
    | Assessed
    | ConsentGiven
    | ConsentWithdrawn
)
