"""The state of the room: a fold of its events and nothing else.

Everything here can be rebuilt from the record. What is only sensed and not decided (latest readings,
how long a limit has been passed) lives in :mod:`console.session.watch` and is forgotten at a restart.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from console.clinical.vitals import Vital
from console.clock import Instant
from console.session.events import (
    AlarmRaised,
    ArrivalAnswered,
    BaselineAccepted,
    CareNoted,
    CommandRequested,
    CuffAsked,
    HandworkAsked,
    InfusionEnded,
    InfusionPaused,
    LinkChanged,
    PauseProposed,
    PressureTaken,
    PromptKind,
    RecordSetAside,
    ScoreRecorded,
    Setting,
    SourceChanged,
)
from console.session.people import Actor, Order, Patient
from console.session.pump import Identity, Program, PumpAlarm, PumpControl, PumpState, ReadBack, Unattended


class Phase(StrEnum):
    """Where a session stands; derived from its facts, never stored."""

    NO_SESSION = "no_session"
    ARRIVAL = "arrival"
    """Identity, checks, weight and baseline pressures."""
    ORDER = "order"
    """Everything is there but the order."""
    VERIFY = "verify"
    """The order waits for the second person."""
    PROGRAM = "program"
    """The pump waits to be programmed."""
    READY = "ready"
    """Programmed and read back: START is possible."""
    INFUSING = "infusing"
    PAUSED = "paused"
    OBSERVING = "observing"
    """Delivery is over; discharge is refused until the gate holds."""
    DISCHARGED = "discharged"
    CLOSED = "closed"
    ABORTED = "aborted"


class PumpView(msgspec.Struct, frozen=True):
    """The pump as last committed to the record; ``at`` says how old that is."""

    state: PumpState = PumpState.UNKNOWN
    rate_ml_h: Decimal | None = None
    infused_ml: Decimal | None = None
    alarm: PumpAlarm | None = None
    at: Instant | None = None


class InFlight(msgspec.Struct, frozen=True):
    """A command that was committed and is not resolved."""

    request: CommandRequested
    at: Instant


class StopView(msgspec.Struct, frozen=True):
    """STOP since it was last pressed."""

    pressed_at: Instant
    confirmed: bool = False
    unconfirmed_alarm: bool = False
    seconds: float = 0.0
    attempts: int = 0


class ActiveAlarm(msgspec.Struct, frozen=True):
    """An alarm on the screen.

    Attributes:
        raised: The event that raised it.
        at: When.
        acknowledged: Somebody saw it; no sound.
        condition: Still true; False only for a latched one that waits to be acknowledged.
        quiet_since: Since when it has been kept silent by a person, None while it may sound.
    """

    raised: AlarmRaised
    at: Instant
    acknowledged: bool = False
    condition: bool = True
    quiet_since: Instant | None = None


class LimitsOff(msgspec.Struct, frozen=True):
    """Inner limits that are switched off for a while.

    Attributes:
        until: They come back by themselves then.
        since: When they were switched off.
        reason: Why.
    """

    until: Instant
    since: Instant
    reason: str


class Segment(msgspec.Struct, frozen=True):
    """A stretch of constant rate."""

    start: Instant
    rate_ml_h: Decimal
    end: Instant | None = None


class Scored(msgspec.Struct, frozen=True):
    """A scored scale with its time and author."""

    at: Instant
    actor: Actor
    score: ScoreRecorded


class Halt(msgspec.Struct, frozen=True):
    """The pump halted by itself with an alarm."""

    code: str
    at: Instant


class Proposal(msgspec.Struct, frozen=True):
    """A pause an interlock rule proposes and nobody has cancelled."""

    proposed: PauseProposed
    at: Instant

    @property
    def ends(self) -> Instant:
        """When the pause is sent."""
        return self.at.plus(self.proposed.countdown_s)


class Handwork(msgspec.Struct, frozen=True):
    """Something a person is to do at the pump, and the pump does not read so yet."""

    asked: HandworkAsked
    at: Instant
    by_room: bool = False


class CuffRun(msgspec.Struct, frozen=True):
    """A measurement that was started from here and is not over.

    Attributes:
        asked: The request.
        at: When.
        told_at: When the monitor was told.
        cancelling: A person wants it broken off.
    """

    asked: CuffAsked
    at: Instant
    told_at: Instant | None = None
    cancelling: bool = False


class SourceMark(msgspec.Struct, frozen=True):
    """A change of source, for the mark on the trend."""

    at: Instant
    change: SourceChanged


class PauseAsked(msgspec.Struct, frozen=True):
    """A pause that was asked of the pump and is not confirmed.

    Attributes:
        first_at: When it was first asked.
        last_at: When it was last asked.
        by_room: By an interlock: it is asked again until the pump has halted.
        reason: Why, in words.
    """

    first_at: Instant
    last_at: Instant
    by_room: bool = False
    reason: str = ""


class Session(msgspec.Struct, frozen=True):
    """One patient's session.

    Attributes:
        carried_ml: Volume given before the pump's counter last restarted at zero.
        counter_ml: The pump's counter since then.
        counter_trusted: False once the counter was lost in mid-infusion.
        reprogrammed: Since it halted, the pump was programmed with the remaining volume.
        counter_lost: The pump's counter restarted since it was programmed: its program would give
            the whole volume again.
        panel_rate: A rate was set at the pump's panel, and nobody has said why yet.
        attended_at: Last entry by a person.
        halts: When and why the pump halted by an alarm of its own.
        proposal: The pause an interlock rule proposes now.
        pause_asked: A pause the pump has not confirmed.
        cancelled: When a person last cancelled what a rule proposed, by rule.
        due: When each scheduled check was last done, by prompt kind.
        prompted: Prompts that came due and are not done, with the time they fell due.
        limits: Inner limits changed for this patient, low and high.
        limits_off: Vital signs whose inner limits are switched off for a while.
        by_eye: What a person looked at on a pump that does not tell it.
        handwork: What is to be done at a pump that can only be read.
        counter_from_ml: Where the counter of a pump set by hand stood: what is given counts from there.
        reckoned_at: The volume given was last reckoned by rate and time; None for a pump with a counter.
        despite: Conditions that were not met when a person started the pump at the pump.
        cuff: The measurement that was started from here.
        cuff_said: What the last measurement from here met that brought no pressure.
        cuff_by_itself: The cuff is started whenever the protocol's pressure check falls due.
        speaking: Which monitor speaks for each vital sign, in a room with several.
        sources: Every change of it.
        unfit_accepted: Devices that are used although a test speaks against them: what it said; under
            ``"patient"`` that the same patient is in another room.
        elsewhere: That the same patient has a session open in another room, as it was told; empty for none.
    """

    session_id: str
    patient: Patient
    opened_at: Instant
    opened_by: Actor
    previous_weight_kg: Decimal | None = None
    previous_dose_mg: Decimal | None = None
    training: bool = False
    identity_confirmed: bool = False
    arrival: dict[str, ArrivalAnswered] = {}
    weight_kg: Decimal | None = None
    pressures: tuple[PressureTaken, ...] = ()
    baseline: BaselineAccepted | None = None
    order: Order | None = None
    ordered_by: Actor | None = None
    verified_by: Actor | None = None
    verified_at: Instant | None = None
    failed_verifications: int = 0
    programmed: Program | None = None
    read_back: ReadBack | None = None
    programmed_at: Instant | None = None
    started_at: Instant | None = None
    segments: tuple[Segment, ...] = ()
    carried_ml: Decimal = Decimal(0)
    counter_ml: Decimal = Decimal(0)
    counter_trusted: bool = True
    paused: InfusionPaused | None = None
    paused_at: Instant | None = None
    reprogrammed: bool = False
    counter_lost: bool = False
    last_step_at: Instant | None = None
    panel_rate: bool = False
    attended_at: Instant | None = None
    halts: tuple[Halt, ...] = ()
    proposal: Proposal | None = None
    pause_asked: PauseAsked | None = None
    cancelled: dict[str, Instant] = {}
    stop_reason: str = ""
    ended: InfusionEnded | None = None
    ended_at: Instant | None = None
    cares: tuple[CareNoted, ...] = ()
    scores: tuple[Scored, ...] = ()
    done: dict[PromptKind, Instant] = {}
    prompted: dict[PromptKind, Instant] = {}
    limits: dict[Vital, tuple[float | None, float | None]] = {}
    limits_off: dict[Vital, LimitsOff] = {}
    discharge: dict[str, bool] = {}
    discharged_at: Instant | None = None
    closed_at: Instant | None = None
    aborted: str = ""
    by_eye: tuple[Setting, ...] = ()
    handwork: Handwork | None = None
    counter_from_ml: Decimal = Decimal(0)
    reckoned_at: Instant | None = None
    despite: tuple[str, ...] = ()
    cuff: CuffRun | None = None
    cuff_said: str = ""
    cuff_by_itself: bool = False
    speaking: dict[Vital, str] = {}
    sources: tuple[SourceMark, ...] = ()
    unfit_accepted: dict[str, str] = {}
    elsewhere: str = ""

    @property
    def given_ml(self) -> Decimal:
        """Volume given so far by the pump's own counter."""
        return self.carried_ml + self.counter_ml


