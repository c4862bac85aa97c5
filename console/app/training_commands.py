"""``infusion-console train ...``: lessons on the virtual patient."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_train(parser: argparse.ArgumentParser) -> None:
    """Add the deeds of the command."""
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    listing = deeds.add_parser("list", help="which lessons there are")
    listing.set_defaults(run=_list)
    play = deeds.add_parser("play", help="play a lesson on virtual devices, in a folder of its own")
    play.add_argument("lesson", help="its name")
    play.add_argument("--silent", action="store_true", help="no alarm sound, on purpose")
    play.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="data folder")
    play.set_defaults(run=_play)
    back = deeds.add_parser("debrief", help="what happened, how fast it was seen and answered")
    back.add_argument("folder", type=Path, help="folder of the lesson")
    back.set_defaults(run=_debrief)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _list(_options: argparse.Namespace) -> int:
    from console.app.training import list_lessons

    return list_lessons(_say)


def _play(options: argparse.Namespace) -> int:
    from console.app.demo import DemoOptions, run_demo
    from console.app.folder import data_folder
    from console.app.training import lesson, lesson_folder, print_debrief
    from console.clock import SystemClock

    chosen = lesson(options.lesson)
    folder = lesson_folder(data_folder(options.data), chosen, SystemClock())
    _say(f"TRAINING. {chosen.title}: {chosen.aim}")
    code = run_demo(DemoOptions(scenario=chosen.scenario, folder=str(folder), silent=options.silent), _say)
    return code or print_debrief(folder, _say)


def _debrief(options: argparse.Namespace) -> int:
    from console.app.training import print_debrief

    return print_debrief(options.folder, _say)
