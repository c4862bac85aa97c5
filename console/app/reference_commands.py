"""``infusion-console reference ...``: sign and publish reference data, pull it, say what is in force."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

URL_HELP = "postgresql://administrator@host:port/database"


def add_reference(parser: argparse.ArgumentParser) -> None:
    """Add the deeds of the command."""
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    keygen = deeds.add_parser("keygen", help="make the clinic's key: once, kept by whoever publishes")
    keygen.add_argument("file", metavar="FILE", type=Path, help="private key; FILE.pub is the public one")
    keygen.set_defaults(run=_keygen)
    publish = deeds.add_parser("publish", help="sign a folder of files and put it into the archive")
    publish.add_argument("url", metavar="URL", help=URL_HELP)
    publish.add_argument("site_id", help="as in room.toml")
    publish.add_argument("folder", metavar="DIR", type=Path, help="library.toml, syringes.toml, ...")
    publish.add_argument("--key", metavar="FILE", type=Path, required=True, help="private key")
    publish.add_argument("--version", metavar="N", type=int, required=True, help="higher than the last")
    publish.add_argument("--by", metavar="NAME", default="", help="who publishes")
    publish.set_defaults(run=_publish)
    pull = deeds.add_parser("pull", help="fetch it now; a room does so every ten minutes by itself")
    pull.add_argument("--again", action="store_true", help="fetch the newest once more, after a damage")
    _data(pull)
    pull.set_defaults(run=_pull)
    status = deeds.add_parser("status", help="what is in force on this computer")
    _data(status)
    status.set_defaults(run=_status)


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="data folder")


def _say(sentence: str) -> int:
    print(sentence, flush=True)
    return 0


def _keygen(options: argparse.Namespace) -> int:
    from console.app.troubles import NotPossible
    from console.sync.reference import new_key

    if options.file.exists():
        raise NotPossible(f"{options.file} is there already: a key that is in use must not be lost.")
    private, public = new_key()
    handle = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(private)
    beside = Path(f"{options.file}.pub")
    beside.write_text(public + "\n", encoding="ascii")
    return _say(
        f"Keep {options.file} off the rooms' computers. "
        f"Copy {beside} as reference.pub into each room's data folder."
    )


def _publish(options: argparse.Namespace) -> int:
    from console.app.reference_files import read_folder
    from console.sync.reference import sign
    from console.sync.reference_pull import publish

    files = read_folder(options.folder)
    signed = sign(options.key.read_bytes(), options.site_id, options.version, files, options.by)
    publish(options.url, options.site_id, options.version, signed)
    return _say(f"Version {options.version} for {options.site_id}: {', '.join(sorted(files))}.")


def _pull(options: argparse.Namespace) -> int:
    from console.app.archive_sync import address_of
    from console.app.config import ConfigWrong, read_config
    from console.app.folder import CONFIG, data_folder
    from console.app.troubles import NotPossible
    from console.sync.board_line import open_line
    from console.sync.ports import Rejected, Unreachable
    from console.sync.reference_pull import pull
    from console.sync.reference_shelf import Shelf

    folder = data_folder(getattr(options, "data", None))
    config = read_config(folder / CONFIG)
    if config.archive is None:
        raise ConfigWrong("No archive is set up in room.toml: there is nothing to pull from.")
    shelf = Shelf(folder)
    if not shelf.public:
        raise NotPossible("reference.pub, the clinic's public key, is not in the data folder. Copy it there.")
    if options.again:
        shelf.forget()
    try:
        line = open_line(address_of(config.archive, folder).parameters())
        try:
            pull(line, shelf, config.site_id)
        finally:
            line.close()
    except (Unreachable, Rejected) as error:
        raise NotPossible(str(error)) from error
    return _say(f"Reference data: {shelf.words()}.")


def _status(options: argparse.Namespace) -> int:
    from console.app.config import read_config
    from console.app.folder import CONFIG, data_folder
    from console.app.reference_files import carried
    from console.sync.reference_shelf import Shelf

    folder = data_folder(getattr(options, "data", None))
    files = carried(folder, read_config(folder / CONFIG).site_id)
    _say(f"Reference data: {Shelf(folder).words()}.")
    return _say(f"Files: {', '.join(sorted(files)) or 'those of this computer and those shipped'}.")
