"""The search for devices inside the room: one thread, its progress for every window, and its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from console.devices.discovery import PortFacts
from console.devices.discovery_findings import Bound, PortFinding, refusal
from console.devices.discovery_findings import Situation as Situation
from console.devices.discovery_memory import KnownDevice, Standing, compare
from console.devices.discovery_plan import Step, longest_s, step_words
from console.devices.discovery_scan import OpenLink, Probes, search
from console.room.bench_desk_wire import SearchStatus

GOING: Final = "A search is going on already."
BROKEN_OFF: Final = "The search was broken off."

StartOnce = Callable[[str, Callable[[threading.Event], None]], object]


class DeviceSearch:
    """At most one search at a time; begun, ended and looked at from any thread."""

    def __init__(
        self,
        situation: Callable[[], Situation],
        bound: Sequence[Bound],
        ports: Callable[[], tuple[PortFacts, ...]],
        open_link: OpenLink,
        known: Callable[[], tuple[KnownDevice, ...]],
        start_once: StartOnce,
    ) -> None:
        """Wire the search.

        Args:
            situation: What the room knows now; looked at before every attempt.
            bound: Ports of this room; they are never touched.
            ports: Lists the ports of this computer.
            open_link: Opens a port with line settings.
            known: Devices found before.
            start_once: Starts its thread.
        """
        self._situation = situation
        self._bound = tuple(bound)
        self._ports = ports
        self._open_link = open_link
        self._known = known
        self._start_once = start_once
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self.status = SearchStatus()

    def begin(self, *, every_speed: bool) -> str:
        """Begin; why not, as a sentence, empty when it did."""
        with self._lock:
            if self.status.going:
                return GOING
            why_not = refusal(self._situation())
            if why_not:
                return why_not
            self._ending.clear()
            self.status = SearchStatus(going=True, made=True, step="Listing the ports")
        self._start_once("the search for devices", lambda stop: self._run(stop, every_speed=every_speed))
        return ""

    def end(self) -> None:
        """Break it off after the present attempt."""
        self._ending.set()

    def finding_at(self, port: str) -> PortFinding | None:
        """What was found at a port, by its name of today."""
        return next((one for one in self.status.findings if one.port.device == port), None)

    def _run(self, stopping: threading.Event, *, every_speed: bool) -> None:
        try:
            self._search(stopping, Probes(every_speed=every_speed))
        finally:
            self.status = replace(self.status, going=False, step="")

    def _search(self, stopping: threading.Event, probes: Probes) -> None:
        ports = self._ports()
        self.status = replace(
            self.status, ports=len(ports), longest_s=longest_s(probes.steps, probes.talkers)
        )

        def may_go_on() -> str:
            if stopping.is_set() or self._ending.is_set():
                return BROKEN_OFF
            return refusal(self._situation())

        for finding in search(ports, probes, self._open_link, self._bound, may_go_on, self._doing):
            self._note((*self.status.findings, finding))
            why_not = may_go_on()
            if why_not:
                self.status = replace(self.status, ended=why_not)
                return

    def _doing(self, port: PortFacts, step: Step) -> None:
        self.status = replace(self.status, step=f"{port.device}: {step_words(step)}")

    def _note(self, findings: tuple[PortFinding, ...]) -> None:
        compared = [one for one in compare(self._known(), findings) if one.standing is not Standing.MISSING]
        standing = {one.finding.port.device: one.sentence for one in compared if one.finding is not None}
        self.status = replace(
            self.status,
            findings=findings,
            standing=standing,
            may_bind=tuple(
                one.finding.port.device for one in compared if one.finding is not None and one.may_bind
            ),
        )
