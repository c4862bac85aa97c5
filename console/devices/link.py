"""The only door to pyserial: a byte pipe over a serial port, a pty or a TCP cable.

Measured on pyserial 3.5: an unplugged port raises SerialException, OSError, termios.error or TypeError
depending on the call, a port opened twice steals bytes, a write without a time-out may block for ever,
and a change of settings fails on a pty that was asked for parity. All of it ends here as LinkLost, a
sentence that says what to do.
"""

from __future__ import annotations

import errno
import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec
import serial
import serial.tools.list_ports

from console.clock import Clock, Instant
from console.devices.capture import CaptureSink, Direction, NoCapture
from console.devices.parity import ParityMarks
from console.devices.ports import Interrupted, LineSettings, LinkLost

if sys.platform == "win32":
    _PORT_ERRORS: tuple[type[Exception], ...] = (serial.SerialException, OSError, TypeError, ValueError)
else:
    import fcntl
    import termios

    _PORT_ERRORS = (serial.SerialException, OSError, TypeError, ValueError, termios.error)

SLICE_S = 0.02
"""STOP is looked for this often while a reply is awaited."""
LONGEST_READ_S = 0.15
WRITE_TIMEOUT_S = 0.5
MOST_BYTES = 4096
_PTY = re.compile(r"/dev/pts/\d+|/dev/ttys\d{3}")


class StopSignal(Protocol):
    """What a link asks of the STOP slot."""

    def waiting(self) -> bool:
        """STOP was pressed and is not being carried out yet."""
        ...

    def overdue(self) -> bool:
        """It has waited for longer than a reply may hold it up."""
        ...


class SeenPort(msgspec.Struct, frozen=True):
    """What the operating system tells of one port."""

    device: str
    description: str
    vendor_id: int | None
    product_id: int | None
    serial_number: str


