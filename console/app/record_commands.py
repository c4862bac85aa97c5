"""The command line of the record and of its audit trail; heavy parts are imported where they are needed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

WHAT = ("access", "people", "changes", "signatures", "orders", "pump", "alarms", "other")
LEAVES = {"report": "printed", "fhir": "exported", "export": "exported"}
"""Commands by which something leaves the record, and what they are called in it."""


def add_record(parser: argparse.ArgumentParser, data: Callable[[argparse.ArgumentParser], None]) -> None:
    """``record verify``, ``backup``, ``restore`` and ``encrypt``."""
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    verify = deeds.add_parser("verify", help="check every link of the chain and every waveform chunk")
    verify.add_argument("file", nargs="?", type=Path, help="record (default: the one of this computer)")
    verify.add_argument("--head", metavar="HASH", default="", help="head that was printed or archived")
    verify.add_argument("--json", action="store_true", help="for programs")
    data(verify)
    verify.set_defaults(run=_verify)
    backup = deeds.add_parser("backup", help="a verified copy; the console may be open")
    backup.add_argument("file", type=Path, help="file to be made")
    data(backup)
    backup.set_defaults(run=_backup)
    restore = deeds.add_parser("restore", help="put a verified backup in the place of the record")
    restore.add_argument("file", type=Path, help="the backup")
    data(restore)
    restore.set_defaults(run=_restore)
    encrypt = deeds.add_parser("encrypt", help="encrypt the record; its key goes into the keyring")
    encrypt.add_argument("--key-file", metavar="FILE", type=Path, help="keep the key in this file instead")
    data(encrypt)
    encrypt.set_defaults(run=_encrypt)


def add_audit(parser: argparse.ArgumentParser, data: Callable[[argparse.ArgumentParser], None]) -> None:
    """``audit`` with what is searched for."""
    parser.add_argument("--patient", metavar="ID", default="", help="record number or id of a patient")
    parser.add_argument("--user", metavar="WHO", default="", help="user id, or part of a name")
    parser.add_argument("--since", metavar="TIME", default="", help="2026-03-12, 2026-03-12T14:00, 7d or 24h")
    parser.add_argument("--what", choices=WHAT, help="one kind of entries")
    parser.add_argument("--json", action="store_true", help="for programs, one entry a line")
    data(parser)
    parser.set_defaults(run=_audit)


def note_export(options: argparse.Namespace) -> None:
    """Note in the record what is about to leave it; other commands leave nothing.

    Raises:
        NotPossible: it cannot be noted, so it must not be done.
    """
    said = LEAVES.get(options.command or "")
    if said is None:
        return
    from console.app.access_log import note_access
    from console.app.folder import data_folder
    from console.session.events import Access

    session = getattr(options, "session", "")
    deed = getattr(options.run, "__name__", "").strip("_").replace("_", " ")
    detail = options.command if deed == options.command else f"{options.command} {deed}"
    note_access(data_folder(options.data), Access(said), session, detail)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _verify(options: argparse.Namespace) -> int:
    from console.app.folder import RECORD, data_folder
    from console.app.records import verify_file

    path = options.file or data_folder(options.data) / RECORD
    return verify_file(path, options.json, _say, options.head)


def _backup(options: argparse.Namespace) -> int:
    from console.app.folder import data_folder
    from console.app.keeping import back_up

    return back_up(data_folder(options.data), options.file, _say)


def _restore(options: argparse.Namespace) -> int:
    from console.app.folder import data_folder
    from console.app.keeping import restore

    return restore(data_folder(options.data), options.file, _say)


def _encrypt(options: argparse.Namespace) -> int:
    from console.app.folder import data_folder
    from console.app.keeping import encrypt

    return encrypt(data_folder(options.data), options.key_file, _say)


def _audit(options: argparse.Namespace) -> int:
    from console.app.access_log import note_access
    from console.app.audit import Question, What, print_audit, since_of
    from console.app.folder import RECORD, data_folder
    from console.clock import SystemClock
    from console.session.events import Access

    folder = data_folder(options.data)
    now_ns = SystemClock().now().wall_utc_ns
    since = since_of(options.since, now_ns) if options.since else 0
    what = What(options.what) if options.what else None
    note_access(folder, Access.AUDITED, detail=options.what or "")
    question = Question(options.patient, options.user, since, what=what)
    return print_audit(folder / RECORD, question, options.json, _say)
