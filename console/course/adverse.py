"""Adverse events put together from their lines; expected effects are kept apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

from console.course.books import Books
from console.course.course import Course
from console.course.facts_care import AdverseBegan, AdverseChanged, AdverseEnded, DrugGiven, EffectNoted


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """An adverse event from its onset on.

    Attributes:
        event_id: Names it.
        session_id: Session, empty when to none.
        effect: Code.
        title: Name for people.
        grade: As it is now.
        worst: Highest grade it had.
        serious: Threatened life, needed hospital, or left harm behind.
        onset_wall_ns: When it began.
        ended_wall_ns: When it was over, None while it goes on.
        actions: What was done, in order, drugs included.
        outcome: How it ended.
    """

    event_id: str
    session_id: str
    effect: str
    title: str
    grade: int
    worst: int
    serious: bool
    onset_wall_ns: int
    ended_wall_ns: int | None = None
    actions: tuple[str, ...] = ()
    outcome: str = ""


def adverse_events(course: Course, books: Books) -> tuple[AdverseEvent, ...]:
    """Every adverse event, in the order they were charted."""
    found: dict[str, AdverseEvent] = {}
    for line in course.standing():
        match line.fact:
            case AdverseBegan() as fact:
                effect = books.effect(fact.effect)
                found[fact.event_id] = AdverseEvent(
                    fact.event_id,
                    fact.session_id,
                    fact.effect,
                    fact.effect if effect is None else effect.title,
                    fact.grade,
                    fact.grade,
                    fact.serious,
                    fact.onset_wall_ns,
                    actions=(fact.action,) if fact.action else (),
                )
            case AdverseChanged() as fact if fact.event_id in found:
                event = found[fact.event_id]
                found[fact.event_id] = replace(
                    event,
                    grade=fact.grade,
                    worst=max(event.worst, fact.grade),
                    serious=event.serious or fact.grade >= 4,
                    actions=(*event.actions, *((fact.action,) if fact.action else ())),
                )
            case DrugGiven() as fact if fact.event_id in found:
                event = found[fact.event_id]
                given = f"{fact.drug} {fact.dose.normalize():f} {fact.unit} {fact.route}"
                found[fact.event_id] = replace(event, actions=(*event.actions, given))
            case AdverseEnded() as fact if fact.event_id in found:
                event = found[fact.event_id]
                found[fact.event_id] = replace(event, ended_wall_ns=fact.at_wall_ns, outcome=fact.outcome)
            case _:
                continue
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class ExpectedEffect:
    """An expected effect with its name."""

    fact: EffectNoted
    title: str


def expected_effects(course: Course, books: Books, session_id: str) -> tuple[ExpectedEffect, ...]:
    """Expected effects of a session, in order of time."""
    found = [
        ExpectedEffect(fact, fact.effect if (effect := books.effect(fact.effect)) is None else effect.title)
        for fact in course.all_of(EffectNoted)
        if fact.session_id == session_id
    ]
    return tuple(sorted(found, key=lambda one: one.fact.at_wall_ns))
