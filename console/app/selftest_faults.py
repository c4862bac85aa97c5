"""What can be wrong with a virtual device on the bench, so that a technician may see each check fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from console.app.selftest_virtual import CHANGED_ML_H, VirtualBench
from console.app.troubles import NotPossible
from console.devices.about import Control, DeviceAbout, Role
from console.devices.bench.procedure import Answer, Deed
from console.devices.ports import Emulator, LinkLost
from console.devices.virtual.faults import LoadSyringe, Occlusion, Silent

WORN_MM: Final = 24.0
"""A narrower syringe than the one the pump is told of: a fifth less comes out."""
NOISY_EVERY: Final = 7
"""One piece of so many is damaged."""
NOISY_AFTER_S: Final = 4.0
"""And one after so long without."""
LOST_BYTES: Final = 3
"""An adapter that is overrun loses bytes; flipped ones would pass where a protocol has no checksum."""
HEARTBEAT: Final = bytes.fromhex("0205303653 03")
"""A valid empty packet of the NE-1000's Safe mode."""


@dataclass(frozen=True, slots=True)
class BenchFault:
    """One thing that is wrong.

    Attributes:
        name: As on the command line.
        title: What is wrong, for people.
        fits: Whether a device can have it.
        put: Makes it so.
        check: Which check is to fail.
    """

    name: str
    title: str
    fits: Callable[[DeviceAbout], bool]
    put: Callable[[VirtualBench], object]
    check: str


class NoisyTwin:
    """A device on a bad cable: now and then some bytes of what it sends are lost.

    Every few pieces, and of one that seldom talks every few seconds, never always at the same place: what
    is lost of one line alone may have been blanks.
    """

    def __init__(self, twin: Emulator) -> None:
        self._twin = twin
        self._pieces = 0
        self._damaged = 0
        self._whole_s = 0.0

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._noisy(self._twin.feed(data))

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        self._whole_s += dt_s
        return self._noisy(self._twin.advance(dt_s))

    def _noisy(self, data: bytes) -> bytes:
        if not data:
            return data
        self._pieces += 1
        if self._pieces % NOISY_EVERY and self._whole_s < NOISY_AFTER_S:
            return data
        self._whole_s = 0.0
        self._damaged += 1
        place = len(data) * (1 + self._damaged % 3) // 4
        return data[:place] + data[place + LOST_BYTES :]


class NeverAlone:
    """A pump to which somebody else goes on speaking: its watchdog never trips."""

    def __init__(self, twin: Emulator) -> None:
        self._twin = twin
        self._passed_s = 0.0

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._twin.feed(data)

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        self._passed_s += dt_s
        if self._passed_s >= 1.0:
            self._passed_s = 0.0
            self._twin.feed(HEARTBEAT)
        return self._twin.advance(dt_s)


class Dragging:
    """A monitor whose clock runs a fifth too slowly: its waves come too slowly as well."""

    def __init__(self, twin: Emulator) -> None:
        self._twin = twin

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._twin.feed(data)

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._twin.advance(dt_s * 0.8)


class Deaf:
    """A device that is switched off."""

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        del data
        return b""

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        del dt_s
        return b""


class Stranger:
    """Another device altogether: it prints lines that nobody here understands."""

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        del data
        return b"HELLO\r\n"

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return b"TEMP 21.5 OK\r\n" if dt_s > 0 else b""


def fault_named(name: str, told: DeviceAbout) -> BenchFault:
    """The fault of that name.

    Raises:
        NotPossible: there is none, or this device cannot have it.
    """
    fitting = faults_of(told)
    for fault in fitting:
        if fault.name == name:
            return fault
    known = ", ".join(fault.name for fault in fitting)
    raise NotPossible(f"{told.name} has no fault {name}. There are: {known}.")


def faults_of(told: DeviceAbout) -> tuple[BenchFault, ...]:
    """Every fault a device can have."""
    return tuple(fault for fault in FAULTS if fault.fits(told))


def _every(_told: DeviceAbout) -> bool:
    return True


def _monitor(told: DeviceAbout) -> bool:
    return told.role is Role.MONITOR


def _driven(told: DeviceAbout) -> bool:
    return told.role is Role.PUMP and told.control is Control.FULL


def _watched(told: DeviceAbout) -> bool:
    return told.role is Role.PUMP and told.control is not Control.FULL


