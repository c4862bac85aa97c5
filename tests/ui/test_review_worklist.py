"""Piles of the worklist, and finding one session among many."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import NS_PER_S, Instant
from console.room.projections import SessionSummary
from console.session.events import Care, CareNoted
from console.session.state import Phase
from console.storage.queries import RecordReader
from console.storage.rows import SessionIndexRow
from console.ui.viewmodels.review_record import Flags, ListedSession, is_adverse, listed, read_flags
from console.ui.viewmodels.review_search import index_of, words_of
from console.ui.viewmodels.review_worklist import OVERDUE_S, Pile, belongs, counts
from tests.ui.review_records import START_NS, rehearsed
from tests.ui.synthetic_record import EARLY_STOP, WHOLE


def _row(n: int, patient: str, mrn: str = "", phase: Phase = Phase.CLOSED) -> SessionIndexRow:
    body = msgspec.json.encode(SessionSummary(patient, "1980-01-01", mrn, "MOOD-40"))
    return SessionIndexRow(f"s{n}", f"p-{patient}", n * NS_PER_S, phase.value, None, False, body)


def _one(phase: Phase = Phase.CLOSED) -> ListedSession:
    return listed([_row(1, "Ana Bo", phase=phase)])[0]


def test_a_session_waits_until_a_physician_signed_and_then_is_overdue() -> None:
    one, soon, late = _one(), NS_PER_S * 60, round((OVERDUE_S + 60) * NS_PER_S)
    assert belongs(Pile.TO_SIGN, one, None, soon)
    assert belongs(Pile.TO_SIGN, one, Flags(authored=True), soon), "the nurse's signature is no review"
    assert not belongs(Pile.TO_SIGN, one, Flags(signed=True), soon)
    assert not belongs(Pile.OVERDUE, one, Flags(), soon)
    assert belongs(Pile.OVERDUE, one, Flags(), late)
    assert not belongs(Pile.OVERDUE, one, Flags(signed=True), late)
    assert not belongs(Pile.OVERDUE, _one(Phase.INFUSING), Flags(), late)
    assert not belongs(Pile.TO_SIGN, _one(Phase.ABORTED), None, soon)


def test_piles_are_counted_from_what_the_record_says() -> None:
    with RecordReader(rehearsed().path) as reader:
        sessions = listed(reader.sessions())
        flags = {one.session_id: read_flags(reader, one.session_id) for one in sessions}
    assert flags[EARLY_STOP].signed
    assert flags[WHOLE].adverse >= 2, "a pressure drug and oxygen were given"
    found = counts(sessions, flags, START_NS)
    assert (found[Pile.ALL], found[Pile.TO_SIGN]) == (3, 2)
    assert found[Pile.ADVERSE] == sum(one.adverse > 0 or one.early_stop for one in flags.values())
    assert counts(sessions, flags, START_NS + 40 * 86_400 * NS_PER_S)[Pile.OVERDUE] == 2


def test_what_was_severe_or_treated_is_adverse_and_a_wish_is_not() -> None:
    at = Instant(0, 0)
    assert is_adverse(CareNoted(Care.VOMITING, at))
    assert is_adverse(CareNoted(Care.NAUSEA, at, grade=3))
    assert not is_adverse(CareNoted(Care.NAUSEA, at, grade=1))
    assert not is_adverse(CareNoted(Care.ASKED_TO_STOP, at))


def test_sessions_of_a_patient_are_numbered_over_the_whole_record() -> None:
    rows = [_row(1, "Ana Bo"), _row(2, "Cy Do"), _row(3, "Ana Bo"), _row(4, "Ana Bo")]
    index = index_of(rows)
    assert (index.numbers["s4"], index.numbers["s2"]) == (3, 1)
    assert listed([rows[3]], index.numbers)[0].number == 3


NAMES = st.lists(
    st.tuples(st.text("abc ", min_size=1, max_size=6), st.text("012", min_size=1, max_size=3)), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(NAMES, st.text("abc012 m", max_size=5))
def test_the_index_finds_what_looking_at_each_finds(people: list[tuple[str, str]], typed: str) -> None:
    rows = [_row(n, name, mrn) for n, (name, mrn) in enumerate(people)]
    told = [(f"s{n}", words_of(f"{name} {mrn} MOOD-40")) for n, (name, mrn) in enumerate(people)]
    wanted = words_of(typed)
    expected = [
        one for one, has in reversed(told) if all(any(w.startswith(word) for w in has) for word in wanted)
    ]
    assert list(index_of(rows).find(typed)) == expected
