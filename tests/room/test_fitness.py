"""Signed tests of the devices that answer: what they say against them, and when."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from console.clock import NS_PER_S
from console.room.fitness import FitnessWatch, Unfit, unfit_devices
from console.session.bench import BenchDevice, BenchRun, CheckResult, Kind, Verdict
from console.session.people import Actor, Authn, Role
from console.session.pump import Identity
from console.storage.bench_records import sign_run
from tests.storage.record_makers import START, draft, open_record

TECH = Actor("tom", "Tom Becker", Role.TECHNICIAN, Authn.PIN)
DAY = date(2026, 1, 10)
PORTS = {"pump": "/dev/serial/by-id/usb-1", "s5": "/dev/serial/by-id/usb-2"}
SILENT_PUMP = Identity("ne1000", "NE-1000", "3.928")
NUMBERED = Identity("harvard", "11 Elite", "3.0", "D301204")


def run(
    verdict: Verdict,
    *,
    driver: str = "ne1000",
    serial: str = "",
    port: str = PORTS["pump"],
    day: int = 0,
    simulated: bool = False,
) -> BenchRun:
    device = BenchDevice(Kind.PUMP, driver, driver, "", serial, port, simulated)
    at_ns = START.wall_utc_ns + day * 86_400 * NS_PER_S
    return BenchRun(device, at_ns, (CheckResult("volume", "Volume", verdict, "4.1 mL came."),))


def against(identity: Identity, *runs: BenchRun, today: date = DAY) -> Unfit:
    return unfit_devices({"pump": identity}, PORTS, runs, today)


def test_a_failed_and_an_overdue_device_are_spoken_against_and_a_fit_or_untested_one_is_not() -> None:
    ((name, said),) = against(SILENT_PUMP, run(Verdict.FAILED))
    assert name == "pump"
    assert said.startswith("The pump failed its test on 2026-01-01. Volume: 4.1 mL came.")
    assert against(SILENT_PUMP, run(Verdict.FAILED), run(Verdict.PASSED, day=1)) == ()
    assert against(SILENT_PUMP) == ()
    ((_, overdue),) = against(SILENT_PUMP, run(Verdict.PASSED), today=date(2027, 3, 1))
    assert "was due on 2027-01-01" in overdue


def test_a_device_with_a_serial_number_is_known_by_it_at_any_port() -> None:
    failed = run(Verdict.FAILED, driver="harvard", serial="D301204", port="/dev/elsewhere")
    assert against(NUMBERED, failed) != ()
    other = run(Verdict.FAILED, driver="harvard", serial="D999999")
    assert against(NUMBERED, other) == ()


def test_a_device_without_one_is_known_by_its_port_and_kind() -> None:
    assert against(SILENT_PUMP, run(Verdict.FAILED, port="/dev/elsewhere")) == ()
    assert against(SILENT_PUMP, run(Verdict.FAILED, driver="alaris")) == ()


def test_a_virtual_device_never_speaks_for_a_real_one() -> None:
    assert against(SILENT_PUMP, run(Verdict.FAILED, simulated=True)) == ()


def test_a_device_that_has_not_said_who_it_is_is_not_judged() -> None:
    assert unfit_devices({}, PORTS, (run(Verdict.FAILED),), DAY) == ()


def test_the_watch_reads_what_is_new_and_tells_only_changes(tmp_path: Path) -> None:
    path, told = tmp_path / "record.sqlite", list[Unfit]()
    with open_record(path) as record:
        watch = FitnessWatch(path, PORTS, lambda: {"pump": SILENT_PUMP}, lambda: DAY, told.append)
        watch.look()
        assert told == []
        record.append((draft(),))
        sign_run(record, run(Verdict.FAILED), TECH, START)
        watch.look()
        watch.look()
        assert [len(one) for one in told] == [1]
        sign_run(record, run(Verdict.PASSED, day=2), TECH, START.plus(2 * 86_400))
        watch.look()
        assert told[1:] == [()]


def test_a_record_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    told = list[Unfit]()
    FitnessWatch(tmp_path / "none.sqlite", PORTS, dict, lambda: DAY, told.append).look()
    assert told == []
