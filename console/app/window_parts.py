"""Puts the window together. With its autopilot the only part of the composition root that imports Qt."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication, QWidget

from console.app.demo_file import DemoFile
from console.app.directory import RecordDirectory
from console.app.folder import RECORD
from console.app.trend_fill import TrendFill
from console.room.client import SocketRoomClient
from console.session.site import Site
from console.ui.bedside.step_tools import StepTools
from console.ui.bedside.steps import BedsideSteps
from console.ui.bridge import Bridge
from console.ui.late_page import LatePage
from console.ui.theme import load_fonts
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.window import BEDSIDE, MainWindow

REVIEW: Final = "Review"
PATIENTS: Final = "Patients"
TECHNICIAN: Final = "Technician"
SIZE: Final = (1600, 900)


@dataclass(frozen=True, slots=True)
class WindowWishes:
    """What the command line asks of the window.

    Attributes:
        folder: Data folder of the room.
        auto: A scripted nurse plays the session of the demonstration.
        shots: Folder for pictures, None for none.
    """

    folder: Path
    auto: bool
    shots: Path | None


def show(wishes: WindowWishes, site: Site, demo: DemoFile | None, client: SocketRoomClient) -> int:
    """Show the window until it is closed or the room says goodbye; returns the exit code."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Infusion-room console")
    load_fonts()
    bridge = Bridge(client, client.window_id)
    directory = RecordDirectory(wishes.folder / RECORD)
    window = furnish(bridge, site, demo, directory, wishes.folder / "reports")
    fill = TrendFill(bridge)
    _leave_with_the_room(bridge, application)
    if not wishes.auto:
        # The scripted nurse of a demonstration touches nothing between two checks.
        window.presence.guard()
    if wishes.auto and demo is not None:
        from console.app.window_auto import autoplay

        autoplay(window, bridge, wishes.folder, demo, wishes.shots, application.exit, _say)
    window.resize(*SIZE)
    bridge.start()
    # The first picture shows what the room has said by now, or that it is being waited for.
    bridge.tick()
    window.show()
    code = int(application.exec())
    bridge.close()
    fill.close()
    directory.close()
    return code


def furnish(
    bridge: Bridge, site: Site, demo: DemoFile | None, directory: RecordDirectory, reports: Path
) -> MainWindow:
    """The window with all its pages."""
    reference = LiveReference(site, None)
    window = MainWindow(bridge, reference)
    pins = {} if demo is None else {person.user_id: person.pin for person in demo.people}
    tools = StepTools(window.theme, bridge, reference, directory.people, directory, pins, directory.badges)
    BedsideSteps(window, tools)

    def sessions_in_series(protocol_id: str) -> int | None:
        try:
            series = site.library.entry(protocol_id).series
        except KeyError:
            return None
        return series.sessions

    def review() -> QWidget:
        from console.ui.review.page import ReviewPage

        page = ReviewPage(window.theme, bridge, reports, None, sessions_in_series)

        def open_record() -> None:
            if bridge.hello is not None:
                page.open_record(Path(bridge.hello.record_path))

        bridge.greeted.connect(open_record)
        return page

    def technician() -> QWidget:
        from console.ui.technician.page import TechnicianPage

        return TechnicianPage(window.theme, bridge, directory.people, reports)

    def patients() -> QWidget:
        from console.ui.course.build import course_page

        return course_page(
            window.theme, bridge, site, reports, window.hand_over, lambda: window.show_page(BEDSIDE)
        )

    window.add_page(REVIEW, "review", LatePage(review))
    window.add_page(PATIENTS, "patients", LatePage(patients))
    window.add_page(TECHNICIAN, "technician", LatePage(technician))
    return window


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _leave_with_the_room(bridge: Bridge, application: QApplication) -> None:
    """A room that was closed on purpose takes its window with it."""

    def leave(connected: bool) -> None:
        if not connected and bridge.farewell:
            application.exit(0)

    bridge.connection_changed.connect(leave)
