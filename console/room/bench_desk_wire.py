"""What a window and the room say to each other about devices, the search for them, and signed tests."""

from __future__ import annotations

import msgspec

from console.clock import Instant
from console.devices.about import Role
from console.devices.bench.wire_log import WireLine
from console.devices.discovery_findings import PortFinding
from console.devices.portloop import WireStatistics
from console.session.pump import Identity, LinkState

# --- window to room -------------------------------------------------------------------------------


class BenchLook(msgspec.Struct, frozen=True, tag="bench_look"):
    """Show how the devices stand; a window that may only look may ask this.

    Attributes:
        wire: Binding whose bytes are wanted too, empty for none.
        after: Number of the last line this window has.
    """

    wire: str = ""
    after: int = 0


class BenchSearch(msgspec.Struct, frozen=True, tag="bench_search"):
    """Search all ports that are not bound.

    Attributes:
        request_id: The Answer carries it.
        every_speed: Look at other speeds than the factory's too.
    """

    request_id: str
    every_speed: bool = False


class BenchSearchEnd(msgspec.Struct, frozen=True, tag="bench_search_end"):
    """Break the search off."""


class BenchBind(msgspec.Struct, frozen=True, tag="bench_bind"):
    """Bind what was found at a port to this room; its identity is remembered.

    Attributes:
        request_id: The Answer carries it.
        port: The port's name of today, as the finding has it.
        instead_of: Monitor whose place it takes, empty to add one; a pump takes the pump's place.
    """

    request_id: str
    port: str
    instead_of: str = ""


class BenchRestart(msgspec.Struct, frozen=True, tag="bench_restart"):
    """Close room and window and start both again; refused while a session is open."""

    request_id: str


class BenchSign(msgspec.Struct, frozen=True, tag="bench_sign"):
    """Sign the run that ended last.

    Attributes:
        request_id: The Answer carries it.
        user_id: Who signs.
        pin: Their PIN; never stored or logged.
        note: What the technician adds.
    """

    request_id: str
    user_id: str
    pin: str
    note: str = ""

    def __repr__(self) -> str:
        return f"BenchSign({self.request_id!r}, {self.user_id!r})"


BenchDeed = BenchSearch | BenchSearchEnd | BenchBind | BenchRestart | BenchSign

# --- room to window -------------------------------------------------------------------------------


class DeviceStatus(msgspec.Struct, frozen=True):
    """One device of the room.

    Attributes:
        name: Binding name.
        role: Pump or monitor.
        driver: Driver name.
        port: As it is bound.
        lamps: Closed, open or answering.
        reason: Why, as a sentence.
        identity: Who answered last, None when nobody did.
        counts: Of its line since the room began; None before the first.
        counts_per_min: Bad frames and timeouts a minute, None while nobody knows.
        half_ms: Answer time, half of all; None when it is not asked anything.
        most_ms: Answer time, 99 of 100.
        description: What the operating system calls its adapter, empty when it is not there.
        lasting: Its name survives re-plugging.
        read_only: It is only read.
    """

    name: str
    role: Role
    driver: str
    port: str
    lamps: LinkState
    reason: str
    identity: Identity | None = None
    counts: WireStatistics | None = None
    counts_per_min: float | None = None
    half_ms: float | None = None
    most_ms: float | None = None
    description: str = ""
    lasting: bool = False
    read_only: bool = False


class SearchStatus(msgspec.Struct, frozen=True):
    """The search for devices.

    Attributes:
        going: It is going on.
        step: What it does now, port and attempt.
        ports: How many there are.
        longest_s: The longest one port can take.
        findings: What was found so far.
        standing: How each finding compares with what is remembered, by the port's name of today.
        may_bind: Ports whose binding is certain to mean the device found there.
        ended: Why it ended before all ports were done, empty otherwise.
        made: It was made at least once since the room began.
    """

    going: bool = False
    step: str = ""
    ports: int = 0
    longest_s: float = 0.0
    findings: tuple[PortFinding, ...] = ()
    standing: dict[str, str] = {}
    may_bind: tuple[str, ...] = ()
    ended: str = ""
    made: bool = False


class BenchStatus(msgspec.Struct, frozen=True, tag="bench_status"):
    """How everything on the bench stands; the answer to a look.

    Attributes:
        at: When.
        devices: The devices of the room, pump first.
        sources: Vital sign and its sources, best first, in words.
        search: The search for devices.
        restart: What waits for a restart of the room, as a sentence; empty when nothing does.
        wire: Binding the lines are of.
        lines: Its lines since the last look.
        let_go: Lines that are no longer kept.
    """

    at: Instant
    devices: tuple[DeviceStatus, ...]
    sources: tuple[tuple[str, str], ...] = ()
    search: SearchStatus = SearchStatus()
    restart: str = ""
    wire: str = ""
    lines: tuple[WireLine, ...] = ()
    let_go: int = 0
