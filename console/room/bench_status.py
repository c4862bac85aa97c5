"""How the devices of the room stand, from what their port owners and their bytes tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from console.clinical.vitals import VITALS, Vital
from console.clock import Clock, Instant
from console.devices.about import Role
from console.devices.bench.observed import quantile
from console.devices.bench.wire_log import WireLine
from console.devices.capture import Direction
from console.devices.discovery import PortFacts, is_there
from console.devices.discovery_findings import is_port
from console.devices.portloop import WireStatistics
from console.room.bench_desk_wire import DeviceStatus
from console.room.bench_taps import Taps
from console.session.pump import LinkState
from console.session.site import Site
from console.session.state import State

TIMED_LINES: Final = 600
"""Lines looked at for answer times: some minutes of a pump that is read once a second."""
ANSWER_WITHIN_S: Final = 2.0
"""What comes later is no answer to what was sent (site default)."""
FEWEST_ANSWERS: Final = 5
NOT_REACHED: Final = "The device has not been reached yet."
PORTS_KEPT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class BoundDevice:
    """A device as ``room.toml`` binds it.

    Attributes:
        name: Binding name.
        role: Pump or monitor.
        driver: Driver name.
        port: As it is bound.
        read_only: It is only read.
    """

    name: str
    role: Role
    driver: str
    port: str
    read_only: bool = False


def answer_times_s(lines: Sequence[WireLine]) -> tuple[float, ...]:
    """How long each first byte after something sent took."""
    times: list[float] = []
    sent: Instant | None = None
    for line in lines:
        if line.direction is Direction.SENT:
            sent = line.at
        elif sent is not None:
            took_s = line.at.seconds_since(sent)
            if took_s <= ANSWER_WITHIN_S:
                times.append(took_s)
            sent = None
    return tuple(times)


def source_words(site: Site) -> tuple[tuple[str, str], ...]:
    """Which monitor speaks for which vital sign, best first; one line where all agree."""
    usual = ", then ".join(site.monitors) or "no monitor is bound"
    other = {
        vital: ", then ".join(site.sources(vital)) for vital in Vital if site.sources(vital) != site.monitors
    }
    told = tuple((VITALS[vital].label, words) for vital, words in other.items())
    return (("Every vital sign" if not told else "All others", usual), *told)


class DeviceLook:
    """Puts the status together; called from the windows' threads."""

    def __init__(
        self,
        bound: Sequence[BoundDevice],
        taps: Taps,
        counts: Callable[[], Mapping[str, WireStatistics]],
        ports: Callable[[], tuple[PortFacts, ...]],
        clock: Clock,
        speed: float = 1.0,
    ) -> None:
        self._bound = tuple(bound)
        self._taps = taps
        self._counts = counts
        self._ports = ports
        self._clock = clock
        self._speed = speed
        self._lock = threading.Lock()
        self._listed: tuple[Instant, tuple[PortFacts, ...]] | None = None
        self._first: dict[str, tuple[Instant, int]] = {}
        self._timed: dict[str, tuple[Instant, float | None, float | None]] = {}

    def devices(self, state: State) -> tuple[DeviceStatus, ...]:
        """Every device of the room."""
        with self._lock:
            counts, ports = self._counts(), self._seen_ports()
            return tuple(self._one(one, state, counts.get(one.name), ports) for one in self._bound)

    def _seen_ports(self) -> tuple[PortFacts, ...]:
        now = self._clock.now()
        if self._listed is None or now.seconds_since(self._listed[0]) > PORTS_KEPT_S * self._speed:
            self._listed = (now, self._ports())
        return self._listed[1]

    def _one(
        self, one: BoundDevice, state: State, counts: WireStatistics | None, ports: Sequence[PortFacts]
    ) -> DeviceStatus:
        link = state.links.get(one.name)
        facts = next((port for port in ports if is_port(port, one.port)), None)
        half, most = self._times(one.name)
        there = facts is not None or is_there(one.port)
        return DeviceStatus(
            name=one.name,
            role=one.role,
            driver=one.driver,
            port=one.port,
            lamps=LinkState.CLOSED if link is None else link.state,
            reason=NOT_REACHED if link is None else link.reason,
            identity=None if link is None else link.identity,
            counts=counts,
            counts_per_min=self._per_min(one.name, counts),
            half_ms=half,
            most_ms=most,
            description=(facts.description if facts is not None else "") if there else "not plugged in",
            lasting=one.port.startswith(("/dev/serial/", "usb:")) or "://" in one.port,
            read_only=one.read_only,
        )

    def _per_min(self, name: str, counts: WireStatistics | None) -> float | None:
        if counts is None:
            return None
        now, bad = self._clock.now(), counts.bad_frames + counts.timeouts
        began, at_first = self._first.setdefault(name, (now, bad))
        minutes = now.seconds_since(began) / 60
        return (bad - at_first) / minutes if minutes > 0.15 else None

    def _times(self, name: str) -> tuple[float | None, float | None]:
        now, known = self._clock.now(), self._timed.get(name)
        if known is not None and now.seconds_since(known[0]) < PORTS_KEPT_S * self._speed:
            return known[1:]
        tap = self._taps.known(name)
        times = answer_times_s(() if tap is None else tap.lines(most=TIMED_LINES))
        half = most = None
        if len(times) >= FEWEST_ANSWERS:
            half, most = (_ms(quantile(times, share), self._speed) for share in (0.5, 0.99))
        self._timed[name] = (now, half, most)
        return half, most


def _ms(seconds: float | None, speed: float) -> float | None:
    """Real milliseconds; a hurried room's clock counts more than passed."""
    return None if seconds is None else seconds * 1000 / speed
