"""A person's course through a real room: screened, agreed, treated, followed up, and judged."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import msgspec

from console.clock import NS_PER_S
from console.course.due import DueKind
from console.course.facts_plan import (
    ConsentGiven,
    Indicated,
    Onward,
    OnwardDecided,
    ProtocolChosen,
    Reply,
    ScreeningAnswered,
    SeriesPlanned,
    SuitabilityDecided,
    Verdict,
)
from console.course.facts_stock import StockGiven, StockReceived, StockTaken, StockWasted, StockWitnessed
from console.course.requests import Chart, CourseRequest, KeepStock
from console.course.stock import stock
from console.course.story import Story as Told
from console.course.story import story as told_of
from console.room.course_reading import local_day, read_course, read_drug_log, read_sessions
from console.room.projections import SessionSummary, read_summary
from console.room.today import read_today
from console.room.wire import Ask
from console.session.intents import AddPatient, ChangeCourse
from console.session.people import Role
from console.storage.accounts import Accounts, PinHasher
from console.storage.queries import RecordReader
from console.storage.rows import SessionIndexRow
from console.storage.verify import verify_record
from tests.course.clinic import books
from tests.course.test_outcomes import phq9
from tests.stories.in_process_room import NURSE, SECOND, Story, assignment, site
from tests.ui.review_records import rehearsed

PHYSICIAN = ("eva", "528491")
ANA = (NURSE.user_id, NURSE.pin)
BEN = (SECOND.user_id, SECOND.pin)
PATIENT = assignment().patient
BOOKS = books()


class Course:
    """A story whose patient has a course."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(folder, waves=False, where=dataclasses.replace(site(), books=BOOKS))
        accounts = Accounts(self.story.room.record, PinHasher(memory_kib=64, time_cost=1))
        accounts.add_account(PHYSICIAN[0], "Eva Lind", Role.PHYSICIAN, PHYSICIAN[1])
        assert self.story.room.ask(Ask(uuid4().hex, AddPatient(PATIENT), *ANA)).accepted

    def ask(self, request: CourseRequest, who: tuple[str, str] = ANA, patient: str = "") -> None:
        intent = ChangeCourse(patient or PATIENT.patient_id, request)
        answer = self.story.room.ask(Ask(uuid4().hex, intent, *who))
        assert answer.accepted, answer.sentences

    def keep(self, request: KeepStock, who: tuple[str, str] = ANA) -> None:
        answer = self.story.room.ask(Ask(uuid4().hex, ChangeCourse("", request), *who))
        assert answer.accepted, answer.sentences

    def reader(self) -> RecordReader:
        return RecordReader(self.story.room.record.path)

    def now(self) -> int:
        return self.story.world.clock.now().wall_utc_ns

    def told(self) -> Told:
        with self.reader() as reader:
            sessions = read_sessions(reader, PATIENT.patient_id)
            course = read_course(reader, PATIENT.patient_id)
        return told_of(course, BOOKS, sessions, self.now(), local_day(self.now()))

    def treat(self) -> None:
        """A session was held: its row in the list of sessions, as the room writes it."""
        start = self.now()
        end = start + 2400 * NS_PER_S
        summary = SessionSummary(
            patient=PATIENT.full_name,
            birth_date=PATIENT.birth_date,
            mrn=PATIENT.mrn,
            protocol_id="MOOD-40",
            weight_kg=Decimal(70),
            dose_mg=Decimal(35),
            given_mg=Decimal("34.9"),
            started_wall_ns=start,
            ended_wall_ns=end,
        )
        row = SessionIndexRow(
            uuid4().hex, PATIENT.patient_id, start, "closed", end, False, msgspec.json.encode(summary)
        )
        self.story.room.record.append((), [row])

    def log_last(self) -> None:
        """The drug of the last session, from the safe to the sink."""
        with self.reader() as reader:
            session = read_sessions(reader, PATIENT.patient_id)[-1]
        assert session.given_mg is not None
        self.keep(KeepStock(StockTaken("A12", 1, PATIENT.patient_id, session.session_id, Decimal("3.5"))))
        with self.reader() as reader:
            use = stock(read_drug_log(reader)).use_of(session.session_id)[0]
        self.keep(KeepStock(StockGiven(use.use_id, session.given_mg)))
        self.keep(KeepStock(StockWasted(use.use_id, use.taken_mg - session.given_mg, "Absorbed, binned")))
        self.keep(KeepStock(StockWitnessed(use.use_id)), BEN)

    def days_later(self, days: int) -> None:
        self.story.room.run(1)
        self.story.world.clock.advance(days * 86_400)
        self.story.restart_room()
        self.story.room.run(1)


