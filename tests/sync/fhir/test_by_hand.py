"""The commands: a bundle in a file, a push by hand, the list of what was refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from shutil import copy
from typing import Any

import fhirkit
import msgspec
import pytest

from console.app import fhir_feed
from console.app.commands import run
from console.app.config import parse_config
from console.app.fhir import PushByHand, push_session, review
from console.app.fhir_config import FhirConfig, read_token
from console.app.fhir_feed import LEDGERS, FhirThread, RecordFeed
from console.app.fhir_source import no_report, printing_apart, read_source, strip_of
from console.app.folder import CONFIG, RECORD
from console.app.process_words import EXIT_USER
from console.clinical.toml_table import LibraryError
from console.clinical.vitals import Wave
from console.clock import NS_PER_S, ManualClock
from console.session.codec import EventUnreadable
from console.storage.queries import RecordReader, WaveSource
from console.storage.traces import WaveTrace
from console.sync.fhir.answers import Reply
from console.sync.fhir.filed import FileStore
from console.sync.fhir.parcels import Options, Strategy
from console.sync.fhir.push import Did, FhirPush, Request
from console.sync.fhir.source import Source
from tests.sync.fhir.pushing import Asked
from tests.ui.review_records import rehearsed
from tests.ui.synthetic_record import EARLY_STOP, LINK_LOST, WHOLE

URL = "http://127.0.0.1:9/fhir"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("clinic")
    copy(rehearsed().path, where / RECORD)
    return where


@pytest.fixture(scope="module")
def bundle(folder: Path) -> dict[str, Any]:
    out = folder / "session.json"
    assert run(["fhir", "export", WHOLE, "--no-report", "--out", str(out), "--data", str(folder)]) == 0
    found: dict[str, Any] = msgspec.json.decode(out.read_bytes())
    return found


def resources(bundle: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == type_]


def test_a_bundle_is_written_without_a_server_and_is_valid(bundle: dict[str, Any]) -> None:
    assert fhirkit.validate(json.dumps(bundle)) == []
    urls = {one["fullUrl"] for one in bundle["entry"]}
    assert len(urls) == len(bundle["entry"])
    assert all(ref in urls for ref in _references(bundle))


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if "reference" in value else []
        return own + [ref for one in value.values() for ref in _references(one)]
    return [ref for one in value for ref in _references(one)] if isinstance(value, list) else []


def test_alarms_of_the_patient_bring_strips_of_the_waveforms(bundle: dict[str, Any]) -> None:
    strips = [one for one in resources(bundle, "Observation") if "valueSampledData" in one]
    assert strips
    for strip in strips:
        sampled = strip["valueSampledData"]
        values = sampled["data"].split(" ")
        seconds = len(values) * sampled["period"] / 1000
        assert 5 < seconds <= 16
        assert all(one == "E" or one.lstrip("-").isdigit() for one in values)
    alarms = [one for one in resources(bundle, "Observation") if "hasMember" in one]
    assert sum(len(one["hasMember"]) for one in alarms) == len(strips)


def test_the_pump_and_the_monitor_are_named(bundle: dict[str, Any]) -> None:
    models = {one["deviceName"][0]["name"] for one in resources(bundle, "Device")}
    assert {"NE-1000 (virtual)", "S/5 (virtual)", "Infusion-room console"} == models
    hearts = [one for one in resources(bundle, "Observation") if "8867-4" in json.dumps(one["code"])]
    assert len(hearts) > 60
    assert all("device" in one for one in hearts if "valueQuantity" in one)


def test_a_session_with_virtual_devices_is_marked_as_test_data(bundle: dict[str, Any]) -> None:
    others = [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] != "Practitioner"]
    assert all(one["meta"]["security"][0]["code"] == "HTEST" for one in others)


def test_the_printed_report_goes_along(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "with-report.json"
    assert run(["fhir", "export", EARLY_STOP, "--out", str(out), "--data", str(folder)]) == 0
    assert "resources" in capsys.readouterr().out
    (report,) = resources(msgspec.json.decode(out.read_bytes()), "DocumentReference")
    attachment = report["content"][0]["attachment"]
    assert attachment["contentType"] == "application/pdf"
    assert attachment["data"].startswith("JVBERi0")  # %PDF-
    assert report["docStatus"] == "final"


def test_an_unknown_session_is_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fhir", "export", "no-such", "--data", str(folder)]) == EXIT_USER
    assert "There is no session no-such" in capsys.readouterr().err
    assert run(["fhir", "push", "last", "--data", str(folder)]) == EXIT_USER
    assert "--to" in capsys.readouterr().err
    assert (
        run(["fhir", "push", "last", "--to", "http://far.example/fhir", "--data", str(folder)]) == EXIT_USER
    )
    assert "use https" in capsys.readouterr().err


def never(seconds: float) -> None:
    raise AssertionError(f"nobody was to wait {seconds} s")


# --- a push by hand ----------------------------------------------------------------------------------


def accepting(request: Request, *, unless: str = "none") -> Reply:
    """A server that takes everything but one type."""
    entries = []
    for entry in msgspec.json.decode(request.body)["entry"]:
        type_, url = entry["resource"]["resourceType"], entry["request"]["url"]
        if type_ == unless:
            issue = [{"severity": "error", "code": "invalid", "diagnostics": "We do not take these"}]
            outcome = {"resourceType": "OperationOutcome", "issue": issue}
            entries.append({"response": {"status": "422 Unprocessable", "outcome": outcome}})
        else:
            entries.append({"response": {"status": "201 Created", "location": f"{url}/_history/1"}})
    return Reply(200, {}, msgspec.json.encode({"resourceType": "Bundle", "entry": entries}))


def test_what_the_server_refused_is_listed_and_sent_again_when_asked(folder: Path) -> None:
    said: list[str] = []
    clock, asked = ManualClock(), PushByHand(LINK_LOST, URL, report=False)
    picky = Asked(lambda request: accepting(request, unless="Consent"))
    assert push_session(folder, asked, clock, never, said.append, picky) == 1
    assert any("refused 1" in one for one in said)
    said.clear()
    assert review(folder, URL, False, said.append) == 1
    assert "We do not take these" in said[0]
    assert LINK_LOST in said[0]
    # Neither the refused one nor anything else is sent a second time.
    before = len(picky.requests)
    push_session(folder, asked, clock, never, said.append, picky)
    assert len(picky.requests) == before
    review(folder, URL, True, said.append)
    kind = Asked(accepting)
    assert push_session(folder, asked, clock, never, said.append, kind) == 0
    sent = Counter(
        entry["resource"]["resourceType"]
        for request in kind.requests
        for entry in msgspec.json.decode(request.body)["entry"]
    )
    assert sent["Consent"] == 1
    assert review(folder, URL, False, said.append) == 0


def test_a_server_that_stays_away_ends_a_push_by_hand_with_a_sentence(folder: Path) -> None:
    said: list[str] = []
    clock = ManualClock()
    away = Asked(lambda _: Reply(503, {"retry-after": "45"}, b""))

    def pause(seconds: float) -> None:
        clock.advance(seconds)

    asked = PushByHand(WHOLE, URL + "/away", report=False)
    assert push_session(folder, asked, clock, pause, said.append, away) == 1
    assert "Run it again later" in said[-1]
    assert len(away.requests) == 2


def test_a_token_for_one_server_is_never_given_to_another(tmp_path: Path) -> None:
    from console.app.fhir import _config

    (tmp_path / "token").write_text("secret-1\n")
    (tmp_path / CONFIG).write_text(f'[fhir]\nurl = "https://a.example"\ntoken_file = "{tmp_path}/token"\n')
    assert _config(tmp_path, PushByHand("last")).token_file
    assert not _config(tmp_path, PushByHand("last", "https://b.example")).token_file
    assert read_token(str(tmp_path / "token")) == "secret-1"
    (tmp_path / "token").write_text("two words")
    with pytest.raises(ValueError, match="no token"):
        read_token(str(tmp_path / "token"))


def test_the_table_of_the_room_says_where_the_server_is() -> None:
    told = parse_config(
        b'[fhir]\nurl = "https://a.example/R4/"\nstrategy = "conditional"\nbundle_size = 5\n'
        b'namespace = "https://clinic.example/fhir"\n'
    ).fhir
    assert told is not None
    assert (told.url, told.options) == ("https://a.example/R4", Options(Strategy.CONDITIONAL, 5))
    for wrong in (b'url = "http://a.example"', b'url = "https://a"\nstrategy = "x"', b'url="https://a"\nx=1'):
        with pytest.raises(LibraryError):
            parse_config(b"[fhir]\n" + wrong)


# --- the room's own feed ------------------------------------------------------------------------------


def test_the_room_pushes_each_closed_session_once_and_again_when_it_grew(tmp_path: Path) -> None:
    copy(rehearsed().path, tmp_path / RECORD)
    clock, server = ManualClock(), Asked(accepting)
    config = FhirConfig(URL)
    with RecordReader(tmp_path / RECORD) as reader:
        store = FileStore(tmp_path / LEDGERS, URL)
        feed = RecordFeed(reader, store, config, no_report, clock)
        push = FhirPush(server, feed, store, config.options, lambda: 0.0)
        finished = []
        for _ in range(300):
            outcome = push.step(clock.now())
            if outcome.did is Did.IDLE:
                break
            if outcome.did is Did.FINISHED:
                finished.append(outcome.session_id)
        assert sorted(finished) == sorted([WHOLE, EARLY_STOP, LINK_LOST])
        assert feed.waiting == 0
        # A new process with the same ledgers has nothing to do.
        count = len(server.requests)
        fresh = RecordFeed(reader, FileStore(tmp_path / LEDGERS, URL), config, no_report, clock)
        again = FhirPush(server, fresh, store, config.options, lambda: 0.0)
        assert again.step(clock.now()).did is Did.IDLE
        assert len(server.requests) == count


def test_a_ledger_that_was_cut_short_counts_as_none(tmp_path: Path) -> None:
    store = FileStore(tmp_path, URL)
    store.save_feed(msgspec.structs.replace(store.feed(), cursor=7))
    (store.folder / "feed.json").write_bytes(b'{"cursor": 7, "wai')
    assert store.feed().cursor == 0


# --- strips -------------------------------------------------------------------------------------------


def test_a_strip_keeps_what_was_measured_within_its_factor() -> None:
    import numpy as np

    t = np.arange(0, 100, dtype=np.int64) * (NS_PER_S // 250)
    value = np.sin(np.arange(100) / 9.0)
    value[40:44] = np.nan
    strip = strip_of(WaveTrace(t, value), 5, WaveSource(Wave.ECG, "s5", "mV"))
    assert strip is not None
    assert strip.period_ms == 4
    assert len(strip.samples) == 100
    assert strip.samples[40:44] == (None,) * 4
    for exact, sample in zip(value, strip.samples, strict=True):
        if sample is not None:
            assert abs(float(sample * strip.factor) - exact) <= float(strip.factor) / 2 + 1e-12


def test_a_strip_of_nothing_is_none() -> None:
    import numpy as np

    nothing = WaveTrace(np.array([0, 1], np.int64), np.array([np.nan, np.nan]))
    assert strip_of(nothing, 1, WaveSource(Wave.ECG, "s5", "mV")) is None


class _After:
    """Ends a thread's work after so many waits."""

    def __init__(self, waits: int) -> None:
        self.left = waits

    def is_set(self) -> bool:
        return self.left <= 0

    def wait(self, _: float) -> bool:
        self.left -= 1
        return self.left <= 0


