"""Which sections there are, in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from console.session.people import Role
from console.session.site import Site
from console.ui.bridge import Bridge
from console.ui.course.after_section import AfterSection
from console.ui.course.consent_section import ConsentSection
from console.ui.course.day_section import DaySection
from console.ui.course.outcomes_section import OutcomesSection
from console.ui.course.page import CARE, CoursePage
from console.ui.course.plan_section import PlanSection
from console.ui.course.screening_section import ScreeningSection
from console.ui.course.stock_section import StockSection
from console.ui.course.story_section import StorySection
from console.ui.course.today_section import TodaySection
from console.ui.theme import Theme

TODAY, COURSE, OUTCOMES = "Today", "Course", "Outcomes"


def course_page(
    theme: Theme,
    bridge: Bridge,
    site: Site,
    papers: Path,
    hand_over: Callable[[bool], None],
    to_bedside: Callable[[], None],
) -> CoursePage:
    """The page with all its sections.

    Args:
        theme: The window's; only its scale is used.
        bridge: The room as this window knows it.
        site: The clinic's configuration.
        papers: Folder of what is printed.
        hand_over: Gives the whole screen to the patient (True), or takes it back.
        to_bedside: Shows the bedside page, once a session was begun.
    """
    page = CoursePage(theme, bridge, site)
    page.add_section(TODAY, TodaySection(page.desk, page.open_person, to_bedside), personal=False)
    page.add_section(COURSE, StorySection(page.desk, papers))
    page.add_section("Screening", ScreeningSection(page.desk))
    page.add_section("Consent", ConsentSection(page.desk))
    page.add_section("Plan", PlanSection(page.desk))
    page.add_section(
        OUTCOMES, OutcomesSection(page.desk, page.cover, hand_over, lambda: page.show_section(OUTCOMES))
    )
    page.add_section("Day", DaySection(page.desk))
    page.add_section("After", AfterSection(page.desk, papers))
    page.add_section("Drug log", StockSection(page.desk, papers), CARE | {Role.ADMIN}, personal=False)
    return page
