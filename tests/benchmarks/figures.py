"""What a benchmark found, and how it is told: a table for people, JSON for machines."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Measured = dict[str, float]
"""Figures by key; the unit is in the key."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        key: Key of the measured figure, also in the JSON.
        words: What it is.
        unit: Unit of the figure.
        at_most: What is required; None for a figure that is only told.
        peer: Key of the figure of the plain approach, measured in the same run.
        at_least: What is required where more is better.
    """

    key: str
    words: str
    unit: str
    at_most: float | None = None
    peer: str = ""
    at_least: float | None = None


ROWS: Final = (
    Row("live_frame_ms_p95", "bedside: traces of a frame, p95", "ms", 1.0, "naive_frame_ms_p95"),
    Row("live_core_percent", "bedside: whole window at 60 fps, of one core", "%", 10.0, "naive_core_percent"),
    Row(
        "live_frame_wall_ms_p95",
        "  by the wall, other programs included",
        "ms",
        None,
        "naive_frame_wall_ms_p95",
    ),
    Row("live_500_frame_ms_p95", "  traces with ECG at 500 Hz, p95 a frame", "ms", 1.0),
    Row("live_500_core_percent", "  window with ECG at 500 Hz", "%", 10.0),
    Row("live_real_core_percent", "  window of real devices: no watermark, three strips", "%", 10.0),
    Row("live_window_ms_p95", "  all the window does in a frame, p95", "ms", None, "naive_window_ms_p95"),
    Row("live_fps", "  frames a second", "1/s", None, "naive_fps"),
    Row("live_cpu_ms_frame", "  processor time a frame", "ms", None, "naive_cpu_ms_frame"),
    Row("naive_1px_frame_ms_p95", "  pyqtgraph, 1 px pens, not antialiased: p95 a frame", "ms"),
    Row("naive_1px_core_percent", "  pyqtgraph, 1 px pens, not antialiased", "%"),
    Row("stop_to_wire_ms_p99", "STOP touched to STP at the pump, disk stalled, p99", "ms", 100.0),
    Row("stop_to_wire_ms_max", "  the slowest of 200", "ms"),
    Row("stop_to_wire_ms_p50", "  half of them within", "ms"),
    Row("stop_in_window_ms_p99", "  of it inside the busy window, p99", "ms"),
    Row("stop_in_room_ms_p99", "  of it from the window's socket to the wire, p99", "ms"),
    Row("stop_slow_line_ms_p99", "  with each answer of the pump 80 ms late, p99", "ms", 100.0),
    Row("alarm_to_sound_ms_p99", "alarm decided to first sample at the speaker, p99", "ms", 1000.0),
    Row("alarm_seen_to_sound_ms_p99", "  from the device's value to the first sample, p99", "ms"),
    Row("recording_core_percent", "recording at full rate, of one core", "%", 1.0),
    Row("recording_ms_per_s", "  processor time a second of data", "ms"),
    Row("recording_commit_ms_p99", "  wall time of a commit, p99", "ms"),
    Row("cold_start_s", "infusion-console started to the first live trace", "s", 2.5),
    Row("cold_start_stop_shown_s", "  to STOP on the screen", "s"),
    Row("window_start_s", "  window alone, beside a running room, to its first trace", "s"),
    Row("review_open_ms", "review: 4 h with waveforms to the first picture", "ms", 300.0, "peer_open_ms"),
    Row("review_open_ms_max", "  the slowest opening", "ms"),
    Row("review_open_cpu_ms", "  processor time, verifying the record included", "ms"),
    Row("review_waves_ms", "  to every waveform of the 4 h in the picture", "ms"),
    Row("review_pan_fps", "review: panning, whole page following", "1/s", None, "peer_pan_fps", 50.0),
    Row("review_pan_ms_p95", "  a frame of it, p95", "ms", None, "peer_pan_ms_p95"),
    Row("review_zoom_fps", "  zooming", "1/s", None, "peer_zoom_fps", 50.0),
    Row("search_ms", "100 000 sessions searched, p95", "ms", 50.0),
    Row("search_index_s", "  its index built, beside the window", "s"),
    Row("window_growth_mb_12h", "window memory grown in 12 h after half an hour", "MB", 20.0),
    Row("window_resident_mb", "  what it then holds", "MB"),
)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0..1) of the values do not exceed (nearest rank)."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def verdict(row: Row, measured: Measured) -> str:
    """``ok``, ``MISS``, or nothing where nothing is required or measured."""
    if row.key not in measured or (row.at_most is None and row.at_least is None):
        return ""
    found = measured[row.key]
    enough = row.at_least is None or found >= row.at_least
    return "ok" if enough and (row.at_most is None or found <= row.at_most) else "MISS"


def table(measured: Measured) -> str:
    """The table, one line a figure that was measured."""
    head = f"{'':54} {'required':>10} {'measured':>10} {'peer':>10}"
    lines = [head, "-" * len(head)]
    known = set()
    for row in ROWS:
        known |= {row.key, row.peer}
        if row.key in measured:
            need = "" if row.at_most is None else f"<= {row.at_most:g}"
            need = need if row.at_least is None else f">= {row.at_least:g}"
            beside = f"{measured[row.peer]:.2f}" if row.peer in measured else ""
            found = f"{measured[row.key]:.2f}"
            lines.append(
                f"{row.words:54} {need:>10} {found:>10} {beside:>10} {row.unit:4} {verdict(row, measured)}"
            )
    lines += [f"{key:54} {'':>10} {measured[key]:>10.2f}" for key in sorted(set(measured) - known)]
    return "\n".join(lines)


def missed(measured: Measured) -> list[str]:
    """Keys of required figures that were measured and are not met."""
    return [row.key for row in ROWS if verdict(row, measured) == "MISS"]


def machine() -> dict[str, str | float]:
    """Where and beside what it was measured."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "cores": float(os.cpu_count() or 0),
        "load_1_min": round(os.getloadavg()[0], 2) if sys.platform != "win32" else 0.0,
        "qt_platform": os.environ.get("QT_QPA_PLATFORM", ""),
    }


def write_json(path: Path, measured: Measured, failed: Iterable[str]) -> None:
    """All figures, what was required of them, and the machine."""
    found = {
        "figures": {key: round(value, 4) for key, value in measured.items()},
        "required": {row.key: row.at_most for row in ROWS if row.at_most is not None}
        | {row.key: row.at_least for row in ROWS if row.at_least is not None},
        "missed": missed(measured),
        "failed": list(failed),
        "machine": machine(),
    }
    flat = {key: round(value, 4) for key, value in measured.items()}
    path.write_text(json.dumps(flat | found, indent=2) + "\n", encoding="utf-8")
