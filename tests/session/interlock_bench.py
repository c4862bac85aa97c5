"""A bench whose site has put the shipped interlock rules in force."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from msgspec.structs import replace

from console.clinical.interlock_file import digest_of, load_interlocks
from console.clinical.interlock_rules import InterlockRules
from console.clinical.vitals import NibpState, Vital
from console.session import intents as ask
from console.session.decision import NOTHING, Decision
from console.session.events import (
    AlarmRaised,
    CommandRequested,
    Entry,
    Event,
    PauseProposalEnded,
    PauseProposed,
    Priority,
)
from console.session.people import Actor, Role
from console.session.posture import Posture, posture
from console.session.site import Site
from console.session.state import Phase, Session
from tests.session.bench import SITE, Bench

SHIPPED = (Path(__file__).parents[2] / "resources" / "interlocks.toml").read_bytes()


def signed(text: bytes = SHIPPED) -> bytes:
    """The shipped file with the director's name, switched on."""
    return (
        text.replace(b"enabled = false", b"enabled = true")
        .replace(b'signed_by = ""', b'signed_by = "Dr Ada Moss"')
        .replace(b'signed_on = ""', b'signed_on = "2026-01-15"')
    )


def rules_in_force() -> InterlockRules:
    text = signed()
    return load_interlocks(text, digest_of(text))


ARMED: Site = dataclasses.replace(SITE, interlocks=rules_in_force())
SAME_LIMB: Site = dataclasses.replace(ARMED, cuff_on_oximeter_limb=True)


TICK_S = 0.25


class InterlockBench(Bench):
    """Infusing from the start, in fine steps, with a cuff that may be inflated and a pump that may wait."""

    def __init__(self, site: Site = ARMED) -> None:
        super().__init__(site)
        self.nibp = NibpState.IDLE
        self.slow = False
        self.late: list[ask.CommandAnswered] = []
        self.turns = 0
        self.infuse()
        self.live(2)
        assert self.phase() is Phase.INFUSING

    @property
    def session(self) -> Session:
        session = self.state.session
        assert session is not None
        return session

    def seen(self) -> ask.VitalsSeen:
        return replace(super().seen(), nibp=self.nibp)

    def tell(self, intent: ask.Intent, actor: Actor | None = None) -> Decision:
        if self.slow and isinstance(intent, ask.CommandAnswered):
            self.late.append(intent)
            return NOTHING
        return super().tell(intent, actor)

    def answer(self) -> None:
        """The answers that were held back arrive."""
        self.slow = False
        late, self.late = self.late, []
        for one in late:
            self.tell(one)

    def live(self, seconds: float, *, sample_s: float = 1.0) -> None:
        """Ticks of a quarter of a second; pump and monitor speak once a second, just before a tick."""
        each = round(sample_s / TICK_S)
        for _ in range(round(seconds / TICK_S)):
            self.clock.advance(TICK_S)
            self.pump.run(TICK_S)
            self.turns += 1
            if self.turns % each == 0:
                if not self.pump.dead:
                    self.tell(ask.PumpSeen(self.reading()))
                self.tell(self.seen())
            self.tell(ask.Tick())

    def to_sample(self) -> None:
        """Until the monitor has just spoken."""
        self.live(TICK_S)
        while self.turns % 4:
            self.live(TICK_S)

    def show(self, **values: float | None) -> None:
        """These values from now on, shown by a sample that has just arrived."""
        self.vitals |= {Vital(name): value for name, value in values.items()}
        self.to_sample()

    # --- what happened ------------------------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]

    @property
    def proposals(self) -> list[PauseProposed]:
        return [event for event in self.events if isinstance(event, PauseProposed)]

    @property
    def ended(self) -> list[str]:
        return [event.why for event in self.events if isinstance(event, PauseProposalEnded)]

    def raised(self, code: str) -> list[AlarmRaised]:
        found = (event for event in self.events if isinstance(event, AlarmRaised))
        return [alarm for alarm in found if alarm.code == code]

    def alarms(self) -> dict[str, Priority]:
        return {one.raised.code: one.raised.priority for one in self.state.alarms if one.condition}

    def asked_by_room(self) -> list[Entry]:
        """Commands the room asked for by itself."""
        return [
            entry
            for entry in self.entries
            if isinstance(entry.event, CommandRequested) and entry.actor.role is Role.ROOM
        ]

    def until_proposed(self, within_s: float) -> float:
        """Seconds until a pause is proposed."""
        begun, before = self.clock.now(), len(self.proposals)
        while len(self.proposals) == before:
            assert self.clock.now().seconds_since(begun) <= within_s, (self.alarms(), self.watch.gates)
            self.live(TICK_S)
        return self.clock.now().seconds_since(begun)

    def cancel(self, reason: str = "looked at the patient: the probe had slipped") -> Decision:
        proposal = self.session.proposal
        assert proposal is not None
        return self.tell(ask.CancelPauseProposal(proposal.proposed.proposal_id, reason))

    def posture(self) -> Posture:
        return posture(self.state, self.watch, self.site, self.clock.now())
