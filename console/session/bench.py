"""What a technician found of a device: the checks, their figures, and whether it may be used today. Pure.

A run becomes one event of the record, so it is chained, archived and verified like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from console.clock import NS_PER_S

INTERVAL_DAYS: Final[Mapping[str, int]] = {"pump": 365, "monitor": 365, "workstation": 30}
"""Days a passed test is good for, by kind (site default, needs the medical director's signature: makers of
pumps and monitors ask for a yearly check)."""


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"
    """It was not tried, or cannot be tried on this device; the sentence says why."""


class Kind(StrEnum):
    """What a check is made of; a device's kind decides when it is due again."""

    PUMP = "pump"
    MONITOR = "monitor"
    WORKSTATION = "workstation"


class Figure(msgspec.Struct, frozen=True):
    """One measured figure.

    Attributes:
        name: What was measured.
        value: As printed; ``--`` when it is not known.
        unit: Unit as printed, empty when it has none.
        limit: What it was held against, empty when nothing.
    """

    name: str
    value: str
    unit: str = ""
    limit: str = ""


class CheckResult(msgspec.Struct, frozen=True):
    """How one check ended.

    Attributes:
        check: Id of the check (``"link_quality"``).
        title: Its name for people.
        verdict: How it ended.
        sentence: What was found, and on failure what to do.
        figures: What was measured.
    """

    check: str
    title: str
    verdict: Verdict
    sentence: str
    figures: tuple[Figure, ...] = ()


class BenchDevice(msgspec.Struct, frozen=True):
    """Which device a run was about.

    Attributes:
        kind: Pump, monitor or workstation.
        driver: Driver name, empty for the workstation.
        model: As the device tells it.
        firmware: As the device tells it, empty when it does not.
        serial: As the device tells it, or as the technician read it from its plate; may be empty.
        port: Lasting name of the port it was found at.
        simulated: It is a virtual device.
    """

    kind: Kind
    driver: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    port: str = ""
    simulated: bool = False

    @property
    def key(self) -> str:
        """What the runs of one device have in common: its serial number, else the port it lives at."""
        return f"{self.kind}:{self.driver}:{self.serial or self.port}"


class BenchRun(msgspec.Struct, frozen=True):
    """One finished run of the bench, as the record keeps it.

    Attributes:
        device: What was tested.
        at_wall_ns: When it ended, nanoseconds of Unix time.
        checks: Every check in order, those not done as well.
        no_patient: Somebody confirmed that no patient was connected.
        app_version: The console that tested.
        interval_days: For how long a passed run is good.
        note: What the technician added.
    """

    device: BenchDevice
    at_wall_ns: int
    checks: tuple[CheckResult, ...]
    no_patient: bool = False
    app_version: str = ""
    interval_days: int = 365
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Failed when one check failed, passed when at least one passed and none failed."""
        found = {check.verdict for check in self.checks}
        if Verdict.FAILED in found:
            return Verdict.FAILED
        return Verdict.PASSED if Verdict.PASSED in found else Verdict.NOT_DONE

    @property
    def day(self) -> date:
        """The day it was done, UTC."""
        return datetime.fromtimestamp(self.at_wall_ns // NS_PER_S, UTC).date()

    @property
    def due(self) -> date:
        """The day until which it is good."""
        return self.day + timedelta(days=self.interval_days)

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.verdict is Verdict.FAILED)


class Fit(msgspec.Struct, frozen=True, tag="fit"):
    """It passed and is not due yet."""

    due: date


class Overdue(msgspec.Struct, frozen=True, tag="overdue"):
    """It passed, but too long ago."""

    since: date


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It failed when it was last tested, and has not passed since."""

    on: date
    sentences: tuple[str, ...]


class NeverTested(msgspec.Struct, frozen=True, tag="never_tested"):
    """No run of it is in the record."""


Fitness = Fit | Overdue | Failed | NeverTested


def fitness(device: str, runs: Iterable[BenchRun], today: date) -> Fitness:
    """Whether a device may be used today.

    The last verdict of each check counts. A run that did nothing changes nothing, and no run of a
    virtual device speaks for a real one, because they have different keys or say that they are simulated.

    Args:
        device: Key of the device (:attr:`BenchDevice.key`).
        runs: Runs in the order of the record; those of other devices are passed over.
        today: The day, UTC.
    """
    return fitness_by([run for run in runs if run.device.key == device], today)


