"""What launcher, room and window tell each other: exit codes, and news on standard output."""

from __future__ import annotations

from typing import Final

EXIT_OK: Final = 0
EXIT_USER: Final = 2
"""Something a person has to mend; starting again would not help."""
EXIT_IN_USE: Final = 3
"""Another room has this record open."""
EXIT_AGAIN: Final = 5
"""The room ended to be started again with what a technician changed."""
PLAY_FAILED: Final = 4
"""The scripted session of a demonstration did not go through; playing it again would not help."""

READY: Final = "ready"
WINDOW_STALLED: Final = "window_stalled"
