"""The registry of what can go wrong with the computer: HST-01 to HST-14."""

from __future__ import annotations

from typing import Final

from tests.faults import host_disk, host_kill, host_window
from tests.faults.bench import Fault
from tests.faults.power_cut import HST_02

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "HST-01",
        "room or window killed at any instant",
        "0 acknowledged events lost, 0 commands sent again, view back <= 10 s, numerics lost <= 1 s + commit",
        host_kill.run,
    ),
    HST_02,
    Fault(
        "HST-03",
        "disk full",
        "new session refused < 2 GB, ballast freed, NOT RECORDING <= 5 s, infusion goes on, 0 events lost",
        host_disk.run_full,
    ),
    Fault(
        "HST-04",
        "read-only file system, EIO on fsync",
        "reopened, verified, handed in again, else NOT RECORDING; 0 silent losses",
        host_disk.run_errors,
    ),
    Fault(
        "HST-05",
        "record locked by another program",
        "alarm, queue in memory, 0 losses, STOP <= 100 ms",
        host_disk.run_locked,
    ),
    Fault(
        "HST-09",
        "window stands still",
        "alarm audible <= 2 s after its condition, another window after 10 s, no gap in the record",
        host_window.run_frozen,
    ),
    Fault(
        "HST-11",
        "processor starved",
        "2 x cores busy: poll jitter p99 <= 250 ms, alarm latency <= + 1 s",
        host_window.run_starved,
    ),
    Fault(
        "HST-14",
        "two consoles on one record",
        "exactly one gets it, a second window may only look, 100 %",
        host_window.run_twice,
    ),
)
