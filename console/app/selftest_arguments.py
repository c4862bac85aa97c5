"""What ``infusion-console selftest`` may be told; light, because every command line imports it."""

from __future__ import annotations

import argparse

EXIT_CODES = "Exit code 0: nothing failed; 1: something failed; 2: nothing was tested."


def add_selftest_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = (
        "Tests devices and this computer. Without a choice: everything in room.toml, and the workstation. "
        + EXIT_CODES
    )
    parser.add_argument(
        "--device",
        metavar="NAME|DRIVER=PORT",
        action="append",
        default=[],
        help="a device of room.toml, or any driver at any port",
    )
    parser.add_argument("--virtual", metavar="NAME", action="append", default=[], help="a virtual device")
    parser.add_argument("--workstation", action="store_true", help="this computer")
    parser.add_argument("--check", metavar="ID", action="append", default=[], help="only this check")
    parser.add_argument("--fault", metavar="NAME", default="", help="with --virtual: what is wrong with it")
    parser.add_argument(
        "--expect",
        metavar="VITAL=FIGURE",
        action="append",
        default=[],
        type=_expected,
        help="what the simulator at the sensors shows, such as hr=60",
    )
    parser.add_argument("--yes-no-patient", action="store_true", help="confirms that no patient is connected")
    parser.add_argument("--serial", metavar="NUMBER", default="", help="serial number from the plate")
    parser.add_argument("--sign", metavar="USER_ID", default="", help="sign with your PIN, into the record")
    parser.add_argument("--json", action="store_true", help="for programs")


def _expected(text: str) -> tuple[str, float]:
    name, _, figure = text.partition("=")
    try:
        return name, float(figure)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: give a parameter and a figure, as hr=60") from error
