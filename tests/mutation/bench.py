"""One pytest session in which every fault of a module is tried: collected once, forked for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time
from types import FrameType

import pytest

from tests.mutation.modules import file_of
from tests.mutation.mutants import Mutant
from tests.mutation.trial import Watched, forked, put_in, run_items, run_pytest

LONGEST_WATCH_S = 1800


class Watcher:
    """Notes the lines of one file each test passes, and its processor time."""

    def __init__(self, file: str) -> None:
        self.watched = Watched({}, {})
        self._file = file
        self._passed: set[int] = set()

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> object:
        if frame.f_code.co_filename != self._file:
            return None
        self._passed.add(frame.f_lineno)
        return self._line

    def _line(self, frame: FrameType, _event: str, _argument: object) -> object:
        self._passed.add(frame.f_lineno)
        return self._line

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """One test, its fixtures included."""
        self._passed.clear()
        sys.settrace(self._trace)  # type: ignore[arg-type]
        began = process_time()
        result = yield
        sys.settrace(None)
        self.watched.seconds[item.nodeid] = process_time() - began
        self.watched.lines[item.nodeid] = sorted(self._passed)
        return result


class Bench:
    """Takes the place of pytest's own loop.

    Attributes:
        survived: Ids of the faults nobody noticed.
    """

    def __init__(
        self, module: str, mutants: Sequence[Mutant], notes: Path, tell: Callable[[str], None]
    ) -> None:
        self.survived: list[str] = []
        self._module, self._mutants, self._notes, self._tell = module, mutants, notes, tell

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Watch once, then try each fault."""
        watched = self._watch(session)
        items = {item.nodeid: item for item in session.items}
        for number, mutant in enumerate(self._mutants, 1):
            tests = watched.tests_of(mutant.line, mutant.end)
            if not self._noticed(session, mutant, [items[test] for test in tests], watched.allowed_s(tests)):
                self.survived.append(mutant.id)
                self._tell(f"  survived, line {mutant.line}: {mutant.id} ({number} of {len(self._mutants)})")
        return True

    def _watch(self, session: pytest.Session) -> Watched:
        def inside() -> int:
            watcher = Watcher(str(Path.cwd() / file_of(self._module)))
            session.config.pluginmanager.register(watcher)
            code = run_items(session, session.items)
            found = watcher.watched
            self._notes.write_text(json.dumps([found.lines, found.seconds]), encoding="utf-8")
            return code

        if forked(inside, LONGEST_WATCH_S, quiet=False) != 0:
            raise RuntimeError(f"The tests of {self._module} do not pass without a fault: run them first.")
        return read_notes(self._notes)

    def _noticed(
        self, session: pytest.Session, mutant: Mutant, items: Sequence[pytest.Item], cpu_s: float
    ) -> bool:
        def inside() -> int:
            put_in(sys.modules[self._module], mutant.code)
            return run_items(session, items)

        return forked(inside, cpu_s) != 0


def read_notes(notes: Path) -> Watched:
    """What was watched."""
    return Watched(*json.loads(notes.read_text(encoding="utf-8")))


def try_called(
    module: str, where: Sequence[str], mutants: Sequence[Mutant], notes: Path, tell: Callable[[str], None]
) -> list[str]:
    """Try the faults inside functions; the ids of those nobody noticed. Leaves what was watched in ``notes``.

    Raises:
        RuntimeError: the tests could not be run, or fail without a fault.
    """
    results = notes.with_suffix(".survived")

    def inside() -> int:
        bench = Bench(module, mutants, notes, tell)
        code = run_pytest(where, [bench])
        if code == 0:
            results.write_text(json.dumps(bench.survived), encoding="utf-8")
        return code

    if forked(inside, 1_000_000, quiet=False) != 0:
        raise RuntimeError(
            f"The tests of {module} could not be run, or fail without a fault: run them first."
        )
    return [str(one) for one in json.loads(results.read_text(encoding="utf-8"))]
