"""``python -m tests.fuzz [--inputs N] [--target NAME ...] [--atheris N]``: hostile bytes for every parser.

Without ``--atheris`` inputs are made from sound ones by chance; with it, Atheris chooses them by the branches
they reach, N executions a parser. The exit code is the number of parsers with a finding.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from traceback import print_exc

NO_ATHERIS = (
    "Atheris is not installed: its guided run was NOT carried out. It is a development tool of its own: "
    "pip install atheris, in a Python it has a wheel for."
)
NO_SUCH_TOOL = 2


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "--inputs", type=int, default=20_000, metavar="N", help="inputs for each parser (20 000)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", nargs="+", metavar="NAME")
    parser.add_argument(
        "--atheris", type=int, metavar="N", help="N executions for each parser, guided by Atheris"
    )
    parser.add_argument("--inside", metavar="NAME", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside_atheris(options.inside, options.atheris)
    if options.atheris and importlib.util.find_spec("atheris") is None:
        print(NO_ATHERIS, file=sys.stderr)
        return NO_SUCH_TOOL
    from tests.fuzz.targets import TARGETS

    known = [target.name for target in TARGETS]
    chosen = options.target or known
    if unknown := sorted(set(chosen) - set(known)):
        parser.error(f"there is no {', '.join(unknown)}; there is: {', '.join(known)}")
    one = guided if options.atheris else by_chance
    findings = 0
    for name in chosen:
        findings += not one(name, options.atheris or options.inputs, options.seed)
    return findings


def by_chance(name: str, inputs: int, seed: int) -> bool:
    """Mutated seeds; True without a finding."""
    from tests.fuzz.run import many
    from tests.fuzz.targets import TARGETS

    target = next(target for target in TARGETS if target.name == name)
    try:
        ran = many(target, inputs, seed)
    except Exception:
        print(f"{name:18} FINDING", flush=True)
        print_exc()
        return False
    each_us = 1e6 * ran.total_s / ran.inputs
    slowest_ms = 1000 * ran.slowest_s
    times = f"slowest {slowest_ms:6.2f} ms  mean {each_us:6.0f} us"
    print(f"{name:18} {ran.inputs:>9} inputs  no finding  {times}", flush=True)
    return True


def guided(name: str, executions: int, seed: int) -> bool:
    """One parser in a process of its own, as Atheris ends its process; True without a finding."""
    command = [
        sys.executable,
        "-m",
        "tests.fuzz",
        "--atheris",
        str(executions),
        "--seed",
        str(seed),
        "--inside",
        name,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = [line for line in done.stderr.splitlines() if line.startswith(("Done", "#"))][-1:]
    print(f"{name:18} {'no finding' if done.returncode == 0 else 'FINDING'}  {' '.join(last)}", flush=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    return done.returncode == 0


def inside_atheris(name: str, executions: int) -> int:
    """Hand the process over to Atheris; it ends the process itself."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["console"]):
        targets = importlib.import_module("tests.fuzz.targets")
    run = importlib.import_module("tests.fuzz.run")
    target = next(target for target in targets.TARGETS if target.name == name)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            Path(folder, str(number)).write_bytes(seed)
        atheris.Setup(
            [name, f"-runs={executions}", "-max_len=8000", "-timeout=5", folder],
            lambda data: run.once(target, data),
        )
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
