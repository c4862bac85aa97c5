"""TLS in front of the archive, as PostgreSQL speaks it: works with a server built without it as well."""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.sync.certificates import Pair

# PostgreSQL's protocol, "SSL Session Encryption": eight bytes, answered by one.
_SSL_REQUEST: Final = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


@dataclass
class Front:
    """What came through."""

    port: int = 0
    plain_bytes: int = 0
    handshakes: int = 0
    carried: int = 0


def _context(pair: Pair, client_ca: Path, newest: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    context.load_verify_locations(client_ca)
    context.verify_mode = ssl.CERT_REQUIRED
    with warnings.catch_warnings():
        # An old version is set on purpose: it must be refused.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = newest
    return context


@contextmanager
def tls_front(
    target_port: int,
    pair: Pair,
    client_ca: Path,
    *,
    willing: bool = True,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> Iterator[Front]:
    """Serve the archive over TLS, a connection at a time; an unwilling front answers that it has none."""
    front = Front()
    context = _context(pair, client_ca, newest)
    listener = socket.create_server(("127.0.0.1", 0))
    front.port = listener.getsockname()[1]

    def run() -> None:
        with suppress(OSError):
            while True:
                near, _peer = listener.accept()
                with near, suppress(OSError):
                    near.settimeout(5)
                    _serve(near, target_port, context if willing else None, front)

    thread = threading.Thread(target=run, name="the TLS front", daemon=True)
    thread.start()
    try:
        yield front
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _serve(near: socket.socket, target_port: int, context: ssl.SSLContext | None, front: Front) -> None:
    if near.recv(8, socket.MSG_WAITALL) != _SSL_REQUEST or context is None:
        near.sendall(b"N")
        front.plain_bytes += len(_drained(near))
        return
    near.sendall(b"S")
    try:
        inner = context.wrap_socket(near.dup(), server_side=True)
    except OSError:
        # Closing on unread bytes would reset the line and take the alert with it.
        _drained(near)
        return
    front.handshakes += 1
    with inner, socket.create_connection(("127.0.0.1", target_port)) as far:
        _carry(inner, far, front)


def _drained(near: socket.socket) -> bytes:
    with suppress(OSError):
        near.shutdown(socket.SHUT_WR)
    read = b""
    with suppress(OSError):
        while data := near.recv(4096):
            read += data
    return read


def _carry(inner: ssl.SSLSocket, far: socket.socket, front: Front) -> None:
    with selectors.DefaultSelector() as either:
        either.register(inner, selectors.EVENT_READ, far)
        either.register(far, selectors.EVENT_READ, inner)
        while True:
            for key, _events in either.select():
                source = inner if key.fileobj is inner else far
                data = source.recv(65536)
                while isinstance(source, ssl.SSLSocket) and source.pending():
                    data += source.recv(65536)
                if not data:
                    return
                front.carried += len(data)
                key.data.sendall(data)
