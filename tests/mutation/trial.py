"""Runs tests in forked processes, each with one fault in one module.

A fault inside a function is put into the function that is already imported: the tests are collected once,
and each trial is a fork that runs the tests of its line. A fault that acts when the module is imported needs
a process that has not imported the product yet: only the standard library and pytest may be imported here.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import hypothesis
import pytest

EXAMPLES = 25
"""Of each property without a number of its own; the same ones each time."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run without a fault showed.

    Attributes:
        lines: Lines of the module each test passed, by test.
        seconds: Processor time of each test.
    """

    lines: dict[str, list[int]]
    seconds: dict[str, float]

    def tests_of(self, line: int, end: int) -> list[str]:
        """The tests that can notice a fault in these lines, the quickest first.

        For what only happens when the module is imported that is every test.
        """
        wanted = set(range(line, end + 1))
        passing = [test for test, lines in self.lines.items() if not wanted.isdisjoint(lines)]
        return sorted(passing or self.seconds, key=lambda test: self.seconds[test])

    def allowed_s(self, tests: Iterable[str]) -> float:
        """Processor time these tests may take with a fault before it counts as noticed."""
        return 5 + 4 * sum(self.seconds[test] for test in tests)


def forked(inside: Callable[[], int], cpu_s: float, *, quiet: bool = True) -> int | None:
    """Run ``inside`` in a forked process; its code, or None when it took too long."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            if quiet:
                nothing = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(nothing, stream)
            allowed = int(cpu_s) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 1))
            code = inside()
        finally:
            os._exit(code)
    return _awaited(child, 30 * cpu_s + 30)


def _awaited(child: int, most_s: float) -> int | None:
    """The child's exit code, None when a limit ended it."""
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: os.kill(child, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, most_s)
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
    ini = Path(__file__).with_name("mutation.ini")
    return int(pytest.main(["-c", str(ini), "--rootdir", str(Path.cwd()), *where], plugins=list(plugins)))


def run_items(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    """Run collected tests until one fails; 1 when one did."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return 1
    return 0


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


def noticed_from_import(module: str, code: CodeType, tests: Sequence[str], cpu_s: float) -> bool:
    """Whether the tests notice a fault that is there from the import on; one without end is noticed."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))

    def inside() -> int:
        sys.meta_path.insert(0, OneFault(module, code))
        return run_pytest(["-x", *files], [Chosen(tests)])

    return forked(inside, cpu_s + 10) != 0


def put_in(module: ModuleType, code: CodeType) -> None:
    """Give the functions of an imported module the code they have in a faulty one."""
    faulty = {(one.co_qualname, one.co_firstlineno): one for one in _codes(code)}
    for function in _functions(vars(module), module.__name__):
        now = function.__code__
        function.__code__ = faulty.get((now.co_qualname, now.co_firstlineno), now)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _functions(names: dict[str, object], module: str) -> Iterator[FunctionType]:
    for value in list(names.values()):
        plain = getattr(value, "fget", None) or getattr(value, "__func__", None) or value
        plain = getattr(plain, "__wrapped__", plain)
        if isinstance(plain, FunctionType) and plain.__module__ == module:
            yield plain
        elif isinstance(value, type) and value.__module__ == module:
            yield from _functions(dict(vars(value)), module)