def test_a_course_from_screening_over_treatment_to_the_decision_what_follows(tmp_path: Path) -> None:
    course = Course(tmp_path)
    today = local_day(course.now())
    course.ask(Chart(Indicated(("trd",))))
    for item in BOOKS.screening:
        course.ask(Chart(ScreeningAnswered(item.id, Reply.NO)))
    course.ask(Chart(SuitabilityDecided(Verdict.SUITABLE, ("Two antidepressants failed",))), PHYSICIAN)
    topics = tuple(topic.id for topic in BOOKS.consent.topics)
    course.ask(Chart(ConsentGiven(BOOKS.consent.version, topics, PATIENT.full_name)))
    course.ask(Chart(ProtocolChosen("MOOD-40", 0)), PHYSICIAN)
    plan = SeriesPlanned("MOOD-40", (today, today + timedelta(days=3)), "Two infusions, then judged")
    course.ask(Chart(plan))
    lot = StockReceived("A12", "vial", Decimal(10), Decimal(20), 5, today + timedelta(days=200))
    course.keep(KeepStock(lot))
    course.ask(phq9(20))
    with course.reader() as reader:
        (listed,) = read_today(reader, BOOKS, course.now()).patients
    assert listed.visit is not None
    assert listed.visit.title == "Infusion 1 of 2"

    course.treat()
    course.log_last()
    assert [one.ref for one in course.told().due if one.kind is DueKind.FOLLOW_UP] == ["h24", "h72", "d7"]
    course.days_later(3)
    course.treat()
    course.log_last()
    course.days_later(1)
    course.ask(phq9(4))

    told = course.told()
    assert told.series is not None
    assert told.series.complete
    assert told.exposure.sessions == 2
    assert told.exposure.total_mg == Decimal("69.8")
    (scores,) = told.trajectories
    assert (scores.response, scores.remission) == (True, True)
    assert any(one.kind is DueKind.REVIEW for one in told.due)
    day = local_day(course.now())
    onward = OnwardDecided(
        Onward.MAINTAIN, "Remission", 14, day + timedelta(days=14), day + timedelta(days=90)
    )
    course.ask(Chart(onward), PHYSICIAN)
    after = course.told()
    assert after.series is not None
    assert after.series.next_day == day + timedelta(days=14)
    with course.reader() as reader:
        log = stock(read_drug_log(reader))
    assert (log.open_uses(), log.open_cases(), log.lots["A12"].containers) == ((), (), 3)
    assert verify_record(course.story.room.record.path, lambda _: ()).ok


def test_what_a_session_gave_reaches_the_course_by_the_pumps_counter() -> None:
    with RecordReader(rehearsed().path) as reader:
        people = {row.patient_id for row in reader.sessions()}
        facts = [fact for one in people for fact in read_sessions(reader, one)]
        rows = {row.session_id: read_summary(row.summary) for row in reader.sessions()}
    assert len(facts) == 3
    for fact in facts:
        summary = rows[fact.session_id]
        assert fact.treated
        assert (fact.given_mg, fact.protocol_id) == (summary.given_mg, "MOOD-40")
        assert fact.given_mg is not None
        assert fact.ordered_mg is not None
        assert Decimal(0) < fact.given_mg <= fact.ordered_mg
