"""What becomes of each kind of event: the resources it is told in, or why in none.

A test compares this table with the events there are and with what the projection makes of them: a new kind
needs a row here before it can be in the product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Told:
    """The kind is told in these resource types."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotTold:
    """The kind has no resource; the sentence says why. It is in the record and the archive all the same."""

    why: str


def _told(*types: str) -> Told:
    return Told(types)


_OF_THE_ROOM: Final = NotTold("It is about the room and its console; no patient is named in it.")
_SOUND: Final = NotTold("It is about the console's sound; the alarm itself is an observation.")
_LIMITS: Final = NotTold("A setting of the console; each alarm states the limit that it passed.")
_COMMAND: Final = NotTold("What was asked of a device; what came of it is told by the device's own readings.")
_SLIP: Final = NotTold(
    "A slip that was stopped: in a chart it would read like an order or a dose nobody gave."
)
_CUFF: Final = NotTold(
    "The measurement itself is an observation; how the cuff was started is not of the patient."
)
_PROMPT: Final = NotTold("A reminder; what was done of it (a pressure, a score) is a resource itself.")

KINDS: Final[dict[str, Told | NotTold]] = {
    "room_started": _OF_THE_ROOM,
    "record_set_aside": _OF_THE_ROOM,
    "signed_in": _told("AuditEvent"),
    "signed_out": _told("AuditEvent"),
    "console_locked": _told("AuditEvent"),
    "glass_broken": _told("AuditEvent"),
    "emergency_explained": _told("AuditEvent"),
    "person_changed": NotTold("It is about who may sign in at this computer; no patient is named in it."),
    "access_noted": _told("AuditEvent"),
    "link_changed": _told("Device"),
    "clock_stepped": _OF_THE_ROOM,
    "archive_found": _OF_THE_ROOM,
    "patient_added": NotTold("The person becomes a Patient when a session is opened for them."),
    "session_opened": _told("Patient", "EpisodeOfCare", "Encounter"),
    "identity_confirmed": _told("Observation"),
    "arrival_answered": _told("QuestionnaireResponse"),
    "weight_recorded": _told("Observation"),
    "pressure_taken": _told("Observation"),
    "baseline_accepted": _told("Observation"),
    "order_written": _told("MedicationRequest"),
    "order_refused": _SLIP,
    "order_verified": _told("MedicationRequest", "Provenance"),
    "verification_failed": _SLIP,
    "order_withdrawn": _told("MedicationRequest"),
    "session_aborted": _told("Encounter"),
    "command_requested": _COMMAND,
    "command_resolved": _COMMAND,
    "pump_changed": _told("MedicationAdministration"),
    "stop_pressed": NotTold("What it did is told by the infusion that halted or ended, with its reason."),
    "stop_confirmed": _told("MedicationAdministration"),
    "stop_unconfirmed": NotTold("It raises an alarm, which is an observation."),
    "infusion_started": _told("Procedure", "MedicationAdministration"),
    "infusion_paused": _told("MedicationAdministration"),
    "infusion_resumed": _told("MedicationAdministration"),
    "rate_changed": _told("MedicationAdministration"),
    "infusion_ended": _told("Procedure", "MedicationAdministration"),
    "pump_set_by_hand": _COMMAND,
    "handwork_asked": _COMMAND,
    "handwork_done": _COMMAND,
    "handwork_dropped": _COMMAND,
    "volume_reckoned": _told("MedicationAdministration"),
    "care_noted": _told("AdverseEvent", "MedicationAdministration", "Procedure", "Observation"),
    "score_recorded": _told("QuestionnaireResponse", "Observation"),
    "prompt_came_due": _PROMPT,
    "alarm_raised": _told("Observation", "DetectedIssue"),
    "alarm_cleared": _told("Observation"),
    "alarm_acknowledged": _told("Observation"),
    "alarm_reminded": _told("Observation"),
    "audio_paused": _SOUND,
    "audio_resumed": _SOUND,
    "pause_proposed": _told("DetectedIssue"),
    "pause_proposal_cancelled": _told("DetectedIssue"),
    "pause_proposal_ended": _told("DetectedIssue"),
    "limits_changed": _LIMITS,
    "limits_switched_off": _LIMITS,
    "limits_switched_on": _LIMITS,
    "tones_sounded": _SOUND,
    "tones_tested": _SOUND,
    "device_tested": NotTold("A technician's test of a device, outside every session and of no patient."),
    "unfit_device_accepted": _told("Observation"),
    "presence_confirmed": NotTold("Somebody was in the room: routine, and part of no chart."),
    "panel_rate_explained": _told("MedicationAdministration"),
    "cuff_asked": _CUFF,
    "cuff_answered": _CUFF,
    "cuff_ended": _CUFF,
    "cuff_cadence_set": _CUFF,
    "source_changed": NotTold("Each figure names the device that spoke; the change alone is of no patient."),
    "discharge_confirmed": _told("QuestionnaireResponse"),
    "discharged": _told("Encounter"),
    "session_closed": _told("Encounter"),
    "numerics_sealed": _told("Observation"),
    "waves_sealed": NotTold(
        "Waveforms stay in the record; strips around alarms are observations of the alarm."
    ),
    "gap_recorded": NotTold("A minute without a figure says so itself (dataAbsentReason)."),
    "commented": _told("Observation"),
    "corrected": _told("Observation", "Provenance"),
    "review_signed": _told("Provenance", "DocumentReference"),
    "course_changed": _told(
        "Patient",
        "EpisodeOfCare",
        "Condition",
        "CarePlan",
        "Consent",
        "Observation",
        "QuestionnaireResponse",
        "DetectedIssue",
        "MedicationStatement",
        "MedicationAdministration",
        "AdverseEvent",
        "Procedure",
        "Provenance",
        "Medication",
    ),
}
"""By kind, in the order of the session's vocabulary; facts of a course have theirs in ``course_kinds``."""
