"""The search for devices on the wire: carries out the attempts of a plan at one port after the other.

Call it from one thread that owns the ports meanwhile. Before every attempt it asks again whether it may go
on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

from console.clock import Instant
from console.devices.about import DriverOptions, Role
from console.devices.catalogue import about, decode_recording, device_names, make_monitor, make_pump
from console.devices.discovery import PortFacts
from console.devices.discovery_findings import (
    Bound,
    PortFinding,
    broken_off,
    judge,
    left_alone,
    not_opened,
    owner_of,
)
from console.devices.discovery_plan import (
    SAMPLE_BYTES,
    Decoder,
    Step,
    StepResult,
    heard_enough,
    next_step,
    plan,
    recognise,
)
from console.devices.ports import LineSettings, Link, LinkLost, Monitor, Pump, WrongDevice
from console.devices.pump_owner import Leaves

READ_S = 0.1
LEAVE_S = 1.5
"""How long a device that identified itself may take to be left in good order."""
LONGEST_HEARD = 8192

OpenLink = Callable[[str, LineSettings], Link]
MayGoOn = Callable[[], str]
"""Why the search has to end now, as a sentence; empty while it may go on."""
OnStep = Callable[[PortFacts, Step], None]
"""Told before each attempt, for a person who waits."""


class Probes:
    """What of the catalogue a search needs: made once, the same for every port."""

    def __init__(self, names: Sequence[str] | None = None, *, every_speed: bool = False) -> None:
        """Choose what to look for.

        Args:
            names: Devices; all of the catalogue when None.
            every_speed: Also at speeds that are not their factory setting.
        """
        self.names = device_names() if names is None else tuple(names)
        told = [about(name) for name in self.names]
        self.steps = plan(told, every_speed=every_speed)
        self.talkers = frozenset(one.name for one in told if one.talks)
        self.decoders: Mapping[str, tuple[tuple[LineSettings, ...], Decoder]] = {
            name: (
                tuple(step.line for step in self.steps if step.device == name),
                partial(decode_recording, name),
            )
            for name in self.names
        }

    def driver(self, name: str, baud: int | None = None) -> Pump | Monitor:
        """A fresh driver that nothing was heard with yet; ``baud`` None for the factory setting."""
        options = DriverOptions(name, baud)
        return make_pump(name, options) if about(name).role is Role.PUMP else make_monitor(name, options)


class ProbeLink:
    """A link that ends an identification when its time is over, and keeps the first bytes as evidence."""

    def __init__(self, link: Link, budget_s: float) -> None:
        self.sent = b""
        self.received = b""
        self.bytes_in = 0
        self._link = link
        self._deadline = link.now().plus(budget_s)

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`.

        Raises:
            TimeoutError: the time of this attempt is over.
        """
        if self.now().mono_ns >= self._deadline.mono_ns:
            raise TimeoutError("It did not identify itself in the time it was given.")
        data = self._link.read(timeout_s)
        self._count(data)
        return data

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.write(data)
        self.sent = (self.sent + data)[:SAMPLE_BYTES]

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self._link.now()

    def discard_input(self) -> None:
        """Throw away what waits, but count it: it may be what tells who is there."""
        self._count(self._link.read(0.0))
        self._link.discard_input()

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.close()

    def more_time(self, seconds: float) -> None:
        """Allow ``seconds`` from now on."""
        self._deadline = self.now().plus(seconds)

    def _count(self, data: bytes) -> None:
        self.bytes_in += len(data)
        self.received = (self.received + data)[:SAMPLE_BYTES]


def search(
    ports: Sequence[PortFacts],
    probes: Probes,
    open_link: OpenLink,
    bound: Sequence[Bound] = (),
    may_go_on: MayGoOn = lambda: "",
    on_step: OnStep = lambda _port, _step: None,
) -> Iterator[PortFinding]:
    """Search one port after the other; each finding as soon as it is there.

    Args:
        ports: Where to look.
        probes: What to look for.
        open_link: Opens a port by name with line settings.
        bound: Ports that belong to devices of this room; they are never opened.
        may_go_on: Asked before every attempt.
        on_step: Told of every attempt.
    """
    for port in ports:
        yield search_port(port, probes, open_link, bound, may_go_on, on_step)


def search_port(
    port: PortFacts,
    probes: Probes,
    open_link: OpenLink,
    bound: Sequence[Bound] = (),
    may_go_on: MayGoOn = lambda: "",
    on_step: OnStep = lambda _port, _step: None,
) -> PortFinding:
    """Search one port; see :func:`search`. Never raises for what is at the port."""
    owner = owner_of(port, bound)
    if owner is not None:
        return left_alone(port, owner)
    results: list[StepResult] = []
    while (step := next_step(probes.steps, results, probes.talkers)) is not None:
        stop = may_go_on()
        if stop:
            return broken_off(port, stop, results)
        on_step(port, step)
        try:
            results.append(_carry_out(port, step, probes, open_link))
        except LinkLost as error:
            return not_opened(port, str(error), results)
    return judge(port, results)


def _carry_out(port: PortFacts, step: Step, probes: Probes, open_link: OpenLink) -> StepResult:
    if not step.asks:
        link = ProbeLink(open_link(port.device, step.line), step.budget_s)
        try:
            return _listen(link, step, probes)
        finally:
            link.close()
    driver = probes.driver(step.device, step.line.baud)
    link = ProbeLink(open_link(port.device, driver.line), step.budget_s)
    try:
        return _ask(link, step, driver)
    finally:
        link.close()


def _listen(link: ProbeLink, step: Step, probes: Probes) -> StepResult:
    begun = link.now()
    heard = b""
    found: tuple[str, ...] = ()
    while not heard_enough(link.now().seconds_since(begun), len(heard), found, step):
        try:
            data = link.read(READ_S)
        except TimeoutError:
            break
        if data and len(heard) < LONGEST_HEARD:
            heard += data
            found = recognise(heard, step.line, probes.decoders)
    return StepResult(step, link.bytes_in, b"", link.received, found, seconds=link.now().seconds_since(begun))


def _ask(link: ProbeLink, step: Step, driver: Pump | Monitor) -> StepResult:
    begun = link.now()
    identity, said = None, ""
    try:
        identity = driver.identify(link)
    except (WrongDevice, TimeoutError) as error:
        said = str(error)
    if link.bytes_in and isinstance(driver, Leaves):
        link.more_time(LEAVE_S)
        with suppress(TimeoutError, LinkLost):
            driver.leave(link)
    return StepResult(
        step, link.bytes_in, link.sent, link.received, (), identity, said, link.now().seconds_since(begun)
    )
