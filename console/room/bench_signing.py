"""Signing the run that ended last: the run is the room's own, the name and the PIN are the technician's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.room.bench_desk_wire import BenchSign
from console.room.bench_host import BenchHost
from console.room.wire import Answer, Ask, RoomMessage
from console.session.bench import BenchRun
from console.session.intents import SignTest

NOTHING: Final = "There is no finished test to sign."
TWICE: Final = "This test was signed already."
NEEDS_PIN: Final = "Enter your PIN: a test is signed with it."

Put = Callable[[RoomMessage], None]
Check = Callable[[Ask, Callable[[Answer], None]], None]


class Signing:
    """Knows which run may be signed; called from the windows' threads."""

    def __init__(self, host: BenchHost, check: Check, app_version: str) -> None:
        """``check`` finds out who acts and hands the intent on."""
        self._host = host
        self._check = check
        self._app_version = app_version
        self._signed: BenchRun | None = None

    def sign(self, asked: BenchSign, put: Put) -> None:
        """Have it signed; the answer says whether it is in the record."""
        run = self._host.finished(asked.note, self._app_version)
        why_not = NOTHING if run is None else TWICE if self._is_signed(run) else ""
        if not asked.pin or not asked.user_id:
            why_not = why_not or NEEDS_PIN
        if run is None or why_not:
            put(Answer(asked.request_id, False, (why_not,)))
            return

        def heard(answer: Answer) -> None:
            if answer.accepted:
                self._signed = run
            put(answer)

        self._check(Ask(asked.request_id, SignTest(run), asked.user_id, asked.pin), heard)

    def _is_signed(self, run: BenchRun) -> bool:
        before = self._signed
        return before is not None and (before.at_wall_ns, before.device) == (run.at_wall_ns, run.device)
