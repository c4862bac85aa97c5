"""fhirkit, a validator of R4 built from the specification, finds nothing wrong in any resource."""

from __future__ import annotations

import fhirkit
import pytest

from console.sync.fhir.parcels import whole_bundle
from console.sync.fhir.projection import project
from console.sync.fhir.source import Resource
from console.sync.fhir.values import encode
from tests.sync.fhir.sessions import everything

NEEDED = {
    "Patient", "Encounter", "EpisodeOfCare", "MedicationRequest", "MedicationAdministration", "Observation",
    "QuestionnaireResponse", "AdverseEvent", "Device", "Consent", "Provenance", "DocumentReference",
    "Practitioner", "Procedure", "DetectedIssue", "AuditEvent",
}  # fmt: skip


def problems(resources: tuple[Resource, ...]) -> list[str]:
    return [
        f"{one.key}: {issue.path if hasattr(issue, 'path') else ''} {issue}"
        for one in resources
        for issue in fhirkit.validate(encode({**one.body, "id": one.id}))
    ]


@pytest.mark.req("FHIR-01")
def test_every_type_of_the_map_is_made_and_valid() -> None:
    made = project(everything())
    assert {one.type for one in made} == NEEDED
    assert problems(made) == []


def test_the_whole_bundle_is_valid() -> None:
    assert fhirkit.validate(whole_bundle(project(everything()))) == []
