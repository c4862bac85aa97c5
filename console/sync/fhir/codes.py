"""Codes of the projection, each with where it was published. What has no published code says so in words."""

from __future__ import annotations

from typing import Final

from console.clinical.vitals import Vital, Wave
from console.sync.fhir.values import Body, coding, concept

LOINC: Final = "http://loinc.org"
SNOMED: Final = "http://snomed.info/sct"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
MDC: Final = "urn:iso:std:iso:11073:10101"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"

BLOOD_PRESSURE: Final = ("85354-9", "Blood pressure panel with all children optional")
"""HL7 R4 vital-signs profile ``bp``."""
BODY_WEIGHT: Final = ("29463-7", "Body weight")
PAIN_NRS: Final = ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
CONSENT_DOCUMENT: Final = ("59284-0", "Consent Document")
PROCEDURE_NOTE: Final = ("28570-0", "Procedure note")

LOINC_OF: Final[dict[Vital, tuple[tuple[str, str], ...]]] = {
    Vital.HR: (("8867-4", "Heart rate"),),
    Vital.PR: (("8889-8", "Heart rate by Pulse oximetry"),),
    # The R4 profile demands 2708-6; 59408-5 says how it was measured (HL7 US Core pulse oximetry).
    Vital.SPO2: (
        ("2708-6", "Oxygen saturation in Arterial blood"),
        ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
    ),
    Vital.PERFUSION: (("61006-3", "Perfusion index Tissue by Pulse oximetry"),),
    Vital.RR: (("9279-1", "Respiratory rate"),),
    # The partial-pressure term; 19889-5 is the gas fraction.
    Vital.ETCO2: (("19891-1", "Carbon dioxide [Partial pressure] in Exhaled gas --at end expiration"),),
    Vital.FICO2: (),
    Vital.TEMP: (("8310-5", "Body temperature"),),
    Vital.NIBP_SYS: (("8480-6", "Systolic blood pressure"),),
    Vital.NIBP_DIA: (("8462-4", "Diastolic blood pressure"),),
    Vital.NIBP_MEAN: (("8478-0", "Mean blood pressure"),),
}
"""LOINC names of each vital sign (HL7 R4 vital-signs value set); inspired CO2 goes by its words."""

WAVE_OF: Final[dict[Wave, tuple[str, str]]] = {
    Wave.ECG: ("131330", "MDC_ECG_ELEC_POTL_II"),
    Wave.PLETH: ("150452", "MDC_PULS_OXIM_PLETH"),
    Wave.CO2: ("151700", "MDC_CONC_AWAY_CO2"),
}
"""ISO/IEEE 11073-10101 names of the signals; what is not here goes by its words."""

KETAMINE: Final[Body] = concept("Ketamine", coding(RXNORM, "6130", "ketamine"))
"""RxNorm ingredient."""

INTRAVENOUS: Final[Body] = concept("Intravenous", coding(SNOMED, "47625008", "Intravenous route"))
"""HL7 R4 medication administration examples."""

OXYGEN_THERAPY: Final[Body] = concept("Oxygen", coding(SNOMED, "57485005", "Oxygen therapy"))

VITAL_SIGNS: Final[Body] = concept("", coding(TERMINOLOGY + "observation-category", "vital-signs"))
SURVEY: Final[Body] = concept("", coding(TERMINOLOGY + "observation-category", "survey"))
PROCEDURE: Final[Body] = concept("", coding(TERMINOLOGY + "observation-category", "procedure"))
ABSENT: Final[Body] = concept("Not known", coding(TERMINOLOGY + "data-absent-reason", "unknown", "Unknown"))
TEST_DATA: Final[Body] = coding(TERMINOLOGY + "v3-ActReason", "HTEST", "test health data")
"""Marks training and simulated devices (HL7 security labels)."""


def loinc(code: tuple[str, str]) -> Body:
    """A LOINC coding."""
    return coding(LOINC, *code)


def vital_concept(vital: Vital, label: str) -> Body:
    """What a vital sign is called."""
    return concept(label, *map(loinc, LOINC_OF[vital]))


def statistic(code: str) -> Body:
    """One of the statistics of HL7's code system."""
    return concept("", coding(TERMINOLOGY + "observation-statistics", code))