def test_the_room_s_thread_pushes_and_outlives_a_record_that_is_not_there_yet(tmp_path: Path) -> None:
    server, config = Asked(accepting), FhirConfig(URL)
    thread = FhirThread(tmp_path, config, ManualClock(), no_report, server)
    thread.run(_After(1))  # type: ignore[arg-type]
    assert server.requests == []
    copy(rehearsed().path, tmp_path / RECORD)
    thread.run(_After(80))  # type: ignore[arg-type]
    kept = FileStore(tmp_path / LEDGERS, URL)
    assert kept.feed().waiting == ()
    assert {WHOLE, EARLY_STOP, LINK_LOST} == set(kept.sessions())


def test_a_session_that_cannot_be_read_is_listed_and_holds_no_other_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(rehearsed().path, tmp_path / RECORD)

    def damaged(reader: RecordReader, session_id: str, *rest: Any) -> Source:
        if session_id == EARLY_STOP:
            raise EventUnreadable("event 'x' has version 9: update the console")
        return read_source(reader, session_id, *rest)

    monkeypatch.setattr(fhir_feed, "read_source", damaged)
    thread = FhirThread(tmp_path, FhirConfig(URL), ManualClock(), no_report, Asked(accepting))
    thread.run(_After(80))  # type: ignore[arg-type]
    said: list[str] = []
    assert review(tmp_path, URL, False, said.append) == 1
    assert "update the console" in said[0]
    assert FileStore(tmp_path / LEDGERS, URL).session(WHOLE).pushed_seq > 0


def test_the_room_prints_the_report_in_a_process_of_its_own_and_waits_for_it_no_longer_than_it_lives(
    folder: Path,
) -> None:
    pdf = printing_apart(folder, lambda: False)(EARLY_STOP)
    assert pdf is not None
    assert pdf.startswith(b"%PDF-")
    assert printing_apart(folder, lambda: True)(EARLY_STOP) is None
    assert printing_apart(folder, lambda: False)("no-such") is None
