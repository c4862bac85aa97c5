"""A room with a pump that can only be read: the nurse works it at its own panel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from console.session import intents as ask
from console.session.decision import Decision
from console.session.events import Event, Setting
from console.session.pump import Identity, LinkState, PumpControl, PumpReading, PumpState
from console.session.site import Site
from tests.session.bench import SITE, Bench

ALL = tuple(Setting)


@dataclass(frozen=True)
class Tells:
    """What a pump tells beside its state."""

    rate: bool = True
    counter: bool = True
    volume: bool = True
    syringe: bool = True
    every_s: float = 0.0


EVERYTHING = Tells()
RACK = Tells(counter=False, volume=False, syringe=False, every_s=5.0)
"""As a B. Braun rack: its rate and no more."""


class HandBench(Bench):
    """The real machine; not one byte of control reaches the pump."""

    def __init__(self, tells: Tells = EVERYTHING, counter_from: str = "0", site: Site = SITE) -> None:
        super().__init__(site)
        self.tells = tells
        self.counter_from = Decimal(counter_from)
        self.diameter = Decimal("26.59")
        self.purged = Decimal(0)

    def connect(self) -> None:
        who = Identity("asena", "Asena GH", control=PumpControl.READ_ONLY, every_s=self.tells.every_s)
        self.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "answers", who))
        super().connect()

    def stop_slot(self) -> None:
        """Nothing reaches the pump."""

    def reading(self) -> PumpReading:
        pump, tells = self.pump, self.tells
        running = pump.state is PumpState.INFUSING
        return PumpReading(
            self.clock.now(),
            pump.state,
            (pump.rate_ml_h if running or tells.volume else Decimal(0)) if tells.rate else None,
            pump.infused_ml + self.counter_from if tells.counter else None,
            diameter_mm=self.diameter if tells.syringe else None,
            volume_ml=pump.volume_ml if tells.volume else None,
        )

    # --- a nurse at the pump ------------------------------------------------------------------

    def set_pump(self, rate: str = "26.25", volume: str = "17.5") -> None:
        self.pump.rate_ml_h, self.pump.volume_ml = Decimal(rate), Decimal(volume)
        self.run(1)

    def key(self, state: PumpState, seconds: float = 1) -> None:
        """START, HOLD or STOP at the panel, and time for the console to see it."""
        self.pump.state = state
        self.run(seconds)

    def ordered(self) -> None:
        self.arrive()
        self.order()
        self.verify()
        self.run(1)

    def confirm(self, *by_eye: Setting) -> Decision:
        return self.tell(ask.ConfirmSetByHand(by_eye))

    def ready(self) -> None:
        self.ordered()
        self.set_pump()
        assert not self.confirm(*ALL).refusals

    def infuse(self, minutes: float = 0) -> None:
        self.ready()
        self.key(PumpState.INFUSING)
        self.run(minutes * 60, every_s=2)

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]

    def alarm(self, code: str) -> str:
        """The message of an active alarm whose condition holds; empty when there is none."""
        found = [a.raised.message for a in self.state.alarms if a.raised.code == code and a.condition]
        return found[0] if found else ""
