"""What people, devices and the clock ask of the machine. An intent is a wish, never a fact."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from console.clinical.vitals import NibpState, Vital, VitalReading
from console.clock import Instant
from console.course.requests import CourseRequest
from console.session.bench import BenchRun
from console.session.events import Access, Care, Meaning, Setting
from console.session.people import OrderInputs, Patient
from console.session.pump import Identity, LinkState, Outcome, PumpControl, PumpReading

# --- people ---------------------------------------------------------------------------------------


class SignIn(msgspec.Struct, frozen=True, tag="sign_in"):
    """Take over the console; the actor was authenticated by PIN."""


class SignOut(msgspec.Struct, frozen=True, tag="sign_out"):
    """Leave the console."""


class LockConsole(msgspec.Struct, frozen=True, tag="lock_console"):
    """Nobody has touched the window for a while: what only a known person may do waits for a PIN."""


class BreakGlass(msgspec.Struct, frozen=True, tag="break_glass"):
    """Emergency access with a nurse's rights, without a PIN; the reason is given afterwards."""


class ExplainEmergency(msgspec.Struct, frozen=True, tag="explain_emergency"):
    """Who broke the glass, and why."""

    reason: str


class NoteAccess(msgspec.Struct, frozen=True, tag="note_access"):
    """Something was looked at, printed or written out; ``what`` is one of :class:`events.Access`."""

    what: Access
    session_id: str = ""
    patient_id: str = ""
    detail: str = ""


class AddPatient(msgspec.Struct, frozen=True, tag="add_patient"):
    """Enter a person with two identifiers."""

    patient: Patient


class OpenSession(msgspec.Struct, frozen=True, tag="open_session"):
    """Begin a session with a patient. ``session_id`` is minted by whoever asks."""

    session_id: str
    patient: Patient
    previous_weight_kg: Decimal | None = None
    previous_dose_mg: Decimal | None = None
    training: bool = False


class ConfirmIdentity(msgspec.Struct, frozen=True, tag="confirm_identity"):
    """Both identifiers as the person told them; they must equal the patient's."""

    birth_date: str
    mrn: str


class AnswerArrival(msgspec.Struct, frozen=True, tag="answer_arrival"):
    """Answer one arrival check."""

    item: str
    ok: bool
    note: str = ""
    override: bool = False


class RecordWeight(msgspec.Struct, frozen=True, tag="record_weight"):
    """Enter today's weight; ``confirmed_change`` once asked about a change of more than 10 %."""

    kg: Decimal
    confirmed_change: bool = False


class EnterPressure(msgspec.Struct, frozen=True, tag="enter_pressure"):
    """A pressure measured by hand."""

    systolic: float
    diastolic: float


class TakeBaseline(msgspec.Struct, frozen=True, tag="take_baseline"):
    """Count the newest cuff reading as a baseline reading."""


class AcceptBaseline(msgspec.Struct, frozen=True, tag="accept_baseline"):
    """Average the two baseline readings and accept; a reason is needed above the cut-off."""

    override_reason: str = ""


class WriteOrder(msgspec.Struct, frozen=True, tag="write_order"):
    """Order the infusion."""

    inputs: OrderInputs


class VerifyOrder(msgspec.Struct, frozen=True, tag="verify_order"):
    """The second person's blind re-entry; the actor is the second person, by PIN."""

    weight_kg: Decimal
    concentration_mg_ml: Decimal
    amount: Decimal
    minutes: Decimal


class WithdrawOrder(msgspec.Struct, frozen=True, tag="withdraw_order"):
    """Take the order back before the start."""

    reason: str


class ProgramPump(msgspec.Struct, frozen=True, tag="program_pump"):
    """Program the pump and read every value back; after a hold, the remaining volume only."""

    command_id: str


class ConfirmSetByHand(msgspec.Struct, frozen=True, tag="confirm_set_by_hand"):
    """A pump that can only be read was set by hand; ``by_eye`` is what the person looked at on it."""

    by_eye: tuple[Setting, ...] = ()


class DropHandwork(msgspec.Struct, frozen=True, tag="drop_handwork"):
    """What was to be done at the pump by hand is no longer wanted, with the reason."""

    task_id: str
    reason: str


class TakePressure(msgspec.Struct, frozen=True, tag="take_pressure"):
    """Start the cuff of the monitor that takes pressures, once."""


class CancelPressure(msgspec.Struct, frozen=True, tag="cancel_pressure"):
    """Let the air out of the cuff."""


class SetCuffCadence(msgspec.Struct, frozen=True, tag="set_cuff_cadence"):
    """Start the cuff by itself whenever the protocol's pressure check falls due, or no more."""

    on: bool


class StartInfusion(msgspec.Struct, frozen=True, tag="start_infusion"):
    """START, after a hold of one second. The id was minted when the button was armed."""

    command_id: str


class PauseInfusion(msgspec.Struct, frozen=True, tag="pause_infusion"):
    """Pause delivery."""

    command_id: str
    reason: str = ""


