"""The command line of FHIR; heavy parts are imported where they are needed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

WHICH = "id of the session, or 'last'; 'course:' and a patient's id for a course, 'course:' for the stock"
STRATEGIES = ("client-id", "conditional", "if-none-exist")


def add_fhir(parser: argparse.ArgumentParser, data: Callable[[argparse.ArgumentParser], None]) -> None:
    """``fhir export``, ``fhir push`` and ``fhir review``."""
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    export = deeds.add_parser("export", help="write a session as a FHIR R4 bundle, without any server")
    export.add_argument("session", help=WHICH)
    export.add_argument("--out", metavar="FILE", type=Path, help="write there instead of printing it")
    export.add_argument("--no-report", action="store_true", help="leave the printed report out")
    data(export)
    export.set_defaults(run=_export)
    push = deeds.add_parser("push", help="push a session once, by hand; repeating it doubles nothing")
    push.add_argument("session", help=WHICH)
    push.add_argument("--to", metavar="URL", default="", help="base address (default: [fhir] of room.toml)")
    push.add_argument("--strategy", choices=STRATEGIES, default="", help="who gives resources their ids")
    push.add_argument("--size", metavar="N", type=_size, default=0, help="resources a bundle")
    push.add_argument("--token-file", metavar="FILE", default="", help="file with the bearer token")
    push.add_argument("--no-report", action="store_true", help="leave the printed report out")
    data(push)
    push.set_defaults(run=_push)
    review = deeds.add_parser("review", help="what the server refused; 0 when nothing")
    review.add_argument("--to", metavar="URL", default="", help="base address (default: [fhir] of room.toml)")
    review.add_argument("--again", action="store_true", help="send all of it again at the next push")
    data(review)
    review.set_defaults(run=_review)


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 500:
        raise argparse.ArgumentTypeError(f"{text} is no size of a bundle: give 1 to 500")
    return int(text)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _export(options: argparse.Namespace) -> int:
    from console.app.fhir import export_session
    from console.app.folder import data_folder
    from console.clock import SystemClock

    folder = data_folder(options.data)
    return export_session(folder, options.session, options.out, not options.no_report, SystemClock(), _say)


def _push(options: argparse.Namespace) -> int:
    from threading import Event

    from console.app.fhir import PushByHand, push_session
    from console.app.folder import data_folder
    from console.clock import SystemClock

    asked = PushByHand(
        session=options.session,
        to=options.to,
        strategy=options.strategy,
        size=options.size,
        token_file=options.token_file,
        report=not options.no_report,
    )
    never = Event()

    def pause(seconds: float) -> None:
        never.wait(seconds)

    return push_session(data_folder(options.data), asked, SystemClock(), pause, _say)


def _review(options: argparse.Namespace) -> int:
    from console.app.fhir import review
    from console.app.folder import data_folder

    return review(data_folder(options.data), options.to, options.again, _say)
