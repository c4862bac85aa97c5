"""A connection to the archive that waits with patience, and lets something useful be done meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from psycopg.waiting import Wait

ANSWER_S: Final = 30.0
"""An archive that says nothing for so long is given up; a batch for a slow line is small enough for it."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up on a silent archive."""

    patience_s: ClassVar[float] = ANSWER_S
    _meanwhile: Callable[[], None] | None = None

    @contextmanager
    def doing(self, meanwhile: Callable[[], None]) -> Iterator[None]:
        """Call ``meanwhile`` once, when the next statement is sent whole and its answer is not there yet.

        It must be short and must not use this connection. An answer that is there at once leaves it uncalled.
        """
        self._meanwhile = meanwhile
        try:
            yield
        finally:
            self._meanwhile = None

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer, no longer than ``patience_s``."""
        waited = gen if self._meanwhile is None else self._while_waiting(gen)
        try:
            return super().wait(waited, interval, self.patience_s if timeout is None else timeout)
        except _WaitTimeout as error:
            raise psycopg.OperationalError("the archive did not answer in time") from error

    def _while_waiting(self, gen: PQGen[Any]) -> PQGen[Any]:
        try:
            wanted = next(gen)
            while True:
                # While there is still something to send, the driver waits to write as well.
                if wanted == Wait.R and self._meanwhile is not None:
                    meanwhile, self._meanwhile = self._meanwhile, None
                    meanwhile()
                wanted = gen.send((yield wanted))
        except StopIteration as ended:
            return ended.value
