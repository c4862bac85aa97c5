"""Plays a scenario's script: told the time and what is so in the room, it says what happens now."""

from __future__ import annotations

from dataclasses import dataclass

from console.devices.virtual.scenario import (
    AtMinute,
    Scenario,
    ScenarioEffect,
    Trigger,
    Turn,
    Watched,
    WhenFigure,
    WhenTurn,
)


@dataclass(frozen=True, slots=True)
class ScenarioFacts:
    """What is so in the room at one moment; None where it is not known.

    Attributes:
        systolic: Last cuff reading, mmHg. diastolic: mmHg.
        spo2: %. hr: /min. rr: /min. etco2: mmHg.
        moaas: What a nurse would find. dissociation: 0-4. nausea: 0-3. distress: 0-10.
        effect_ng_ml: The patient's true effect-site concentration.
        turns: Every turn the session is in now.
    """

    systolic: float | None = None
    diastolic: float | None = None
    spo2: float | None = None
    hr: float | None = None
    rr: float | None = None
    etco2: float | None = None
    moaas: int | None = None
    dissociation: int | None = None
    nausea: int | None = None
    distress: float | None = None
    effect_ng_ml: float | None = None
    turns: frozenset[Turn] = frozenset()

    def figure(self, watched: Watched) -> float | None:
        """The figure a line watches."""
        value: float | None = getattr(self, watched.value)
        return value


class ScenarioPlayer:
    """Plays one scenario once. No clock: the same calls give the same effects."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._waiting = dict(enumerate(scenario.script))
        self._held_since_s: dict[int, float] = {}
        self._due_s: dict[int, float] = {}

    @property
    def finished(self) -> bool:
        """Whether every line has fired."""
        return not self._waiting

    def advance(self, now_s: float, facts: ScenarioFacts) -> list[ScenarioEffect]:
        """The effects that are due now, in the order in which they fell due.

        Args:
            now_s: Seconds since the infusion started, never going back.
            facts: What is so now.
        """
        for number, line in self._waiting.items():
            if number not in self._due_s:
                due = self._fires(number, line.trigger, now_s, facts)
                if due is not None:
                    self._due_s[number] = due
        ready = sorted((due, number) for number, due in self._due_s.items() if due <= now_s)
        effects = []
        for _, number in ready:
            effects.append(self._waiting.pop(number).effect)
            del self._due_s[number]
        return effects

    def _fires(self, number: int, trigger: Trigger, now_s: float, facts: ScenarioFacts) -> float | None:
        """When the line is due, or None while nothing has set it off."""
        match trigger:
            case AtMinute(minute):
                return minute * 60
            case WhenTurn(turn, after_s, since_min):
                return now_s + after_s if now_s >= since_min * 60 and turn in facts.turns else None
            case WhenFigure():
                return self._crosses(number, trigger, now_s, facts)

    def _crosses(self, number: int, trigger: WhenFigure, now_s: float, facts: ScenarioFacts) -> float | None:
        value = facts.figure(trigger.figure)
        beyond = (
            value is not None
            and (trigger.during is None or trigger.during in facts.turns)
            and now_s >= trigger.since_min * 60
            and (value < trigger.bound if trigger.below else value > trigger.bound)
        )
        if not beyond:
            self._held_since_s.pop(number, None)
            return None
        since = self._held_since_s.setdefault(number, now_s)
        return now_s + trigger.after_s if now_s - since >= trigger.for_s else None
