"""``infusion-console archive ...``: for the administrator of the clinic's archive."""

from __future__ import annotations

import argparse
from getpass import getpass
from pathlib import Path

URL_HELP = "postgresql://administrator@host:port/database"


def add_archive(parser: argparse.ArgumentParser) -> None:
    """Add the deeds of the command."""
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    init = deeds.add_parser("init", help="create schema, partitions, functions and groups")
    init.add_argument("url", metavar="URL", help=URL_HELP)
    init.set_defaults(run=_init)
    workstation = deeds.add_parser("workstation", help="let a workstation push, and nothing else")
    workstation.add_argument("url", metavar="URL", help=URL_HELP)
    workstation.add_argument("role", help="login role: the common name of its certificate")
    workstation.add_argument("site_id", help="as in room.toml")
    workstation.add_argument("workstation_id", help="as in room.toml")
    workstation.add_argument("--password", action="store_true", help="ask for a password besides")
    workstation.set_defaults(run=_workstation)
    reader = deeds.add_parser("reader", help="let somebody read some sites, and no others")
    reader.add_argument("url", metavar="URL", help=URL_HELP)
    reader.add_argument("role", help="login role")
    reader.add_argument("site_id", nargs="+", help="every site that may be read")
    reader.add_argument("--password", action="store_true", help="ask for a password besides")
    reader.set_defaults(run=_reader)
    out = deeds.add_parser("shut-out", help="let a workstation push no more")
    out.add_argument("url", metavar="URL", help=URL_HELP)
    out.add_argument("role", help="its login role")
    out.set_defaults(run=_shut_out)
    status = deeds.add_parser("status", help="how this computer stands with the archive")
    status.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="data folder")
    status.set_defaults(run=_status)


def _say(sentence: str) -> int:
    print(sentence, flush=True)
    return 0


def _password(asked: bool) -> str | None:
    return getpass("Password: ") if asked else None


def _init(options: argparse.Namespace) -> int:
    from console.sync.founding import found_archive

    return _say(found_archive(options.url))


def _workstation(options: argparse.Namespace) -> int:
    from console.sync.founding import admit_workstation

    password = _password(options.password)
    return _say(
        admit_workstation(options.url, options.role, options.site_id, options.workstation_id, password)
    )


def _reader(options: argparse.Namespace) -> int:
    from console.sync.founding import admit_reader

    password = _password(options.password)
    return _say(admit_reader(options.url, options.role, tuple(options.site_id), password))


def _shut_out(options: argparse.Namespace) -> int:
    from console.sync.founding import shut_out

    return _say(shut_out(options.url, options.role))


def _status(options: argparse.Namespace) -> int:
    from console.app.archive_status import archive_status
    from console.app.folder import data_folder
    from console.clock import SystemClock

    folder: Path = data_folder(getattr(options, "data", None))
    return _say(archive_status(folder, SystemClock().now().wall_utc_ns))
