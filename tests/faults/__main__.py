"""``python -m tests.faults [--heavy] [--only SER-09 ...] [--json FILE]``: every fault, required and seen.

The light scale is what the tests run, too. The exit code is the number of faults that were not
answered as required.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Final

from tests.faults.bench import Fault, Scale, carry_out, table, write_json

SUFFIX: Final = "_faults"
"""A module of this folder whose name ends so holds a tuple ``FAULTS``."""


def all_faults() -> tuple[Fault, ...]:
    """The faults of every registry, in the order of the table."""
    folder = Path(__file__).parent
    names = sorted(path.stem for path in folder.glob(f"*{SUFFIX}.py") if not path.stem.startswith("test_"))
    faults: list[Fault] = []
    for name in names:
        faults += importlib.import_module(f"tests.faults.{name}").FAULTS
    return tuple(faults)


def main() -> int:
    """Run, tell, write down."""
    faults = all_faults()
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--heavy", action="store_true", help="the full counts; takes half an hour")
    parser.add_argument("--only", nargs="+", metavar="ID", choices=[fault.id for fault in faults])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well")
    options = parser.parse_args()
    scale = Scale.HEAVY if options.heavy else Scale.LIGHT
    results = []
    for fault in faults:
        if options.only is None or fault.id in options.only:
            print(f"{fault.id} {fault.title} ...", file=sys.stderr, flush=True)
            results.append(carry_out(fault, scale))
    print(table(results))
    if options.json is not None:
        write_json(options.json, scale, results)
    return sum(not result.ok for result in results)


if __name__ == "__main__":
    sys.exit(main())
