"""A bad network in front of a server: cuts, delays, truncates, trickles; on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Final

_PIECE: Final = 64 * 1024


@dataclass(frozen=True)
class Fate:
    """What one connection has to go through.

    Attributes:
        cut_up_at: Cut after so many bytes to the server: before the commit of whatever is on its way.
        cut_down_at: Cut after so many bytes back: after the commit, before the answer arrived whole.
        delay_s: Before the first byte is carried: connections overtake each other.
        bytes_per_s: A slow line.
        refused: Cut at once.
    """

    cut_up_at: int | None = None
    cut_down_at: int | None = None
    delay_s: float = 0.0
    bytes_per_s: int | None = None
    refused: bool = False


FAIR: Final = Fate()


@dataclass
class Tally:
    connections: int = 0
    cuts_before: int = 0
    cuts_after: int = 0
    refused: int = 0
    carried: int = 0

    @property
    def cuts(self) -> int:
        return self.cuts_before + self.cuts_after + self.refused


class Proxy:
    """Listens on a port of its own; ``fate`` is asked for each connection."""

    def __init__(self, target_port: int, fate: Callable[[], Fate]) -> None:
        self._target = target_port
        self._fate = fate
        self.tally = Tally()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._open: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._thread = threading.Thread(target=self._run, name="the bad network", daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(5)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for far, near in list(self._open):
            _drop(far)
            _drop(near)
        self._loop.run_until_complete(self._gone())

    async def _gone(self) -> None:
        while self._open:
            await asyncio.sleep(0.005)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fate = self._fate()
        self.tally.connections += 1
        if fate.refused:
            self.tally.refused += 1
            _drop(writer)
            return
        if fate.delay_s:
            await asyncio.sleep(fate.delay_s)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            _drop(writer)
            return
        pair = (far_writer, writer)
        self._open.add(pair)
        up = asyncio.ensure_future(self._carry(reader, far_writer, fate.cut_up_at, fate.bytes_per_s))
        down = asyncio.ensure_future(self._carry(far_reader, writer, fate.cut_down_at, fate.bytes_per_s))
        done, pending = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        self.tally.cuts_before += up in done and up.result()
        self.tally.cuts_after += down in done and down.result()
        if down in done and down.result():
            # What the server has begun it finishes: it hears of the cut only afterwards.
            _hang_up(far_writer)
        else:
            _drop(far_writer)
        _drop(writer)
        self._open.discard(pair)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        cut_at: int | None,
        bytes_per_s: int | None,
    ) -> bool:
        """Carry bytes until one side ends; True when it was cut."""
        carried = 0
        with suppress(OSError):
            while data := await reader.read(_PIECE if bytes_per_s is None else max(1, bytes_per_s // 20)):
                if cut_at is not None and carried + len(data) > cut_at:
                    writer.write(data[: cut_at - carried])
                    await writer.drain()
                    return True
                if bytes_per_s is not None:
                    await asyncio.sleep(len(data) / bytes_per_s)
                carried += len(data)
                self.tally.carried += len(data)
                writer.write(data)
                await writer.drain()
        return False


def _hang_up(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.close()


def _drop(writer: asyncio.StreamWriter) -> None:
    """Reset instead of closing politely."""
    with suppress(OSError):
        writer.transport.abort()


@contextmanager
def bad_network(target_port: int, fate: Callable[[], Fate]) -> Iterator[Proxy]:
    proxy = Proxy(target_port, fate)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.close()


def cutting(random: Random, until: Callable[[], bool] = lambda: False) -> Callable[[], Fate]:
    """Fates for chaos: each connection is cut, somewhere else each time; fair once ``until`` holds."""

    def fate() -> Fate:
        if until():
            return FAIR
        kind = random.random()
        if kind < 0.1:
            return Fate(refused=True)
        delay_s = 0.002 * random.random() if random.random() < 0.2 else 0.0
        # A hello is about 600 bytes each way; a batch several thousand up and two hundred down.
        if kind < 0.5:
            return Fate(cut_up_at=random.randrange(200, 15_000), delay_s=delay_s)
        return Fate(cut_down_at=random.randrange(300, 2_500), delay_s=delay_s)

    return fate
