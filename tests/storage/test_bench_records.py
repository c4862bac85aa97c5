"""Runs of the bench in the record: chained, read back by device, and what follows for its use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clock import NS_PER_S, Instant
from console.session.bench import (
    BenchDevice,
    BenchRun,
    CheckResult,
    Failed,
    Figure,
    Fit,
    Kind,
    NeverTested,
    Overdue,
    Verdict,
    fitness,
    objection,
)
from console.session.people import Actor, Authn, Role
from console.storage.bench_records import (
    bench_runs,
    figure_history,
    fitness_in,
    session_is_open,
    sign_run,
)
from console.storage.record import Record
from console.storage.rows import Batch, SessionIndexRow
from console.storage.verify import verify_record
from tests.storage.record_makers import START, draft

TECH = Actor("tom", "Tom Becker", Role.TECHNICIAN, Authn.PIN)
PUMP = BenchDevice(Kind.PUMP, "ne1000", "NE-1000", "3.928", "SN-17", "/dev/serial/by-id/usb-1")
MONITOR = BenchDevice(Kind.MONITOR, "masimo", "Rad-8", "", "", "/dev/serial/by-path/pci-2")
DAY_NS = 86_400 * NS_PER_S
TODAY = date(2026, 1, 1)


def run(
    device: BenchDevice = PUMP, verdict: Verdict = Verdict.PASSED, days: int = 0, error: str = "-1.2"
) -> BenchRun:
    at_ns = START.wall_utc_ns + days * DAY_NS
    figures = (Figure("Error", error, "%", "±5 %"), Figure("Counter", "--"))
    return BenchRun(device, at_ns, (CheckResult("volume", "Volume", verdict, "Found.", figures),))


def at(days: int) -> Instant:
    return START.plus(days * 86_400)


def test_a_signed_run_is_one_more_link_of_the_chain_and_comes_back_whole(record: Record, path: Path) -> None:
    record.append((draft(),))
    signed = sign_run(record, run(), TECH, START)
    assert signed.seq == 2
    assert bench_runs(path) == (signed,)
    assert bench_runs(path)[0].by == TECH
    report = verify_record(path)
    assert report.ok
    assert report.events == 2
    assert report.head_hash == signed.hash


def test_a_run_that_was_altered_breaks_the_chain(record: Record, path: Path) -> None:
    sign_run(record, run(verdict=Verdict.FAILED), TECH, START)
    record.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'failed', 'passed') AS BLOB)")
    assert not verify_record(path).ok


def test_the_history_is_told_by_device(record: Record, path: Path) -> None:
    for days, error in ((0, "-1.2"), (30, "+2.5"), (60, "--")):
        sign_run(record, run(days=days, error=error), TECH, at(days))
    sign_run(record, run(MONITOR), TECH, START)
    mine = bench_runs(path, PUMP.key)
    assert [one.run.device for one in mine] == [PUMP] * 3
    assert [point.value for point in figure_history(mine, "volume", "Error")] == [-1.2, 2.5]
    assert figure_history(mine, "volume", "Counter") == ()
    assert len(bench_runs(path)) == 4


def test_the_certificate_says_who_when_what_and_where_it_stands(record: Record) -> None:
    signed = sign_run(record, run(), TECH, START)
    page = signed.certificate()
    assert page.verdict == "PASSED"
    assert ("By", "Tom Becker (technician)") in page.conduct
    assert ("Next test due", "2027-01-01") in page.conduct
    assert ("Serial number", "SN-17") in page.device
    assert signed.hash in page.proof
    assert "not a medical device" in page.caveat


def test_a_device_in_the_record_is_fit_overdue_failed_or_unknown(record: Record, path: Path) -> None:
    assert fitness_in(path, PUMP.key, TODAY) == NeverTested()
    sign_run(record, run(), TECH, START)
    assert fitness_in(path, PUMP.key, TODAY) == Fit(date(2027, 1, 1))
    assert fitness_in(path, PUMP.key, date(2027, 1, 1)) == Fit(date(2027, 1, 1))
    assert fitness_in(path, PUMP.key, date(2027, 1, 2)) == Overdue(date(2027, 1, 1))
    sign_run(record, run(verdict=Verdict.FAILED, days=1), TECH, at(1))
    failed = fitness_in(path, PUMP.key, TODAY)
    assert isinstance(failed, Failed)
    assert failed.sentences == ("Volume: Found.",)
    assert fitness_in(path, MONITOR.key, TODAY) == NeverTested()


def test_what_speaks_against_a_device_is_a_sentence_and_nothing_against_a_fit_one() -> None:
    assert objection("pump", Fit(TODAY)) == ""
    assert objection("pump", NeverTested()) == ""
    assert "was due on 2026-01-01" in objection("pump", Overdue(TODAY))
    assert "failed its test on 2026-01-01. Volume: Found." in objection(
        "pump", Failed(TODAY, ("Volume: Found.",))
    )


def test_a_session_that_is_open_is_seen(record: Record, path: Path, tmp_path: Path) -> None:
    assert not session_is_open(tmp_path / "none.db")
    assert not session_is_open(path)
    record.write(Batch(sessions=(SessionIndexRow("s1", "p1", 1, "infusing"),)))
    assert session_is_open(path)
    record.write(Batch(sessions=(SessionIndexRow("s1", "p1", 1, "closed", 2),)))
    assert not session_is_open(path)


RUNS = st.lists(
    st.tuples(st.sampled_from(list(Verdict)), st.sampled_from([PUMP, MONITOR]), st.integers(0, 900)),
    max_size=8,
)


@given(RUNS, st.integers(0, 2000))
def test_only_the_last_run_with_a_verdict_of_that_device_counts(
    told: list[tuple[Verdict, BenchDevice, int]], later: int
) -> None:
    runs = [run(device, verdict, days) for verdict, device, days in told]
    mine = [one for one in runs if one.device == PUMP and one.verdict is not Verdict.NOT_DONE]
    today = TODAY + timedelta(days=later)
    found = fitness(PUMP.key, runs, today)
    if not mine:
        assert found == NeverTested()
    elif mine[-1].verdict is Verdict.FAILED:
        assert isinstance(found, Failed)
    else:
        assert found == (Fit(mine[-1].due) if today <= mine[-1].due else Overdue(mine[-1].due))


def of_check(check: str, verdict: Verdict, days: int) -> BenchRun:
    found = (CheckResult(check, check.title(), verdict, "Found."),)
    return BenchRun(PUMP, START.wall_utc_ns + days * DAY_NS, found)


def test_a_run_of_other_checks_hides_no_failure_and_makes_nothing_good_for_longer() -> None:
    volume_failed, line = of_check("volume", Verdict.FAILED, 0), of_check("line", Verdict.PASSED, 1)
    found = fitness(PUMP.key, [volume_failed, line], TODAY)
    assert isinstance(found, Failed)
    assert found.sentences == ("Volume: Found.",)
    assert found.on == volume_failed.day
    volume_passed = of_check("volume", Verdict.PASSED, 2)
    assert fitness(PUMP.key, [volume_failed, line, volume_passed], TODAY) == Fit(line.due)
    not_done = of_check("volume", Verdict.NOT_DONE, 3)
    assert isinstance(fitness(PUMP.key, [volume_failed, not_done], TODAY), Failed)
    again = of_check("line", Verdict.PASSED, 300)
    assert fitness(PUMP.key, [volume_passed, again], TODAY) == Fit(volume_passed.due)


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ((), Verdict.NOT_DONE),
        ((Verdict.NOT_DONE,), Verdict.NOT_DONE),
        ((Verdict.PASSED, Verdict.NOT_DONE), Verdict.PASSED),
        ((Verdict.PASSED, Verdict.FAILED), Verdict.FAILED),
    ],
)
def test_one_failed_check_fails_the_run(verdicts: tuple[Verdict, ...], whole: Verdict) -> None:
    checks = tuple(CheckResult("x", "X", verdict, "") for verdict in verdicts)
    assert BenchRun(PUMP, 0, checks).verdict is whole
