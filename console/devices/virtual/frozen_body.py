"""A monitor that hangs: it goes on sending, but what it sends stands still."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Wave
from console.devices.virtual.body import Body, Numerics


class FrozenBody:
    """Looks like ``body`` looked when it was built: the same figures, and flat lines for waves."""

    def __init__(self, body: Body) -> None:
        """Take the last picture of ``body``."""
        self.body = body
        self._seen = body.numerics()
        self._level = dict.fromkeys(Wave, 0.0)

    def numerics(self) -> Numerics:
        """The numbers of then."""
        return self._seen

    def take_wave(self, wave: Wave) -> NDArray[np.float64]:
        """As many samples as really came, all at the level of the first of them."""
        taken = self.body.take_wave(wave)
        if len(taken) and not self._level[wave]:
            self._level[wave] = float(np.nan_to_num(taken[0], nan=1.0)) or 1.0
        return np.full(len(taken), self._level[wave])

    def start_cuff(self) -> None:
        """A monitor that hangs takes no orders."""
