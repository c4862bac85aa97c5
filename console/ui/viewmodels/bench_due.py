"""What is due: every device of the room and every device of the record, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from console.devices.about import Role
from console.room.bench_desk_wire import DeviceStatus
from console.session.bench import (
    BenchDevice,
    Failed,
    Fit,
    Fitness,
    Kind,
    NeverTested,
    Overdue,
    fitness_by,
    runs_of,
)
from console.storage.bench_records import SignedRun

SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class DueRow:
    """One device.

    Attributes:
        key: What its runs have in common.
        name: For people.
        standing: In two words.
        sentence: When and why.
        urgent: Failed or overdue.
        heed: Never tested, or due soon.
        runs: Its runs, oldest first.
    """

    key: str
    name: str
    standing: str
    sentence: str
    urgent: bool
    heed: bool
    runs: tuple[SignedRun, ...]


def due_rows(
    devices: Sequence[DeviceStatus], signed: Sequence[SignedRun], today: date, *, simulated: bool
) -> tuple[DueRow, ...]:
    """Devices of the room first, then the workstation, then whatever else was ever tested."""
    rows, used = [], set[int]()
    for one in devices:
        mine = _runs_of(one, signed, simulated=simulated)
        used |= {run.seq for run in mine}
        name = "Pump" if one.role is Role.PUMP else f"Monitor {one.name}"
        model = one.driver if one.identity is None else one.identity.model
        rows.append(_row(f"room:{one.name}", f"{name}, {model}", mine, today))
    computers = tuple(run for run in signed if run.run.device.kind is Kind.WORKSTATION)
    rows.append(_row("workstation", "This computer", computers, today))
    used |= {run.seq for run in computers}
    others: dict[str, list[SignedRun]] = {}
    for run in signed:
        if run.seq not in used:
            others.setdefault(run.run.device.key, []).append(run)
    rows += [_row(key, _name(runs[-1].run.device), tuple(runs), today) for key, runs in others.items()]
    return tuple(rows)


def _runs_of(one: DeviceStatus, signed: Sequence[SignedRun], *, simulated: bool) -> tuple[SignedRun, ...]:
    serial = "" if one.identity is None else one.identity.serial
    virtual = simulated if one.identity is None else one.identity.simulated
    mine = runs_of((run.run for run in signed), one.driver, serial, one.port, simulated=virtual)
    return tuple(run for run in signed if run.run in mine)


def _row(key: str, name: str, runs: tuple[SignedRun, ...], today: date) -> DueRow:
    found = fitness_by(tuple(run.run for run in runs), today)
    standing, sentence, heed = _words(found, today)
    return DueRow(key, name, standing, sentence, isinstance(found, Failed | Overdue), heed, runs)


def _words(found: Fitness, today: date) -> tuple[str, str, bool]:
    match found:
        case Fit(due=due):
            left = (due - today).days
            return "Passed", f"Next test due {due.isoformat()}, in {left} days.", left <= SOON_DAYS
        case Overdue(since=since):
            return (
                "Overdue",
                f"The test was due on {since.isoformat()}, {(today - since).days} days ago.",
                False,
            )
        case Failed(on=on, sentences=sentences):
            why = f" {sentences[0]}" if sentences else ""
            return "Failed", f"Failed on {on.isoformat()}.{why}", False
        case NeverTested():
            return "Never tested", "No signed test of it is in the record.", True


def _name(device: BenchDevice) -> str:
    virtual = " (virtual)" if device.simulated else ""
    return f"{device.model or device.driver or device.kind.value} {device.serial or device.port}{virtual}"


def plotted(runs: Iterable[SignedRun]) -> tuple[tuple[str, str, str], ...]:
    """Check, figure and unit of what can be drawn over several runs, most useful first."""
    found: dict[tuple[str, str, str], int] = {}
    for signed in runs:
        for result in signed.run.checks:
            for figure in result.figures:
                if figure.unit and figure.limit and _is_number(figure.value):
                    place = (result.check, figure.name, figure.unit)
                    found[place] = found.get(place, 0) + 1
    return tuple(sorted(found, key=lambda place: -found[place]))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
