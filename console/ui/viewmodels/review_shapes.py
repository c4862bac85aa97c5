"""The frozen shapes of a session under review. Times are nanoseconds of one steady axis."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.session.alarm_load import AlarmLoad, alarm_load
from console.session.events import Priority, PromptKind
from console.session.state import State
from console.ui.viewmodels.review_people import Presence, TherapistNote

Samples = NDArray[np.float64]

NO_LOAD = alarm_load((), "")
"""The load of a session without entries."""


class PinTone(StrEnum):
    """What kind of happening a pin stands for; each has its own shape."""

    DELIVERY = "delivery"
    CARE = "care"
    STAFF = "staff"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """Baseline, Infusion or Observation."""

    name: str
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class RateBar:
    """A stretch of constant rate.

    Attributes:
        start_ns: Begin. end_ns: End.
        rate_ml_h: As the pump reported it.
        mg_kg_h: The same as drug and body weight, None without an order.
        at_pump: It was set at the pump's panel.
    """

    start_ns: int
    end_ns: int
    rate_ml_h: Decimal
    mg_kg_h: Decimal | None
    at_pump: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Delivery halted between two bars."""

    start_ns: int
    end_ns: int
    reason: str
    by_pump: bool


@dataclass(frozen=True, slots=True)
class Pressure:
    """One cuff measurement; ``alarm`` tells which limit it passed."""

    t_ns: int
    systolic: float
    diastolic: float
    mean: float | None
    source: str
    baseline: bool
    alarm: Priority | None = None


@dataclass(frozen=True, slots=True)
class ScoreMark:
    """A scored scale."""

    seq: int
    t_ns: int
    scale: str
    total: int
    words: str
    author: str


@dataclass(frozen=True, slots=True)
class AlarmBar:
    """An alarm from raised to cleared.

    Attributes:
        end_ns: When the condition was gone; None while it lasts.
        acknowledged_ns: When somebody saw it.
        acknowledged_by: Who.
    """

    alarm_id: str
    code: str
    priority: Priority
    message: str
    physiological: bool
    start_ns: int
    end_ns: int | None = None
    acknowledged_ns: int | None = None
    acknowledged_by: str = ""

    @property
    def answered_s(self) -> float | None:
        """Seconds until somebody acknowledged it."""
        if self.acknowledged_ns is None:
            return None
        return (self.acknowledged_ns - self.start_ns) / NS_PER_S


@dataclass(frozen=True, slots=True)
class PromptMark:
    """A scheduled check: when it fell due and when it was done; ``dropped_ns`` when the phase ended first."""

    kind: PromptKind
    due_ns: int
    done_ns: int | None = None
    dropped_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """Something that happened, with a short text; ``weight`` decides whose text goes first."""

    seq: int
    t_ns: int
    text: str
    tone: PinTone
    weight: int
    author: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was sensed between two times."""

    start_ns: int
    end_ns: int
    reason: str = ""

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.end_ns - self.start_ns) / NS_PER_S


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a moment of the session."""

    seq: int
    t_ns: int
    written_ns: int
    author: str
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """A correction; the entry it corrects stays as it was."""

    seq: int
    of_seq: int
    original: str
    text: str
    reason: str
    author: str
    written_ns: int


@dataclass(frozen=True, slots=True)
class Signature:
    """A physician's signature: printed name, date and time, and meaning (21 CFR 11.50).

    Attributes:
        covers_seq: Last entry it covers, None when that hash is not among the session's entries.
        later: Entries added to the session after it.
        digest: Hash over all of the session's entries it covers; empty in older records.
        fault: Why it does not hold, empty while it does.
    """

    seq: int
    name: str
    role: str
    t_ns: int
    meaning: str
    record_hash: str
    covers_seq: int | None
    later: int
    digest: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what, in one sentence."""

    seq: int
    t_ns: int
    who: str
    role: str
    group: str
    sentence: str
    hash: str
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class LimitStep:
    """Alarm limits of a vital sign from ``t_ns`` on."""

    t_ns: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """One vital sign on a grid of one second from the start of the timeline; NaN where nothing is known."""

    vital: Vital
    values: Samples

    def at(self, second: float) -> float | None:
        """The value of that second, None when it is not known."""
        place = int(second)
        if not 0 <= place < len(self.values) or not np.isfinite(self.values[place]):
            return None
        return float(self.values[place])


@dataclass(frozen=True, slots=True)
class Prediction:
    """A model's curve: never measured.

    Attributes:
        title: Model and label.
        t_s: Seconds since the start of the timeline.
        plasma: ng/mL. effect: ng/mL.
    """

    title: str
    t_s: Samples
    plasma: Samples
    effect: Samples

    def at(self, second: float) -> tuple[float, float] | None:
        """Plasma and effect-site level at that second, None outside the curve."""
        if not len(self.t_s) or not self.t_s[0] <= second <= self.t_s[-1]:
            return None
        return (
            float(np.interp(second, self.t_s, self.plasma)),
            float(np.interp(second, self.t_s, self.effect)),
        )


@dataclass(frozen=True, slots=True)
class Given:
    """Volume given by the pump's own counter, each time it was noted."""

    t_ns: NDArray[np.int64]
    ml: Samples

    def at(self, t_ns: int) -> float | None:
        """The last figure noted by then."""
        place = int(np.searchsorted(self.t_ns, t_ns, side="right")) - 1
        return float(self.ml[place]) if place >= 0 else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the review page and the report show of one session.

    Attributes:
        state: The fold of the session's entries, its monotonic times on the steady axis.
        start_ns: First moment. end_ns: Last moment, or now while the session is open.
        head_seq: Last entry folded. head_hash: Its chain hash.
        simulated: A virtual device took part.
        devices: Who measured and who delivered, as they named themselves.
        load: How much alarming there was.
        people: Who was in the room. therapist: Notes of the therapist's own lane.
    """

    session_id: str
    state: State
    start_ns: int
    end_ns: int
    open: bool
    head_seq: int
    head_hash: str
    phases: tuple[PhaseSpan, ...] = ()
    bars: tuple[RateBar, ...] = ()
    pauses: tuple[Pause, ...] = ()
    pressures: tuple[Pressure, ...] = ()
    trends: dict[Vital, Trend] = field(default_factory=dict)
    limits: dict[Vital, tuple[LimitStep, ...]] = field(default_factory=dict)
    scores: tuple[ScoreMark, ...] = ()
    alarms: tuple[AlarmBar, ...] = ()
    prompts: tuple[PromptMark, ...] = ()
    pins: tuple[Pin, ...] = ()
    gaps: tuple[Gap, ...] = ()
    remarks: tuple[Remark, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    signatures: tuple[Signature, ...] = ()
    audit: tuple[AuditLine, ...] = ()
    given: Given = field(default_factory=lambda: Given(np.empty(0, np.int64), np.empty(0)))
    predictions: tuple[Prediction, ...] = ()
    simulated: bool = False
    devices: tuple[str, ...] = ()
    load: AlarmLoad = NO_LOAD
    people: tuple[Presence, ...] = ()
    therapist: tuple[TherapistNote, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the whole session."""
        return (self.end_ns - self.start_ns) / NS_PER_S

    def second_of(self, t_ns: int) -> float:
        """Seconds since the start."""
        return (t_ns - self.start_ns) / NS_PER_S

    def ns_of(self, second: float) -> int:
        """The steady axis at a second."""
        return self.start_ns + round(second * NS_PER_S)
