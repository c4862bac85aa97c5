"""The true course of ketamine in a virtual patient, stepped by what really enters the vein."""

from __future__ import annotations

from console.clinical.pk import Model, ModelName, State, kamp


class KampKinetics:
    """Three compartments and an effect site (Kamp 2020, Anesthesiology 133:1192).

    The patient has this course whatever his age and weight; where the console shows no curve is its
    own decision.
    """

    def __init__(self, weight_kg: float) -> None:
        self._model = Model(ModelName.KAMP, kamp(weight_kg))
        self._state = State.zero()

    @property
    def plasma_ng_ml(self) -> float:
        """Concentration in plasma, ng/mL."""
        return self._model.plasma_ng_ml(self._state)

    @property
    def effect_ng_ml(self) -> float:
        """Concentration at the site of effect, ng/mL."""
        return self._model.effect_ng_ml(self._state)

    def give(self, ketamine_mg: float, seconds: float) -> None:
        """Let ``seconds`` pass in which ``ketamine_mg`` enter the vein at an even rate."""
        minutes = seconds / 60
        self._state = self._model.step(self._state, ketamine_mg / minutes, minutes)