class SerialLink:
    """A :class:`~console.devices.ports.Link` over pyserial, open from construction to :meth:`close`.

    Attributes:
        note: What was opened otherwise than asked, for the technician; empty when nothing was.
    """

    def __init__(
        self,
        url: str,
        line: LineSettings,
        clock: Clock,
        capture: CaptureSink | None = None,
        stop: StopSignal | None = None,
        *,
        dtr: bool = True,
        rts: bool = True,
    ) -> None:
        """Open ``url``: a device path, a ``/dev/serial/by-id`` name or ``socket://host:port``.

        Args:
            url: Where the device is.
            line: Line settings; on a pty, which has no line, they are left at 8N1.
            clock: Stamps bytes on arrival.
            capture: Gets every byte, both ways.
            stop: STOP of the pump on this port; None for a monitor.
            dtr: Level of DTR, set before opening because some adapters reset the device on a change.
            rts: Level of RTS, likewise; not used with hardware flow control.

        Raises:
            LinkLost: the port cannot be opened; the text says what to do.
        """
        self.note = ""
        self._url = url
        self._clock = clock
        self._capture: CaptureSink = NoCapture() if capture is None else capture
        self._stop = stop
        if is_pty(url) and line != LineSettings(line.baud):
            self.note = f"{url} is a pseudo terminal: opened with 8 data bits, no parity, no flow control."
            line = LineSettings(line.baud)
        with _folded(url, "could not be opened"):
            self._port: Any = serial.serial_for_url(
                url,
                do_not_open=True,
                baudrate=line.baud,
                bytesize=line.data_bits,
                parity=line.parity,
                stopbits=line.stop_bits,
                rtscts=line.rtscts,
                timeout=SLICE_S,
                write_timeout=WRITE_TIMEOUT_S,
                exclusive=True if _locks_ports(url) else None,
            )
            self._port.dtr = dtr
            if not line.rtscts:
                self._port.rts = rts
            self._port.open()
        self._marks = self._mark_parity_errors(line)
        self._keep_others_out()

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived; see :class:`~console.devices.ports.Link`."""
        self._give_way_to_stop()
        with _folded(self._url):
            data: bytes = self._waiting_bytes()
            slices = math.ceil(min(timeout_s, LONGEST_READ_S) / SLICE_S)
            while not data and slices > 0:
                slices -= 1
                data = self._port.read(1)
                if data:
                    data += self._waiting_bytes()
                else:
                    self._give_way_to_stop()
        if data and self._marks is not None:
            data = self._marks.feed(data)
        if data:
            self._capture.record(Direction.RECEIVED, self._clock.now(), data)
        return data

    def write(self, data: bytes) -> None:
        """Send all of ``data``; see :class:`~console.devices.ports.Link`.

        Raises:
            LinkLost: the port vanished or does not take the bytes in time.
            Interrupted: STOP is waiting; not a byte was sent.
        """
        if self._stop is not None and self._stop.waiting():
            raise Interrupted("STOP is waiting.")
        with _folded(self._url):
            self._port.write(data)
        self._capture.record(Direction.SENT, self._clock.now(), data)

    def now(self) -> Instant:
        """The clock that stamps bytes."""
        return self._clock.now()

    def discard_input(self) -> None:
        """Throw away what has arrived and was not read."""
        with _folded(self._url):
            self._port.reset_input_buffer()
        if self._marks is not None:
            self._marks.reset()

    def close(self) -> None:
        """Give the port back; never raises."""
        try:
            self._port.close()
        except _PORT_ERRORS as error:
            # After an unplug there may be nothing left to close; the handle is gone either way.
            self.note = f"{self._url} was closed with: {error}"

    @property
    def damaged_bytes(self) -> int:
        """Bytes that arrived with a parity or framing error; 0 where the platform does not tell."""
        return 0 if self._marks is None else self._marks.damaged

    def _mark_parity_errors(self, line: LineSettings) -> ParityMarks | None:
        """Have bytes with a wrong parity bit marked, where the platform can; None where it cannot."""
        if sys.platform == "win32" or "://" in self._url or line.parity == "N" or not line.spoiler:
            return None
        try:
            settings = termios.tcgetattr(self._port.fileno())
            settings[0] = (settings[0] | termios.INPCK | termios.PARMRK) & ~(termios.IGNPAR | termios.ISTRIP)
            termios.tcsetattr(self._port.fileno(), termios.TCSANOW, settings)
        except termios.error as error:
            self.note = f"{self._url} does not check parity: {error}"
            return None
        return ParityMarks(line.spoiler)

    def _waiting_bytes(self) -> bytes:
        """What is there already. TCP tells only that something is there, hence the loop."""
        data = b""
        while len(data) < MOST_BYTES and (count := self._port.in_waiting):
            data += self._port.read(min(count, MOST_BYTES))
        return data

    def _give_way_to_stop(self) -> None:
        if self._stop is not None and self._stop.overdue():
            raise Interrupted("STOP is waiting.")

    def _keep_others_out(self) -> None:
        """Beside the advisory lock, which binds only those who ask, refuse every other opener.

        A pty would keep the refusal after close, so it goes without.
        """
        if _locks_ports(self._url) and not is_pty(self._url):
            self._refuse_other_openers()

    def _refuse_other_openers(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.ioctl(self._port.fileno(), termios.TIOCEXCL)
        except OSError as error:
            self.note = f"{self._url} may be opened by another program as well: {error}"


def is_pty(url: str) -> bool:
    """Whether ``url`` names a pseudo terminal, which is not a UART."""
    return _PTY.fullmatch(os.path.realpath(url)) is not None


def is_present(url: str) -> bool:
    """Whether the port can be seen; a TCP cable always counts as present."""
    if "://" in url:
        return True
    if sys.platform == "win32":
        return any(port.device.lower() == url.lower() for port in seen_ports())
    return os.path.exists(url)


def seen_ports() -> tuple[SeenPort, ...]:
    """The serial ports the operating system lists, by name."""
    found = (
        SeenPort(
            device=str(port.device),
            description=str(port.description or ""),
            vendor_id=port.vid,
            product_id=port.pid,
            serial_number=str(port.serial_number or ""),
        )
        for port in serial.tools.list_ports.comports()
    )
    return tuple(sorted(found, key=lambda port: port.device))


def _locks_ports(url: str) -> bool:
    return sys.platform != "win32" and "://" not in url


@contextmanager
def _folded(url: str, what: str = "was unplugged or broke the connection") -> Iterator[None]:
    try:
        yield
    except _PORT_ERRORS as error:
        raise LinkLost(_sentence(url, what, error)) from error


_SENTENCES: dict[int, str] = {
    errno.ENOENT: "{url}: no such port. Plug the cable in, or choose another port.",
    errno.ENODEV: "{url}: no device behind this port. Plug the cable in.",
    errno.ENXIO: "{url}: no device behind this port. Plug the cable in.",
    errno.EBUSY: "{url} is in use by another program. Close it, then try again.",
    errno.EAGAIN: "{url} is in use by another program. Close it, then try again.",
    errno.EACCES: "No permission to use {url}. Add this user to the group dialout, then log in again.",
    errno.EPERM: "No permission to use {url}. Add this user to the group dialout, then log in again.",
    errno.EIO: "{url} was unplugged. Plug the cable in.",
    errno.EBADF: "{url} was closed. Plug the cable in.",
    errno.ENOTTY: "{url} is not a serial port. Choose another port.",
    errno.EINVAL: "{url} does not take these line settings. Choose another adapter.",
    errno.ECONNREFUSED: "Nothing listens at {url}. Start the device there, or correct the address.",
    errno.EHOSTUNREACH: "{url} cannot be reached. Check the network cable and the address.",
    errno.ENETUNREACH: "{url} cannot be reached. Check the network cable and the address.",
    errno.ECONNRESET: "{url} broke the connection. Check the device at the other end.",
    errno.EPIPE: "{url} broke the connection. Check the device at the other end.",
}


def _sentence(url: str, what: str, error: BaseException) -> str:
    number = _error_number(error)
    if number in _SENTENCES:
        return _SENTENCES[number].format(url=url)
    if isinstance(error, serial.SerialTimeoutException):
        return f"{url} does not take bytes any more. Check the cable and the device at its other end."
    if isinstance(error, serial.PortNotOpenError):
        return f"{url} was closed. Plug the cable in."
    if isinstance(error, serial.SerialException):
        return f"{url} {what}. Check the cable and the port. ({error})"
    return f"{url} {what}. Check the port's name and its settings. ({error})"


def _error_number(error: BaseException | None) -> int:
    """The errno of an error or of what caused it; pyserial does not always pass it on."""
    while error is not None:
        number = error.args[0] if error.args else None
        if isinstance(number, int):
            return number
        error = error.__context__
    return 0
