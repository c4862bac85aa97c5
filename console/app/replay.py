"""``infusion-console replay``: a capture served as a device, to this console or any other serial program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from console.app.troubles import NotPossible
from console.app.virtual_devices import end_on_signals
from console.clock import SystemClock
from console.devices.capture import CapturedBytes, read_capture
from console.devices.ports import Emulator
from console.devices.virtual.cable import Cable, StopFlag, serve_all
from console.devices.virtual.replayed import ReplayedDevice

Say = Callable[[str], None]


def capture_of(path: Path) -> tuple[CapturedBytes, ...]:
    """The bytes of a capture file.

    Raises:
        NotPossible: it is no capture.
        OSError: it cannot be read.
    """
    try:
        return read_capture(path.read_text(encoding="ascii", errors="replace").splitlines())
    except ValueError as error:
        raise NotPossible(f"{path} cannot be replayed. {error}") from error


def serve_replay(
    path: Path,
    plug: Callable[[Emulator], Cable],
    say: Say,
    *,
    again: bool = False,
    ending: StopFlag | None = None,
) -> int:
    """Serve a capture until told to end.

    Args:
        path: The capture.
        plug: Plugs the device in.
        say: Told where it is.
        again: Begin anew when the capture has ended.
        ending: Set to end; signals of this process when None.

    Raises:
        NotPossible: the file is no capture, or holds nothing that a device said.
        OSError: it cannot be read, or the port cannot be made.
    """
    captured = capture_of(path)
    try:
        device = ReplayedDevice(captured, again=again)
    except ValueError as error:
        raise NotPossible(str(error)) from error
    end = plug(device)
    say(f"{path.name}, {len(captured)} pieces, replayed at {end.address} (end with Ctrl-C).")
    try:
        serve_all([end], SystemClock(), end_on_signals() if ending is None else ending)
    finally:
        end.close()
    if device.unanswered:
        say(f"{device.unanswered} questions were not in the capture and had no answer.")
    return 0
