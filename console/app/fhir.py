"""FHIR by hand: write a session to a file, push it once, look at what the server refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from msgspec.structs import replace as changed

from console.app.clinic_files import books_of
from console.app.config import read_config
from console.app.fhir_config import FhirConfig
from console.app.fhir_feed import LEDGERS, server_of
from console.app.fhir_source import Printer, no_report, printing_here, read_course_source, read_source
from console.app.folder import CONFIG, LESSON, RECORD
from console.app.troubles import NotPossible
from console.clock import Clock
from console.course.events import is_course_stream
from console.storage.queries import RecordReader
from console.sync.fhir.address import AddressRefused, checked_address
from console.sync.fhir.course import project_course
from console.sync.fhir.filed import FileStore
from console.sync.fhir.parcels import Options, Strategy, whole_bundle
from console.sync.fhir.projection import project
from console.sync.fhir.push import Did, FhirPush, Server, Work

Say = Callable[[str], None]
Pause = Callable[[float], None]

PATIENCE_S: Final = 60.0
"""How long a push by hand waits in all for a server that is busy."""


@dataclass(frozen=True, slots=True)
class PushByHand:
    """What the command line asks for.

    Attributes:
        session: Id, or ``last``.
        to: Base address; empty = the one in ``room.toml``.
        strategy: Id strategy; empty = as configured.
        size: Resources a bundle; 0 = as configured.
        token_file: File with the bearer token; empty = as configured.
        report: The printed report goes along.
    """

    session: str
    to: str = ""
    strategy: str = ""
    size: int = 0
    token_file: str = ""
    report: bool = True


class _Once:
    """A feed of one session."""

    def __init__(self, work: Work) -> None:
        self._work: Work | None = work

    def next(self) -> Work | None:
        return self._work

    def done(self, work: Work) -> None:
        del work
        self._work = None


def export_session(folder: Path, session: str, out: Path | None, report: bool, clock: Clock, say: Say) -> int:
    """Write the bundle of a session to a file, or to the screen when there is none; needs no server.

    Raises:
        NotPossible: there is no such session.
        RecordRefused: the record cannot be read.
        OSError: the file cannot be written.
    """
    printer = printing_here(folder / RECORD) if report else no_report
    work = _work(folder, session, read_config(folder / CONFIG).fhir, printer, clock)
    bundle = whole_bundle(work.resources)
    if out is None:
        say(bundle.decode())
        return 0
    out.write_bytes(bundle)
    say(f"Written: {out} ({len(work.resources)} resources)")
    return 0


def push_session(
    folder: Path, asked: PushByHand, clock: Clock, pause: Pause, say: Say, server: Server | None = None
) -> int:
    """Push one session; 0 when the server holds all of it.

    Raises:
        NotPossible: there is no such session or server, or it is a training.
        RecordRefused: the record cannot be read.
    """
    config = _config(folder, asked)
    printer = printing_here(folder / RECORD) if asked.report else no_report
    work = _work(folder, asked.session, config, printer, clock, training=False)
    store = FileStore(folder / LEDGERS, config.url)
    opened = None
    if server is None:
        server = opened = server_of(config)
    try:
        push = FhirPush(server, _Once(work), store, config.options, random.random)
        return _stepped(push, work, clock, pause, say)
    finally:
        if opened is not None:
            opened.close()


def _stepped(push: FhirPush, work: Work, clock: Clock, pause: Pause, say: Say) -> int:
    waited_s = 0.0
    while True:
        outcome = push.step(clock.now())
        if outcome.did is Did.FINISHED:
            say(f"The server holds {outcome.held} of {len(work.resources)} resources.")
            if outcome.refused:
                say(f"It refused {outcome.refused}: see infusion-console fhir review.")
            return 1 if outcome.refused else 0
        if outcome.did is Did.WAITING:
            waited_s += outcome.wait_s
            if waited_s > PATIENCE_S:
                say(f"Not finished. {outcome.said} Run it again later: nothing is doubled.")
                return 1
            pause(outcome.wait_s)


def review(folder: Path, to: str, again: bool, say: Say) -> int:
    """List what the server refused, oldest first; 1 when there is anything.

    Args:
        folder: The data folder.
        to: Base address; empty = the one in ``room.toml``.
        again: Send all of it once more at the next push, over what the server holds.
        say: Prints a line.

    Raises:
        NotPossible: no server is named.
    """
    store = FileStore(folder / LEDGERS, _config(folder, PushByHand("", to)).url)
    seen: set[str] = set()
    for session_id in store.sessions():
        ledger = store.session(session_id)
        for refusal in sorted(ledger.refused.values(), key=lambda one: one.at_ns):
            if refusal.key not in seen:
                seen.add(refusal.key)
                said = refusal.said or "no reason given"
                say(f"{session_id}  {refusal.key}  HTTP {refusal.status}: {said}")
        if again and ledger.refused:
            held = {
                key: changed(one, version="") if key in ledger.refused else one
                for key, one in ledger.held.items()
            }
            store.save_session(session_id, changed(ledger, refused={}, held=held))
    if not seen:
        say("The server refused nothing.")
        return 0
    if again:
        feed = store.feed()
        waiting = dict.fromkeys((*feed.waiting, *store.sessions()))
        store.save_feed(changed(feed, waiting=tuple(waiting)))
        say("They are sent again at the next push.")
    return 1


def _config(folder: Path, asked: PushByHand) -> FhirConfig:
    known = read_config(folder / CONFIG).fhir
    if known is None and not asked.to:
        raise NotPossible("No FHIR server is named: give --to, or a table [fhir] with url in room.toml.")
    config = known or FhirConfig(asked.to)
    if asked.to:
        try:
            url = checked_address(asked.to)
        except AddressRefused as refused:
            raise NotPossible(str(refused)) from refused
        # A token is meant for one server: another never gets it.
        token = config.token_file if url == config.url else ""
        config = replace(config, url=url, token_file=token)
    strategy = Strategy(asked.strategy) if asked.strategy else config.options.strategy
    return replace(
        config,
        options=Options(strategy, asked.size or config.options.size),
        token_file=asked.token_file or config.token_file,
    )


def _work(
    folder: Path,
    session: str,
    config: FhirConfig | None,
    printer: Printer,
    clock: Clock,
    *,
    training: bool = True,
) -> Work:
    with RecordReader(folder / RECORD) as reader:
        if is_course_stream(session):
            return _course_work(folder, reader, session, config, clock, training=training)
        rows = reader.sessions(limit=1) if session == "last" else ()
        session_id = rows[0].session_id if rows else session
        row = reader.session(session_id)
        if row is None:
            raise NotPossible(f"There is no session {session} in {folder / RECORD}.")
        if row.training and not training:
            raise NotPossible("A training is not pushed: it is no treatment of this person.")
        source = read_source(reader, session_id, config, printer, clock.now().wall_utc_ns)
    return Work(session_id, source.entries[-1].seq, source.naming, project(source))


def _course_work(
    folder: Path,
    reader: RecordReader,
    stream: str,
    config: FhirConfig | None,
    clock: Clock,
    *,
    training: bool,
) -> Work:
    """A patient's course (``course:`` and the patient's id), or the clinic's stock (``course:`` alone)."""
    lesson = (folder / LESSON).exists()
    if lesson and not training:
        raise NotPossible("A training is not pushed: it is no treatment of this person.")
    test_data = lesson or read_config(folder / CONFIG).simulated
    now_ns = clock.now().wall_utc_ns
    source = read_course_source(reader, stream, config, books_of(folder), now_ns, test_data=test_data)
    return Work(stream, source.entries[-1].seq, source.naming, project_course(source))
