"""Which sections there are, in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from console.session.site import Site
from console.ui.bridge import Bridge
from console.ui.course.outcomes_section import OutcomesSection
from console.ui.course.page import CoursePage
from console.ui.course.story_section import StorySection
from console.ui.theme import Theme

COURSE = "Course"


def course_page(
    theme: Theme, bridge: Bridge, site: Site, papers: Path, hand_over: Callable[[bool], None]
) -> CoursePage:
    """The page with all its sections.

    Args:
        theme: The window's; only its scale is used.
        bridge: The room as this window knows it.
        site: The clinic's configuration.
        papers: Folder of what is printed.
        hand_over: Gives the whole screen to the patient (True), or takes it back.
    """
    page = CoursePage(theme, bridge, site)
    page.add_section(COURSE, StorySection(page.desk, papers))
    outcomes = OutcomesSection(page.desk, page.cover, hand_over)
    page.add_section("Outcomes", outcomes)
    return page
