"""A room whose pump can only be read, whose monitor takes cuffs, and with an oximeter beside it."""

from __future__ import annotations

from dataclasses import replace

from console.clinical.vitals import NibpState, Quality, Vital, VitalReading
from console.session import intents as ask
from console.session.events import LinkChanged
from console.session.people import ROOM
from console.session.pump import Identity, LinkState, PumpControl
from tests.session.bench import SITE
from tests.session.by_hand_bench import RACK, HandBench, Tells
from tests.ui.in_process_room import InProcessRoom

SECOND_SOURCE = replace(SITE, monitors=("masimo", "s5"), cuffs=("s5",))


class TwoSources(HandBench):
    """The oximeter speaks for saturation and pulse, the monitor for the rest and behind it."""

    def __init__(self, tells: Tells = RACK) -> None:
        super().__init__(tells, site=SECOND_SOURCE)
        self.oximeter = True
        self.cuff_state = NibpState.IDLE

    def connect(self) -> None:
        super().connect()
        self.plug_oximeter()

    def plug_oximeter(self) -> None:
        self.oximeter = True
        self.tell(ask.LinkSeen("masimo", LinkState.ANSWERING, "answers"))

    def unplug_oximeter(self) -> None:
        self.oximeter = False
        self.tell(ask.LinkSeen("masimo", LinkState.CLOSED, "The cable was pulled."))

    def run(self, seconds: float, *, every_s: float = 1.0) -> None:
        """In steps short enough that no monitor falls silent in between."""
        super().run(seconds, every_s=min(every_s, 2.0))

    def seen(self) -> ask.VitalsSeen:
        spoken = super().seen()
        if self.oximeter and "masimo" in self.watch.links:
            now = self.clock.now()
            self.tell(
                ask.VitalsSeen(
                    "masimo",
                    tuple(
                        VitalReading(vital, value, Quality.VALID, "masimo", now, now)
                        for vital, value in ((Vital.SPO2, 97.0), (Vital.PR, 75.0), (Vital.PERFUSION, 2.0))
                    ),
                    pleth=self._pleth,
                )
            )
        return ask.VitalsSeen(
            spoken.device, spoken.readings, self.cuff_state, spoken.bad_frames, spoken.pleth
        )


class ByHandRoom(InProcessRoom):
    """The machine behind the window."""

    def __init__(self, tells: Tells = RACK) -> None:
        self.by_hand = TwoSources(tells)
        super().__init__(self.by_hand)

    def name_devices(self) -> None:
        who = Identity(
            "bcc", "B. Braun SIM Perfusor Space", simulated=True, control=PumpControl.READ_ONLY,
            every_s=self.by_hand.tells.every_s,
        )  # fmt: skip
        self.bench.commit(LinkChanged("pump", LinkState.ANSWERING, "answers", who), ROOM)

    def cuff(self, state: NibpState) -> None:
        """What the monitor says its cuff is doing."""
        self.nibp = self.by_hand.cuff_state = state
