"""Benchmarks in processes of their own: each with a clean heap, clean counters and its own GIL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.figures import Measured

ROOT = Path(__file__).parents[2]
MARK = "MEASURED "
LONGEST_S = 900.0


class Failed(Exception):
    """A benchmark did not come to its end; the text is its last words."""


def command(module: str, *arguments: str) -> list[str]:
    """A module of this package as a process."""
    return [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]


def environment() -> dict[str, str]:
    """Without a screen Qt draws in memory, by the same rasteriser."""
    return {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONUNBUFFERED": "1"}


def report(measured: Measured) -> None:
    """Tell the figures to the process that started this one."""
    print(MARK + json.dumps(measured), flush=True)


def measure(module: str, *arguments: str) -> Measured:
    """Run a benchmark to its end and return its figures.

    Raises:
        Failed: it ended without figures.
    """
    try:
        ended = subprocess.run(
            command(module, *arguments),
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{module} took longer than {LONGEST_S:.0f} s") from error
    told = [line for line in ended.stdout.splitlines() if line.startswith(MARK)]
    if ended.returncode != 0 or not told:
        words = (ended.stderr or ended.stdout).strip().splitlines()
        raise Failed(f"{module} ended with {ended.returncode}: " + " | ".join(words[-4:]))
    found: Measured = json.loads(told[-1][len(MARK) :])
    return found


@contextmanager
def neighbour(module: str, *arguments: str) -> Iterator[Path]:
    """Another process beside this one, with a folder for both; ended by closing its input."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        with started(module, str(folder), *arguments):
            yield folder


@contextmanager
def started(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of this package that has said its first line."""
    process = subprocess.Popen(
        command(module, *arguments),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if not line_of(process):
            raise Failed(f"{module} did not start")
        yield process
    finally:
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line a process says; empty when it has ended."""
    return "" if process.stdout is None else process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], word: str) -> None:
    """Say one line to a process."""
    if process.stdin is not None:
        process.stdin.write(word + "\n")
        process.stdin.flush()
