"""Driver of Philips IntelliVue patient monitors over Data Export: MIB/RS232, or the same messages over UDP.

Facts from public implementations of the Philips "Data Export Interface Programming Guide" 4535 642 59271
(mdpnp, BSD-2; patient-monitor-datalogger, MIT; VSCaptureMP); the guide itself was not readable.

The client associates, answers the monitor's first event, and asks for numerics, waves and alarms to be sent
for a while; it asks again long before that ends, and says something often enough for the monitor not to
give the association up. When the monitor ends it, the driver associates anew by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from console.clinical.vitals import Vital
from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport
from console.devices.monitors.intellivue_frames import encode
from console.devices.monitors.intellivue_messages import MdsCreated, Terms
from console.devices.monitors.intellivue_requests import (
    ABORT,
    ALERT_GROUP,
    ALERT_STATIC,
    ALERTS,
    ALL,
    NUMERICS,
    RELEASE,
    WANTED_WAVES,
    WAVES,
    association_request,
    extended_poll,
    mds_result,
    set_waves,
    single_poll,
)
from console.devices.monitors.intellivue_stream import (
    Accepted,
    Echo,
    Ended,
    IntelliVueStream,
    Refused,
    SessionEvent,
    is_simulated,
)
from console.devices.monitors.talking_stream import Heard, as_batch, report_on
from console.devices.ports import LineSettings, Link, MonitorBatch, WrongDevice
from console.session.pump import Identity

ABOUT = DeviceAbout(
    name="intellivue",
    role=Role.MONITOR,
    title="Philips IntelliVue MP and MX (Data Export, MIB/RS232 or LAN)",
    line=LineSettings(115200),
    reads="HR, SpO2, PR, perfusion, NIBP, RR, EtCO2, FiCO2, temperature, alarms; ECG, pleth, CO2, resp waves",
    control=Control.NONE,
    source="public implementations of the Philips guide 4535 642 59271; the guide was not readable",
    tested="published client messages byte for byte, its virtual twin over pty and UDP; never with a monitor",
    find_within_s=6.0,
)

PERIOD_S = 1.0
SERIAL_MTU, NETWORK_MTU = 1000, 1364
READ_TIMEOUT_S = 0.1
SETTLE_S = 0.5
ASSOCIATE_AGAIN_S = 2.0
"""No faster, as OpenICE has it from the guide."""
FIRST_EVENT_S = 5.0
IDENTIFY_S = 12.0
LEAVE_S = 0.5
STRANGER_S = 60.0
RENEW_EVERY_S = 10.0
NUMERICS_FOR_S, WAVES_FOR_S, ALARMS_FOR_S = 60.0, 30.0, 60.0
MISMATCH_BYTES = 16
NUMERIC_POLL, WAVE_POLL, ALARM_POLL, ALIVE_POLL = 1, 2, 3, 9

NOTHING = (
    "Nothing arrives from the monitor. Check that it is on, that its MIB/RS232 port is set to Data Out at "
    "115200 baud (service menu, biomedical engineering), and the cable; on the network, its address."
)
REFUSED = (
    "The monitor refuses the connection: another program may be connected to it. Close that program, or "
    "wait until the monitor has given it up (10 s to 2 minutes)."
)
UNFINISHED = (
    "The monitor is heard but does not complete the connection. Check the transmit line of the cable and "
    "that Data Export is allowed in the monitor's service menu."
)
LOOPED = "Our own request comes back: transmit and receive are joined in the cable or by a loop-back plug."


class Stage(Enum):
    """Where the association stands."""

    LEAVING = "leaving"
    """An older association is given up; the next one is asked for when it is due."""
    ASKING = "asking"
    WAITING = "waiting"
    """Accepted; the monitor's first event is awaited."""
    POLLING = "polling"


@dataclass(slots=True)
class _Seen:
    """What an attempt to identify the monitor has met."""

    identity: Identity | None = None
    refused: bool = False
    echoed: bool = False
    received: int = 0


