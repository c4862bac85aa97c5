"""``python -m tests.mutation [--module NAME ...] [--sample N] [--json FILE]``: are small faults noticed?

The checkout is copied to a temporary folder; there each fault is put into one module, one at a time, and
the tests that pass its line are run. Faults that change nothing stand in ``survivors.toml`` with the reason;
of all others at least 90 % have to be noticed. The exit code is 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import Final

from tests.mutation.modules import MODULES, file_of, short_name
from tests.mutation.survivors import known_survivors

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("console", "tests", "resources", "pyproject.toml")
REQUIRED: Final = 0.90


def main() -> int:
    """Copy, run there, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    names = {short_name(module): module for module in MODULES}
    parser.add_argument("--module", nargs="+", choices=sorted(names), default=list(names), metavar="NAME")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="N mutants of each module (all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the survivors there as well")
    parser.add_argument("--in-copy", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.in_copy:
        with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
            return _in_copy(Path(folder))
    found: dict[str, list[str]] = {}
    enough = True
    for name in options.module:
        tried, survived = one_module(names[name], options.sample, options.seed)
        found[name] = survived
        explained = set(survived) & set(known_survivors())
        unexplained = len(survived) - len(explained)
        enough &= unexplained <= (1 - REQUIRED) * (tried - len(explained))
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0 if enough else 1


def _in_copy(folder: Path) -> int:
    """This same command in a copy, where a fault can do no harm."""
    leave_out = shutil.ignore_patterns("__pycache__", ".hypothesis", "*.raw.gz")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=leave_out)
        else:
            shutil.copy(source, folder / name)
    environment = os.environ | {"PYTHONPATH": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    arguments = [
        str(Path(argument).resolve()) if before == "--json" else argument
        for before, argument in zip(sys.argv, sys.argv[1:], strict=False)
    ]
    command = [sys.executable, "-m", "tests.mutation", "--in-copy", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def one_module(module: str, sample: int, seed: int) -> tuple[int, list[str]]:
    """Try the mutants of one module; how many there were, and those nobody noticed."""
    from tests.mutation.bench import read_notes, try_called
    from tests.mutation.mutants import mutants_of, numbered
    from tests.mutation.trial import noticed_from_import

    began, name = monotonic(), short_name(module)
    path = Path.cwd() / file_of(module)
    mutants = numbered(mutants_of(path.read_text(encoding="utf-8"), str(path)), name)
    if 0 < sample < len(mutants):
        mutants = tuple(random.Random(seed).sample(mutants, sample))
    notes = Path.cwd() / f"watched-{name}.json"
    called = [mutant for mutant in mutants if mutant.called]
    survived = try_called(module, MODULES[module], called, notes, _tell)
    watched = read_notes(notes)
    for mutant in mutants:
        if mutant.called:
            continue
        tests = watched.tests_of(mutant.line, mutant.end)
        if not noticed_from_import(module, mutant.code, tests, watched.allowed_s(tests)):
            survived.append(mutant.id)
            _tell(f"  survived, line {mutant.line}: {mutant.id}")
    known = len(set(survived) & set(known_survivors()))
    noticed, effective = len(mutants) - len(survived), len(mutants) - known
    counts = f"{len(mutants):>5} mutants  {known} change nothing  {noticed} of {effective} others noticed"
    _tell(f"{name:16} {counts} = {noticed / max(effective, 1):.1%}  {monotonic() - began:.0f} s")
    return len(mutants), survived


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