class ResumeInfusion(msgspec.Struct, frozen=True, tag="resume_infusion"):
    """Resume, after a hold of one second."""

    command_id: str


class ChangeRate(msgspec.Struct, frozen=True, tag="change_rate"):
    """Titrate the running infusion."""

    command_id: str
    rate_ml_h: Decimal
    reason: str = ""


class PressStop(msgspec.Struct, frozen=True, tag="press_stop"):
    """STOP. The stop slot of the port was pressed already; this is for the record."""

    reason: str = ""


class CancelPauseProposal(msgspec.Struct, frozen=True, tag="cancel_pause_proposal"):
    """Keep the infusion going although an interlock rule wants it paused."""

    proposal_id: str
    reason: str


class EndInfusion(msgspec.Struct, frozen=True, tag="end_infusion"):
    """Give a stopped or paused infusion up for good, with the reason."""

    reason: str


class ExplainStop(msgspec.Struct, frozen=True, tag="explain_stop"):
    """The reason of an early stop, given afterwards."""

    reason: str


class AbortSession(msgspec.Struct, frozen=True, tag="abort_session"):
    """End the session before anything was infused."""

    reason: str


class NoteCare(msgspec.Struct, frozen=True, tag="note_care"):
    """A one-touch event, stamped when the key was pressed."""

    care: Care
    happened_at: Instant
    note: str = ""
    grade: int = 0


class RecordScore(msgspec.Struct, frozen=True, tag="record_score"):
    """Score a scale."""

    scale: str
    items: dict[str, int]


class Acknowledge(msgspec.Struct, frozen=True, tag="acknowledge"):
    """Acknowledge one alarm, or all with an empty id."""

    alarm_id: str = ""


class PauseAudio(msgspec.Struct, frozen=True, tag="pause_audio"):
    """Pause alarm sound, at most 120 s."""

    for_s: float = 120.0


class ResumeAudio(msgspec.Struct, frozen=True, tag="resume_audio"):
    """Bring alarm sound back."""


class SetLimits(msgspec.Struct, frozen=True, tag="set_limits"):
    """Change alarm limits of this patient."""

    vital: Vital
    low: float | None
    high: float | None


class SwitchLimitsOff(msgspec.Struct, frozen=True, tag="switch_limits_off"):
    """Switch the inner limits of a vital sign off for at most 600 s, with the reason."""

    vital: Vital
    for_s: float
    reason: str


class SwitchLimitsOn(msgspec.Struct, frozen=True, tag="switch_limits_on"):
    """Switch the inner limits of a vital sign on again before the time is over."""

    vital: Vital


class UseAutoLimits(msgspec.Struct, frozen=True, tag="use_auto_limits"):
    """Set the inner limits around the patient's current values."""


class TestTones(msgspec.Struct, frozen=True, tag="test_tones"):
    """Sound the burst of each priority once."""

    __test__ = False  # its name must not make a test runner collect it


class ConfirmTones(msgspec.Struct, frozen=True, tag="confirm_tones"):
    """Say whether the tones just sounded were heard in the room."""

    heard: bool


class ConfirmPresence(msgspec.Struct, frozen=True, tag="confirm_presence"):
    """Somebody is here and looks after the patient; needs no name."""


class ExplainPanelRate(msgspec.Struct, frozen=True, tag="explain_panel_rate"):
    """Say why the rate was changed at the pump itself; until then its alarm stays."""

    reason: str


class ConfirmDischarge(msgspec.Struct, frozen=True, tag="confirm_discharge"):
    """Confirm or withdraw a discharge criterion only a person can judge."""

    item: str
    ok: bool


class Discharge(msgspec.Struct, frozen=True, tag="discharge"):
    """Let the patient go; refused with reasons until the gate holds."""


class CloseSession(msgspec.Struct, frozen=True, tag="close_session"):
    """Close the session after discharge."""


class Comment(msgspec.Struct, frozen=True, tag="comment"):
    """Comment on a moment of the session on the screen (or a past one at review)."""

    session_id: str
    text: str
    at_wall_utc_ns: int


class Correct(msgspec.Struct, frozen=True, tag="correct"):
    """Correct an earlier entry with a new one; the room fills in what it ``old`` said."""

    session_id: str
    seq: int
    text: str
    reason: str
    old: str = ""


class SignReview(msgspec.Struct, frozen=True, tag="sign_review"):
    """Sign a session; the actor gave the PIN for it.

    ``record_hash`` is the session's last entry as the signer saw it. What the signature covers is filled in
    by the room, whatever the window says of it.
    """

    session_id: str
    record_hash: str
    meaning: str = Meaning.REVIEWED.value
    covers_seq: int = 0
    session_digest: str = ""


class ChangeCourse(msgspec.Struct, frozen=True, tag="change_course"):
    """Something about a patient's course of treatment; an empty id stands for the clinic's drug log."""

    patient_id: str
    request: CourseRequest


class SignTest(msgspec.Struct, frozen=True, tag="sign_test"):
    """A technician signs a run of the bench; the actor is the technician, by PIN."""

    run: BenchRun


