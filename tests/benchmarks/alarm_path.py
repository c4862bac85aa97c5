"""From the decision that something is wrong to the first sample handed to the speaker.

The whole room runs: both ports polled, waves and numerics recorded, a window attached that takes in what
it is told. What the sound device adds (a buffer of 100 ms in the product) comes on top.
"""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from typing import Final

from console.room.client import SocketRoomClient
from tests.benchmarks.figures import Measured
from tests.benchmarks.other_process import MARK, line_of, report, started, tell
from tests.benchmarks.rehearsed_room import VERSION

ALARMS: Final = 120


def attend(client: SocketRoomClient, over: threading.Event) -> None:
    """Take in and beat as a window does."""
    while not over.wait(0.25):
        client.poll()
        client.beat()


def main() -> None:
    """Let the room raise its alarms and pass on what it measured."""
    over = threading.Event()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, started("far_end", name, "rest"):
        pump, monitor = json.loads((Path(name) / "ports.json").read_text(encoding="utf-8"))
        with started("room_end", name, pump, monitor, "alarm") as room:
            client = SocketRoomClient.connect(Path(name), VERSION)
            window = threading.Thread(target=attend, args=(client, over))
            window.start()
            over.wait(3.0)
            tell(room, f"alarms {ALARMS}")
            told = line_of(room)
            over.set()
            window.join()
            client.close()
    if not told.startswith(MARK):
        raise SystemExit(f"the room said: {told}")
    found: Measured = json.loads(told[len(MARK) :])
    report(found)


if __name__ == "__main__":
    main()
