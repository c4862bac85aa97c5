"""Puts the board together: the reading thread, the window, the review page over the archive."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom

from PySide6.QtWidgets import QApplication

from console.app.board_config import BoardConfig
from console.app.board_feed import BoardFeed
from console.app.board_reader import ArchiveReader
from console.app.config import read_config
from console.app.folder import CONFIG, app_version
from console.app.site_files import site_of
from console.clock import Clock, SystemClock
from console.session.site import Site
from console.sync.board_line import Line, open_line
from console.ui.board.review import ArchiveReview
from console.ui.board.window import BoardWindow
from console.ui.theme import Theme, load_fonts
from console.ui.viewmodels.board_view import BoardView, board_view
from console.ui.viewmodels.live_reference import LiveReference

SIZE = (1600, 900)
END_WAIT_S = 10.0


def show_board(config: BoardConfig, folder: Path, whole_screen: bool) -> int:
    """Show the board until it is closed; returns the exit code.

    Raises:
        ConfigWrong: ``room.toml`` of this computer, if there is one, cannot be used.
        LibraryError: a library file contradicts itself.
    """
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Infusion-room console")
    load_fonts()
    parameters = config.address.parameters()
    clock = SystemClock()
    site = site_of(read_config(folder / CONFIG), folder)
    feed = BoardFeed(lambda: open_line(parameters), config.site_id, clock, SystemRandom())
    window = furnish_board(
        config.title, config.site_id, config.names, feed, site, clock, lambda: open_line(parameters)
    )
    stopping = threading.Event()
    thread = threading.Thread(target=feed.run, args=(stopping,), name="the board's line", daemon=True)
    thread.start()
    window.resize(*SIZE)
    window.start()
    if whole_screen:
        window.showFullScreen()
    else:
        window.show()
    code = int(application.exec())
    stopping.set()
    thread.join(END_WAIT_S)
    return code


def furnish_board(
    title: str,
    site_id: str,
    names: bool,
    feed: BoardFeed,
    site: Site,
    clock: Clock,
    line: Callable[[], Line],
) -> BoardWindow:
    """The window on a feed."""
    reference = LiveReference(site)

    def look() -> BoardView:
        now, picture = clock.now(), feed.picture
        return board_view(picture.rooms, now, reference, title, picture.link(now), names)

    def review(theme: Theme) -> ArchiveReview:
        reader = ArchiveReader(line, site_id)
        return ArchiveReview(theme, reader, reader, app_version(), clock)

    return BoardWindow(look, review)
