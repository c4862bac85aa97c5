"""The registry of what can go wrong with the computer: HST-01 to HST-14."""

from __future__ import annotations

from typing import Final

from tests.faults import host_disk, host_kill, host_lock, host_rot, host_time, host_window
from tests.faults.bench import Fault
from tests.faults.power_cut import HST_02
from tests.faults.soak import HST_10

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
        host_lock.run_locked,
    ),
    Fault(
        "HST-06",
        "bits of the record rot",
        ">= 95 % of flips that change anything detected, 0 crashes, start <= 10 s",
        host_rot.run_rot,
    ),
    Fault(
        "HST-07",
        "wall clock steps",
        "+-1 h, +-7 d: written down, phase timers within 100 ms, 0 alarm changes",
        host_time.run_clock,
    ),
    Fault(
        "HST-08",
        "computer sleeps and wakes",
        "everything stale, alarm, devices asked anew; detected <= 1 s after waking",
        host_time.run_sleep,
    ),
    Fault(
        "HST-09",
        "window stands still",
        "alarm audible <= 2 s after its condition, another window after 10 s, no gap in the record",
        host_window.run_frozen,
    ),
    HST_10,
    Fault(
        "HST-11",
        "processor starved",
        "2 x cores busy: poll jitter p99 <= 250 ms, alarm latency <= + 1 s",
        host_window.run_starved,
    ),
    Fault(
        "HST-12",
        "no sound device",
        "shown and said <= 5 s; START held back until the silence is acknowledged",
        host_time.run_silent,
    ),
    Fault(
        "HST-13",
        "killed between two schemas",
        "old or new program opens it after each kill; a newer schema is refused untouched",
        host_rot.run_schema,
    ),
    Fault(
        "HST-14",
        "two consoles on one record",
        "exactly one gets it, a second window may only look, 100 %",
        host_window.run_twice,
    ),
)
