"""What the pages of a course say in words."""

from __future__ import annotations

from collections.abc import Sequence

from console.course.due import Due, Urgency
from console.ui.viewmodels.course_record import CourseView, day_words

URGENCY = {
    Urgency.NOW: "now",
    Urgency.OVERDUE: "overdue",
    Urgency.DUE: "due",
    Urgency.COMING: "coming",
}


def gathered(things: Sequence[Due]) -> tuple[tuple[Due, int], ...]:
    """The same thing due after several infusions is said once, with how often and the earliest day.

    Visits stay apart: each has its own number. What is merely coming is said once, the next time.
    """
    found: dict[tuple[object, ...], list[Due]] = {}
    for one in things:
        found.setdefault((one.kind, one.title, one.urgency), []).append(one)
    return tuple((group[0], len(group)) for group in found.values())


def why_treated(view: CourseView) -> tuple[tuple[str, str], ...]:
    """Indication, decision, protocol, consent: each as words and the role they are shown in."""
    told = view.story
    found: list[tuple[str, str]] = []
    if not told.indications:
        found.append(("No indication was chosen.", "heed"))
    for one in told.indications:
        found += [(one.title, "head"), (one.evidence, "muted")]
    if told.suitability is None:
        found.append(("No physician has decided on suitability.", "heed"))
    else:
        line, fact = told.suitability
        verdict = fact.verdict.value.replace("_", " ").capitalize()
        found.append((f"{verdict}: {'; '.join(fact.reasons)}", "said"))
        if fact.conditions:
            found.append((f"Conditions: {fact.conditions}", "heed"))
        found.append((f"{line.by.name}, {line.at.wall_utc.astimezone():%d %b %Y}", "muted"))
    if told.protocol is None:
        found.append(("No protocol was chosen.", "muted"))
    else:
        found.append((f"{told.protocol.protocol_id}, library v{told.protocol.library_version}", "said"))
    standing = told.consent
    if standing.problem:
        found.append((standing.problem, "heed"))
    elif standing.given is not None and standing.valid_until is not None:
        version = standing.given[1].version
        found.append((f"Consent {version}, valid until {day_words(standing.valid_until)}", "said"))
    return tuple(found)
