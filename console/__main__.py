"""``python -m console`` and the ``infusion-console`` command."""

from __future__ import annotations

import signal
import sys
from types import FrameType


def main() -> int:
    """Run the command line; returns the exit code."""
    # Asked to end, it ends as it does on Ctrl-C: a demonstration takes its processes with it.
    signal.signal(signal.SIGTERM, _interrupt)
    from console.app.commands import run

    return run(sys.argv[1:])


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
