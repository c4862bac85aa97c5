"""The true course of ketamine in a virtual patient: three compartments and an effect site.

Kamp 2020 (Anesthesiology 133:1192), 70 kg: volumes 25, 56 and 157 L growing with weight, clearances
84, 161 and 79 L/h growing with weight to the power 0.75; equilibration with the site of effect at
0.304 a minute (Kamp 2021, BJA 127:23).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class KampKinetics:
    """Exact for a rate that is constant within each step; no error builds up over steps."""

    def __init__(self, weight_kg: float) -> None:
        size = weight_kg / 70
        v1, v2, v3 = 25 * size, 56 * size, 157 * size
        flow = size**0.75 / 60
        cl, q2, q3 = 84 * flow, 161 * flow, 79 * flow
        self._v1_l = v1
        self._system = np.array(
            [
                [-(cl + q2 + q3) / v1, q2 / v2, q3 / v3, 0.0, 1.0],
                [q2 / v1, -q2 / v2, 0.0, 0.0, 0.0],
                [q3 / v1, 0.0, -q3 / v3, 0.0, 0.0],
                [0.304 * 1000 / v1, 0.0, 0.0, -0.304, 0.0],
                [0.0, 0.0, 0.0, 0.0, 0.0],
            ]
        )
        self._steps: dict[float, NDArray[np.float64]] = {}
        self._state = np.zeros(5)

    @property
    def plasma_ng_ml(self) -> float:
        """Concentration in plasma, ng/mL."""
        return float(self._state[0]) / self._v1_l * 1000

    @property
    def effect_ng_ml(self) -> float:
        """Concentration at the site of effect, ng/mL."""
        return float(self._state[3])

    def give(self, ketamine_mg: float, seconds: float) -> None:
        """Let ``seconds`` pass in which ``ketamine_mg`` enter the vein at an even rate."""
        step = self._steps.get(seconds)
        if step is None:
            step = self._steps.setdefault(seconds, _exponential(self._system * (seconds / 60)))
        self._state[4] = ketamine_mg * 60 / seconds
        self._state = step @ self._state


def _exponential(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Matrix exponential by scaling, Taylor series and squaring."""
    halvings = max(0, int(np.ceil(np.log2(max(np.abs(matrix).sum(axis=1).max(), 1e-9)))) + 4)
    small = matrix / 2**halvings
    term = total = np.eye(len(matrix))
    for order in range(1, 14):
        term = term @ small / order
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total
