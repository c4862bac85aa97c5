"""The live view: one pure function from what is known to everything the bedside screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from console.clinical.vitals import Vital
from console.clock import Instant
from console.room.wire import Live
from console.session.events import PromptKind
from console.session.state import Phase, State
from console.sync.backlog import ArchiveView, Standing, age_words
from console.ui.viewmodels.live_alarms import alarm_strip
from console.ui.viewmodels.live_cuff import cuff_face
from console.ui.viewmodels.live_delivery import delivery
from console.ui.viewmodels.live_due import prompts, when_due
from console.ui.viewmodels.live_predict import predicted_now
from console.ui.viewmodels.live_proposal import proposal_face
from console.ui.viewmodels.live_pump import pump_face
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_ring import PHASE_WORDS, phase_ring
from console.ui.viewmodels.live_scales import dissociation, sedation
from console.ui.viewmodels.live_shapes import LiveView, TopBar
from console.ui.viewmodels.live_stop import stop_face
from console.ui.viewmodels.live_vitals import heart_tile, pressure_tile, vital_tile
from console.ui.viewmodels.live_words import clock_hms
from console.units import plain


@dataclass(frozen=True, slots=True)
class Window:
    """What only this window knows.

    Attributes:
        room_name: As the clinic calls it.
        simulated: Devices are virtual.
        stop_pressed_at: STOP was pressed here then, None when it was not.
        stop_unheard: No room heard it.
    """

    room_name: str
    simulated: bool = False
    stop_pressed_at: Instant | None = None
    stop_unheard: bool = False


def live_view(
    state: State, live: Live | None, now: Instant, reference: LiveReference, window: Window
) -> LiveView:
    """Everything the bedside screen shows at ``now``. Same arguments, same picture."""
    given = delivery(state, live)
    chips = prompts(state, now)
    level = predicted_now(state.session, now)
    return LiveView(
        phase=state.phase,
        phase_word=PHASE_WORDS[state.phase],
        top=top_bar(state, live, now, reference, window),
        alarms=alarm_strip(state, now, _calm(state)),
        hr=heart_tile(state, live, now, reference),
        spo2=vital_tile(Vital.SPO2, state, live, now, reference),
        nibp=pressure_tile(state, live, now, reference, when_due(chips, PromptKind.NIBP)),
        rr=vital_tile(Vital.RR, state, live, now, reference),
        etco2=vital_tile(Vital.ETCO2, state, live, now, reference),
        temp=vital_tile(Vital.TEMP, state, live, now, reference),
        sedation=sedation(state, now),
        dissociation=dissociation(state, now),
        ring=phase_ring(state, given, now, reference.zone),
        pump=pump_face(state, live, given, level, now),
        cuff=cuff_face(state, live, reference.site),
        stop=stop_face(
            state,
            window.stop_pressed_at,
            now,
            reference.zone,
            unheard=window.stop_unheard,
            by_hand=state.supervised,
        ),
        prompts=chips,
        notes=() if live is None else live.notes,
        simulated=window.simulated,
        proposal=proposal_face(state, now),
    )


def top_bar(
    state: State, live: Live | None, now: Instant, reference: LiveReference, window: Window
) -> TopBar:
    """Who, where, and whether it is being written down."""
    session = state.session if state.phase not in (Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED) else None
    patient = session.patient if session is not None else None
    weight = None if session is None else session.weight_kg
    identifiers = [] if patient is None else [spoken_date(patient.birth_date), f"MRN {patient.mrn}"]
    if weight is not None:
        identifiers.append(f"{plain(weight)} kg")
    recording = live is not None and live.recording
    return TopBar(
        room=window.room_name,
        patient="" if patient is None else patient.full_name,
        identifiers="  ·  ".join(identifiers),
        recording="recording"
        if recording
        else ("NOT RECORDING" if live is not None else "recording not known"),
        recording_ok=recording,
        waiting="archive not known" if live is None else archive_words(live.archive),
        sound_lost=live is not None and not live.sound,
        user="" if state.user is None else state.user.name,
        signed_in=state.user is not None,
        clock=clock_hms(now, reference.zone),
        training=session is not None and session.training,
        posture="" if live is None else live.posture.state,
        posture_words="" if live is None else live.posture.words,
    )


def archive_words(view: ArchiveView) -> str:
    """How the room stands with its archive, in the few words the top line has room for."""
    match view.standing:
        case Standing.NONE:
            return "no archive"
        case Standing.CURRENT:
            return "archive up to date"
        case Standing.STOPPED:
            return f"archive stopped  ·  {view.waiting} waiting"
        case Standing.WARNING | Standing.NOTICE if view.age_s is not None:
            return f"archive {age_words(view.age_s)} behind"
        case _:
            return f"{view.waiting} waiting"


def spoken_date(iso: str) -> str:
    """``1984-03-12`` as ``12 Mar 1984``, which no country misreads; other text stays as it is."""
    try:
        return f"{date.fromisoformat(iso):%d %b %Y}".lstrip("0")
    except ValueError:
        return iso


def _calm(state: State) -> str:
    session = state.session
    if session is None or session.baseline is None:
        return "No alarms"
    return f"No alarms  ·  baseline {session.baseline.systolic:.0f}/{session.baseline.diastolic:.0f} mmHg"