class IntelliVue:
    """One IntelliVue monitor on one link.

    Attributes:
        line: How its serial line is set.
        terms: What the monitor granted.
    """

    provides = frozenset(Vital)
    quiet_limit_s = 5.0

    def __init__(
        self, source: str = "intellivue", baud: int = 115200, *, simulated: bool = False, bare: bool = False
    ) -> None:
        """``bare``: each read and write is one message without serial framing, as over UDP."""
        self.line = LineSettings(baud)
        self.terms = Terms()
        self._source = source
        self._simulated = simulated
        self._bare = bare
        self._stream = IntelliVueStream(source)
        self._stage = Stage.LEAVING
        self._due = self._renew_due = self._sent_at = Instant(0, 0)
        self._invoke = 0
        self._seen = _Seen()
        self._early: list[Heard] = []

    def identify(self, link: Link) -> Identity:
        """Give up any older association, associate, and answer the event in which the monitor says its name.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers, or the
                monitor serves somebody else.
        """
        link.discard_input()
        self._stream = IntelliVueStream(self._source)
        self._seen = _Seen()
        self._early = []
        begun = link.now()
        self._give_up(link, RELEASE, SETTLE_S)
        while link.now().seconds_since(begun) < IDENTIFY_S:
            self._early += self._step(link)
            if self._seen.identity is not None:
                return self._seen.identity
            if self._seen.echoed:
                raise WrongDevice(LOOPED)
        if self._seen.refused:
            raise TimeoutError(REFUSED)
        if self._stream.good_frames:
            raise TimeoutError(UNFINISHED)
        if self._seen.received >= MISMATCH_BYTES:
            raise WrongDevice(
                f"{self._seen.received} bytes arrive but none make an IntelliVue message: wrong baud rate "
                f"(it speaks {self.line.baud} baud, 8 data bits, no parity), or another device."
            )
        raise TimeoutError(NOTHING)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived, renew what was asked for, associate anew when the monitor ended it.

        Raises:
            LinkLost: the port vanished.
        """
        bad_before = self._stream.bad_frames
        heard = self._early + self._step(link)
        self._early = []
        return as_batch(heard, self._stream.bad_frames - bad_before)

    def leave(self, link: Link) -> None:
        """Release the association, so that the monitor takes the next client at once.

        Raises:
            LinkLost: the port vanished. TimeoutError: the monitor did not confirm it.
        """
        if self._stage not in (Stage.WAITING, Stage.POLLING):
            return
        self._give_up(link, RELEASE, SETTLE_S)
        begun = link.now()
        while link.now().seconds_since(begun) < LEAVE_S:
            self._read(link)
            events, self._stream.session[:] = list(self._stream.session), []
            if any(isinstance(event, Ended) for event in events):
                return
        raise TimeoutError("The monitor did not confirm that it was released.")

    def _step(self, link: Link) -> list[Heard]:
        """One read with all that follows from it; only what an association brought counts as heard."""
        was_polling = self._stage is Stage.POLLING
        heard = self._read(link)
        events, self._stream.session[:] = list(self._stream.session), []
        for event in events:
            self._follow(link, event)
        self._keep_time(link)
        return heard if was_polling or self._stage is Stage.POLLING else []

    def _read(self, link: Link) -> list[Heard]:
        data = link.read(READ_TIMEOUT_S)
        self._seen.received += len(data)
        if not self._bare:
            return self._stream.feed(data, link.now())
        return self._stream.hear(data, link.now()) if data else []

    def _send(self, link: Link, message: bytes) -> None:
        link.write(message if self._bare else encode(message))
        self._sent_at = link.now()

    def _give_up(self, link: Link, goodbye: bytes, wait_s: float) -> None:
        self._stage = Stage.LEAVING
        self._due = link.now().plus(wait_s)
        self._send(link, goodbye)

    def _follow(self, link: Link, event: SessionEvent) -> None:
        match event:
            case Accepted(terms) if self._stage is Stage.ASKING:
                self.terms = terms
                self._stage = Stage.WAITING
                self._due = link.now().plus(FIRST_EVENT_S)
            case MdsCreated() if self._stage is not Stage.LEAVING:
                self._send(link, mds_result(event.invoke, event.ticks))
                if self._stage is not Stage.POLLING:
                    self._begin_polls(link, event)
            case Refused() if self._stage is Stage.ASKING:
                # A session of ours that was cut off may still stand; aborting ends it.
                self._seen.refused = True
                self._give_up(link, ABORT, ASSOCIATE_AGAIN_S)
            case Ended() if self._stage is not Stage.LEAVING:
                wait_s = ASSOCIATE_AGAIN_S if self._stage is Stage.ASKING else SETTLE_S
                self._stage, self._due = Stage.LEAVING, link.now().plus(wait_s)
            case Echo():
                self._seen.echoed = True
            case _:
                pass

    def _begin_polls(self, link: Link, event: MdsCreated) -> None:
        identity = Identity(
            "intellivue",
            event.model or "Philips IntelliVue",
            serial=event.system_id,
            simulated=self._simulated or is_simulated(event.model),
        )
        if self._seen.identity not in (None, identity):
            # Not the monitor that was identified: quiet until the owner asks who it is.
            self._give_up(link, ABORT, STRANGER_S)
            return
        self._stage = Stage.POLLING
        self._seen.identity = identity
        self._send(link, set_waves(self._next_invoke(), WANTED_WAVES))
        self._renew(link)

    def _keep_time(self, link: Link) -> None:
        now = link.now()
        if self._stage is Stage.POLLING:
            if now.mono_ns >= self._renew_due.mono_ns:
                self._renew(link)
            elif now.seconds_since(self._sent_at) >= self.terms.timeout_s / 2:
                self._send(link, single_poll(self._next_invoke(), ALIVE_POLL, ALERTS, ALERT_STATIC))
            return
        if now.mono_ns < self._due.mono_ns:
            return
        if self._stage is Stage.WAITING:
            self._give_up(link, ABORT, ASSOCIATE_AGAIN_S)
            return
        self._stage = Stage.ASKING
        self._due = now.plus(ASSOCIATE_AGAIN_S)
        self._send(link, association_request(PERIOD_S, NETWORK_MTU if self._bare else SERIAL_MTU))

    def _renew(self, link: Link) -> None:
        self._renew_due = link.now().plus(RENEW_EVERY_S)
        for number, kind, group, for_s in (
            (NUMERIC_POLL, NUMERICS, ALL, NUMERICS_FOR_S),
            (WAVE_POLL, WAVES, ALL, WAVES_FOR_S),
            (ALARM_POLL, ALERTS, ALERT_GROUP, ALARMS_FOR_S),
        ):
            self._send(link, extended_poll(self._next_invoke(), number, kind, group, for_s))

    def _next_invoke(self) -> int:
        self._invoke = self._invoke % 0xFFFF + 1
        return self._invoke


def driver(options: DriverOptions) -> IntelliVue:
    """A driver for the catalogue."""
    return IntelliVue(
        options.name, options.baud or ABOUT.line.baud, simulated=options.simulated, bare=options.datagrams
    )


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes of the serial line hold."""
    return report_on(IntelliVueStream("file"), data, "Philips IntelliVue")
