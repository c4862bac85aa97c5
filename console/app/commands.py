"""The command line. Errors a person can mend are sentences, never tracebacks."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from console.app.archive_commands import add_archive
from console.app.bench_commands import add_replay, add_selftest
from console.app.board_commands import add_board
from console.app.export_commands import add_export
from console.app.fhir_commands import add_fhir
from console.app.people_commands import add_people, offer_set_up
from console.app.record_commands import add_audit, add_record, note_export
from console.app.reference_commands import add_reference
from console.app.training_commands import add_train
from console.clock import Instant

EXIT_USER = 2
DEVICE_HELP = "driver name of the device; without a known one, all are named"


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; returns the exit code."""
    options = _parser().parse_args(list(arguments))
    try:
        note_export(options)
        return int(options.run(options))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        # Naming every error means importing nearly everything: only when there is one.
        from console.app.troubles import MENDABLE, sentence_of

        if not isinstance(error, MENDABLE):
            raise
        print(sentence_of(error), file=sys.stderr, flush=True)
        return EXIT_USER


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="infusion-console",
        description="Infusion-room console. Research software, not a medical device. Without a command it "
        "starts the room of this computer and its window.",
    )
    parser.set_defaults(run=_console)
    _data(parser, None)
    parser.add_argument("--silent", action="store_true", help="no alarm sound, on purpose")
    commands = parser.add_subparsers(title="commands", metavar="", dest="command")
    _add_demo(commands.add_parser("demo", help="a whole infusion on virtual devices"))
    _add_virtual(commands.add_parser("virtual", help="serve one virtual device for any serial program"))
    _add_devices(commands.add_parser("devices", help="find what is plugged in"))
    add_replay(commands.add_parser("replay", help="serve a capture as a device"), _say)
    _add_decode(commands.add_parser("decode", help="decode recorded bytes of a device"))
    bench = commands.add_parser("selftest", help="the technician's bench: devices and computer")
    add_selftest(bench, _say)
    _data(bench)
    add_record(commands.add_parser("record", help="verify, back up, restore or encrypt the record"), _data)
    add_audit(commands.add_parser("audit", help="who did, changed, looked at or exported what"), _data)
    _add_report(commands.add_parser("report", help="the report of a session as PDF, its table as CSV"))
    add_fhir(commands.add_parser("fhir", help="a session as FHIR R4: file, push, what was refused"), _data)
    add_people(commands.add_parser("people", help="who may sign in (while the console is closed)"), _data)
    _add_interlocks(commands.add_parser("interlocks", help="show or approve the rules that may pause"))
    add_archive(commands.add_parser("archive", help="the clinic's archive: found it, let rooms push, status"))
    add_board(commands.add_parser("board", help="all rooms of a clinic on a wall or desk, from the archive"))
    add_reference(commands.add_parser("reference", help="signed drug library, books: publish, pull, status"))
    add_export(commands.add_parser("export", help="research tables, EDF+ of a session, drug log"))
    add_train(commands.add_parser("train", help="lessons on the virtual patient, kept out of the record"))
    _add_trace(commands.add_parser("trace", help="hazards, requirements and their tests (source checkout)"))
    _add_room(commands.add_parser("room", help="internal: the room process"))
    _add_window(commands.add_parser("window", help="internal: the window process"))
    _add_bay(commands.add_parser("bay", help="internal: the devices of a demonstration"))
    return parser


def _data(parser: argparse.ArgumentParser, default: str | None = argparse.SUPPRESS) -> None:
    """Accept ``--data`` before or behind the command; behind, it must not undo the one before."""
    parser.add_argument(
        "--data", metavar="DIR", default=default, help="data folder (default: the user's own)"
    )


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", metavar="NAME", default="routine", help="what happens (routine)")
    parser.add_argument("--speed", metavar="N", type=_speed, default=1.0, help="times faster than real time")
    parser.add_argument("--auto", action="store_true", help="a scripted nurse plays the whole session")
    parser.add_argument("--shots", metavar="DIR", default="", help="write pictures of the window there")
    parser.add_argument("--silent", action="store_true", help="no alarm sound, on purpose")
    parser.add_argument("--headless", action="store_true", help="with --auto: play over the wire, no window")
    _data(parser)
    parser.set_defaults(run=_demo)


def _add_virtual(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("device", metavar="NAME", help=DEVICE_HELP)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--pty", metavar="PATH", help="a pseudo-terminal with this name")
    where.add_argument("--tcp", metavar="HOST:PORT", help="a TCP port")
    parser.add_argument("--scenario", metavar="NAME", default="routine", help="whose patient lies behind it")
    parser.set_defaults(run=_virtual)


def _add_decode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("device", metavar="NAME", help=DEVICE_HELP)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_decode)


