"""What can happen in the room: past-tense facts, frozen, stored as they are and never changed.

The tag of each event is its kind in the record. A field may be added with a default; a changed
meaning is a new kind. Who and when are in the record's envelope (:class:`Entry`), not in the event.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from console.clinical.vitals import Vital, Wave
from console.clock import Instant
from console.course.events import CourseEvent
from console.session.bench import BenchRun
from console.session.people import Actor, Order, OrderInputs, Patient, Role
from console.session.pump import (
    Identity,
    LinkState,
    Outcome,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpControl,
    PumpState,
    ReadBack,
)


class Priority(StrEnum):
    """Alarm priority (IEC 60601-1-8 convention)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class EndReason(StrEnum):
    """Why delivery is over."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    """Somebody pressed STOP or ended it."""
    PUMP_FAILED = "pump_failed"


class Care(StrEnum):
    """One-touch events at the bedside."""

    NAUSEA = "nausea"
    DIZZINESS = "dizziness"
    ANXIETY = "anxiety"
    DISSOCIATION = "dissociation"
    VOMITING = "vomiting"
    BP_DRUG = "bp_drug"
    ANTIEMETIC = "antiemetic"
    OXYGEN = "oxygen"
    NOTE = "note"
    ASKED_TO_STOP = "asked_to_stop"


class PromptKind(StrEnum):
    """What falls due at the bedside."""

    NIBP = "nibp"
    MOAAS = "moaas"
    DISSOCIATION = "dissociation"
    ALDRETE = "aldrete"


class Meaning(StrEnum):
    """What a signature says (21 CFR 11.50(a)(3))."""

    AUTHORED = "authored"
    """This is my own record of what I did."""
    REVIEWED = "reviewed"
    APPROVED = "approved"
    WITNESSED = "witnessed"


class Access(StrEnum):
    """What was done with what is in the record, apart from adding to it."""

    VIEWED = "viewed"
    SEARCHED = "searched"
    PRINTED = "printed"
    EXPORTED = "exported"
    AUDITED = "audited"
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    ENCRYPTED = "encrypted"


class PersonDeed(StrEnum):
    """What was done about a person who may sign in."""

    ADDED = "added"
    RETIRED = "retired"
    RETURNED = "returned"
    NEW_ROLE = "new_role"
    NEW_PIN = "new_pin"
    UNLOCKED = "unlocked"
    NEW_BADGE = "new_badge"


class Setting(StrEnum):
    """What is set by hand at a pump that can only be read."""

    RATE = "rate"
    VOLUME = "volume"
    SYRINGE = "syringe"
    HALTED = "halted"
    """The pump stands still."""


class CuffDeed(StrEnum):
    """What is asked of a blood-pressure cuff."""

    START = "start"
    CANCEL = "cancel"


class CuffResult(StrEnum):
    """What came of a cuff that was started from here."""

    MEASURED = "measured"
    FAILED = "failed"
    """The monitor tried and found no pressure."""
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """It was never started; the words say why."""
    NOT_BEGUN = "not_begun"
    """The monitor was told and does not say that it measures."""


# --- the room -------------------------------------------------------------------------------------


class RoomStarted(msgspec.Struct, frozen=True, tag="room_started"):
    """The room process came up and replayed the record.

    Attributes:
        app_version: Product version.
        resumed_session: Session adopted, empty if none was open.
        down_s: Seconds by the wall clock since the last event, None when unknown.
    """

    app_version: str
    resumed_session: str = ""
    down_s: float | None = None


class SignedIn(msgspec.Struct, frozen=True, tag="signed_in"):
    """A person took over the console (the envelope's actor)."""


class SignedOut(msgspec.Struct, frozen=True, tag="signed_out"):
    """The person left the console."""


class ConsoleLocked(msgspec.Struct, frozen=True, tag="console_locked"):
    """Nobody touched the window for a while: whoever was signed in has to enter the PIN again."""


class GlassBroken(msgspec.Struct, frozen=True, tag="glass_broken"):
    """Somebody took emergency access, with a nurse's rights and without a PIN."""


class EmergencyExplained(msgspec.Struct, frozen=True, tag="emergency_explained"):
    """The envelope's actor said who broke the glass, and why."""

    reason: str


class PersonChanged(msgspec.Struct, frozen=True, tag="person_changed"):
    """An administrator changed who may sign in, or as what.

    Attributes:
        user_id: Of the person.
        name: As printed.
        role: Role from now on.
        deed: What was done.
        badge: Digest of the badge from now on (:func:`console.session.badges.badge_digest`).
    """

    user_id: str
    name: str
    role: Role
    deed: PersonDeed
    badge: str = ""


class AccessNoted(msgspec.Struct, frozen=True, tag="access_noted"):
    """Something in the record was looked at, printed or written out.

    Attributes:
        what: What was done with it.
        session_id: Session it was about, empty for none or many.
        patient_id: Patient it was about, empty for none or many.
        detail: Kind of export, or how many; never a name.
    """

    what: Access
    session_id: str = ""
    patient_id: str = ""
    detail: str = ""


class LinkChanged(msgspec.Struct, frozen=True, tag="link_changed"):
    """A device's lamps changed.

    Attributes:
        device: Binding name (``"pump"``, ``"s5"``).
        state: The new state.
        reason: Sentence for people.
        identity: Who answered, when somebody did.
        control: Of a pump nobody has asked yet: what the room's configuration says can be done with it.
    """

    device: str
    state: LinkState
    reason: str
    identity: Identity | None = None
    control: PumpControl | None = None


class RecordSetAside(msgspec.Struct, frozen=True, tag="record_set_aside"):
    """The record of this room was damaged; it was set aside and this stream begun in its place.

    Attributes:
        file: Name of the file it was moved to, in the folder of the record.
        why: What was found, as a sentence's end.
        stream_id: The stream it held, empty when that could not be read.
        seq: Its last event that could be read and holds, 0 for none.
        head_hash: Chain hash of that event as hex, empty for none.
        session_id: The open session that was carried over whole, empty for none.
        session_lost: A session may have been open and could not be carried over whole.
        accounts: People whose accounts were carried over.
        patients: Patients whose names were carried over.
        carried: Where the events that were carried over had stood: runs of (first, how many), in order. Here
            they stand from place 2 on.
    """

    file: str
    why: str
    stream_id: str = ""
    seq: int = 0
    head_hash: str = ""
    session_id: str = ""
    session_lost: bool = False
    accounts: int = 0
    patients: int = 0
    carried: tuple[tuple[int, int], ...] = ()


class ClockStepped(msgspec.Struct, frozen=True, tag="clock_stepped"):
    """Wall and monotonic clock drifted apart by more than 2 s; no timer changed."""

    by_s: float


class PatientAdded(msgspec.Struct, frozen=True, tag="patient_added"):
    """A person was entered, with two identifiers."""

    patient: Patient


# --- before the infusion --------------------------------------------------------------------------


class SessionOpened(msgspec.Struct, frozen=True, tag="session_opened"):
    """A patient was chosen and the session began.

    Attributes:
        session_id: UUIDv7 of the session.
        patient: The person as known at that time.
        previous_weight_kg: From the last session here, None if there is none.
        previous_dose_mg: Dose ordered then.
        training: Kept out of the clinical record's statistics.
        preset: Name of the alarm preset every limit starts from.
        preset_version: Its version, 0 in records older than this field.
    """

    session_id: str
    patient: Patient
    previous_weight_kg: Decimal | None = None
    previous_dose_mg: Decimal | None = None
    training: bool = False
    preset: str = ""
    preset_version: int = 0


class IdentityConfirmed(msgspec.Struct, frozen=True, tag="identity_confirmed"):
    """Both identifiers were asked of the person and agreed."""


class ArrivalAnswered(msgspec.Struct, frozen=True, tag="arrival_answered"):
    """One arrival check was answered.

    Attributes:
        item: Item id of :mod:`console.clinical.arrival`.
        ok: The check is met.
        note: Text, or the reason a not-met item was overridden.
        overridden: Not met, and let through with a reason.
    """

    item: str
    ok: bool
    note: str = ""
    overridden: bool = False


class WeightRecorded(msgspec.Struct, frozen=True, tag="weight_recorded"):
    """Body weight today."""

    kg: Decimal
    confirmed_change: bool = False


class PressureTaken(msgspec.Struct, frozen=True, tag="pressure_taken"):
    """A completed cuff measurement.

    Attributes:
        systolic: mmHg.
        diastolic: mmHg.
        mean: mmHg, None when not known.
        source: Binding name, or ``"by hand"``.
        baseline: Counts as one of the two readings before the infusion.
        measured_at: When the cuff finished.
    """

    systolic: float
    diastolic: float
    mean: float | None
    source: str
    measured_at: Instant
    baseline: bool = False


class BaselineAccepted(msgspec.Struct, frozen=True, tag="baseline_accepted"):
    """Two readings were averaged and accepted as baseline, with the reason when above the cut-off."""

    systolic: float
    diastolic: float
    override_reason: str = ""


class OrderWritten(msgspec.Struct, frozen=True, tag="order_written"):
    """An order passed the limits."""

    order: Order


class OrderRefused(msgspec.Struct, frozen=True, tag="order_refused"):
    """An order was stopped by limits; kept because slips are worth counting."""

    inputs: OrderInputs
    sentences: tuple[str, ...]


class OrderVerified(msgspec.Struct, frozen=True, tag="order_verified"):
    """A second person re-entered weight, concentration and dose blind, and all agreed."""

    verifier: Actor


class VerificationFailed(msgspec.Struct, frozen=True, tag="verification_failed"):
    """The re-entry disagreed; neither value is told here."""

    verifier: Actor
    fields: tuple[str, ...]


class OrderWithdrawn(msgspec.Struct, frozen=True, tag="order_withdrawn"):
    """The order was taken back before the start."""

    reason: str


class SessionAborted(msgspec.Struct, frozen=True, tag="session_aborted"):
    """The session ended before anything was infused."""

    reason: str


# --- the pump -------------------------------------------------------------------------------------


class CommandRequested(msgspec.Struct, frozen=True, tag="command_requested"):
    """A pump command was decided; committed before its first byte is sent.

    Attributes:
        command_id: UUID; one arm, one START.
        command: What the pump is asked to do.
        expires_s: Seconds after which it is never sent.
    """

    command_id: str
    command: PumpCommand
    expires_s: float


class CommandResolved(msgspec.Struct, frozen=True, tag="command_resolved"):
    """What came of a command."""

    command_id: str
    outcome: Outcome


class PumpChanged(msgspec.Struct, frozen=True, tag="pump_changed"):
    """The pump's own state, rate or alarm changed, or its counter was noted (every 10 s)."""

    state: PumpState
    rate_ml_h: Decimal | None
    infused_ml: Decimal | None
    alarm: PumpAlarm | None = None


class StopPressed(msgspec.Struct, frozen=True, tag="stop_pressed"):
    """Somebody pressed STOP. The bytes do not wait for this event."""

    reason: str = ""


class StopConfirmed(msgspec.Struct, frozen=True, tag="stop_confirmed"):
    """The pump reads back as stopped."""

    attempts: int
    seconds: float
    infused_ml: Decimal | None


class StopUnconfirmed(msgspec.Struct, frozen=True, tag="stop_unconfirmed"):
    """Two seconds went by without a read-back: stop at the pump."""

    attempts: int
    seconds: float


class InfusionStarted(msgspec.Struct, frozen=True, tag="infusion_started"):
    """The pump reads back as infusing for the first time.

    Attributes:
        rate_ml_h: Rate read back.
        at_pump: A person started it at the pump, not from here.
        despite: Conditions for a start that were not met when a person started it at the pump.
        counter_from_ml: Where the pump's counter stood then, when it was not set to zero from here.
        unread_s: A pump without a counter was not read for so long before: it may have run since then, and
            is reckoned to have.
    """

    rate_ml_h: Decimal
    at_pump: bool = False
    despite: tuple[str, ...] = ()
    counter_from_ml: Decimal | None = None
    unread_s: float = 0.0


class InfusionPaused(msgspec.Struct, frozen=True, tag="infusion_paused"):
    """Delivery halted, to be resumed or ended by a person.

    Attributes:
        reason: Why, in words.
        by_pump: The pump halted by itself.
        held: It cannot simply be resumed (power lost): only a new remaining-dose program may run.
        alarm: The pump's alarm that halted it, None when it gave none.
    """

    reason: str
    by_pump: bool = False
    held: bool = False
    alarm: PumpAlarm | None = None


class InfusionResumed(msgspec.Struct, frozen=True, tag="infusion_resumed"):
    """The pump reads back as infusing again.

    Attributes:
        rate_ml_h: Rate read back.
        counter_from_ml: Where the pump's counter stood then, when a person set it anew by hand.
    """

    rate_ml_h: Decimal
    counter_from_ml: Decimal | None = None


class RateChanged(msgspec.Struct, frozen=True, tag="rate_changed"):
    """The pump runs at another rate.

    Attributes:
        from_ml_h: Rate before.
        to_ml_h: Rate read back.
        reason: Why.
        at_pump: It was changed at the pump's panel, not from here.
    """

    from_ml_h: Decimal
    to_ml_h: Decimal
    reason: str
    at_pump: bool = False


class InfusionEnded(msgspec.Struct, frozen=True, tag="infusion_ended"):
    """Delivery is over; observation begins.

    Attributes:
        why: Complete, stopped, or the pump failed.
        reason: In words, for an early end.
        infused_ml: Given in total by the pump's own counter, None when it cannot be read.
        dose_mg: The same as drug.
        counter_trusted: False when the counter was lost and the larger estimate was taken.
    """

    why: EndReason
    reason: str
    infused_ml: Decimal | None
    dose_mg: Decimal | None
    counter_trusted: bool = True


# --- a pump that can only be read -------------------------------------------------------------------


class PumpSetByHand(msgspec.Struct, frozen=True, tag="pump_set_by_hand"):
    """A person set the pump by hand and confirmed it; nothing it tells disagrees with the order.

    Attributes:
        program: What was to be set.
        read_back: What the pump tells of it.
        by_eye: What it does not tell and the person looked at.
        words: How each value stands, as it was shown.
        counter_from_ml: Where the pump's own counter stood, None when it tells none.
    """

    program: Program
    read_back: ReadBack
    by_eye: tuple[Setting, ...]
    words: tuple[str, ...] = ()
    counter_from_ml: Decimal | None = None


class HandworkAsked(msgspec.Struct, frozen=True, tag="handwork_asked"):
    """Something is to be done at the pump by hand; nothing was sent to it.

    Attributes:
        task_id: UUID of this instruction.
        command: What the pump is to do.
        reason: Why.
    """

    task_id: str
    command: PumpCommand
    reason: str = ""


class HandworkDone(msgspec.Struct, frozen=True, tag="handwork_done"):
    """The pump reads as it was to be set by hand, so many seconds after it was asked."""

    task_id: str
    seconds: float


class HandworkDropped(msgspec.Struct, frozen=True, tag="handwork_dropped"):
    """An instruction is no longer wanted, or can no longer be carried out."""

    task_id: str
    reason: str


class VolumeReckoned(msgspec.Struct, frozen=True, tag="volume_reckoned"):
    """Given since the start by the pump's own rate and the time: it tells no counter."""

    volume_ml: Decimal


# --- care, alarms, discharge ----------------------------------------------------------------------


class CareNoted(msgspec.Struct, frozen=True, tag="care_noted"):
    """A one-touch event or note.

    Attributes:
        care: What.
        note: Free text.
        grade: 1 mild, 2 moderate, 3 severe; 0 when not graded.
        happened_at: When it happened (the key press).
    """

    care: Care
    happened_at: Instant
    note: str = ""
    grade: int = 0


class ScoreRecorded(msgspec.Struct, frozen=True, tag="score_recorded"):
    """A scale was scored in place.

    Attributes:
        scale: Scale id of :mod:`console.clinical.scales`.
        items: Score of each item.
        total: Total by the scale's own rule.
    """

    scale: str
    items: dict[str, int]
    total: int


class PromptCameDue(msgspec.Struct, frozen=True, tag="prompt_came_due"):
    """A scheduled check fell due."""

    prompt: PromptKind


class AlarmRaised(msgspec.Struct, frozen=True, tag="alarm_raised"):
    """An alarm condition became true after its delay.

    Attributes:
        alarm_id: UUID of this occurrence.
        code: Condition, one active alarm a code (``"spo2_low"``, ``"pump_link"``).
        priority: High, medium, low.
        message: What a nurse reads.
        physiological: False for technical conditions, which sort after it.
        latched: Stays until acknowledged even when the condition is gone.
        value: The value that did it.
        limit: The limit it passed.
        sound_latched: Sounds until acknowledged even when the condition is gone.
    """

    alarm_id: str
    code: str
    priority: Priority
    message: str
    physiological: bool
    latched: bool = False
    value: float | None = None
    limit: float | None = None
    sound_latched: bool = False


class AlarmCleared(msgspec.Struct, frozen=True, tag="alarm_cleared"):
    """The condition of an alarm is gone."""

    alarm_id: str


class AlarmAcknowledged(msgspec.Struct, frozen=True, tag="alarm_acknowledged"):
    """Somebody saw it: its sound stops until the condition ends."""

    alarm_id: str


class AlarmReminded(msgspec.Struct, frozen=True, tag="alarm_reminded"):
    """A high alarm that still holds was silent for two minutes: it sounds again as if new."""

    alarm_id: str


class AudioPaused(msgspec.Struct, frozen=True, tag="audio_paused"):
    """Alarm sound is paused; it returns by itself (at most 120 s)."""

    for_s: float


class AudioResumed(msgspec.Struct, frozen=True, tag="audio_resumed"):
    """Alarm sound is back: time over, by hand, or a higher priority broke through."""

    reason: str


class PauseProposed(msgspec.Struct, frozen=True, tag="pause_proposed"):
    """An interlock rule wants the infusion paused; it will be unless a person cancels.

    Attributes:
        proposal_id: UUID of this proposal.
        rule: Id of the rule (``"A2"``).
        message: What a nurse reads.
        countdown_s: Seconds a person has to cancel; 0 = the pause follows at once.
    """

    proposal_id: str
    rule: str
    message: str
    countdown_s: float


class PauseProposalCancelled(msgspec.Struct, frozen=True, tag="pause_proposal_cancelled"):
    """A person kept the infusion going, with the reason.

    Attributes:
        proposal_id: Of the proposal.
        reason: Why.
        rules: Rules that wanted a pause at that moment: the person has judged them all.
    """

    proposal_id: str
    reason: str
    rules: tuple[str, ...] = ()


class PauseProposalEnded(msgspec.Struct, frozen=True, tag="pause_proposal_ended"):
    """A proposal is over without a person: the pause was sent, or there is nothing to pause for."""

    proposal_id: str
    why: str


class LimitsChanged(msgspec.Struct, frozen=True, tag="limits_changed"):
    """Alarm limits of this patient were changed. None = no limit on that side."""

    vital: Vital
    low: float | None
    high: float | None


class LimitsSwitchedOff(msgspec.Struct, frozen=True, tag="limits_switched_off"):
    """The inner (medium) limits of a vital sign sound no alarm for a while; extreme limits stay on.

    Attributes:
        vital: Which vital sign.
        for_s: Seconds until they come back by themselves (at most 600).
        reason: Why.
    """

    vital: Vital
    for_s: float
    reason: str


class LimitsSwitchedOn(msgspec.Struct, frozen=True, tag="limits_switched_on"):
    """The inner limits of a vital sign are back: time over, by hand, or new limits were set."""

    vital: Vital
    reason: str


class TonesSounded(msgspec.Struct, frozen=True, tag="tones_sounded"):
    """Somebody asked to hear the burst of each priority once."""


class TonesTested(msgspec.Struct, frozen=True, tag="tones_tested"):
    """A person said whether the alarm tones could be heard."""

    heard: bool


class DeviceTested(msgspec.Struct, frozen=True, tag="device_tested"):
    """A technician signed a run of the bench; an event of the room, outside every session."""

    run: BenchRun


class UnfitDeviceAccepted(msgspec.Struct, frozen=True, tag="unfit_device_accepted"):
    """A session was begun although something spoke against it, and somebody said why.

    Attributes:
        device: Binding name (``"pump"``, ``"s5"``) of a device that failed its test or is overdue;
            ``"patient"`` when the same patient has a session open in another room.
        objection: What spoke against it, as it was shown.
        reason: Why it is used all the same.
    """

    device: str
    objection: str
    reason: str


class ArchiveFound(msgspec.Struct, frozen=True, tag="archive_found"):
    """The sync found something that somebody should know: a fork, a lost history, a patient in two rooms.

    Attributes:
        found: Which kind of finding.
        sentence: What was said of it.
        about: Session it is about, empty when it is about none.
    """

    found: str
    sentence: str
    about: str = ""


class PresenceConfirmed(msgspec.Struct, frozen=True, tag="presence_confirmed"):
    """Somebody said that they are with the patient."""


class PanelRateExplained(msgspec.Struct, frozen=True, tag="panel_rate_explained"):
    """A person took the rate set at the pump over as a change by hand, and said why."""

    reason: str


class CuffAsked(msgspec.Struct, frozen=True, tag="cuff_asked"):
    """A blood-pressure cuff is to be started or cancelled; committed before the monitor is told.

    Attributes:
        request_id: UUID of this request.
        device: Binding name of the monitor.
        deed: Start or cancel.
        automatic: Asked by the cadence a person switched on, not by a person.
    """

    request_id: str
    device: str
    deed: CuffDeed
    automatic: bool = False


class CuffAnswered(msgspec.Struct, frozen=True, tag="cuff_answered"):
    """The monitor's port owner told the monitor, or says why it did not."""

    request_id: str
    refusal: str = ""


class CuffEnded(msgspec.Struct, frozen=True, tag="cuff_ended"):
    """A measurement that was started from here is over."""

    request_id: str
    result: CuffResult
    words: str = ""


class CuffCadenceSet(msgspec.Struct, frozen=True, tag="cuff_cadence_set"):
    """The cuff is started by itself whenever the protocol's pressure check falls due, or no more."""

    on: bool


class SourceChanged(msgspec.Struct, frozen=True, tag="source_changed"):
    """Another monitor speaks for a vital sign from now on.

    Attributes:
        vital: Which vital sign.
        before: Binding name that spoke until now, empty when none did.
        after: Binding name that speaks now, empty when none does.
        why: Why, in words.
    """

    vital: Vital
    before: str
    after: str
    why: str = ""


class DischargeConfirmed(msgspec.Struct, frozen=True, tag="discharge_confirmed"):
    """A discharge criterion only a person can confirm was confirmed (or withdrawn)."""

    item: str
    ok: bool


class Discharged(msgspec.Struct, frozen=True, tag="discharged"):
    """The gate held and the patient left with an escort."""

    observed_min: float


class SessionClosed(msgspec.Struct, frozen=True, tag="session_closed"):
    """The nurse closed the session."""


# --- the samples ----------------------------------------------------------------------------------


class NumericsSealed(msgspec.Struct, frozen=True, tag="numerics_sealed"):
    """Ten seconds of numerics, one value a second, sealed into the chain.

    Attributes:
        start: Instant of the first second.
        values: Per vital, one figure a second; None where there was no usable value.
        sources: Per vital, the binding that spoke last.
        infused_ml: Pump counter at the end.
    """

    start: Instant
    values: dict[str, tuple[float | None, ...]]
    sources: dict[str, str]
    infused_ml: Decimal | None = None


class WavesSealed(msgspec.Struct, frozen=True, tag="waves_sealed"):
    """Content addresses of the waveform chunks of about ten seconds."""

    chunks: dict[Wave, tuple[str, ...]]


class GapRecorded(msgspec.Struct, frozen=True, tag="gap_recorded"):
    """Samples were lost between two instants; drawn as a gap, never bridged."""

    what: str
    seconds: float
    reason: str


# --- afterwards -----------------------------------------------------------------------------------


class Commented(msgspec.Struct, frozen=True, tag="commented"):
    """A comment on a moment of the session, made at the bedside or at review."""

    text: str
    at_wall_utc_ns: int


class Corrected(msgspec.Struct, frozen=True, tag="corrected"):
    """A correction of an earlier entry; the original stays visible.

    Attributes:
        seq: The entry that is corrected.
        text: What it should read.
        reason: Why.
        old: What it says, as stored; empty in records older than this field.
    """

    seq: int
    text: str
    reason: str
    old: str = ""


class ReviewSigned(msgspec.Struct, frozen=True, tag="review_signed"):
    """Somebody signed; printed with name, time and meaning (21 CFR 11.50).

    Attributes:
        meaning: What the signature says (:class:`Meaning`).
        record_hash: Hash of the last event it covers, as hex.
        covers_seq: That event; 0 in records older than this field.
        session_digest: Hash over the hashes of all of the session's events up to there, as hex
            (:func:`console.session.signatures.digest_of`); empty in records older than this field.
    """

    meaning: str
    record_hash: str
    covers_seq: int = 0
    session_digest: str = ""


class CourseChanged(msgspec.Struct, frozen=True, tag="course_changed"):
    """One more fact of a patient's course of treatment, or of the clinic's drug log.

    Kept in a stream of its own (:func:`console.course.events.stream_of`), outside every session.

    Attributes:
        patient_id: Whose course; empty for the clinic's stock.
        change: The fact.
    """

    patient_id: str
    change: CourseEvent


Event = (
    RoomStarted
    | SignedIn
    | SignedOut
    | ConsoleLocked
    | GlassBroken
    | EmergencyExplained
    | PersonChanged
    | AccessNoted
    | LinkChanged
    | RecordSetAside
    | ClockStepped
    | PatientAdded
    | SessionOpened
    | IdentityConfirmed
    | ArrivalAnswered
    | WeightRecorded
    | PressureTaken
    | BaselineAccepted
    | OrderWritten
    | OrderRefused
    | OrderVerified
    | VerificationFailed
    | OrderWithdrawn
    | SessionAborted
    | CommandRequested
    | CommandResolved
    | PumpChanged
    | StopPressed
    | StopConfirmed
    | StopUnconfirmed
    | InfusionStarted
    | InfusionPaused
    | InfusionResumed
    | RateChanged
    | InfusionEnded
    | PumpSetByHand
    | HandworkAsked
    | HandworkDone
    | HandworkDropped
    | VolumeReckoned
    | CareNoted
    | ScoreRecorded
    | PromptCameDue
    | AlarmRaised
    | AlarmCleared
    | AlarmAcknowledged
    | AlarmReminded
    | AudioPaused
    | AudioResumed
    | PauseProposed
    | PauseProposalCancelled
    | PauseProposalEnded
    | LimitsChanged
    | LimitsSwitchedOff
    | LimitsSwitchedOn
    | TonesSounded
    | TonesTested
    | DeviceTested
    | UnfitDeviceAccepted
    | ArchiveFound
    | PresenceConfirmed
    | PanelRateExplained
    | CuffAsked
    | CuffAnswered
    | CuffEnded
    | CuffCadenceSet
    | SourceChanged
    | DischargeConfirmed
    | Discharged
    | SessionClosed
    | NumericsSealed
    | WavesSealed
    | GapRecorded
    | Commented
    | Corrected
    | ReviewSigned
    | CourseChanged
)


class Entry(msgspec.Struct, frozen=True):
    """One event as the record holds it.

    Attributes:
        seq: Order in the record, 1 for the first.
        uuid: UUIDv7.
        session_id: Session it belongs to, empty for events of the room.
        at: When it was decided.
        boot_id: Boot of the machine, because monotonic times compare only within one.
        actor: Who.
        event: What.
        hash: Chain hash as hex, empty before it was stored.
    """

    seq: int
    uuid: str
    session_id: str
    at: Instant
    boot_id: str
    actor: Actor
    event: Event
    hash: str = ""
