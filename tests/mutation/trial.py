"""Runs tests in a forked process: with every line watched, or with one fault in one module.

Only the standard library, pytest and what it needs may be imported before the fork, never the product:
the fault has to be there when the product is imported.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from time import monotonic, process_time
from types import CodeType, FrameType, ModuleType

import hypothesis
import pytest

from tests.mutation.modules import file_of

EXAMPLES = 25
"""Of each property without a number of its own; the same ones each time."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run without a fault showed.

    Attributes:
        lines: Lines of the module each test passed, by test.
        seconds: Processor time of each test.
        imported: Lines passed when the module was imported.
    """

    lines: dict[str, list[int]]
    seconds: dict[str, float]
    imported: list[int]

    def tests_of(self, line: int, end: int) -> list[str]:
        """The tests that can notice a fault in these lines, the quickest first.

        For what only happens when the module is imported that is every test.
        """
        wanted = set(range(line, end + 1))
        passing = [test for test, lines in self.lines.items() if not wanted.isdisjoint(lines)]
        return sorted(passing or self.seconds, key=lambda test: self.seconds[test])


def quietly(inside: Callable[[], int], cpu_s: float) -> int | None:
    """Run ``inside`` in a forked process with no output; its code, or None when it took too long."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            allowed = int(cpu_s) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 1))
            code = inside()
        finally:
            os._exit(code)
    return _awaited(child, 6 * cpu_s + 20)


def _awaited(child: int, most_s: float) -> int | None:
    """The child's exit code, None when a limit ended it."""
    signal.setitimer(signal.ITIMER_REAL, most_s)
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: os.kill(child, signal.SIGKILL))
    try:
        while True:
            with suppress(InterruptedError):
                _, status = os.waitpid(child, 0)
                break
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None


def run_pytest(where: Sequence[str], plugins: Sequence[object]) -> int:
    """Run the tests of some folders in this process."""
    hypothesis.settings.register_profile(
        "mutation", derandomize=True, database=None, deadline=None, max_examples=EXAMPLES
    )
    hypothesis.settings.load_profile("mutation")
    ini = Path(__file__).with_name("pytest.ini")
    arguments = ["-c", str(ini), "--rootdir", str(Path.cwd()), "-x", "-q", *where]
    return int(pytest.main(arguments, plugins=list(plugins)))


class Watcher:
    """Notes the lines of one module each test passes, and its processor time."""

    def __init__(self, module: str) -> None:
        self.watched = Watched({}, {}, [])
        self._file = str(Path.cwd() / file_of(module))
        self._passed: set[int] = set()

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> object:
        if frame.f_code.co_filename != self._file:
            return None
        self._passed.add(frame.f_lineno)
        return self._line

    def _line(self, frame: FrameType, _event: str, _argument: object) -> object:
        self._passed.add(frame.f_lineno)
        return self._line

    def begin(self) -> None:
        """Watch from now on; what is passed before the first test is passed by importing."""
        sys.settrace(self._trace)  # type: ignore[arg-type]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Everything is imported."""
        del session
        self.watched.imported.extend(sorted(self._passed))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """One test, its fixtures included."""
        self._passed.clear()
        sys.settrace(self._trace)  # type: ignore[arg-type]
        began = process_time()
        result = yield
        self.watched.seconds[item.nodeid] = process_time() - began
        self.watched.lines[item.nodeid] = sorted(self._passed)
        return result


class Chosen:
    """Runs the tests of a list alone, in its order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._place = {test: place for place, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self._place), key=lambda item: self._place[item.nodeid]
        )


class OneFault(MetaPathFinder, Loader):
    """Imports one module with its fault; every other one as it is."""

    def __init__(self, module: str, code: CodeType) -> None:
        self._module, self._code = module, code

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Only the one module."""
        del path, target
        if fullname != self._module:
            return None
        return spec_from_loader(fullname, self, origin=self._code.co_filename)

    def exec_module(self, module: ModuleType) -> None:
        """Run the faulty code."""
        module.__file__ = self._code.co_filename
        exec(self._code, module.__dict__)


def watch(module: str, where: Sequence[str], notes: Path) -> Watched:
    """Run the tests without a fault and note what each passes.

    Raises:
        RuntimeError: they fail without a fault.
    """

    def inside() -> int:
        watcher = Watcher(module)
        watcher.begin()
        code = run_pytest(where, [watcher])
        sys.settrace(None)
        found = watcher.watched
        notes.write_text(json.dumps([found.lines, found.seconds, found.imported]), encoding="utf-8")
        return code

    code = quietly(inside, 1800)
    if code != 0:
        raise RuntimeError(f"The tests in {', '.join(where)} do not pass without a fault (code {code}).")
    return Watched(*json.loads(notes.read_text(encoding="utf-8")))


def killed(module: str, code: CodeType, tests: Sequence[str], cpu_s: float) -> bool:
    """Whether the tests notice a fault; a run that takes far too long notices it, too."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))

    def inside() -> int:
        sys.meta_path.insert(0, OneFault(module, code))
        return run_pytest(files, [Chosen(tests)])

    return quietly(inside, cpu_s) != 0


def seconds_since(began: float) -> float:
    """Seconds on the clock."""
    return monotonic() - began
