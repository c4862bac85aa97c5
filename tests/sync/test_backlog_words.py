"""The backlog in words that a nurse understands."""

from __future__ import annotations

import pytest

from console.clock import NS_PER_S, ManualClock
from console.sync.backlog import ArchiveView, Standing, age_words, size_words, view_of

NOW = ManualClock().now().wall_utc_ns
HOUR = 3600 * NS_PER_S

pytestmark = pytest.mark.req("NET-01")


@pytest.mark.parametrize(
    ("hours", "standing"),
    [
        (0, Standing.CURRENT),
        (1, Standing.BEHIND),
        (23.9, Standing.BEHIND),
        (24, Standing.WARNING),
        (71.9, Standing.WARNING),
        (72, Standing.NOTICE),
        (720, Standing.NOTICE),
    ],
)
def test_a_day_is_a_warning_and_three_are_a_notice(hours: float, standing: Standing) -> None:
    assert view_of(3, 2600.0, NOW - round(hours * HOUR), NOW, "", False).standing is standing


def test_the_sentence_says_how_much_how_old_that_it_is_safe_and_what_to_do() -> None:
    view = view_of(12_345, 2600.0, NOW - 26 * HOUR, NOW, "The archive is not reached.", False)
    assert view.sentence == (
        "12 345 entries wait for the archive (about 32 MB), the oldest for 26 hours. All of it is kept on "
        "this computer and is sent by itself. Tell the technician today. The archive is not reached."
    )
    assert view_of(0, 2600.0, None, NOW, "", False).sentence == "Everything is in the archive."
    assert ArchiveView().sentence == "No archive is set up: everything is kept on this computer."


def test_somebody_has_to_act_is_said_at_once_and_not_only_after_a_day() -> None:
    view = view_of(1, 2600.0, NOW - HOUR, NOW, "The archive refuses this workstation.", True)
    assert view.standing is Standing.STOPPED
    assert view.sentence.startswith("1 entry waits for the archive (about 3 kB), the oldest for 1 hour.")
    assert view_of(0, 1.0, None, NOW, "The certificate expires.", False).sentence == (
        "Nothing waits. The certificate expires."
    )


def test_a_clock_set_back_makes_no_age_below_nothing() -> None:
    assert view_of(5, 2600.0, NOW + 9 * HOUR, NOW, "", False).age_s == 0.0


def test_ages_and_sizes_are_rounded_as_people_do() -> None:
    assert [age_words(s) for s in (5, 61, 3599, 3600, 86_400, 172_800)] == [
        "less than a minute",
        "1 minute",
        "59 minutes",
        "1 hour",
        "24 hours",
        "2 days",
    ]
    assert [size_words(n) for n in (1, 2_600, 85_000_000, 1_040_000_000)] == [
        "1 kB",
        "3 kB",
        "85 MB",
        "1.0 GB",
    ]
