"""The room process: from its arguments to its end."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from console.app.compose import plan_of, timebase
from console.app.config import ConfigWrong, RoomConfig, read_config
from console.app.folder import CONFIG, RECORD, make_folder
from console.app.logs import log_to
from console.app.process_words import EXIT_AGAIN, EXIT_IN_USE, EXIT_OK, EXIT_USER, READY, WINDOW_STALLED
from console.app.reference_files import activate_between_sessions
from console.clinical.toml_table import LibraryError
from console.clock import Instant
from console.room.rescue import begin_another_record
from console.room.service import RoomPlan, RoomService
from console.session.codec import EventUnreadable
from console.storage.files import Ballast
from console.storage.record import Record
from console.storage.trouble import DiskTrouble, RecordDamaged, RecordInUse, RecordRefused, TroubleKind

BUSY_TIMEOUT_S: Final = 0.5
"""A locked record must not hold up decisions: the ledger keeps what is decided and tries again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """Arguments of the room process.

    Attributes:
        folder: Data folder.
        speed: Of the room's clock.
        start: Start of a scaled clock.
        silent: No alarm sound, on purpose.
        ballast: Keep disk space back for the day the disk is full.
        parent: End with this process, which only demonstrations do; 0 for none.
    """

    folder: Path
    speed: float = 1.0
    start: Instant | None = None
    silent: bool = False
    ballast: bool = True
    parent: int = 0


def run_room(options: RoomOptions) -> int:
    """Run the room until it is told to close; returns the exit code."""
    try:
        make_folder(options.folder)
        log_to(options.folder, "room")
        return _run(options)
    except RecordInUse as error:
        return _say(str(error), EXIT_IN_USE)
    except (ConfigWrong, LibraryError, RecordRefused, DiskTrouble, EventUnreadable) as error:
        return _say(str(error), EXIT_USER)
    except OSError as error:
        return _say(f"{error.filename or options.folder}: {error.strerror or error}.", EXIT_USER)


def _run(options: RoomOptions) -> int:
    config = read_config(options.folder / CONFIG)
    times = timebase(options.speed, options.start)
    path = options.folder / RECORD
    activate_between_sessions(options.folder, path)
    plan = plan_of(
        config,
        options.folder,
        path,
        times,
        silent=options.silent,
        window_stalled=lambda: _tell_launcher(WINDOW_STALLED),
    )
    service = _at_home(plan, path, config)
    if options.ballast:
        _keep_ballast(path)
    threading.excepthook = _log_stray
    service.start()
    _end_on_signals(service.left)
    _tell_launcher(READY)
    # A wait with a time-out lets signals through on every platform.
    while not service.left.wait(0.5) and not orphaned(options.parent):
        pass
    # A window that is told no reason waits for the next room.
    late = service.close("" if service.again else "The console was closed.")
    if service.again:
        return EXIT_AGAIN
    return EXIT_OK if not late else 1


def _at_home(plan: RoomPlan, path: Path, config: RoomConfig) -> RoomService:
    """The room over its record; a damaged one is set aside, once, and another begun."""
    try:
        return _over(plan, path, config)
    except RecordDamaged as damage:
        why = damage.why
    except DiskTrouble as trouble:
        if trouble.kind is not TroubleKind.DAMAGED:
            raise
        why = "a page of it makes no sense"
    begin_another_record(path, why, plan.clock, plan.boot_id, config.site_id, config.workstation_id)
    return _over(plan, path, config)


def _over(plan: RoomPlan, path: Path, config: RoomConfig) -> RoomService:
    record = Record.open(
        path, plan.clock, plan.boot_id, config.site_id, config.workstation_id, BUSY_TIMEOUT_S
    )
    try:
        service = RoomService(plan, record)
        service.come_home()
    except BaseException:
        record.close()
        raise
    return service


def orphaned(parent: int) -> bool:
    """Whether the process that started a demonstration is gone."""
    return parent > 0 and os.getppid() != parent


def _keep_ballast(path: Path) -> None:
    try:
        Ballast(path).keep()
    except OSError as error:
        _log.warning("no disk space can be kept back: %s", error)


def _end_on_signals(left: threading.Event) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        left.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _log_stray(args: threading.ExceptHookArgs) -> None:
    name = "a thread" if args.thread is None else args.thread.name
    _log.critical("%s failed", name, exc_info=args.exc_value)


def _tell_launcher(news: str) -> None:
    """One line of JSON on standard output; a launcher that is gone is no reason to stop."""
    try:
        print(json.dumps({"room": news}), flush=True)
    except (OSError, ValueError):
        _log.info("nobody listens to %s", news)


def _say(sentence: str, code: int) -> int:
    _log.error("%s", sentence)
    print(sentence, file=sys.stderr, flush=True)
    return code
