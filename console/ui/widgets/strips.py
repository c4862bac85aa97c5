"""The strips of the wave area: what each shows, how fast and how large."""

from __future__ import annotations

from dataclasses import dataclass

from console.clinical.vitals import Wave
from console.ui.viewmodels.live_tone import Tone


@dataclass(frozen=True, slots=True)
class Strip:
    """How one waveform is shown.

    Attributes:
        wave: Which.
        label: Name on the strip.
        note: Speed and scale under the name.
        tone: Colour of its parameter.
        mm_s: Sweep speed (25 mm/s for ECG and pleth, 6.25 mm/s for CO2 and respiration).
        low: Physical value at the bottom; None: scaled to what is seen.
        high: Physical value at the top.
        bar: Height of the gain bar in mV, for a signal shown at physical size; 0 for none.
        bar_text: What the bar stands for.
        off_text: What is said when the device calls the signal unusable.
        pale: Drawn thinner and paler than its neighbour of the same colour.
    """

    wave: Wave
    label: str
    note: str
    tone: Tone
    mm_s: float
    low: float | None = None
    high: float | None = None
    bar: float = 0.0
    bar_text: str = ""
    off_text: str = "no signal"
    pale: bool = False


STRIPS = (
    Strip(Wave.ECG, "ECG II", "25 mm/s", Tone.HR, 25.0, bar=1.0, bar_text="1 mV", off_text="lead off"),
    Strip(Wave.PLETH, "Pleth", "25 mm/s", Tone.SPO2, 25.0, off_text="no finger on the probe"),
    Strip(Wave.CO2, "CO₂", "6.25 mm/s  0–60 mmHg", Tone.CO2, 6.25, 0.0, 60.0, off_text="no CO₂ sample"),
    Strip(Wave.RESP, "Resp", "6.25 mm/s", Tone.CO2, 6.25, off_text="no respiration signal", pale=True),
)
