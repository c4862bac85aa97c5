"""What is checked before the record is trusted again: the file's structure and the end of the chain."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from console.clock import Clock
from console.storage.chain import first_break, start_of_chain
from console.storage.event_rows import page_of_events
from console.storage.rows import Head

# A clinic must not wait for its console: the structure check gives up after this, the chain does not.
QUICK_CHECK_LIMIT_S = 8.0
_STEPS_BETWEEN_LOOKS = 100_000


@dataclass(frozen=True, slots=True)
class StartupCheck:
    """What was found.

    Attributes:
        fault: Why the record cannot be used, empty when it can.
        structure_checked: False when the structure check ran out of time and must be done later.
    """

    fault: str
    structure_checked: bool


def check_at_startup(connection: Connection, head: Head, tail: int, clock: Clock) -> StartupCheck:
    """Check the structure, as far as there is time, and the last ``tail`` links.

    Raises:
        DBAPIError: the file cannot be read.
    """
    structure = _structure_fault(connection, clock)
    if structure:
        return StartupCheck(structure, structure_checked=True)
    with connection.begin():
        return StartupCheck(tail_break(connection, head, tail), structure_checked=structure is not None)


def _structure_fault(connection: Connection, clock: Clock) -> str | None:
    """What SQLite finds, empty when nothing, None when it ran out of time."""
    began = clock.now()
    driver = connection.connection.driver_connection
    if driver is None:
        raise TypeError("the record has no connection")

    def out_of_time() -> bool:
        return clock.now().seconds_since(began) > QUICK_CHECK_LIMIT_S

    driver.set_progress_handler(out_of_time, _STEPS_BETWEEN_LOOKS)
    try:
        with connection.begin():
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
            raise
        return None
    finally:
        driver.set_progress_handler(None, 0)
    return "" if found == "ok" else str(found)


def tail_break(connection: Connection, head: Head, n: int) -> str:
    """Check the last ``n`` links up to ``head``; the fault as a sentence, empty when they hold."""
    after = max(head.seq - n, 0)
    try:
        before = page_of_events(connection, after - 1, limit=1) if after else ()
        events = page_of_events(connection, after, limit=n + 1)
    except ValueError as error:
        return f"an event near its end is damaged: {error}"
    start = Head(before[0].seq, before[0].hash) if before else start_of_chain()
    reached, found = first_break(events, start)
    if found is not None:
        return f"event {found.seq}: {found.reason}"
    return "" if reached == head else f"its last event is {reached.seq}, not {head.seq}"