def fitness_by(runs: Iterable[BenchRun], today: date) -> Fitness:
    """Whether the device that all these runs are about may be used today.

    What counts of each check is how it ended when it was last done: a run of a few checks neither hides that
    another one failed, nor makes the others good for longer.
    """
    latest: dict[str, tuple[BenchRun, CheckResult]] = {}
    for run in runs:
        latest |= {one.check: (run, one) for one in run.checks if one.verdict is not Verdict.NOT_DONE}
    if not latest:
        return NeverTested()
    failed = [(run, one) for run, one in latest.values() if one.verdict is Verdict.FAILED]
    if failed:
        said = tuple(f"{one.title}: {one.sentence}" for _, one in failed)
        return Failed(max(run.day for run, _ in failed), said)
    due = min(run.due for run, _ in latest.values())
    return Overdue(due) if today > due else Fit(due)


def runs_of(
    runs: Iterable[BenchRun], driver: str, serial: str, port: str, *, simulated: bool
) -> tuple[BenchRun, ...]:
    """The runs of the device that answers at a port now, in their order.

    A device that tells its serial number is known by it, wherever it is plugged in. Of one that does not, the
    runs at this port count. Runs of virtual devices never speak for real ones, nor the other way round.
    """
    return tuple(
        run
        for run in runs
        if run.device.driver == driver
        and run.device.simulated is simulated
        and (run.device.serial == serial if serial else run.device.port == port)
    )


def objection(name: str, found: Fitness) -> str:
    """Why a device may not be used without a reason; empty when it may.

    A device that was never tested may be used, and is said to be untested: a clinic begins with devices
    the bench has not seen (site default, needs the medical director's signature).
    """
    match found:
        case Failed(on=on, sentences=sentences):
            first = f" {sentences[0]}" if sentences else ""
            return f"The {name} failed its test on {on.isoformat()}.{first} Have it tested, or say why not."
        case Overdue(since=since):
            return f"The test of the {name} was due on {since.isoformat()}. Have it tested, or say why not."
        case Fit() | NeverTested():
            return ""


class Certificate(msgspec.Struct, frozen=True):
    """What is printed of a run; the page is laid out elsewhere.

    Attributes:
        title: First line.
        verdict: The run as a whole, as a word for people.
        device: Label and value of each fact about the device.
        conduct: Label and value: who, when, with what, until when it is good.
        checks: Every check.
        proof: Place and hash of the run's entry in the record.
        caveat: What the certificate is not.
    """

    title: str
    verdict: str
    device: tuple[tuple[str, str], ...]
    conduct: tuple[tuple[str, str], ...]
    checks: tuple[CheckResult, ...]
    proof: str
    caveat: str


WORDS: Final = {Verdict.PASSED: "PASSED", Verdict.FAILED: "FAILED", Verdict.NOT_DONE: "NOT DONE"}
CAVEAT: Final = (
    "Research software, not a medical device. This protocol replaces neither the maker's own inspection nor "
    "an electrical safety test."
)


def certificate(run: BenchRun, signed_by: str, seq: int, hash_hex: str) -> Certificate:
    """The printable protocol of a run.

    Args:
        run: The run.
        signed_by: Who signed it, as printed.
        seq: Its place in the record, 0 when it is not stored.
        hash_hex: Its hash there.
    """
    device = run.device
    unknown = "--"
    at = datetime.fromtimestamp(run.at_wall_ns // NS_PER_S, UTC)
    good_until = run.due.isoformat() if run.verdict is Verdict.PASSED else unknown
    return Certificate(
        title="Test protocol" + (" of a SIMULATED device" if device.simulated else ""),
        verdict=WORDS[run.verdict],
        device=(
            ("Device", device.model or device.kind.value.capitalize()),
            ("Serial number", device.serial or unknown),
            ("Firmware", device.firmware or unknown),
            ("Driver", device.driver or unknown),
            ("Port", device.port or unknown),
        ),
        conduct=(
            ("Tested", f"{at:%Y-%m-%d %H:%M} UTC"),
            ("By", signed_by or "nobody signed"),
            ("No patient connected", "confirmed" if run.no_patient else "not confirmed"),
            ("Console", run.app_version or unknown),
            ("Next test due", good_until),
            *((("Note", run.note),) if run.note else ()),
        ),
        checks=run.checks,
        proof=f"Entry {seq} of the record, SHA-256 {hash_hex}" if seq else "Not in the record.",
        caveat=CAVEAT,
    )
