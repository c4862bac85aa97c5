"""From the entries of one session to its timeline: one pure fold, the same for the page and the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from console.clinical.limits import KETAMINE_ADULT, AlarmPreset
from console.clock import NS_PER_S, Instant
from console.session.alarm_load import alarm_load
from console.session.apply import apply
from console.session.events import Entry, LinkChanged
from console.session.state import OPEN, Session, State
from console.ui.viewmodels import review_bedside as bedside
from console.ui.viewmodels import review_delivery as delivery
from console.ui.viewmodels import review_papers as papers
from console.ui.viewmodels.review_axis import offsets_of, on_axis
from console.ui.viewmodels.review_people import TherapistNote, presences_of
from console.ui.viewmodels.review_pins import pins_of
from console.ui.viewmodels.review_shapes import PhaseSpan, Timeline
from console.ui.viewmodels.review_trends import gaps_of, trends_of

BASELINE, INFUSION, OBSERVATION = "Baseline", "Infusion", "Observation"


class SessionUnknown(LookupError):
    """The record holds no such session; the text says so to a person."""


def timeline_of(
    session_id: str,
    entries: Sequence[Entry],
    spans: Mapping[str, int],
    links: Sequence[LinkChanged] = (),
    now: tuple[str, Instant] | None = None,
    preset: AlarmPreset = KETAMINE_ADULT,
    therapist: Callable[[int, int], tuple[TherapistNote, ...]] | None = None,
) -> Timeline:
    """Fold a session.

    Args:
        session_id: Which.
        entries: Its entries in order.
        spans: Steady axis minus monotonic clock of its samples, by boot.
        links: The devices as they were when it was opened.
        now: Boot and instant of the reader; an open session of this boot reaches until then.
        preset: Alarm limits every patient starts with.
        therapist: The therapist's notes between the first and the last moment, out of the patient's course.

    Raises:
        SessionUnknown: there are no entries of such a session.
    """
    offsets = offsets_of(entries, spans)
    placed = tuple(on_axis(entry, offsets) for entry in entries)
    state, noted = _folded(placed)
    session = state.session
    if session is None or not placed:
        raise SessionUnknown(f"The record holds no session {session_id!r}. Choose one from the list.")
    start_ns = session.opened_at.mono_ns
    is_open = state.phase in OPEN
    end_ns = _end(placed, session, start_ns)
    if is_open and now is not None and now[0] in offsets:
        end_ns = max(end_ns, now[1].mono_ns + offsets[now[0]])
    body = tuple(entry for entry in placed if not isinstance(entry.event, papers.AFTERWARDS))
    limits = bedside.limits_of(body, preset, start_ns)
    trends = trends_of(body, start_ns, round((end_ns - start_ns) / NS_PER_S))
    bars = delivery.bars_of(body, session.order, end_ns)
    known = _devices(links, body)
    return Timeline(
        session_id=session_id,
        state=state,
        start_ns=start_ns,
        end_ns=end_ns,
        open=is_open,
        head_seq=placed[-1].seq,
        head_hash=placed[-1].hash,
        phases=_phases(session, start_ns, end_ns),
        bars=bars,
        pauses=delivery.pauses_of(body, end_ns),
        pressures=bedside.pressures_of(body, preset, limits),
        trends=trends,
        limits=limits,
        scores=bedside.scores_of(body),
        alarms=bedside.alarms_of(body),
        prompts=bedside.prompts_of(body),
        pins=pins_of(body, session),
        gaps=gaps_of(trends, body, start_ns),
        remarks=papers.remarks_of(placed, start_ns, end_ns),
        amendments=papers.amendments_of(placed),
        signatures=papers.signatures_of(placed),
        audit=papers.audit_of(placed),
        given=delivery.given_of(noted),
        predictions=delivery.predictions_of(session, bars, start_ns, end_ns),
        load=alarm_load(body, session_id),
        people=presences_of(body, end_ns),
        therapist=() if therapist is None else therapist(start_ns, end_ns),
        simulated=any(link.identity is not None and link.identity.simulated for link in known.values()),
        devices=tuple(
            f"{name}: {link.identity.model} {link.identity.firmware}".strip()
            for name, link in sorted(known.items())
            if link.identity is not None
        ),
    )


def _folded(entries: Sequence[Entry]) -> tuple[State, tuple[tuple[int, Decimal], ...]]:
    """The state, and every change of the volume given on the way there."""
    state = State()
    noted: list[tuple[int, Decimal]] = []
    for entry in entries:
        state = apply(state, entry)
        session = state.session
        running = session is not None and session.started_at is not None
        if session is not None and running and (not noted or noted[-1][1] != session.given_ml):
            noted.append((entry.at.mono_ns, session.given_ml))
    return state, tuple(noted)


def _end(entries: Sequence[Entry], session: Session, start_ns: int) -> int:
    last = max(
        (entry.at.mono_ns for entry in entries if not isinstance(entry.event, papers.AFTERWARDS)),
        default=start_ns,
    )
    closed = session.closed_at
    return max(last if closed is None else closed.mono_ns, start_ns + 60 * NS_PER_S)


def _phases(session: Session, start_ns: int, end_ns: int) -> tuple[PhaseSpan, ...]:
    started = None if session.started_at is None else session.started_at.mono_ns
    if started is None:
        return (PhaseSpan(BASELINE, start_ns, end_ns),)
    ended = end_ns if session.ended_at is None else session.ended_at.mono_ns
    phases = (PhaseSpan(BASELINE, start_ns, started), PhaseSpan(INFUSION, started, ended))
    if session.ended_at is None:
        return phases
    left = end_ns if session.discharged_at is None else session.discharged_at.mono_ns
    return (*phases, PhaseSpan(OBSERVATION, ended, left))


def _devices(links: Sequence[LinkChanged], entries: Sequence[Entry]) -> dict[str, LinkChanged]:
    """The last that each device said of itself."""
    known: dict[str, LinkChanged] = {}
    told = (*links, *(entry.event for entry in entries if isinstance(entry.event, LinkChanged)))
    for link in told:
        before = known.get(link.device)
        identity = link.identity or (None if before is None else before.identity)
        known[link.device] = replace(link, identity=identity)
    return known
