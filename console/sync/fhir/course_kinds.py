"""What becomes of each fact of a course: the resources it is told in, or why in none."""

from __future__ import annotations

from typing import Final

from console.sync.fhir.kinds import NotTold, Told

_STOCK: Final = NotTold(
    "R4 has no resource for the stock of a controlled drug: the log stays in the record, in the archive and "
    "on paper. What the patient was given is told by the session."
)


_COMFORT: Final = NotTold("What was played is a matter of comfort and no finding.")


def _told(*types: str) -> Told:
    return Told(types)


FACTS: Final[dict[str, Told | NotTold]] = {
    "indicated": _told("Condition"),
    "tried_before": _told("Observation"),
    "suitability_decided": _told("Observation"),
    "protocol_chosen": _told("Observation"),
    "series_planned": _told("CarePlan"),
    "visit_moved": _told("CarePlan"),
    "onward_decided": _told("CarePlan"),
    "adjusted": _told("Observation"),
    "screening_answered": _told("QuestionnaireResponse"),
    "screening_overridden": _told("DetectedIssue"),
    "test_resulted": _told("Observation"),
    "medicine_listed": _told("MedicationStatement"),
    "medicine_ended": _told("MedicationStatement"),
    "check_done": _told("Observation"),
    "assessed": _told("Observation"),
    "consent_given": _told("Consent", "QuestionnaireResponse"),
    "consent_withdrawn": _told("Consent"),
    "day_prepared": _told("QuestionnaireResponse"),
    "intention_stated": _told("Observation"),
    "line_placed": _told("Procedure"),
    "music_chosen": _COMFORT,
    "music_set": _COMFORT,
    "effect_noted": _told("Observation"),
    "adverse_began": _told("AdverseEvent"),
    "adverse_changed": _told("AdverseEvent"),
    "adverse_ended": _told("AdverseEvent"),
    "drug_given": _told("MedicationAdministration"),
    "therapist_noted": NotTold(
        "Notes of psychotherapy leave only with the person's own authorisation (45 CFR 164.508(a)(2)); they "
        "stay in the record."
    ),
    "after_care_given": _told("Procedure"),
    "account_told": _told("Observation"),
    "integration_planned": _told("CarePlan"),
    "integration_held": _told("Procedure"),
    "followed_up": _told("Observation"),
    "outcome_scored": _told("QuestionnaireResponse", "Observation"),
    "alert_answered": _told("DetectedIssue"),
    "lines_may_be_missing": NotTold("It is about the file of the record, and no finding of the patient."),
    "stock_received": _told("Medication"),
    "stock_taken": _STOCK,
    "stock_given": _STOCK,
    "stock_wasted": _STOCK,
    "stock_witnessed": _STOCK,
    "stock_counted": _STOCK,
    "stock_removed": _STOCK,
    "case_opened": _STOCK,
    "case_closed": _STOCK,
    "struck": _told("Provenance"),
}
"""By the tag of the fact. A test compares it with the facts there are and with what the projection makes."""
