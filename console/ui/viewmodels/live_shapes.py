"""The frozen shapes the bedside widgets are handed: every text and colour role, nothing to compute."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from console.session.events import Priority, PromptKind
from console.session.state import Phase
from console.ui.viewmodels.live_cuff import CuffFace
from console.ui.viewmodels.live_deeds import Deed
from console.ui.viewmodels.live_proposal import ProposalFace
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES

MARKERS = {Priority.HIGH: "!!!", Priority.MEDIUM: "!!", Priority.LOW: "!"}
"""Second cue beside the colour (common monitor convention)."""


@dataclass(frozen=True, slots=True)
class TopBar:
    """The line at the top of every page.

    Attributes:
        posture: Whether interlocks are off, armed or degraded; empty while nobody knows.
        posture_words: Why, as a sentence.
    """

    room: str
    patient: str
    identifiers: str
    recording: str
    recording_ok: bool
    waiting: str
    sound_lost: bool
    user: str
    signed_in: bool
    clock: str
    training: bool = False
    posture: str = ""
    posture_words: str = ""


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm in the list."""

    alarm_id: str
    priority: Priority
    marker: str
    message: str
    for_text: str
    acknowledged: bool
    condition: bool


@dataclass(frozen=True, slots=True)
class AlarmStrip:
    """The strip on top: the first of ``lines`` is the one shown.

    Attributes:
        lines: Every active alarm, the one that matters most first.
        audio_paused: Countdown while the sound is paused, else empty.
        calm: What stands there when nothing is wrong.
        deed: What an alarm asks of a person, on a key of its own.
    """

    lines: tuple[AlarmLine, ...] = ()
    audio_paused: str = ""
    calm: str = "No alarms"
    deed: Deed | None = None

    @property
    def top(self) -> AlarmLine | None:
        """The alarm that matters most."""
        return self.lines[0] if self.lines else None

    @property
    def waiting(self) -> AlarmLine | None:
        """The alarm that matters most among those nobody has acknowledged."""
        return next((line for line in self.lines if not line.acknowledged), None)


@dataclass(frozen=True, slots=True)
class Tile:
    """One numeric.

    Attributes:
        label: Name of the parameter.
        unit: As printed.
        value: The figure, or dashes when it is not known.
        tone: Colour of its parameter.
        high: Upper alarm limit.
        low: Lower alarm limit.
        limits_off: No alarm on either side: the crossed bell shows.
        off_until: Inner limits are switched off until then: the crossed bell shows with this time.
        beside: Small figure beside the value (mean pressure).
        reason: Why there is no value, or why to doubt it.
        source: Who measured.
        age: How old a spot measurement is.
        next_due: When the next one falls due.
        busy: The cuff is measuring.
        busy_words: What it is doing, when it was asked from here.
        dim: Too old to act on.
        alarm: Priority of the alarm on this parameter.
        flashing: That alarm was not acknowledged.
    """

    label: str
    unit: str
    value: str = DASHES
    tone: Tone = Tone.TEXT
    high: str = ""
    low: str = ""
    limits_off: bool = False
    off_until: str = ""
    beside: str = ""
    reason: str = ""
    source: str = ""
    age: str = ""
    next_due: str = ""
    busy: bool = False
    busy_words: str = ""
    dim: bool = False
    alarm: Priority | None = None
    flashing: bool = False


@dataclass(frozen=True, slots=True)
class Ring:
    """The phase ring.

    Attributes:
        title: Phase as a word.
        big: The time that matters.
        under: What that time is.
        foot: What comes next.
        fraction: 0..1 of the ring filled.
        tone: Colour of the filled part.
    """

    title: str
    big: str
    under: str
    foot: str
    fraction: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class PumpFace:
    """The pump panel.

    Attributes:
        word: The pump's true state as a word.
        word_tone: Its colour.
        device: Who it is.
        link: The lamps as words.
        port_open: First lamp.
        answering: Second lamp.
        rate: In mL/h, big.
        running: The pump itself says it delivers at that rate; else the rate is only set.
        drug_rate: In mg/kg/h and mg/h.
        given: Drug given of the total.
        fraction: 0..1 of the volume given.
        volume: Volume, concentration and syringe.
        predicted_plasma: Model prediction, empty when there is none.
        predicted_effect: Model prediction.
        notice: A sentence to act on.
        can_start: START may be held.
        can_change: The rate may be changed.
        can_pause: Delivery may be paused.
        can_resume: Delivery may be resumed.
        can_reprogram: Only a new program of the remaining dose may run.
        can_end: A paused infusion may be given up.
        by_hand: It is worked at the pump: keys here ask a person, and send nothing.
        task: Id of what is to be done at the pump, empty when nothing is.
    """

    word: str
    word_tone: Tone
    device: str
    link: str
    port_open: bool
    answering: bool
    rate: str = DASHES
    running: bool = False
    drug_rate: str = ""
    given: str = DASHES
    fraction: float = 0.0
    volume: str = ""
    predicted_plasma: str = ""
    predicted_effect: str = ""
    notice: str = ""
    can_start: bool = False
    can_change: bool = False
    can_pause: bool = False
    can_resume: bool = False
    can_reprogram: bool = False
    can_end: bool = False
    by_hand: bool = False
    task: str = ""


class StopMode(StrEnum):
    """What the STOP key shows."""

    READY = "ready"
    REQUESTED = "requested"
    STOPPED = "stopped"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class StopFace:
    """The STOP key."""

    mode: StopMode = StopMode.READY
    text: str = "STOP"
    under: str = "F12"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A scheduled check; ``seconds`` orders them and is not shown."""

    kind: PromptKind
    label: str
    when: str
    overdue: bool
    seconds: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scored scale as the sedation tile shows it."""

    label: str
    score: str
    words: str
    age: str
    alarm: Priority | None = None
    flashing: bool = False


@dataclass(frozen=True, slots=True)
class LiveView:
    """Everything the live page and the shell show, computed from state and latest values alone."""

    phase: Phase
    phase_word: str
    top: TopBar
    alarms: AlarmStrip
    hr: Tile
    spo2: Tile
    nibp: Tile
    rr: Tile
    etco2: Tile
    temp: Tile
    sedation: Scale
    dissociation: Scale
    ring: Ring
    pump: PumpFace
    stop: StopFace
    cuff: CuffFace = field(default_factory=CuffFace)
    prompts: tuple[Prompt, ...] = ()
    notes: tuple[str, ...] = field(default=())
    simulated: bool = False
    proposal: ProposalFace | None = None
    glass: bool = False
