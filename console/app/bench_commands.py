"""The technician's commands, ``selftest`` and ``replay``: light, because every command line imports this."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

Say = Callable[[str], None]
EXIT_CODES = "Exit code 0: nothing failed; 1: something failed; 2: nothing was tested."


def add_selftest(parser: argparse.ArgumentParser, say: Say) -> None:
    """Give a parser the arguments of ``selftest``, and what it runs."""
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
    parser.add_argument("--balance", metavar="PORT", default="", help="a balance that prints, 9600 8N1")
    parser.add_argument("--weights", metavar="FILE", type=Path, help="seconds and grams of an earlier run")
    parser.add_argument("--flow-rate", metavar="ML_H", type=_figure, help="rate on the balance (60)")
    parser.add_argument("--flow-minutes", metavar="N", type=int, help="length on the balance (20)")
    parser.add_argument("--yes-no-patient", action="store_true", help="confirms that no patient is connected")
    parser.add_argument("--serial", metavar="NUMBER", default="", help="serial number from the plate")
    parser.add_argument("--sign", metavar="USER_ID", default="", help="sign with your PIN, into the record")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=lambda options: _selftest(options, say))


def add_replay(parser: argparse.ArgumentParser, say: Say) -> None:
    """Give a parser the arguments of ``replay``, and what it runs."""
    parser.add_argument("file", type=Path, help="a capture of this console (.jsonl)")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--pty", metavar="PATH", help="a pseudo-terminal with this name")
    where.add_argument("--tcp", metavar="HOST:PORT", help="a TCP port")
    parser.add_argument("--again", action="store_true", help="begin anew at the end")
    parser.set_defaults(run=lambda options: _replay(options, say))


def _selftest(options: argparse.Namespace, say: Say) -> int:
    from console.app.people import ask_for_pin
    from console.app.selftest import options_of, run_selftest

    return run_selftest(options_of(options), say, ask_for_pin)


def _replay(options: argparse.Namespace, say: Say) -> int:
    from console.app.replay import serve_replay
    from console.app.virtual_devices import tcp_address
    from console.devices.virtual.cable import PtyCable, TcpCable

    if options.pty:
        return serve_replay(
            options.file, lambda device: PtyCable(device, options.pty), say, again=options.again
        )
    host, port = tcp_address(options.tcp)
    return serve_replay(options.file, lambda device: TcpCable(device, host, port), say, again=options.again)


def _figure(text: str) -> Decimal:
    try:
        figure = Decimal(text)
    except ArithmeticError as error:
        raise argparse.ArgumentTypeError(f"{text} is no figure") from error
    if not 0 < figure < 1000:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and below 1000")
    return figure


def _expected(text: str) -> tuple[str, float]:
    name, _, figure = text.partition("=")
    try:
        return name, float(figure)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: give a parameter and a figure, as hr=60") from error