class State(msgspec.Struct, frozen=True):
    """The whole room.

    Attributes:
        seq: Last entry folded.
        user: Who is signed in.
        user_at: When that person last entered the PIN.
        locked: Nobody touched the window since: the PIN is entered anew before anything a person must ask.
        emergency_at: When the glass was broken; None once it was explained.
        links: Last link change of each device.
        pump: The pump as committed.
        control: What can be done with the pump from here; None while nobody knows.
        pump_identity: Who answered last as the pump, also while its link is lost.
        in_flight: The one unresolved command.
        unresolved: A command whose outcome is unknown: nothing may raise delivery until a read-back.
        used_ids: Command ids already requested: an id is never used twice.
        stop: STOP since it was last pressed, None once delivery was programmed anew.
        alarms: Active alarms in the order raised.
        audio_paused_until: Alarm sound returns then.
        room_started_at: When the room process last came up.
        tones_sounded_at: When the alarm tones were last sounded for a test.
        tones_tested_at: When a person last said whether they were heard.
        tones_heard: They were.
        set_aside: The damaged record this one took the place of, until a patient is chosen after it.
        session: The open or last session.
    """

    seq: int = 0
    user: Actor | None = None
    user_at: Instant | None = None
    locked: bool = False
    emergency_at: Instant | None = None
    links: dict[str, LinkChanged] = {}
    pump: PumpView = PumpView()
    control: PumpControl | None = None
    pump_identity: Identity | None = None
    in_flight: InFlight | None = None
    unresolved: InFlight | None = None
    used_ids: frozenset[str] = frozenset()
    stop: StopView | None = None
    alarms: tuple[ActiveAlarm, ...] = ()
    audio_paused_at: Instant | None = None
    audio_paused_until: Instant | None = None
    room_started_at: Instant | None = None
    tones_sounded_at: Instant | None = None
    tones_tested_at: Instant | None = None
    tones_heard: bool = False
    set_aside: RecordSetAside | None = None
    session: Session | None = None

    @property
    def phase(self) -> Phase:
        """Where the session stands."""
        return phase_of(self.session)

    @property
    def unattended(self) -> Unattended | None:
        """What the pump does when nobody speaks to it; None while nobody knows."""
        return None if self.pump_identity is None else self.pump_identity.unattended

    @property
    def supervised(self) -> bool:
        """The pump can only be read: a person works it by hand, the console compares and times."""
        return self.control is PumpControl.READ_ONLY


def phase_of(session: Session | None) -> Phase:
    """Derive the phase from the facts of a session, latest facts first."""
    if session is None:
        return Phase.NO_SESSION
    if session.aborted:
        return Phase.ABORTED
    if session.closed_at is not None:
        return Phase.CLOSED
    if session.discharged_at is not None:
        return Phase.DISCHARGED
    if session.ended is not None:
        return Phase.OBSERVING
    if session.started_at is not None:
        return Phase.INFUSING if session.paused is None else Phase.PAUSED
    if session.programmed is not None:
        return Phase.READY
    if session.verified_by is not None:
        return Phase.PROGRAM
    if session.order is not None:
        return Phase.VERIFY
    if session.identity_confirmed and session.weight_kg is not None and session.baseline is not None:
        return Phase.ORDER
    return Phase.ARRIVAL


IN_TREATMENT = frozenset({Phase.INFUSING, Phase.PAUSED})
OPEN = frozenset(Phase) - {Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED}
