"""Virtual cables: a virtual device's bytes on a pseudo-terminal or a TCP port.

Any serial program can be plugged in: it opens the pseudo-terminal's path like a serial port, or
``socket://host:port``. :func:`serve_all` serves several cables, and whatever else has to advance with
them, in one loop.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from console.devices.ports import Emulator
from console.devices.virtual.cable_loop import LONGEST_STEP_S, Cable, StopFlag, serve_all

__all__ = ["LONGEST_STEP_S", "Cable", "PtyCable", "StopFlag", "TcpCable", "serve_all"]

_CHUNK: Final = 4096


class PtyCable(Cable):
    """A pseudo-terminal, opened by the host like a serial port (POSIX only).

    A pseudo-terminal is not a UART: modem lines, parity and 7-bit words do not exist on it, and its
    speed setting has no effect; give ``baud`` to have the speed modelled.
    """

    def __init__(
        self, emulator: Emulator, link_path: Path | str | None = None, baud: int | None = None
    ) -> None:
        """Make the pseudo-terminal.

        Args:
            emulator: The device.
            link_path: A stable name for the port; the symbolic link is made and removed with it. An
                existing link there is replaced, anything else is left alone.
            baud: Bits per second of the device's bytes; None sends them at once.

        Raises:
            OSError: this system has no pseudo-terminals, or the link cannot be made.
        """
        self._link = None if link_path is None else Path(link_path)
        self._master = -1
        self._slave = -1
        self._path = ""
        super().__init__(emulator, baud)

    @property
    def path(self) -> str:
        """The device file of this pseudo-terminal; another one after each :meth:`replug`."""
        return self._path

    @property
    def address(self) -> str:
        """The stable name if there is one, else the device file."""
        return self._path if self._link is None else str(self._link)

    def wait_on(self) -> Sequence[int]:
        """The master's end."""
        return [self._master] if self.plugged else []

    def _connect(self) -> None:
        try:
            import pty
            import tty
        except ImportError as missing:
            raise OSError("this system has no pseudo-terminals: use --tcp for virtual devices") from missing
        self._master, self._slave = pty.openpty()
        # Our own hand on the far end keeps the port alive between two programs that open it.
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        if self._link is not None:
            try:
                _point_link(self._link, self._path)
            except OSError:
                self._disconnect()
                raise

    def _disconnect(self) -> None:
        if self._link is not None and self._link.is_symlink() and os.readlink(self._link) == self._path:
            self._link.unlink()
        os.close(self._master)
        os.close(self._slave)

    def _receive(self) -> bytes:
        try:
            return os.read(self._master, _CHUNK)
        except BlockingIOError:
            return b""

    def _send(self, data: bytes) -> None:
        with suppress(BlockingIOError):
            os.write(self._master, data)


class TcpCable(Cable):
    """A TCP port, opened by the host as ``socket://host:port``; one host at a time.

    A second host is turned away while the first is connected; when that one leaves, the next may come.
    """

    def __init__(
        self, emulator: Emulator, host: str = "127.0.0.1", port: int = 0, baud: int | None = None
    ) -> None:
        """Listen.

        Args:
            emulator: The device.
            host: Address to listen on.
            port: Port to listen on; 0 takes a free one, which is kept through :meth:`replug`.
            baud: Bits per second of the device's bytes; None sends them at once.

        Raises:
            OSError: the port is taken or not allowed.
        """
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        super().__init__(emulator, baud)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def address(self) -> str:
        """The URL a host opens."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"socket://{host}:{self._port}"

    @property
    def connected(self) -> bool:
        """A host is connected."""
        return self._client is not None

    def wait_on(self) -> Sequence[int]:
        """The listening socket and the host's."""
        return [end.fileno() for end in (self._listener, self._client) if end is not None]

    def _connect(self) -> None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = socket.create_server((self._host, self._port), family=family, backlog=4)
        self._listener.setblocking(False)
        self._port = int(self._listener.getsockname()[1])

    def _disconnect(self) -> None:
        self._drop_client()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _receive(self) -> bytes:
        heard = self._hear()
        self._admit()
        return heard or self._hear()

    def _hear(self) -> bytes:
        if self._client is None:
            return b""
        try:
            heard = self._client.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except ConnectionError:
            heard = b""
        if not heard:
            self._drop_client()
        return heard

    def _admit(self) -> None:
        if self._listener is None:
            return
        while True:
            try:
                newcomer, _ = self._listener.accept()
            except (BlockingIOError, ConnectionError):
                return
            if self._client is not None:
                newcomer.close()
                continue
            newcomer.setblocking(False)
            newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._client = newcomer

    def _send(self, data: bytes) -> None:
        if self._client is None:
            return
        try:
            self._client.send(data)
        except BlockingIOError:
            return
        except ConnectionError:
            self._drop_client()

    def _drop_client(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _point_link(link: Path, target: str) -> None:
    """Make ``link`` point to ``target``, replacing a link that is there already."""
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        raise FileExistsError(errno.EEXIST, "a file is in the way of the virtual port: move it", str(link))
    link.symlink_to(target)
