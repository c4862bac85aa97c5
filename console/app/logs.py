"""Where a process of the console writes its log."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

LOG_BYTES: Final = 5_000_000
LOG_FILES: Final = 4


def log_to(folder: Path, name: str) -> None:
    """Send this process's log to a bounded file, and its warnings to the terminal as well."""
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    to_file = RotatingFileHandler(
        folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    to_file.setFormatter(form)
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.CRITICAL)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(to_file)
    root.addHandler(to_terminal)
