"""A session that outlives a damaged record keeps its ids: nobody finds it twice on the FHIR server."""

from __future__ import annotations

from dataclasses import replace

from console.session.events import RecordSetAside
from console.sync.fhir.source import carried_places, naming

OLD, NEW = "01890000-0000-7000-8000-0000000000aa", "01890000-0000-7000-8000-0000000000bb"


def test_what_was_carried_over_is_named_as_before() -> None:
    aside = RecordSetAside("record.damaged.sqlite", "rot", OLD, 90, carried=((40, 2), (45, 1)))
    before = naming(OLD, "clinic-7")
    after = replace(naming(NEW, "clinic-7"), carried=carried_places(aside))
    for here, there in ((2, 40), (3, 41), (4, 45)):
        assert after.of_entry(here, "encounter") == before.of_entry(there, "encounter")
    new = {after.of_entry(seq, "encounter") for seq in (1, 5, 40, 41, 45)}
    assert new.isdisjoint({before.of_entry(seq, "encounter") for seq in range(1, 91)})


def test_where_the_old_stream_is_not_known_ids_are_new() -> None:
    assert carried_places(RecordSetAside("record.damaged.sqlite", "rot", carried=((1, 3),))) == {}
