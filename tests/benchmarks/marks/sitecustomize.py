"""Loaded by every Python of a measured start: notes when the window first painted STOP and a live trace.

The product is not changed for it: the two painters are wrapped as they are imported.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

FILE = os.environ.get("BENCHMARK_MARKS", "")


def note(word: str, done: set[str]) -> None:
    """Write down ``word`` with the time, once; on the clock that all processes share."""
    if word not in done:
        done.add(word)
        with open(FILE, "a", encoding="utf-8") as file:
            file.write(f"{word} {time.clock_gettime_ns(time.CLOCK_BOOTTIME)}\n")


def noting(paint: Callable[..., None], word: str, counts: Callable[[Any], bool]) -> Callable[..., None]:
    """``paint``, which notes ``word`` after the first picture that counts."""
    done: set[str] = set()

    def paint_and_note(self: Any, event: object) -> None:
        paint(self, event)
        if counts(self):
            note(word, done)

    return paint_and_note


def wrap(module: types.ModuleType) -> None:
    """Wrap the painter in a module that was just imported."""
    if module.__name__.endswith("sweep_trace"):
        trace = module.SweepTrace
        trace.paintEvent = noting(trace.paintEvent, "trace", lambda strip: strip._last is not None)
    else:
        key = module.StopButton
        key.paintEvent = noting(key.paintEvent, "stop", lambda _: True)


class Watcher(importlib.abc.MetaPathFinder):
    """Lets the ordinary finders find, and wraps what they load."""

    NAMES = ("console.ui.widgets.sweep_trace", "console.ui.widgets.stop_button")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of the two modules, with a loader that wraps afterwards."""
        if fullname not in self.NAMES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_wrap(module: types.ModuleType) -> None:
                load(module)
                wrap(module)

            spec.loader.exec_module = load_and_wrap  # type: ignore[method-assign]
        return spec


if FILE:
    sys.meta_path.insert(0, Watcher())
