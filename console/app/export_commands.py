"""``infusion-console export ...``: research tables, a session as EDF+, the drug log."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add the deeds of the command."""
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    research = deeds.add_parser("research", help="de-identified tables of courses, sessions and outcomes")
    research.add_argument("folder", type=Path, help="where the tables are written; it must not hold any")
    _places(research)
    research.set_defaults(run=_research)
    edf = deeds.add_parser("edf", help="numerics and waveforms of a session as EDF+")
    edf.add_argument("session", help="id of the session, or 'last'")
    edf.add_argument("file", type=Path, help="the file to write")
    edf.add_argument("--named", action="store_true", help="name the patient in it, with the true date")
    _places(edf)
    edf.set_defaults(run=_edf)
    log = deeds.add_parser("drug-log", help="the controlled drug log, as text or CSV by the file's ending")
    log.add_argument("file", type=Path, help="the file to write")
    _places(log)
    log.set_defaults(run=_drug_log)


def _places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="data folder")
    parser.add_argument("--record", metavar="FILE", type=Path, help="another record, such as one set aside")


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _paths(options: argparse.Namespace) -> tuple[Path, Path]:
    """The data folder and the record in question."""
    from console.app.folder import RECORD, data_folder
    from console.app.troubles import NotPossible

    folder = data_folder(options.data)
    record: Path = options.record or folder / RECORD
    if not record.exists():
        raise NotPossible(f"There is no record at {record}. Name the file, or the data folder with --data.")
    return folder, record


def _research(options: argparse.Namespace) -> int:
    from console.app.clinic_files import books_of
    from console.app.export_files import export_research, research_key
    from console.storage.queries import RecordReader

    folder, record = _paths(options)
    with RecordReader(record) as reader:
        return export_research(reader, books_of(folder), research_key(folder), options.folder, _say)


def _edf(options: argparse.Namespace) -> int:
    from console.app.export_files import export_edf, research_key
    from console.storage.queries import RecordReader

    folder, record = _paths(options)
    with RecordReader(record) as reader:
        return export_edf(reader, options.session, options.file, research_key(folder), options.named, _say)


def _drug_log(options: argparse.Namespace) -> int:
    from console.app.export_files import export_drug_log
    from console.storage.queries import RecordReader

    _, record = _paths(options)
    with RecordReader(record) as reader:
        return export_drug_log(reader, options.file, _say)
