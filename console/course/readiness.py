"""Whether a session may be begun with a person, by their course: what stands in the way, what to heed.

A person without a course is judged by the arrival checklist alone. What has been found is never ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from console.course.books import Books
from console.course.course import Course
from console.course.facts_plan import Verdict
from console.course.outcomes import open_alerts
from console.course.screening import consent, screening, suitability


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the course says of a session today.

    Attributes:
        stops: Why none may be begun, one sentence each.
        heed: What to keep in mind, one sentence each.
    """

    stops: tuple[str, ...] = ()
    heed: tuple[str, ...] = ()


def readiness(course: Course, books: Books, today: date) -> Readiness:
    """Judge a course for today."""
    if not course.standing():
        return Readiness()
    found, standing, judged = screening(course, books), consent(course, books, today), suitability(course)
    stops = list(found.stops)
    heed = [sentence for alert in open_alerts(course, books) for sentence in alert.sentences]
    if standing.given is not None and standing.problem:
        stops.append(standing.problem)
    elif standing.problem:
        heed.append(standing.problem)
    if judged is None:
        heed.append("No physician has decided on suitability.")
    elif judged[1].verdict in {Verdict.NOT_SUITABLE, Verdict.DEFERRED}:
        word = judged[1].verdict.value.replace("_", " ")
        stops.append(f"{judged[0].by.name} decided: {word}. {' '.join(judged[1].reasons)}")
    elif judged[1].verdict is Verdict.WITH_CONDITIONS:
        heed.append(f"Suitable with conditions: {judged[1].conditions}")
    missing = sum(row.answer is None and not row.item.if_pregnancy_possible for row in found.rows)
    if missing:
        heed.append(f"{missing} questions of the screening are not answered.")
    return Readiness(tuple(stops), (*heed, *found.cautions))
