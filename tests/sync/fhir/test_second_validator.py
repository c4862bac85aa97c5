"""Two more validators, each of another house, agree."""

from __future__ import annotations

from console.course.events import CLINIC
from console.sync.fhir.course import project_course
from console.sync.fhir.parcels import whole_bundle
from console.sync.fhir.projection import project
from console.sync.fhir.values import encode
from tests.sync.fhir.courses import every_fact, every_stock_fact, source
from tests.sync.fhir.node_server import NodeServer
from tests.sync.fhir.sessions import everything


def test_every_resource_is_valid(node_server: NodeServer) -> None:
    made = project(everything())
    assert node_server.issues([encode({**one.body, "id": one.id}) for one in made]) == []


def test_the_whole_bundle_is_valid(node_server: NodeServer) -> None:
    assert node_server.issues([whole_bundle(project(everything()))]) == []


def test_a_course_and_the_stock_are_valid(node_server: NodeServer) -> None:
    stock = project_course(source(*every_stock_fact(), patient=CLINIC))
    made = (*project_course(source(*every_fact())), *stock)
    assert node_server.issues([encode({**one.body, "id": one.id}) for one in made]) == []


def test_the_validators_do_find_what_is_wrong(node_server: NodeServer) -> None:
    found = node_server.issues([b'{"resourceType":"Encounter","status":"going-on","x":1}'])
    assert any("value set" in said for said in found)
    assert any("additional property" in said for said in found)
