"""Where a process of the console writes its log, and what may stand in it.

A log is read by people who have no business with patients. Our own sentences name none; what a library says
in an exception may quote anything, so of exceptions only the kind and the places in the program are kept.
"""

from __future__ import annotations

import copy
import logging
import os
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

LOG_BYTES: Final = 5_000_000
LOG_FILES: Final = 4

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Exceptions without what they say: their kind, their places, and those they came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; what another handler made of the exception before is not taken over."""
        fresh = copy.copy(record)
        fresh.exc_text = None
        return super().format(fresh)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 (the name is the library's)
        """Kind and places of an exception and of its causes."""
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            for frame in traceback.extract_tb(error.__traceback__):
                lines.append(f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}')
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


def log_to(folder: Path, name: str) -> None:
    """Send this process's log to a bounded file of its owner, and its gravest to the terminal as well."""
    no_core_dumps()
    form = QuietFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    path = folder / f"{name}.log"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    to_file = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    to_file.setFormatter(form)
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.CRITICAL)
    to_terminal.setFormatter(form)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(to_file)
    root.addHandler(to_terminal)


def no_core_dumps() -> None:
    """A dump of this process's memory would hold patients' names and the key of the record."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
