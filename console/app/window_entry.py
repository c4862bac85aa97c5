"""The window process: hands the room's line and the configuration to Qt."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from console.app.compose import log_to, site_of
from console.app.config import ConfigWrong, read_config
from console.app.demo import read_demo
from console.app.folder import CONFIG, app_version
from console.app.launcher import NO_SCREEN, has_screen
from console.app.rehearsal import rehearse
from console.app.room_process import EXIT_USER
from console.clinical.toml_table import LibraryError


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """Arguments of the window process.

    Attributes:
        folder: Data folder of the room.
        read_only: Only look.
        auto: A scripted nurse plays the session of a demonstration.
        headless: She does so without a screen.
        shots: Folder for pictures, empty for none.
    """

    folder: Path
    read_only: bool = False
    auto: bool = False
    headless: bool = False
    shots: str = ""


def run_window(options: WindowOptions) -> int:
    """Show the room until the window is closed; returns the exit code."""
    demo = read_demo(options.folder)
    if options.headless:
        if demo is None:
            return _say("Without a screen only the session of a demonstration can be played.")
        return rehearse(options.folder, demo, lambda line: print(line, flush=True))
    if not has_screen(os.environ):
        return _say(NO_SCREEN)
    try:
        log_to(options.folder, "window")
        site = site_of(read_config(options.folder / CONFIG), options.folder)
    except (ConfigWrong, LibraryError) as error:
        return _say(str(error))
    except OSError as error:
        return _say(f"{error.filename or options.folder}: {error.strerror or error}.")
    from console.app.window_parts import WindowWishes, show

    shots = Path(options.shots) if options.shots else None
    wishes = WindowWishes(options.folder, options.read_only, options.auto, shots, app_version())
    return show(wishes, site, demo)


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return EXIT_USER
