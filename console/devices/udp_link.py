"""A link over UDP to a device that speaks in datagrams: one read is one datagram, one write is one."""

from __future__ import annotations

import select
import socket
from urllib.parse import urlsplit

from console.clock import Clock, Instant
from console.devices.capture import CaptureSink, Direction, NoCapture
from console.devices.ports import LinkLost

SCHEME = "udp://"
LONGEST_READ_S = 0.15
LONGEST_DATAGRAM = 65_535
MOST_DISCARDED = 1000


def is_udp(url: str) -> bool:
    """Whether ``url`` names a device that is reached by datagrams (``udp://host:port``)."""
    return url.startswith(SCHEME)


class UdpLink:
    """A :class:`~console.devices.ports.Link` over one UDP socket; only its device is heard.

    Attributes:
        note: What happened that the technician may want to know; empty when nothing did.
    """

    def __init__(self, url: str, clock: Clock, capture: CaptureSink | None = None) -> None:
        """Open ``udp://host:port``. Nothing is sent, so this does not tell whether anyone is there.

        Raises:
            LinkLost: the address is none, or this computer has no way to it.
        """
        self.note = ""
        self._url = url
        self._clock = clock
        self._capture: CaptureSink = NoCapture() if capture is None else capture
        host, port = _address(url)
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, kind, protocol)
        except OSError as error:
            raise LinkLost(f"{url} cannot be reached. Check the address. ({error})") from error
        try:
            self._socket.connect(where)
            self._socket.setblocking(False)
        except OSError as error:
            self._socket.close()
            raise LinkLost(
                f"{url} cannot be reached. Check the network cable and the address. ({error})"
            ) from error

    def read(self, timeout_s: float) -> bytes:
        """The next datagram, empty when none comes; see :class:`~console.devices.ports.Link`."""
        try:
            ready, _, _ = select.select([self._socket], [], [], min(timeout_s, LONGEST_READ_S))
            data = self._socket.recv(LONGEST_DATAGRAM) if ready else b""
        except (BlockingIOError, ConnectionRefusedError) as error:
            # The device is off or restarting; on UDP that is silence, not a broken port.
            self.note = f"{self._url} does not listen: {error}"
            return b""
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        if data:
            self._capture.record(Direction.RECEIVED, self._clock.now(), data)
        return data

    def write(self, data: bytes) -> None:
        """Send ``data`` as one datagram.

        Raises:
            LinkLost: the network is gone.
        """
        try:
            self._socket.send(data)
        except (BlockingIOError, ConnectionRefusedError) as error:
            # Told of an earlier datagram: nobody listens there now. A datagram may always get lost.
            self.note = f"{self._url} does not listen: {error}"
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        self._capture.record(Direction.SENT, self._clock.now(), data)

    def now(self) -> Instant:
        """The clock that stamps datagrams."""
        return self._clock.now()

    def discard_input(self) -> None:
        """Throw away what has arrived and was not read."""
        for _ in range(MOST_DISCARDED):
            try:
                self._socket.recv(LONGEST_DATAGRAM)
            except ConnectionRefusedError:
                continue
            except BlockingIOError:
                return
            except (OSError, ValueError) as error:
                raise self._lost(error) from error

    def close(self) -> None:
        """Give the socket back; never raises."""
        self._socket.close()

    def _lost(self, error: Exception) -> LinkLost:
        return LinkLost(f"{self._url} cannot be reached any more. Check the network cable. ({error})")


def _address(url: str) -> tuple[str, int]:
    wrong = LinkLost(f"{url} is no address of the form udp://host:port. Correct it in the room's settings.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme != "udp" or not host or not port:
        raise wrong
    return host, port
