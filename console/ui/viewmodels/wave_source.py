"""Whose waveform is drawn when two monitors send the same one: one at a time, never both on one trace."""

from __future__ import annotations

from dataclasses import dataclass

from console.clinical.vitals import Vital, Wave, WaveBlock
from console.clock import Instant
from console.session.state import Session

VITAL_OF = {Wave.ECG: Vital.HR, Wave.PLETH: Vital.SPO2, Wave.CO2: Vital.ETCO2, Wave.RESP: Vital.RR}
SILENT_S = 2.0
"""A monitor that sent no block for so long gives its trace up to another (site default)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Whose blocks are on a trace, and when the last one came."""

    source: str
    at: Instant


def admitted(before: Drawn | None, block: WaveBlock, session: Session | None) -> Drawn | None:
    """Whose trace it is after ``block``; None when the block belongs to a monitor that is not drawn.

    The monitor that speaks for the figure draws its wave as well, where it sends one; a trace whose source
    is another than before is begun anew.
    """
    if before is None or before.source == block.source:
        return Drawn(block.source, block.at)
    speaks = None if session is None else session.speaking.get(VITAL_OF[block.wave])
    silent = block.at.seconds_since(before.at) > SILENT_S
    return Drawn(block.source, block.at) if silent or block.source == speaks else None
