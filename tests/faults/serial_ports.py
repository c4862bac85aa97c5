"""SER-02, SER-10, SER-11 and SER-12: which device is at which port, and who may use it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from console.clock import Instant, ManualClock, SystemClock
from console.devices.discovery import bound_port, list_ports
from console.devices.link import SeenPort, SerialLink
from console.devices.monitors.s5 import S5Monitor
from console.devices.ports import Emulator, Link, LinkLost, WrongDevice
from console.devices.pump_owner import PumpOwner
from console.devices.pumps.ne1000 import NE1000
from console.devices.slots import CommandSlot, Order, StopSlot, Wake
from console.devices.virtual.cable import PtyCable, serve_all
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.s5 import VirtualS5
from console.session.pump import Pause, Program, PumpCommand, Refused, Resume, SetRate, Start
from tests.devices.port_fakes import ManualWaiter, RecordingSink
from tests.devices.scripted import basic
from tests.faults.bench import Scale, Seen

DIAGNOSIS_S = 5.0
ORDER = Program("BD 60 mL", Decimal("26.59"), Decimal(30), Decimal(50), 30)
COMMANDS: tuple[PumpCommand, ...] = (ORDER, Start(), SetRate(Decimal(20)), Pause(), Resume())
QUESTION = "VER"


# --- SER-02 ---------------------------------------------------------------------------------------


class Adapters:
    """Two equal adapters with serial numbers, whose device names change places at every plug."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "by-id").mkdir()
        self.pumps = {"A1": VirtualNE1000(firmware="V3.928"), "B2": VirtualNE1000(firmware="V3.930")}
        for pump in self.pumps.values():
            pump.feed(b"VER\r")  # the alarm of being switched on
        self.cables = {serial: PtyCable(pump) for serial, pump in self.pumps.items()}

    def stable(self, serial: str) -> Path:
        """The name udev gives an adapter."""
        return self.folder / "by-id" / f"usb-FTDI_{serial}-if00-port0"

    def re_enumerate(self, chance: random.Random) -> None:
        """Pull both and put them back in some order; ``ttyUSB0`` is whoever comes first."""
        for cable in self.cables.values():
            cable.unplug()
        order = list(self.cables)
        chance.shuffle(order)
        for number, serial in enumerate(order):
            self.cables[serial].replug()
            point(self.folder / f"ttyUSB{number}", self.cables[serial].path)
            point(self.stable(serial), self.cables[serial].path)

    def seen(self) -> tuple[SeenPort, ...]:
        """What the operating system lists."""
        return tuple(
            SeenPort(cable.path, "USB serial", 0x0403, 0x6001, serial)
            for serial, cable in self.cables.items()
        )

    def close(self) -> None:
        """Pull both for good."""
        for cable in self.cables.values():
            cable.close()


def point(link: Path, target: str) -> None:
    """Make ``link`` lead to ``target``."""
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def re_enumerations(scale: Scale) -> Seen:
    """Two pumps of other firmware behind equal adapters: each binding must find its own again."""
    chance, count = random.Random(2), scale.cases(200, 2000)
    wrong = swapped = 0
    with tempfile.TemporaryDirectory(prefix="fault-") as name:
        adapters, ending, clock = Adapters(Path(name)), threading.Event(), SystemClock()
        bindings = {"A1": "3.928", "B2": "3.930"}
        try:
            for _ in range(count):
                adapters.re_enumerate(chance)
                swapped += os.path.realpath(adapters.folder / "ttyUSB0") != adapters.cables["A1"].path
                ending.clear()
                cables = list(adapters.cables.values())
                server = threading.Thread(target=serve_all, args=(cables, clock, ending))
                server.start()
                for serial, firmware in bindings.items():
                    for port in (str(adapters.stable(serial)), f"usb:0403:6001:{serial}"):
                        path = bound_port(port, adapters.seen())
                        wrong += firmware_at(path) != firmware
                ending.set()
                server.join()
            facts = list_ports(adapters.folder, adapters.seen())
            wrong += sum(not fact.is_stable for fact in facts)
        finally:
            ending.set()
            adapters.close()
    return Seen(
        f"{count} re-enumerations of two adapters, {swapped} with ttyUSB0 and 1 swapped: {wrong} "
        "mis-bindings by udev name and by serial number",
        wrong == 0 and swapped > 0,
    )


