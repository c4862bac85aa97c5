"""The product's bridge with clocks: around each tick, and at STOP."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from console.clock import SystemClock
from console.room.client import SocketRoomClient
from console.room.wire import RoomMessage, StopHeard
from console.ui.bridge import Bridge
from tests.benchmarks.frame_log import CpuMeter, FrameLog


@dataclass
class StopLog:
    """When each STOP left this window and reached the slot of the port, by request id; ns."""

    sent_ns: dict[str, int] = field(default_factory=dict)
    heard_ns: dict[str, int] = field(default_factory=dict)


class ClockedBridge(Bridge):
    """Everything as in the product, with the time written down beside it."""

    def __init__(self, folder: Path, version: str) -> None:
        client = SocketRoomClient.connect(folder, version)
        super().__init__(client, client.window_id)
        self.log, self.meter, self.stops = FrameLog(), CpuMeter(), StopLog()

    def tick(self) -> None:
        """One turn."""
        self.log.close_frame()
        self.meter.tick()
        self.log.whole(super().tick)()

    def stop(self, reason: str = "") -> str:
        """STOP."""
        entered_ns = SystemClock().now().mono_ns
        request_id = super().stop(reason)
        self.stops.sent_ns[request_id] = entered_ns
        return request_id

    def _take(self, message: RoomMessage) -> None:
        if isinstance(message, StopHeard):
            self.stops.heard_ns[message.request_id] = message.at.mono_ns
        super()._take(message)
