"""The course in a real room: asked over the desk, signed by PIN, kept in the record, read back by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from console.course.events import PatientFact, stream_of
from console.course.facts_care import AlertAnswered
from console.course.facts_plan import (
    ConsentGiven,
    ConsentWithdrawn,
    Indicated,
    Reply,
    ScreeningAnswered,
    SeriesPlanned,
    SuitabilityDecided,
    Verdict,
)
from console.course.facts_stock import (
    StockFact,
    StockGiven,
    StockReceived,
    StockTaken,
    StockWasted,
    StockWitnessed,
)
from console.course.outcomes import open_alerts
from console.course.requests import Chart, CourseRequest, EnterOutcome, KeepStock
from console.course.stock import stock
from console.room.course_reading import local_day, read_course, read_drug_log, read_sessions
from console.room.rescue import begin_another_record
from console.room.today import read_today
from console.room.wire import Answer, Ask, pack, unpack_window
from console.session.codec import decode, encode
from console.session.events import CourseChanged
from console.session.intents import AddPatient, ChangeCourse, OpenSession, SignIn
from console.session.people import Patient, Role, Sex
from console.storage.accounts import Accounts, PinHasher
from console.storage.queries import RecordReader
from console.storage.verify import verify_record
from tests.course.clinic import books
from tests.stories.in_process_room import NURSE, SECOND, InProcessRoom, World, site

PHYSICIAN = ("eva", "528491")
MARA = Patient("pt-7", "Rossi", "Mara", "1984-03-12", "204-118", Sex.FEMALE)


class Room:
    """A room in which a nurse is signed in and a patient is known."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World()
        self.inner = InProcessRoom(self.world, folder, where=replace(site(), books=books()))
        accounts = Accounts(self.inner.record, PinHasher(memory_kib=64, time_cost=1))
        accounts.add_account(PHYSICIAN[0], "Eva Lind", Role.PHYSICIAN, PHYSICIAN[1])
        assert self.inner.ask(Ask(uuid4().hex, SignIn(), NURSE.user_id, NURSE.pin)).accepted
        assert self.inner.ask(Ask(uuid4().hex, AddPatient(MARA))).accepted

    def ask(self, request: CourseRequest, who: tuple[str, str] = ("", ""), patient: str = "pt-7") -> Answer:
        return self.inner.ask(Ask(uuid4().hex, ChangeCourse(patient, request), *who))

    def chart(self, fact: PatientFact, who: tuple[str, str] = ("", "")) -> Answer:
        return self.ask(Chart(fact), who)

    def keep(self, fact: StockFact, who: tuple[str, str] = ("", "")) -> Answer:
        return self.ask(KeepStock(fact), who, "")

    def reader(self) -> RecordReader:
        return RecordReader(self.inner.record.path)

    def now(self) -> int:
        return self.world.clock.now().wall_utc_ns


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    found = Room(tmp_path)
    yield found
    found.inner.die()


def test_a_fact_is_in_the_chained_record_under_the_patient_with_its_author(room: Room) -> None:
    assert room.chart(Indicated(("trd", "ptsd"), "Since 2019")).accepted
    assert room.chart(Indicated(("xx",))).sentences == ("The catalogue has no indication xx.",)
    with room.reader() as reader:
        (line,) = read_course(reader, "pt-7").lines
        assert read_course(reader, "pt-8").lines == ()
        assert [one.kind for one in reader.events(stream_of("pt-7"))] == ["course_changed"]
    assert line.fact == Indicated(("trd", "ptsd"), "Since 2019")
    assert (line.by.name, line.by.role, line.by.by_pin) == ("Ana Ruiz", "nurse", False)
    assert verify_record(room.inner.record.path, lambda _: ()).ok


def test_a_physicians_decision_needs_the_physicians_own_pin(room: Room) -> None:
    deferred = SuitabilityDecided(Verdict.DEFERRED, ("Treat the pressure first",))
    assert not room.chart(deferred).accepted
    assert not room.chart(deferred, (SECOND.user_id, SECOND.pin)).accepted
    assert not room.chart(deferred, (PHYSICIAN[0], "000000")).accepted
    assert room.chart(deferred, PHYSICIAN).accepted
    with room.reader() as reader:
        (line,) = read_course(reader, "pt-7").lines
    assert (line.by.name, line.by.by_pin) == ("Eva Lind", True)


def test_the_room_answers_from_what_was_written_after_a_restart(room: Room) -> None:
    room.ask(EnterOutcome("gad7", {str(n): 1 for n in range(1, 8)}))
    room.inner.die()
    room.inner = InProcessRoom(room.world, room.folder, where=replace(site(), books=books()))
    assert room.inner.state.session is None
    assert room.ask(EnterOutcome("gad7", {str(n): 2 for n in range(1, 8)})).accepted
    with room.reader() as reader:
        assert len(read_course(reader, "pt-7").lines) == 2


def test_nobody_signed_in_and_an_unknown_patient_are_refused(room: Room) -> None:
    assert room.ask(Chart(Indicated(("trd",))), patient="nobody").sentences == (
        "There is no such patient in this record.",
    )
    assert not room.ask(Chart(Indicated(("trd",))), patient="").accepted
    assert not room.ask(KeepStock(StockGiven("x", Decimal(1)))).accepted