def _has_waves(told: DeviceAbout) -> bool:
    """The virtual S/5 keeps what it could not send and catches up, so it never drags."""
    return _monitor(told) and "wave" in told.reads and told.name != "s5"


def _is_ne1000(told: DeviceAbout) -> bool:
    return told.name == "ne1000"


def _no_port(bench: VirtualBench) -> None:
    def refuse() -> None:
        raise LinkLost("memory: no such port. Plug the cable in, or choose another port.")

    bench.before_open = refuse


def _swap(bench: VirtualBench, twin: Emulator) -> None:
    bench.cable.twin = twin


def _hands(bench: VirtualBench, deed: Deed, answer: Callable[[], Answer]) -> None:
    bench.deeds[deed] = answer


def _pull_later(bench: VirtualBench) -> None:
    bench.cable.pull_after_s = 8.0 if bench.is_monitor else 2.0


def _wrong_plate(bench: VirtualBench) -> None:
    _hands(bench, Deed.PANEL_SHOWS, lambda: Answer(number=55.0, unit="mL/h"))


def _unseen_panel(bench: VirtualBench) -> None:
    _hands(bench, Deed.PANEL_RATE, Answer)
    _hands(bench, Deed.PANEL_SHOWS, lambda: Answer(number=float(CHANGED_ML_H), unit="mL/h"))


def _biased(bench: VirtualBench) -> None:
    bench.bias = 0.25


def _off(bench: VirtualBench) -> None:
    _swap(bench, Deaf())


def _strange(bench: VirtualBench) -> None:
    _swap(bench, Stranger())


def _noisy(bench: VirtualBench) -> None:
    _swap(bench, NoisyTwin(bench.cable.twin))


def _dragging(bench: VirtualBench) -> None:
    _swap(bench, Dragging(bench.cable.twin))


def _kept_going(bench: VirtualBench) -> None:
    _swap(bench, NeverAlone(bench.cable.twin))


def _other_syringe(bench: VirtualBench) -> None:
    bench.inject(LoadSyringe(inner_diameter_mm=WORN_MM))


def _soft_line(bench: VirtualBench) -> None:
    _hands(bench, Deed.CLAMP_LINE, lambda: bench.inject(Occlusion(compliance_ml=100.0)))


def _never_cut(bench: VirtualBench) -> None:
    _hands(bench, Deed.CYCLE_POWER, Answer)


def _gone_for_good(bench: VirtualBench) -> None:
    _hands(bench, Deed.CYCLE_POWER, lambda: bench.inject(Silent()))


def _sensors_off(bench: VirtualBench) -> None:
    bench.deeds[Deed.SENSORS_OFF]()


def _frozen(bench: VirtualBench) -> None:
    _hands(bench, Deed.SENSORS_OFF, Answer)


FAULTS: Final = (
    BenchFault("no-port", "the port is not there", _every, _no_port, "port"),
    BenchFault("off", "the device is switched off", _every, _off, "identity"),
    BenchFault("stranger", "another device is plugged in", _every, _strange, "identity"),
    BenchFault("noisy", "the cable is bad", _every, _noisy, "link_quality"),
    BenchFault("pulled", "the cable is pulled during the test", _every, _pull_later, "link_quality"),
    BenchFault("wrong-syringe", "another syringe is in than was told", _driven, _other_syringe, "volume"),
    BenchFault("wrong-syringe-flow", "another syringe is in than was told", _driven, _other_syringe, "flow"),
    BenchFault("blind-to-occlusion", "a blocked line is not noticed", _driven, _soft_line, "stall"),
    BenchFault("silent-on-power", "a power cut is not told", _driven, _never_cut, "power"),
    BenchFault("dead-after-power", "dead after a power cut", _driven, _gone_for_good, "power"),
    BenchFault("no-watchdog", "the pump's watchdog never trips", _is_ne1000, _kept_going, "watchdog"),
    BenchFault("unseen-panel", "a change at the keys is not told", _driven, _unseen_panel, "panel"),
    BenchFault("wrong-pump", "the port is another pump's", _watched, _wrong_plate, "shown_rate"),
    BenchFault("sensor-off", "the sensors are off", _monitor, _sensors_off, "parameters"),
    BenchFault("reads-wrong", "the monitor is a quarter off", _monitor, _biased, "simulator"),
    BenchFault("hangs", "figures stay when the sensors are gone", _monitor, _frozen, "invalid"),
    BenchFault("drags", "the waves come too slowly", _has_waves, _dragging, "rates"),
)
