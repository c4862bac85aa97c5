"""``python -m tests.slips [--orders N]``: what becomes of single-key slips in N valid orders."""

from __future__ import annotations

import argparse
import sys

from tests.slips.harness import Count, run
from tests.slips.orders import Known, valid_orders


def table(known: Known, count: Count) -> str:
    """The figures of one run."""
    lines = [
        f"{known.value}: {count.orders} valid orders, {count.typed} single-key slips",
        f"  not taken by the keypad            {count.blocked:>8}  {count.blocked / count.typed:.1%}",
        f"  less than twice, more than a fifth {count.same:>8}",
        f"  twice or more                      {count.twice:>8}  "
        f"stopped or second person by a rule alone: {count.twice_caught} = {count.by_rule:.3%}",
        f"    with the second person's blind entry {count.in_all:.3%} (required 99.9 %)",
        f"  five times or more                 {count.fivefold:>8}  "
        f"stopped by a rule alone: {count.fivefold_blocked}, "
        f"by the second person's blind entry: {count.fivefold_second} (required: all)",
        f"  a fifth of the dose or less        {count.fifth:>8}  "
        f"stopped or second person by a rule {count.fifth_caught}",
    ]
    lines += [f"    not by a rule: {example}" for example in count.missed[:8]]
    lines += [f"    not stopped by a rule: {example}" for example in count.not_stopped]
    return "\n".join(lines)


def main() -> int:
    """Run both kinds of patients; 1 when a requirement is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.slips", description=__doc__)
    parser.add_argument(
        "--orders", type=int, default=10_000, metavar="N", help="orders of each kind (10 000)"
    )
    options = parser.parse_args()
    missed = False
    for known in Known:
        count = run(valid_orders(options.orders, known))
        print(table(known, count), flush=True)
        missed |= count.in_all < 0.999 or count.fivefold_blocked + count.fivefold_second < count.fivefold
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
