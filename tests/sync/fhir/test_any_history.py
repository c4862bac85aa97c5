"""Whatever a room goes through, its session becomes resources that are valid, and sums that agree."""

from __future__ import annotations

from decimal import Decimal

import fhirkit
from hypothesis import HealthCheck, settings

from console.session.events import InfusionEnded
from console.sync.fhir.projection import project
from console.sync.fhir.scope import scope_of
from console.sync.fhir.source import references
from console.sync.fhir.treatment import stretches_of
from console.sync.fhir.values import encode
from tests.session.test_machine_properties import RoomMachine
from tests.sync.fhir.sessions import source_of


class ProjectedRoom(RoomMachine):
    """The room's own machine; what it leaves behind is projected."""

    def teardown(self) -> None:
        if self.bench.state.session is None:
            return
        source = source_of(self.bench)
        made = project(source)
        keys = [one.key for one in made]
        assert len(set(keys)) == len(keys)
        for one in made:
            assert fhirkit.validate(encode({**one.body, "id": one.id})) == []
            assert set(references(one.body)) <= set(keys), one.key
        self._sums_agree()

    def _sums_agree(self) -> None:
        scope = scope_of(source_of(self.bench))
        stretches = stretches_of(scope)
        ends = [e.event for e in scope.entries if isinstance(e.event, InfusionEnded)]
        if not stretches:
            return
        total = ends[-1].infused_ml if ends else scope.session.given_ml
        if total is not None:
            assert sum((one.given_ml for one in stretches), Decimal(0)) == total
        for one in stretches:
            assert one.end_ns is None or one.end_ns >= one.start_ns


ProjectedRoom.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestProjectedRoom = ProjectedRoom.TestCase