class UseUnfitDevice(msgspec.Struct, frozen=True, tag="use_unfit_device"):
    """Go on with a device that failed its test or is overdue, and say why."""

    device: str
    reason: str


# --- devices and the clock ------------------------------------------------------------------------


class LinkSeen(msgspec.Struct, frozen=True, tag="link_seen"):
    """A port owner saw its link change. ``control``: a pump nobody has asked yet, by configuration."""

    device: str
    state: LinkState
    reason: str
    identity: Identity | None = None
    control: PumpControl | None = None


class VitalsSeen(msgspec.Struct, frozen=True, tag="vitals_seen"):
    """A monitor spoke. ``pleth`` is a checksum of the pleth since it last did; None: it sent none."""

    device: str
    readings: tuple[VitalReading, ...]
    nibp: NibpState | None = None
    bad_frames: int = 0
    pleth: int | None = None


class PumpSeen(msgspec.Struct, frozen=True, tag="pump_seen"):
    """The pump answered a poll."""

    reading: PumpReading


class CommandAnswered(msgspec.Struct, frozen=True, tag="command_answered"):
    """The port owner finished a command."""

    command_id: str
    outcome: Outcome


class StopSeen(msgspec.Struct, frozen=True, tag="stop_seen"):
    """Progress of STOP: confirmed with the reading, or not yet after ``seconds``."""

    confirmed: bool
    attempts: int
    seconds: float
    reading: PumpReading | None = None


class CuffSeen(msgspec.Struct, frozen=True, tag="cuff_seen"):
    """A monitor's port owner handed a request on to the cuff, or says why it did not."""

    request_id: str
    refusal: str = ""


class SoundSeen(msgspec.Struct, frozen=True, tag="sound_seen"):
    """The annunciator found, lost or regained a sound device."""

    working: bool
    detail: str


class RecordingSeen(msgspec.Struct, frozen=True, tag="recording_seen"):
    """The record could not be written, or can be again."""

    working: bool
    detail: str


class DiskSeen(msgspec.Struct, frozen=True, tag="disk_seen"):
    """Free bytes on the disk of the record, None where nobody can tell."""

    free_bytes: int | None


class Slept(msgspec.Struct, frozen=True, tag="slept"):
    """The room did nothing for so long: the computer slept, or was starved."""

    seconds: float


class LineSeen(msgspec.Struct, frozen=True, tag="line_seen"):
    """Messages of a device's line since its port owner began: accepted; damaged or asked for in vain."""

    device: str
    good: int
    bad: int


class LeaseSeen(msgspec.Struct, frozen=True, tag="lease_seen"):
    """The pump's port owner holds the lease, or sends nothing but STOP and a pause without it."""

    granted: bool
    reason: str = ""


class FitnessSeen(msgspec.Struct, frozen=True, tag="fitness_seen"):
    """What the signed tests in the record say against devices of this room.

    Attributes:
        unfit: Binding name and objection of each device that failed its test or is overdue.
    """

    unfit: tuple[tuple[str, str], ...]


class ArchiveSeen(msgspec.Struct, frozen=True, tag="archive_seen"):
    """The sync found something that somebody should know.

    Attributes:
        found: Which kind of finding.
        sentence: For people.
        about: Session it is about, empty when it is about none.
    """

    found: str
    sentence: str
    about: str = ""


class Tick(msgspec.Struct, frozen=True, tag="tick"):
    """Time passed."""


PersonIntent = (
    SignIn
    | SignOut
    | LockConsole
    | BreakGlass
    | ExplainEmergency
    | NoteAccess
    | AddPatient
    | OpenSession
    | ConfirmIdentity
    | AnswerArrival
    | RecordWeight
    | EnterPressure
    | TakeBaseline
    | AcceptBaseline
    | WriteOrder
    | VerifyOrder
    | WithdrawOrder
    | ProgramPump
    | ConfirmSetByHand
    | DropHandwork
    | TakePressure
    | CancelPressure
    | SetCuffCadence
    | StartInfusion
    | PauseInfusion
    | ResumeInfusion
    | ChangeRate
    | PressStop
    | CancelPauseProposal
    | EndInfusion
    | ExplainStop
    | AbortSession
    | NoteCare
    | RecordScore
    | Acknowledge
    | PauseAudio
    | ResumeAudio
    | SetLimits
    | SwitchLimitsOff
    | SwitchLimitsOn
    | UseAutoLimits
    | TestTones
    | ConfirmTones
    | ConfirmPresence
    | ExplainPanelRate
    | ConfirmDischarge
    | Discharge
    | CloseSession
    | Comment
    | Correct
    | SignReview
    | ChangeCourse
    | SignTest
    | UseUnfitDevice
)

RoomIntent = (
    LinkSeen
    | VitalsSeen
    | PumpSeen
    | CommandAnswered
    | StopSeen
    | CuffSeen
    | SoundSeen
    | RecordingSeen
    | LineSeen
    | DiskSeen
    | Slept
    | LeaseSeen
    | FitnessSeen
    | ArchiveSeen
    | Tick
)

Intent = PersonIntent | RoomIntent
