"""What a monitor is put through with a patient simulator: everything there, right, and never invented."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from console.clinical.vitals import VITALS, Vital, VitalReading, Wave, WaveBlock
from console.clock import Instant
from console.devices.about import Role
from console.devices.bench.observed import quantile
from console.devices.bench.procedure import (
    DECLINED,
    Answer,
    Ask,
    Check,
    Deed,
    Doing,
    Procedure,
    failed,
    not_done,
    passed,
)
from console.devices.bench.stand import Stand
from console.session.bench import Figure

PRESSURES: Final = frozenset({Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN})
EVERYTHING_S: Final = 30.0
CUFF_S: Final = 120.0
"""A measurement with its second try."""
SETTLE_S: Final = 5.0
OFF_S: Final = 40.0
"""Monitors hold a figure for up to 15 to 30 s after the sensor was lost."""
OFF_QUIET_S: Final = 4.0
RATES_S: Final = 12.0
RATE_SHARE: Final = 0.05
"""How far a measured sampling rate may be from the nominal one (site default)."""

TOLERANCE: Final[Mapping[Vital, float]] = {
    Vital.HR: 3.0,
    Vital.PR: 3.0,
    Vital.SPO2: 2.0,
    Vital.PERFUSION: 1.0,
    Vital.RR: 2.0,
    Vital.ETCO2: 4.0,
    Vital.FICO2: 3.0,
    Vital.TEMP: 0.3,
    Vital.NIBP_SYS: 8.0,
    Vital.NIBP_DIA: 8.0,
    Vital.NIBP_MEAN: 8.0,
}
"""How far a monitor may be from its simulator, in the unit of each parameter (site default, needs the
medical director's signature)."""


@dataclass(slots=True)
class Listening:
    """What was heard while listening.

    Attributes:
        latest: Last reading of each vital sign.
        told_at: When each usable one came, in order.
        samples: Samples of each wave after its first block.
        first: First block of each wave.
        last: Last block of each wave.
    """

    latest: dict[Vital, VitalReading] = field(default_factory=dict)
    told_at: dict[Vital, list[Instant]] = field(default_factory=dict)
    samples: dict[Wave, int] = field(default_factory=dict)
    first: dict[Wave, WaveBlock] = field(default_factory=dict)
    last: dict[Wave, WaveBlock] = field(default_factory=dict)

    def hear(self, readings: Sequence[VitalReading], waves: Sequence[WaveBlock]) -> None:
        """Take one turn's batch down."""
        for reading in readings:
            self.latest[reading.vital] = reading
            if reading.usable:
                self.told_at.setdefault(reading.vital, []).append(reading.at)
        for block in waves:
            if block.wave in self.first:
                self.samples[block.wave] = self.samples.get(block.wave, 0) + len(block.samples) // 2
            else:
                self.first[block.wave] = block
            self.last[block.wave] = block


Heard = Generator[Doing | Ask, Answer | None, Listening]


def listen(stand: Stand, sentence: str, for_s: float, enough: Callable[[Listening], bool]) -> Heard:
    """Listen for ``for_s`` seconds at most, or until it is enough."""
    heard, link, began = Listening(), stand.opened, stand.opened.now()
    while (passed_s := link.now().seconds_since(began)) < for_s and not enough(heard):
        yield Doing(sentence, passed_s / for_s)
        try:
            batch = stand.the_monitor.turn(link)
        except TimeoutError:
            continue
        heard.hear(batch.readings, batch.waves)
    stand.seen.update(heard.told_at)
    return heard


def never_enough(_heard: Listening) -> bool:
    """Listen to the end."""
    return False


def parameters(stand: Stand) -> Procedure:
    """Wait until every parameter the monitor can tell was usable once."""
    wanted = stand.the_monitor.provides - stand.absent
    cuff = bool(wanted & PRESSURES)
    if cuff:
        answer = yield Ask(
            Deed.MEASURE_CUFF, "Start a blood pressure measurement at the monitor, then say done."
        )
        if answer is None or not answer.done:
            wanted -= PRESSURES
    steady = wanted - PRESSURES
    heard = yield from listen(
        stand, "Waiting for every parameter", EVERYTHING_S, lambda so_far: steady <= so_far.told_at.keys()
    )
    if steady <= heard.told_at.keys() and not wanted <= heard.told_at.keys():
        measured = yield from listen(
            stand, "Waiting for the blood pressure", CUFF_S, lambda so_far: so_far.told_at.keys() >= PRESSURES
        )
        heard.latest |= measured.latest
        heard.told_at |= measured.told_at
    figures = tuple(_shown(vital, heard.latest.get(vital)) for vital in Vital if vital in wanted)
    missing = [VITALS[vital].label for vital in Vital if vital in wanted - heard.told_at.keys()]
    if missing:
        return failed(
            f"Not seen: {', '.join(missing)}. Check sensor and simulator, or name what this monitor is not "
            "fitted with.",
            *figures,
        )
    return passed(f"All {len(wanted)} parameters are there.", *figures)


def simulator(stand: Stand) -> Procedure:
    """Compare what the monitor tells with what the simulator shows."""
    if not stand.expected():
        return not_done("Nobody said what the simulator shows: enter its figures and test again.")
    heard = yield from listen(stand, "Comparing with the simulator", SETTLE_S, never_enough)
    expected = stand.expected()
    figures, wrong = [], []
    for vital in Vital:
        reading, wanted = heard.latest.get(vital), expected.get(vital)
        if wanted is None or reading is None or vital in stand.absent:
            continue
        kind, limit = VITALS[vital], TOLERANCE[vital]
        text = f"{wanted:.{kind.places}f} ±{limit:g}"
        shown = _shown(vital, reading)
        figures.append(Figure(shown.name, shown.value, shown.unit, text))
        if reading.value is None or abs(reading.value - wanted) > limit + 0.5 * 10**-kind.places:
            wrong.append(f"{kind.label} is {shown.value} instead of {wanted:.{kind.places}f}")
    if not figures:
        return not_done("The monitor told none of the parameters that the simulator shows.")
    if wrong:
        return failed(f"{'; '.join(wrong)}. Check the simulator, then have the monitor serviced.", *figures)
    return passed(f"{len(figures)} parameters agree with the simulator.", *figures)


def invalid(stand: Stand) -> Procedure:
    """Take the sensors off: every figure has to go, and none may be invented."""
    before = yield from listen(stand, "Noting what is shown", SETTLE_S, never_enough)
    shown = frozenset(before.told_at) - PRESSURES
    if not shown:
        return not_done("No continuous parameter was shown, so none could be lost. Connect the simulator.")
    answer = yield Ask(Deed.SENSORS_OFF, "Take every sensor off, or switch the simulator off, then say done.")
    if answer is None or not answer.done:
        return DECLINED
    after, began = Listening(), stand.opened.now()
    while (passed_s := stand.opened.now().seconds_since(began)) < OFF_S:
        heard = yield from listen(stand, "Waiting for the figures to go", OFF_QUIET_S, never_enough)
        after.latest.update(heard.latest)
        lasting = frozenset(heard.told_at) & shown
        if not lasting:
            break
    yield Ask(Deed.SENSORS_ON, "Put the sensors back on.")
    figures = [_shown(vital, after.latest.get(vital)) for vital in Vital if vital in shown]
    if lasting:
        told = (f"{VITALS[vital].label} {_shown(vital, after.latest.get(vital)).value}" for vital in lasting)
        named = ", ".join(sorted(told))
        return failed(
            f"Without sensors the monitor still tells {named} after {passed_s:.0f} s: it hangs, or its "
            "figures are not from these sensors. Do not rely on it.",
            *figures,
        )
    return passed(f"Without sensors all {len(shown)} figures are unknown.", *figures)


def rates(stand: Stand) -> Procedure:
    """Measure how often figures come, and how many samples a second the waves have."""
    heard = yield from listen(stand, "Measuring the rates", RATES_S, never_enough)
    figures, wrong = [], []
    for vital in Vital:
        times = heard.told_at.get(vital, [])
        gaps = [after.seconds_since(before) for before, after in pairwise(times)]
        usual = quantile(gaps, 0.5)
        if usual is None or vital in PRESSURES:
            continue
        limit = stand.the_monitor.quiet_limit_s
        figures.append(Figure(f"{VITALS[vital].label} every", f"{usual:.2f}", "s", f"{limit:g} s"))
        if usual > limit:
            wrong.append(f"{VITALS[vital].label} comes every {usual:.1f} s only")
    for wave, first in heard.first.items():
        seconds = heard.last[wave].at.seconds_since(first.at)
        if seconds <= 0:
            continue
        rate = heard.samples.get(wave, 0) / seconds
        figures.append(
            Figure(f"{wave.value} samples", f"{rate:.1f}", "/s", f"{first.rate_hz:g} ±{RATE_SHARE:.0%}")
        )
        if abs(rate - first.rate_hz) > RATE_SHARE * first.rate_hz:
            wrong.append(f"the {wave.value} wave has {rate:.0f} samples/s instead of {first.rate_hz:g}")
    if not figures:
        return failed("Nothing came by which a rate could be measured: connect the simulator.")
    if wrong:
        return failed(f"{'; '.join(wrong)}: check the line and the monitor's output settings.", *figures)
    return passed("Figures and waves come as often as they should.", *figures)


def _shown(vital: Vital, reading: VitalReading | None) -> Figure:
    kind = VITALS[vital]
    if reading is None:
        return Figure(kind.label, "--", kind.shown_unit)
    if reading.value is None or not reading.usable:
        return Figure(kind.label, f"-- ({reading.quality.value})", kind.shown_unit)
    return Figure(kind.label, f"{reading.value:.{kind.places}f}", kind.shown_unit)


MONITOR_CHECKS: Final = (
    Check(
        "parameters",
        "Parameters",
        "Waits until every parameter was usable once.",
        Role.MONITOR,
        parameters,
        needs_no_patient=True,
        needs_hands=True,
    ),
    Check("rates", "Rates", "Measures how often figures and samples come.", Role.MONITOR, rates),
    Check(
        "simulator",
        "Simulator values",
        "Compares what is told with what the simulator shows.",
        Role.MONITOR,
        simulator,
    ),
    Check(
        "invalid",
        "Lost sensors",
        "Has the sensors taken off: every figure must become unknown.",
        Role.MONITOR,
        invalid,
        needs_no_patient=True,
        needs_hands=True,
    ),
)
