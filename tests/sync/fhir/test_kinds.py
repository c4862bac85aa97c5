"""Every kind of event has its resource or a written reason."""

from __future__ import annotations

import pytest

from console.session.codec import kind_of
from console.sync.fhir.kinds import KINDS, NotTold, Told
from console.sync.fhir.projection import project
from tests.sync.fhir.sessions import every_kind, everything

NEVER_IN_A_WHOLE_SESSION = {
    "order_withdrawn", "session_aborted", "panel_rate_explained", "volume_reckoned", "alarm_reminded",
    "stop_confirmed", "console_locked", "glass_broken", "emergency_explained", "access_noted",
    "course_changed",
}  # fmt: skip
"""Kinds that tell of another course; each has a test of its own."""


@pytest.mark.req("FHIR-01")
@pytest.mark.parametrize("kind", every_kind())
def test_each_kind_of_event_has_a_resource_or_a_reason(kind: str) -> None:
    assert kind in KINDS, f"{kind}: say in console/sync/fhir/kinds.py what it becomes, or why nothing"


def test_a_reason_is_a_sentence() -> None:
    for row in KINDS.values():
        if isinstance(row, NotTold):
            assert len(row.why) > 20
            assert row.why.endswith(".")


@pytest.mark.req("FHIR-01")
def test_what_the_table_promises_is_what_the_projection_makes() -> None:
    source = everything()
    made = project(source)
    kinds = {entry.seq: kind_of(entry.event) for entry in source.entries}
    by_kind: dict[str, set[str]] = {}
    for resource in made:
        for seq in resource.seqs:
            by_kind.setdefault(kinds[seq], set()).add(resource.type)
    present = set(kinds.values())
    for kind, row in KINDS.items():
        if isinstance(row, Told) and kind in present:
            assert set(row.types) <= by_kind.get(kind, set()), kind
        if isinstance(row, NotTold):
            assert kind not in by_kind, kind
    told = {kind for kind in every_kind() if isinstance(KINDS[kind], Told)}
    assert told - present <= NEVER_IN_A_WHOLE_SESSION