@pytest.mark.req("CLN-04")
def test_the_drug_log_is_one_for_the_clinic_and_the_witness_signs_by_pin(room: Room) -> None:
    day = local_day(room.now())
    lot = StockReceived("A12", "vial", Decimal(10), Decimal(20), 10, day + timedelta(days=100))
    assert room.keep(lot).accepted
    assert room.keep(StockTaken("A12", 1, "pt-7", "s1", Decimal("3.5"))).accepted
    with room.reader() as reader:
        (use,) = stock(read_drug_log(reader)).open_uses()
    assert room.keep(StockGiven(use.use_id, Decimal(35))).accepted
    assert room.keep(StockWasted(use.use_id, Decimal(165), "Binned")).accepted
    assert not room.keep(StockWitnessed(use.use_id), (NURSE.user_id, NURSE.pin)).accepted
    assert room.keep(StockWitnessed(use.use_id), (SECOND.user_id, SECOND.pin)).accepted
    with room.reader() as reader:
        log = stock(read_drug_log(reader))
    assert log.open_uses() == ()
    assert log.total_mg() == Decimal(1800)


def test_todays_list_names_who_comes_and_what_is_pressing(room: Room) -> None:
    with room.reader() as reader:
        assert read_today(reader, books(), room.now()).patients == ()
    room.ask(EnterOutcome("phq9", {**{str(n): 2 for n in range(1, 9)}, "9": 1}))
    with room.reader() as reader:
        (listed,) = read_today(reader, books(), room.now()).patients
        assert read_sessions(reader, "pt-7") == ()
    assert listed.patient.family_name == "Rossi"
    assert listed.visit is None
    assert "suicide" in listed.due[0].title


@pytest.mark.parametrize(
    "fact",
    [
        Indicated(("trd",)),
        SeriesPlanned("MOOD-40", (local_day(0), local_day(0) + timedelta(days=3))),
        StockReceived("A12", "vial", Decimal("10"), Decimal("20.5"), 10, local_day(0)),
    ],
)
def test_facts_and_requests_survive_the_record_and_the_wire(fact: PatientFact | StockReceived) -> None:
    event = CourseChanged("pt-7", fact)
    stored = encode(event)
    assert decode(stored.kind, stored.version, stored.body) == event
    request = KeepStock(fact) if isinstance(fact, StockReceived) else Chart(fact)
    ask = Ask("r1", ChangeCourse("pt-7", request))
    assert unpack_window(pack(ask)) == ask


def test_courses_outlive_a_damaged_record_and_say_that_lines_may_be_missing(room: Room) -> None:
    room.chart(ScreeningAnswered("aneurysm", Reply.YES, "Aortic, 4.8 cm"))
    day = local_day(room.now())
    room.keep(StockReceived("A12", "vial", Decimal(10), Decimal(20), 10, day + timedelta(days=100)))
    path = room.inner.record.path
    room.inner.die()
    begin_another_record(path, "a page of it makes no sense", room.world.clock, "boot-1", "c", "w")
    assert verify_record(path, lambda _: ()).ok
    room.inner = InProcessRoom(room.world, room.folder, where=replace(site(), books=books()))
    with room.reader() as reader:
        course = read_course(reader, "pt-7")
        assert "Aortic" in str(course.lines[0].fact)
        (alert,) = open_alerts(course, books())
        assert "may be missing" in alert.sentences[0]
        log = stock(read_drug_log(reader))
    assert log.lots["A12"].containers == 10
    assert "count every lot" in log.open_cases()[0].opened.sentence
    assert room.inner.ask(Ask(uuid4().hex, SignIn(), NURSE.user_id, NURSE.pin)).accepted
    assert room.chart(AlertAnswered(alert.line_id, "Compared with paper", "Complete")).accepted
    with room.reader() as reader:
        assert open_alerts(read_course(reader, "pt-7"), books()) == ()


def begin(room: Room, training: bool = False) -> Answer:
    opened = OpenSession(uuid4().hex, MARA, training=training)
    return room.inner.ask(Ask(uuid4().hex, opened))


@pytest.mark.req("CLN-01")
def test_no_session_is_begun_with_a_person_in_whom_a_hard_stop_was_found(room: Room) -> None:
    room.chart(ScreeningAnswered("aneurysm", Reply.YES))
    answer = begin(room)
    assert not answer.accepted
    assert "Aneurysm" in answer.sentences[0]
    assert room.inner.state.session is None
    assert begin(room, training=True).accepted


@pytest.mark.req("CLN-02")
def test_no_session_is_begun_once_the_consent_was_withdrawn(room: Room) -> None:
    whole = books().consent
    given = ConsentGiven(whole.version, tuple(one.id for one in whole.topics), "Mara Rossi")
    assert room.chart(given, (NURSE.user_id, NURSE.pin)).accepted
    room.chart(ConsentWithdrawn("Changed her mind"))
    assert begin(room).sentences == ("The consent was withdrawn: do not treat.",)


def test_what_is_not_finished_is_said_when_a_session_is_begun(room: Room) -> None:
    room.chart(Indicated(("trd",)))
    answer = begin(room)
    assert answer.accepted
    assert "No physician has decided on suitability." in answer.sentences


def test_a_person_without_a_course_is_judged_by_the_arrival_checklist_alone(room: Room) -> None:
    answer = begin(room)
    assert (answer.accepted, answer.sentences) == (True, ())
