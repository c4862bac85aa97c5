"""``python -m console`` and the ``infusion-console`` command."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    from console.app.commands import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