def firmware_at(path: str) -> str:
    """Who answers there."""
    driver = NE1000()
    link = SerialLink(path, driver.line, SystemClock())
    try:
        return driver.identify(link).firmware
    finally:
        link.close()


# --- SER-10 ---------------------------------------------------------------------------------------


class Talker:
    """A device of another make: says the same to everything, and something by itself now and then."""

    def __init__(self, answer: bytes = b"", says: bytes = b"", every_s: float = 1.0) -> None:
        self._answer = answer
        self._says = says
        self._every_s = every_s
        self._left_s = every_s

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._answer if data else b""

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        self._left_s -= dt_s
        if self._left_s > 0:
            return b""
        self._left_s = self._every_s
        return self._says


class Echo(Talker):
    """A loop-back plug."""

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return data


def devices() -> dict[str, Callable[[], Emulator]]:
    """Twenty devices that are not the pump this driver is for."""
    return {
        "S/5 monitor": lambda: VirtualS5(VirtualPatient(PatientProfile(), 3), clock_s=1_767_261_600),
        "nothing": Talker,
        "loop-back plug": Echo,
        "NE-1600, six syringes": lambda: VirtualNE1000("NE1600"),
        "NE-4000, two syringes": lambda: VirtualNE1000("NE4000"),
        "NE-9000 peristaltic": lambda: VirtualNE1000("NE9000"),
        "another syringe pump": lambda: Talker(b"\r\n:"),
        "pump with long answers": lambda: Talker(b"\r\n    2.5000 ul/min\r\n>"),
        "modem": lambda: Talker(b"\r\nERROR\r\n"),
        "modem that connects": lambda: Talker(b"\r\nOK\r\nCONNECT 9600\r\n"),
        "GPS receiver": lambda: Talker(says=b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9*47\r\n"),
        "oximeter": lambda: Talker(says=b"SPO2=098 PR=072 \r\n"),
        "scanner of bar codes": lambda: Talker(says=b"4006381333931\r"),
        "balance": lambda: Talker(says=b"+   12.345 g  \r\n", every_s=0.2),
        "log-in prompt": lambda: Talker(b"login: ", b"\r\nlogin: "),
        "line held low": lambda: Talker(says=bytes(64), every_s=0.1),
        "line of FF": lambda: Talker(says=b"\xff" * 64, every_s=0.1),
        "noise": lambda: Talker(random.Random(1).randbytes(40), random.Random(2).randbytes(300), 0.1),
        "frames of STX and ETX": lambda: Talker(basic("HELLO"), b"\x02\x03" * 20),
        "pump at address 7": lambda: Talker(basic("07SNE1000V3.928")),
    }


class WatchedLink:
    """A link in memory that keeps what was written."""

    def __init__(self, device: Emulator, clock: ManualClock, written: list[bytes]) -> None:
        self._device = device
        self._clock = clock
        self._written = written
        self._arrived = b""

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        if not self._arrived:
            self._clock.advance(timeout_s)
            self._arrived += self._device.advance(timeout_s)
        data, self._arrived = self._arrived, b""
        return data

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._written.append(data)
        self._arrived += self._device.feed(data)

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self._clock.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._arrived = b""

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""


def is_question(packet: bytes) -> bool:
    """Whether it only asks for the version, in either framing."""
    text = packet[2:-3] if packet.startswith(b"\x02") else packet.rstrip(b"\r")
    return text.decode("ascii", "replace").lstrip("0123456789") == QUESTION


def at_the_pump_port(device: Emulator, seconds: float) -> tuple[int, int]:
    """Writes that were no question, and commands accepted, while every command is asked for."""
    clock, written, sink = ManualClock(), list[bytes](), RecordingSink()
    waiter = ManualWaiter(clock)
    wake = Wake()
    commands = CommandSlot(wake)

    def open_link() -> Link:
        return WatchedLink(device, clock, written)

    owner = PumpOwner(NE1000(), open_link, clock, StopSlot(clock, wake), commands, sink, waiter)
    until, number = clock.now().plus(seconds), 0
    while clock.now().mono_ns < until.mono_ns:
        command = COMMANDS[number % len(COMMANDS)]
        if commands.offer(Order(str(number), command, clock.now().plus(5.0))):
            number += 1
        owner.turn()
        # Refusing costs no time here.
        clock.advance(0.01)
    controls = sum(not is_question(packet) for packet in written)
    accepted = sum(not isinstance(outcome, Refused) for _, outcome in sink.outcomes)
    return controls, accepted


def monitor_driver_on_a_pump() -> bool:
    """Whether the monitor's driver changes a pump that infuses at its port."""
    clock, pump = ManualClock(), VirtualNE1000()
    for command in (b"VER\r", b"DIA26.59\r", b"RAT30MH\r", b"VOL50\r", b"RUN\r"):
        pump.feed(command)
    before = (pump.running, pump.motor_rate_ml_h, pump.stored)
    link = WatchedLink(pump, clock, [])
    for _ in range(3):
        try:
            S5Monitor().identify(link)
        except (TimeoutError, WrongDevice):
            continue
    return before[0] and before == (pump.running, pump.motor_rate_ml_h, pump.stored)


def wrong_devices(scale: Scale) -> Seen:
    """Each of twenty devices at the pump's port, with every command asked for all the time."""
    seconds, mix = scale.cases(30, 600), devices()
    results = {name: at_the_pump_port(make(), seconds) for name, make in mix.items()}
    controls = sum(one[0] for one in results.values())
    accepted = sum(one[1] for one in results.values())
    untouched = monitor_driver_on_a_pump()
    worst = [name for name, one in results.items() if one != (0, 0)]
    return Seen(
        f"{len(mix)} devices, {seconds} s each: {controls} control writes, {accepted} commands accepted"
        f"{' (' + worst[0] + ')' if worst else ''}; a pump at the monitor's port "
        f"{'goes on untouched' if untouched else 'WAS CHANGED'}",
        len(mix) >= 20 and controls == 0 and accepted == 0 and untouched,
    )


# --- SER-11 ---------------------------------------------------------------------------------------

OPENER = """
import os, sys
import serial
if sys.argv[2] != "root":
    os.setgid(65534)
    os.setuid(65534)
if sys.argv[3] == "lock":
    serial.Serial(sys.argv[1], exclusive=True)
else:
    os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
"""


@contextmanager
def open_port() -> Iterator[tuple[str, SerialLink]]:
    """A port the product holds."""
    master, slave = os.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.chmod(name, 0o666)
    link = SerialLink(name, NE1000().line, SystemClock())
    try:
        yield name, link
    finally:
        link.close()
        os.close(master)
        os.close(slave)


def opens(port: str, user: str, how: str) -> bool:
    """Whether another process gets the port."""
    return (
        subprocess.run([sys.executable, "-c", OPENER, port, user, how], capture_output=True, check=False)
    ).returncode == 0


def second_openers(scale: Scale) -> Seen:
    """The product again, another program that asks for the lock, and one that does not."""
    del scale
    mine = "root" if os.geteuid() == 0 else "me"
    with open_port() as (port, link):
        again = _opens_here(port)
        locked = opens(port, mine, "lock")
        # A pseudo terminal is spared the lasting refusal a real port gets, so it is asked for here.
        link._refuse_other_openers()
        plain = opens(port, "nobody" if mine == "root" else "me", "plain")
        as_root = opens(port, "root", "plain") if mine == "root" else None
    root = {None: "not tried", True: "gets it: run as another user", False: "refused"}[as_root]
    return Seen(
        f"the product itself {_got(again)}, a program that locks {_got(locked)}, one that does not "
        f"{_got(plain)}; root {root}",
        not again and not locked and not plain,
    )


def _opens_here(port: str) -> bool:
    try:
        SerialLink(port, NE1000().line, SystemClock()).close()
    except LinkLost:
        return False
    return True


def _got(opened: bool) -> str:
    return "GETS THE PORT" if opened else "refused"


# --- SER-12 ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """How a UART is set."""

    baud: int
    parity: str = "N"


def resampled(data: bytes, sent: Line, read: Line) -> bytes:
    """What a UART set one way reads of bytes sent another way: sampled bit by bit."""
    bits: list[int] = [1] * 4
    for byte in data:
        bits += [0, *(byte >> place & 1 for place in range(8))]
        if sent.parity == "E":
            bits.append(byte.bit_count() & 1)
        bits += [1]
    bits += [1] * 30
    step, at, out = sent.baud / read.baud, 0.0, bytearray()
    end = len(bits) - 12 * max(1.0, step)
    while at < end:
        if bits[int(at)]:
            at += step / 4
            continue
        samples = [bits[min(len(bits) - 1, int(at + step * (place + 1.5)))] for place in range(8)]
        out.append(sum(bit << place for place, bit in enumerate(samples)))
        at += step * (10.5 if read.parity == "N" else 11.5)
    return bytes(out)


class Mismatched:
    """A device on a line that is set differently from the host's."""

    def __init__(self, device: Emulator, own: Line, host: Line) -> None:
        self._device = device
        self._own = own
        self._host = host

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        heard = resampled(data, self._host, self._own)
        return self._to_host(self._device.feed(heard))

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._to_host(self._device.advance(dt_s))

    def _to_host(self, said: bytes) -> bytes:
        return resampled(said, self._own, self._host) if said else b""


def asked_monitor() -> VirtualS5:
    """A monitor that was asked at its own speed before, and sends."""
    monitor = VirtualS5(VirtualPatient(PatientProfile(), 3), clock_s=1_767_261_600)
    link = WatchedLink(monitor, ManualClock(), [])
    S5Monitor().identify(link)
    return monitor


def diagnosis(driver: NE1000 | S5Monitor, device: Emulator) -> tuple[float, str]:
    """Seconds until the driver says what is wrong, and what it says."""
    clock = ManualClock()
    began = clock.now()
    try:
        driver.identify(WatchedLink(device, clock, []))
    except (TimeoutError, WrongDevice) as error:
        return clock.now().seconds_since(began), str(error)
    return float("inf"), "it was identified"


def mismatches(scale: Scale) -> Seen:
    """Speeds and parities other than the driver's: said at the first handshake, with the right setting."""
    del scale
    worst_s, told, cases = 0.0, 0, 0
    for baud in (300, 1200, 2400, 9600):
        seconds, said = diagnosis(NE1000(), Mismatched(VirtualNE1000(), Line(baud), Line(19200)))
        worst_s, told, cases = max(worst_s, seconds), told + ("19200 baud" in said), cases + 1
    for line in (Line(9600, "E"), Line(38400, "E"), Line(115200, "E"), Line(9600)):
        seconds, said = diagnosis(S5Monitor(), Mismatched(asked_monitor(), line, Line(19200, "E")))
        worst_s, told, cases = max(worst_s, seconds), told + ("19200 baud" in said), cases + 1
    return Seen(
        f"{told} of {cases} wrong speeds and parities named with the right one after {worst_s:.1f} s at the "
        "most, at the first handshake; no other speed is tried",
        told == cases and worst_s <= DIAGNOSIS_S,
    )
