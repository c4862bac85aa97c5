"""SER-06: answers that come up to five seconds late, in every interleaving, must not be mistaken."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from console.clock import Instant, ManualClock
from console.devices.pumps.ne1000 import NE1000
from console.devices.virtual.faults import PanelRate, PanelRun, PanelStop
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_memory import CommandError
from console.devices.virtual.ne1000_settings import shown_rate
from console.session.pump import (
    Confirmed,
    Pause,
    Program,
    PumpCommand,
    PumpState,
    Resume,
    SetRate,
    Start,
)
from tests.faults.bench import Scale, Seen

LATEST_S = 5.0
WIRE_S = 0.01
ORDER = Program("BD 60 mL", Decimal("26.59"), Decimal(30), Decimal(50), 250)
STATES = {"I": PumpState.INFUSING, "P": PumpState.PAUSED, "S": PumpState.STOPPED}


@dataclass(frozen=True, slots=True)
class Truth:
    """What the pump was from an instant on."""

    since: Instant
    prompt: str
    rate_ml_h: Decimal


class LateLink:
    """A link to a virtual pump whose answers take their time; they come in the order of the questions."""

    def __init__(self, chance: random.Random) -> None:
        self.clock = ManualClock()
        self.pump = VirtualNE1000()
        self.late_share = 0.0
        self.answers = 0
        self.late_answers = 0
        self.sent: list[bytes] = []
        self.history: list[Truth] = []
        self._chance = chance
        self._coming: list[tuple[Instant, bytes]] = []

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        until = self.clock.now().plus(timeout_s)
        due = self._coming[0][0] if self._coming else until
        self.pass_time(max(0.0, min(due, until, key=lambda at: at.mono_ns).seconds_since(self.clock.now())))
        arrived = b""
        while self._coming and self._coming[0][0].mono_ns <= self.clock.now().mono_ns:
            arrived += self._coming.pop(0)[1]
        return arrived

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self.sent.append(data)
        answer = self.pump.feed(data)
        self.note()
        if not answer:
            return
        self.answers += 1
        late = self._chance.random() < self.late_share
        self.late_answers += late
        due = self.clock.now().plus(self._chance.uniform(0.0, LATEST_S) if late else WIRE_S)
        if self._coming and self._coming[-1][0].mono_ns > due.mono_ns:
            due = self._coming[-1][0]
        self._coming.append((due, answer))

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self.clock.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`; what is under way still comes."""

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass for the pump, too."""
        self.clock.advance(seconds)
        self.pump.advance(seconds)
        self.note()

    def note(self) -> None:
        """Write down what is true now."""
        prompt, rate = self.pump.prompt, Decimal(0)
        with suppress(CommandError):
            rate = shown_rate(self.pump._model)
        if not self.history or (self.history[-1].prompt, self.history[-1].rate_ml_h) != (prompt, rate):
            self.history.append(Truth(self.clock.now(), prompt, rate))
            del self.history[:-40]

    def true_since(self, began: Instant) -> list[Truth]:
        """What was true at any time since then."""
        later = [truth for truth in self.history if truth.since.mono_ns > began.mono_ns]
        before = [truth for truth in self.history if truth.since.mono_ns <= began.mono_ns]
        return before[-1:] + later


class Interleaving:
    """One driver and one pump through a long string of questions, commands and hands at the panel."""

    def __init__(self) -> None:
        self.chance = random.Random(6)
        self.link = LateLink(self.chance)
        self.driver = NE1000()
        self.wrong: Counter[str] = Counter()
        self.polls = Counter[str]()
        self.commands = Counter[str]()

    def set_up(self) -> None:
        """Over a good line: a pump that infuses."""
        link = self.link
        link.late_share = 0.0
        link.pass_time(LATEST_S + 1.0)
        self.driver.identify(link)
        self.driver.poll(link)
        while not isinstance(self.driver.execute(link, ORDER), Confirmed):
            self.driver.stop_once(link)
        assert isinstance(self.driver.execute(link, Start()), Confirmed)

    def act(self) -> None:
        """One thing that happens."""
        chance, link = self.chance, self.link
        if link.pump.prompt not in {"I", "P"}:
            self.set_up()
        if chance.random() < 0.05:
            link.late_share = chance.choice((0.0, 0.05, 0.2, 0.5, 1.0))
        drawn = chance.random()
        if drawn < 0.60:
            self._poll()
        elif drawn < 0.75:
            link.pump.inject(chance.choice((PanelRate(self._rate()), PanelStop(), PanelRun())))
            link.note()
        else:
            self._command(chance.choice((SetRate(self._rate()), Pause(), Resume())))
        link.pass_time(chance.choice((0.0, 0.05, 0.5, 0.5, chance.uniform(0.0, 6.0))))

    def _rate(self) -> Decimal:
        return Decimal(self.chance.randrange(50, 400)) / 10

    def _poll(self) -> None:
        link, began = self.link, self.link.now()
        least_ml = link.pump.infused_ml
        try:
            reading = self.driver.poll(link)
        except TimeoutError:
            self.polls["unanswered"] += 1
            return
        self.polls["answered"] += 1
        truths = link.true_since(began)
        if reading.state not in {STATES.get(truth.prompt) for truth in truths} and "A" not in {
            truth.prompt[:1] for truth in truths
        }:
            self.wrong["state"] += 1
        if reading.rate_ml_h is not None and reading.rate_ml_h not in {truth.rate_ml_h for truth in truths}:
            self.wrong["rate"] += 1
        if reading.infused_ml is not None and not (
            least_ml - 0.006 <= float(reading.infused_ml) <= link.pump.infused_ml + 0.006
        ):
            self.wrong["counter"] += 1

    def _command(self, command: PumpCommand) -> None:
        link, began = self.link, self.link.now()
        sent_before = len(link.sent)
        outcome = self.driver.execute(link, command)
        kind = type(outcome).__name__
        self.commands[kind] += 1
        sent = link.sent[sent_before:]
        if (
            sum("RUN" in _text(packet) for packet in sent) > 1
            or sum(_sets_rate(packet) for packet in sent) > 1
        ):
            self.wrong["sent twice"] += 1
        if not isinstance(outcome, Confirmed):
            return
        truths = link.true_since(began)
        held = outcome.read_back
        if held.state not in {STATES.get(truth.prompt) for truth in truths}:
            self.wrong[f"{type(command).__name__} confirmed as {held.state.value}"] += 1
        if isinstance(command, SetRate) and held.rate_ml_h not in {truth.rate_ml_h for truth in truths}:
            self.wrong["rate confirmed"] += 1


def _text(packet: bytes) -> str:
    """The command in a Safe frame, without its CRC, which may look like one."""
    return packet[2:-3].decode("ascii", "replace")


def _sets_rate(packet: bytes) -> bool:
    return _text(packet).partition("RAT")[2][:1].isdigit()


def interleavings(scale: Scale) -> Seen:
    """Count what was believed and was not true at any time since it was asked."""
    bench, count = Interleaving(), scale.cases(6_000, 100_000)
    bench.set_up()
    for _ in range(count):
        bench.act()
    wrong = ", ".join(f"{what} {times}" for what, times in sorted(bench.wrong.items()))
    return Seen(
        f"{count} interleavings, {bench.link.late_answers} of {bench.link.answers} answers up to 5 s late: "
        f"{bench.wrong.total()} mistaken{': ' + wrong if wrong else ''} "
        f"({bench.polls['answered']} polls answered, {bench.commands['Confirmed']} commands confirmed, "
        f"{bench.commands['Refused']} refused, {bench.commands['Unknown']} unknown)",
        bench.wrong.total() == 0,
    )
