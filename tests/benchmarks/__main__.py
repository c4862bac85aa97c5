"""``python -m tests.benchmarks [--json FILE] [--only NAME ...]``: what is required, measured, and the peer.

Each benchmark runs in processes of its own and drives the product as it ships. Nothing here is a test
that fails on a busy machine: the table says ``ok`` or ``MISS``, and the exit code is 0 unless a benchmark
could not be carried out at all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.benchmarks import figures
from tests.benchmarks.figures import Measured
from tests.benchmarks.other_process import Failed, measure


def live() -> Measured:
    """The bedside at both sets of rates, and without the watermark of simulated devices."""
    found = measure("live_window", "live", "300")
    found |= measure("live_window", "live_500", "500")
    return found | measure("live_window", "live_real", "300", "real", "page")


def plain() -> Measured:
    """The peer with the product's pens, and with the cheapest."""
    return measure("plain_plots", "naive", "300", "2") | measure("plain_plots", "naive_1px", "300", "1")


def review() -> Measured:
    """The review page with a session of four hours, and the search; the same session on plain plots."""
    return measure("review_page") | measure("review_search") | measure("review_peer")


BENCHMARKS: Final[dict[str, Callable[[], Measured]]] = {
    "live": live,
    "naive": plain,
    "stop": lambda: measure("stop_path"),
    "alarm": lambda: measure("alarm_path"),
    "recording": lambda: measure("recording"),
    "start": lambda: measure("cold_start"),
    "review": review,
    "memory": lambda: measure("twelve_hours"),
    "push": lambda: measure("sync_push"),
    "sync": lambda: measure("sync_room"),
    "board": lambda: measure("sync_board"),
    "growth": lambda: measure("sync_growth"),
}


def main() -> int:
    """Measure, tell, write down."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--only", nargs="+", choices=tuple(BENCHMARKS), default=tuple(BENCHMARKS))
    options = parser.parse_args()
    measured: Measured = {}
    failed = []
    for name in options.only:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            measured |= BENCHMARKS[name]()
        except Failed as error:
            failed.append(name)
            print(f"{name}: {error}", file=sys.stderr, flush=True)
    print(figures.table(measured))
    if options.json is not None:
        figures.write_json(options.json, measured, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
