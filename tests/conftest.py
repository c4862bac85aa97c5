"""Which tests may run side by side, and how many examples a property is tried on.

What measures real time keeps one worker to itself. ``--hypothesis-profile=deep`` tries each property that
states no number of its own on five times as many examples.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

GIVEN: Final = settings.get_current_profile_name()
"""What Hypothesis chose by itself, or whoever runs the tests before it."""
settings.register_profile("deep", settings.get_profile(GIVEN), max_examples=250)
if GIVEN in ("default", "ci"):
    settings.register_profile("light", settings.get_profile(GIVEN), max_examples=50)
    settings.load_profile("light")

REAL_TIME: Final = ("faults", "stories", "room")
"""Folders whose tests start processes, threads with deadlines, or ptys."""
COSTLY: Final = "tests.ui.review_records"
"""Makes long records once a process: the tests that read them stay together."""


def group_of(item: pytest.Item) -> str | None:
    """The group ``item`` runs in, one after the other; None if it may run beside anything."""
    used = vars(item.module) if isinstance(item, pytest.Function) else {}
    if any(getattr(value, "__module__", None) == COSTLY for value in used.values()):
        return "long records"
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    if folder in REAL_TIME or item.get_closest_marker("process") is not None:
        return "real time"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the distributor of tests what belongs together; without it the marks do nothing."""
    for item in items:
        group = group_of(item)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