def _add_devices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--list", action="store_true", help="the ports alone; nothing is opened")
    parser.add_argument(
        "--port", metavar="PORT", action="append", default=[], help="search this port only (may be repeated)"
    )
    parser.add_argument(
        "--every-speed", action="store_true", help="also at speeds set otherwise than at the factory"
    )
    parser.add_argument("--remember", action="store_true", help="keep what was found, by identity")
    parser.add_argument(
        "--nothing-infuses", action="store_true", help="you have looked at the pump: nothing infuses"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    _data(parser)
    parser.set_defaults(run=_devices)


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", help="id of the session, or 'last'")
    wanted = parser.add_argument_group("what to write, one or both")
    wanted.add_argument("--pdf", metavar="FILE", type=Path, help="the report to be filed")
    wanted.add_argument("--csv", metavar="FILE", type=Path, help="the session as a table")
    parser.add_argument("--record", metavar="FILE", type=Path, help="another record, such as one set aside")
    _data(parser)
    parser.set_defaults(run=_report)


def _add_interlocks(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    show = deeds.add_parser("show", help="whether they are in force, and what they are")
    _data(show)
    show.set_defaults(run=_interlocks_show)
    approve = deeds.add_parser("approve", help="for the site director: approve the file as it is")
    _data(approve)
    approve.set_defaults(run=_interlocks_approve)


def _add_trace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=("hazards", "clinic"), default="hazards",
        help="hazards and requirements, or what clinics do and where it has its place",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_trace)


def _add_room(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("--speed", type=_speed, default=1.0)
    parser.add_argument("--clock-start", type=_instant)
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--no-ballast", action="store_true")
    parser.add_argument("--parent", type=int, default=0)
    parser.set_defaults(run=_room)


def _add_window(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("--auto", action="store_true")
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("--shots", default="")
    parser.add_argument("--with-room", action="store_true")
    parser.set_defaults(run=_window)


def _add_bay(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("--scenario", required=True)
    parser.add_argument("--speed", type=_speed, default=1.0)
    parser.add_argument("--clock-start", type=_instant)
    parser.add_argument("--parent", type=int, default=0)
    parser.set_defaults(run=_bay)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is no speed: give a number above 0, up to 1000")
    return speed


def _instant(text: str) -> Instant:
    wall, _, mono = text.partition(",")
    try:
        return Instant(int(wall), int(mono))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no start of a clock") from error


def _say(sentence: str) -> None:
    print(sentence, flush=True)


# --- what each command does; heavy parts are imported where they are needed ------------------------


def _console(options: argparse.Namespace) -> int:
    from console.app.folder import RECORD, data_folder, make_folder
    from console.app.keeping import at_rest
    from console.app.launcher import NO_SCREEN, Launcher, command, has_screen
    from console.clock import SystemClock

    folder = data_folder(options.data)
    make_folder(folder)
    offer_set_up(options.data, _say)
    if not_encrypted := at_rest(folder / RECORD):
        _say(not_encrypted)
    window = command("window", "--with-room", "--data", str(folder)) if has_screen(os.environ) else None
    if window is None:
        _say(NO_SCREEN)
    room = command("room", "--data", str(folder), *(["--silent"] if options.silent else []))
    return Launcher(folder, room, window, SystemClock(), _say).run()


def _demo(options: argparse.Namespace) -> int:
    from console.app.demo import DemoOptions, run_demo

    return run_demo(
        DemoOptions(
            scenario=options.scenario,
            speed=options.speed,
            auto=options.auto or options.headless,
            shots=options.shots,
            folder=options.data or "",
            silent=options.silent,
            headless=options.headless,
        ),
        _say,
    )


def _virtual(options: argparse.Namespace) -> int:
    from console.app.virtual_devices import read_scenario, serve_one, tcp_address
    from console.devices.catalogue import about
    from console.devices.virtual.cable import PtyCable, TcpCable

    about(options.device)
    played = read_scenario(options.scenario)
    if options.pty:
        return serve_one(options.device, lambda device: PtyCable(device, options.pty), played, _say)
    host, port = tcp_address(options.tcp)
    return serve_one(options.device, lambda device: TcpCable(device, host, port), played, _say)


def _devices(options: argparse.Namespace) -> int:
    from console.app.device_search import SearchOptions, search_devices

    return search_devices(
        SearchOptions(
            folder=options.data,
            ports=tuple(options.port),
            only_list=options.list,
            json=options.json,
            remember=options.remember,
            nothing_infuses=options.nothing_infuses,
            every_speed=options.every_speed,
        ),
        _say,
    )


def _decode(options: argparse.Namespace) -> int:
    from console.app.records import decode_file

    return decode_file(options.device, options.file, options.json, _say)


def _report(options: argparse.Namespace) -> int:
    from console.app.folder import RECORD, data_folder
    from console.app.records import print_report

    record = options.record or data_folder(options.data) / RECORD
    return print_report(record, options.session, options.pdf, options.csv, _say)


def _interlocks_show(options: argparse.Namespace) -> int:
    from console.app.approval import show_interlocks

    return show_interlocks(options.data, _say)


def _interlocks_approve(options: argparse.Namespace) -> int:
    from console.app.approval import approve_interlocks

    def ask(question: str) -> str:
        _say(question)
        return sys.stdin.readline()

    return approve_interlocks(options.data, _say, ask)


def _trace(options: argparse.Namespace) -> int:
    from console.app.trace import print_trace
    from console.app.trace_clinic import print_mapping

    if options.what == "clinic":
        return print_mapping(options.json, _say)
    return print_trace(options.json, _say)


def _room(options: argparse.Namespace) -> int:
    from console.app.folder import data_folder
    from console.app.room_process import RoomOptions, run_room

    return run_room(
        RoomOptions(
            folder=data_folder(options.data),
            speed=options.speed,
            start=options.clock_start,
            silent=options.silent,
            ballast=not options.no_ballast,
            parent=options.parent,
        )
    )


def _window(options: argparse.Namespace) -> int:
    from console.app.folder import data_folder
    from console.app.window_entry import WindowOptions, run_window

    return run_window(
        WindowOptions(
            folder=data_folder(options.data),
            read_only=options.read_only,
            auto=options.auto,
            headless=options.headless,
            shots=options.shots,
            with_room=options.with_room,
        )
    )


def _bay(options: argparse.Namespace) -> int:
    from console.app.folder import data_folder
    from console.app.virtual_devices import BayOptions, run_bay

    return run_bay(
        BayOptions(
            data_folder(options.data), options.scenario, options.speed, options.clock_start, options.parent
        )
    )
