"""What the room does with what windows say about devices, their tests, and the search for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from console.clock import Clock
from console.devices.discovery import PortFacts
from console.devices.discovery_findings import Bound, PortFinding
from console.devices.discovery_findings import Situation as Situation
from console.devices.discovery_memory import KnownDevice
from console.devices.discovery_scan import OpenLink
from console.devices.ports import LineSettings, Link, LinkLost
from console.room.bench_desk_wire import (
    BenchBind,
    BenchDeed,
    BenchLook,
    BenchRestart,
    BenchSearch,
    BenchSearchEnd,
    BenchSign,
    BenchStatus,
)
from console.room.bench_host import BenchHost
from console.room.bench_search import DeviceSearch, StartOnce
from console.room.bench_signing import Signing
from console.room.bench_status import BoundDevice, DeviceLook, source_words
from console.room.bench_taps import Taps
from console.room.bench_wire import BenchAsked, BenchBegin, BenchEnd, BenchReply, BenchShown
from console.room.mailbox import Errand, Mailbox
from console.room.wire import Answer, Live, RoomMessage
from console.session.people import Role
from console.session.site import Site
from console.session.state import OPEN, State

LINES_AT_ONCE: Final = 2_000
TECHNICIANS: Final = frozenset({Role.TECHNICIAN, Role.ADMIN})
NOT_YOURS: Final = "This is the technician's work: sign in as a technician or administrator."
SESSION_OPEN: Final = "A session is open: close it first; what was changed takes effect then."
NOT_FOUND: Final = "Nothing was found at this port: search again."
WAITS: Final = "It takes effect when the room is restarted."

Put = Callable[[RoomMessage], None]


class CannotBind(Exception):
    """A device cannot be bound; the text says why."""


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What the composition root gives the bench beside what is to be tested.

    Attributes:
        bound: The devices of the room.
        taps: The latest bytes of their ports.
        ports: Lists the ports of this computer.
        open_link: Opens a port with line settings.
        known: Devices found before.
        bind: Writes a found device into the room's configuration and remembers it; raises CannotBind.
    """

    bound: tuple[BoundDevice, ...]
    taps: Taps
    ports: Callable[[], tuple[PortFacts, ...]]
    open_link: OpenLink
    known: Callable[[], tuple[KnownDevice, ...]]
    bind: Callable[[PortFinding, str], str]


def no_bench() -> BenchPlan:
    """A room that tests and finds nothing."""

    def nothing(_port: str, _line: LineSettings) -> Link:
        raise LinkLost("This room opens no ports.")

    def no_binding(_finding: PortFinding, _instead_of: str) -> str:
        raise CannotBind("This room binds nothing.")

    return BenchPlan((), Taps(), tuple, nothing, tuple, no_binding)


class BenchDesk:
    """Stands between the windows' threads and the bench."""

    def __init__(
        self,
        plan: BenchPlan,
        site: Site,
        clock: Clock,
        state: Callable[[], State],
        look: DeviceLook,
        host: BenchHost,
        signing: Signing,
        mailbox: Mailbox,
        start_once: StartOnce,
        leave: Callable[[], None],
    ) -> None:
        """Wire the desk; ``leave`` ends the room so that it is started again."""
        self._plan = plan
        self._site = site
        self._clock = clock
        self._state = state
        self._look = look
        self._host = host
        self._signing = signing
        self._mailbox = mailbox
        self._leave = leave
        self._live: Live | None = None
        self._waiting: list[str] = []
        bound = tuple(Bound(one.name, one.role, one.port) for one in plan.bound)
        self.search = DeviceSearch(self._situation, bound, plan.ports, plan.open_link, plan.known, start_once)

    def hear(self, message: RoomMessage) -> None:
        """Keep the latest of what is sensed; called by the conductor, never waits."""
        if isinstance(message, Live):
            self._live = message

    def look(self, asked: BenchLook) -> BenchStatus:
        """How everything stands."""
        log = self._plan.taps.known(asked.wire) if asked.wire else None
        return BenchStatus(
            at=self._clock.now(),
            devices=self._look.devices(self._state()),
            sources=source_words(self._site),
            search=self.search.status,
            restart=" ".join((*self._waiting, WAITS)) if self._waiting else "",
            wire=asked.wire,
            lines=() if log is None else log.lines(asked.after, LINES_AT_ONCE),
            let_go=0 if log is None else log.let_go,
        )

    def run(self, asked: BenchAsked, put: Put) -> None:
        """Begin, answer or end a run; ending one is anybody's right."""
        match asked:
            case BenchBegin() | BenchReply() if not self._may():
                put(BenchShown(refused=NOT_YOURS))
            case BenchBegin() if self.search.status.going:
                put(BenchShown(refused="Devices are being searched for: end the search first."))
            case BenchBegin() | BenchReply() | BenchEnd():
                self._host.hear(asked)

    def do(self, deed: BenchDeed, put: Put) -> None:
        """Search, bind, restart or sign; the answer goes to the window that asked."""
        match deed:
            case BenchSearchEnd():
                self.search.end()
            case BenchSign(request_id=request_id):
                self._signing.sign(deed, put)
            case (
                BenchSearch(request_id=request_id)
                | BenchBind(request_id=request_id)
                | BenchRestart(request_id=request_id)
            ) if not self._may():
                put(Answer(request_id, False, (NOT_YOURS,)))
            case BenchSearch(request_id=request_id, every_speed=every_speed):
                why_not = self._host.busy or self.search.begin(every_speed=every_speed)
                put(Answer(request_id, not why_not, (why_not,) if why_not else ()))
            case BenchBind():
                put(self._bind(deed))
            case BenchRestart(request_id=request_id):
                self._mailbox.post(Errand(lambda: self._restart(request_id, put)))

    def _may(self) -> bool:
        user = self._state().user
        return user is not None and user.role in TECHNICIANS

    def _bind(self, deed: BenchBind) -> Answer:
        finding = self.search.finding_at(deed.port)
        if finding is None:
            return Answer(deed.request_id, False, (NOT_FOUND,))
        try:
            sentence = self._plan.bind(finding, deed.instead_of)
        except CannotBind as error:
            return Answer(deed.request_id, False, (str(error),))
        self._waiting.append(sentence)
        return Answer(deed.request_id, True, (sentence, WAITS))

    def _restart(self, request_id: str, put: Put) -> None:
        """On the conductor's thread: decided in turn with whatever opens a session."""
        if self._state().phase in OPEN:
            put(Answer(request_id, False, (SESSION_OPEN,)))
            return
        put(Answer(request_id, True, ("The console restarts: it is back in a few seconds.",)))
        self._leave()

    def _situation(self) -> Situation:
        state, live = self._state(), self._live
        pump = None if live is None else live.pump
        return Situation(
            session_open=state.phase in OPEN,
            pump_bound=any(one.name == "pump" for one in self._plan.bound),
            pump_state=None if pump is None else pump.state,
            read_ago_s=0.0 if pump is None else self._clock.now().seconds_since(pump.at),
        )
