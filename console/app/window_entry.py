"""The window process: hands the room's line and the configuration to Qt.

It reaches for the room before it loads Qt, so that what the room says has arrived when the first picture is
drawn; what only a demonstration needs is not loaded at all.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from console.app.config import ConfigWrong, read_config
from console.app.demo_file import read_demo
from console.app.folder import CONFIG, app_version
from console.app.launcher import NO_SCREEN, has_screen
from console.app.logs import log_to
from console.app.process_words import EXIT_USER
from console.app.site_files import site_of
from console.clinical.toml_table import LibraryError
from console.room.client import SocketRoomClient

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """Arguments of the window process.

    Attributes:
        folder: Data folder of the room.
        read_only: Only look.
        auto: A scripted nurse plays the session of a demonstration.
        headless: She does so without a screen.
        shots: Folder for pictures, empty for none.
        with_room: A launcher starts the room beside it: the room says what a person has to mend.
    """

    folder: Path
    read_only: bool = False
    auto: bool = False
    headless: bool = False
    shots: str = ""
    with_room: bool = False


def run_window(options: WindowOptions) -> int:
    """Show the room until the window is closed; returns the exit code."""
    demo = read_demo(options.folder)
    if options.headless:
        if demo is None:
            return _say("Without a screen only the session of a demonstration can be played.")
        from console.app.rehearsal import rehearse

        return rehearse(options.folder, demo, lambda line: print(line, flush=True))
    if not has_screen(os.environ):
        return _say(NO_SCREEN)
    try:
        log_to(options.folder, "window")
        site = site_of(read_config(options.folder / CONFIG), options.folder)
    except (ConfigWrong, LibraryError) as error:
        return _say(str(error), aloud=not options.with_room)
    except OSError as error:
        sentence = f"{error.filename or options.folder}: {error.strerror or error}."
        return _say(sentence, aloud=not options.with_room)
    client = SocketRoomClient.connect(options.folder, app_version(), options.read_only)
    from console.app.window_parts import WindowWishes, show

    shots = Path(options.shots) if options.shots else None
    return show(WindowWishes(options.folder, options.auto, shots), site, demo, client)


def _say(sentence: str, *, aloud: bool = True) -> int:
    _log.error("%s", sentence)
    if aloud:
        print(sentence, file=sys.stderr, flush=True)
    return EXIT_USER
