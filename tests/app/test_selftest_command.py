"""``infusion-console selftest`` and ``replay`` as a technician types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from console.app.archive_probe import archive_probe
from console.app.captures import Captures
from console.app.commands import run
from console.app.config import ArchiveConfig, RoomConfig, parse_config
from console.app.records import vouched_chunks
from console.app.selftest import SelftestOptions, run_selftest
from console.app.selftest_devices import bound_devices, stand_of, wanted_devices
from console.app.selftest_hands import TerminalHands, understood
from console.app.troubles import NotPossible
from console.clock import ManualClock, SystemClock
from console.devices.bench.procedure import CANNOT, Answer, Ask, Deed, Wants
from console.devices.bench.stepper import Bench
from console.room.speaker import NoSound
from console.room.workstation import Workstation
from console.session.bench import BenchRun, Kind, Verdict
from console.session.people import Role
from console.storage.accounts import Accounts, PinHasher
from console.storage.bench_records import bench_runs
from console.storage.rows import Batch, SessionIndexRow
from tests.storage.record_makers import draft, open_record

PIN = "417093"
ROOM = b"""
[pump]
driver = "ne1000"
port = "/dev/serial/by-id/usb-pump"

[[monitor]]
name = "s5"
driver = "s5"
port = "socket://127.0.0.1:4002"
"""


def test_one_virtual_device_passes_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["selftest", "--virtual", "masimo", "--data", str(tmp_path)])
    said = capsys.readouterr().out
    assert code == 0
    assert "Masimo (ASCII 1) SIM0000001 at memory:masimo: PASSED (SIMULATED)" in said
    assert "ok      Lost sensors: Without sensors all 3 figures are unknown." in said


def test_a_fault_is_told_and_the_exit_code_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--virtual",
        "ne1000",
        "--fault",
        "wrong-syringe",
        "--check",
        "volume",
        "--data",
        str(tmp_path),
    ]
    assert run(["selftest", *arguments]) == 1
    assert "FAILED  Dispensed volume: 4.07 mL came instead of 5 mL, -18.5 %" in capsys.readouterr().out


def test_json_holds_every_check_and_the_words_go_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--virtual", "bcc", "--virtual", "nellcor", "--json", "--data", str(tmp_path)]
    assert run(["selftest", *arguments]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["exit"] == 0
    assert [one["device"]["driver"] for one in told["runs"]] == ["bcc", "nellcor"]
    assert told["runs"][0]["verdict"] == "passed"
    assert told["runs"][0]["checks"][0]["check"] == "port"
    assert told["runs"][0]["due"] is not None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--virtual", "nothing"], "There is no device called nothing"),
        (["--virtual", "masimo", "--fault", "no-watchdog"], "masimo has no fault no-watchdog"),
        (["--virtual", "masimo", "--check", "volume"], "There is no check volume for this device"),
        (["--device", "pump"], "Name another one as DRIVER=PORT"),
        (["--device", "ne1000=/dev/none", "--weights", "nowhere.csv"], "nowhere.csv: No such file"),
        (["--virtual", "masimo", "--expect", "colour=3"], "There is no parameter colour"),
        (["--virtual", "masimo", "--sign", "tom"], "There is no user tom here"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_code_two(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["selftest", *arguments, "--data", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err


def test_a_port_that_is_not_there_fails_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["selftest", "--device", f"ne1000={tmp_path}/none", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "no such port. Plug the cable in" in said
    assert "The device did not identify itself, so it was left alone." in said


def test_nothing_real_is_tested_while_a_session_is_open(tmp_path: Path) -> None:
    with open_record(tmp_path / "record.sqlite") as record:
        record.write(Batch(sessions=(SessionIndexRow("s1", "p1", 1, "infusing"),)))
    options = SelftestOptions(str(tmp_path), devices=("ne1000=/dev/none",), no_patient=True)
    with pytest.raises(NotPossible, match="A session is open"):
        run_selftest(options, lambda _text: None, lambda: PIN)


def test_weights_of_an_earlier_run_are_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = tmp_path / "weights.csv"
    weights.write_text("s,g\n" + "".join(f"{n * 10},{n * 10 / 60 * 0.9}\n" for n in range(121)))
    arguments = ["--device", f"ne1000={tmp_path}/none", "--weights", str(weights), "--yes-no-patient"]
    assert run(["selftest", *arguments, "--data", str(tmp_path), "--check", "flow"]) == 1
    # The pump is not there, so nothing of it is believed: not even weights of an earlier run.
    assert "it was left alone" in capsys.readouterr().out


def test_a_technician_signs_with_the_pin_and_the_record_keeps_it(tmp_path: Path) -> None:
    with open_record(tmp_path / "record.sqlite") as record:
        Accounts(record, PinHasher(64, 1)).add_account("tom", "Tom Becker", Role.TECHNICIAN, PIN)
    options = SelftestOptions(str(tmp_path), virtual=("masimo",), sign="tom")
    said: list[str] = []
    assert run_selftest(options, said.append, lambda: PIN) == 0
    (signed,) = bench_runs(tmp_path / "record.sqlite")
    assert signed.by.name == "Tom Becker"
    assert signed.run.device.serial == "SIM0000001"
    assert signed.run.verdict is Verdict.PASSED
    assert said[-1].startswith(f"Signed by Tom Becker: entry {signed.seq} of the record")
    with pytest.raises(NotPossible, match=r"PIN is wrong.*Nothing was signed"):
        run_selftest(options, said.append, lambda: "000111")
    assert len(bench_runs(tmp_path / "record.sqlite")) == 1


def test_devices_are_named_by_their_binding_their_port_or_driver_and_port(tmp_path: Path) -> None:
    config = parse_config(ROOM)
    assert [one.name for one in bound_devices(config)] == ["pump", "s5"]
    pump, s5, other = wanted_devices(
        config, ["/dev/serial/by-id/usb-pump", "s5", "masimo=socket://127.0.0.1:4009"]
    )
    assert (pump.name, s5.driver, other.driver) == ("pump", "s5", "masimo")
    stand = stand_of(pump, SystemClock(), Captures(tmp_path))
    assert stand.controlled
    assert stand.device().key == "pump:ne1000:/dev/serial/by-id/usb-pump"
    assert not stand_of(
        wanted_devices(config, ["alaris=/dev/x"])[0], SystemClock(), Captures(tmp_path)
    ).controlled


NUMBER = Ask(Deed.WEIGH, "How much?", Wants.NUMBER, ("g", "mL"))
DONE = Ask(Deed.CLAMP_LINE, "Clamp it.")
QUESTION = Ask(Deed.HEARD_TONE, "Heard?", Wants.YES_NO)


@pytest.mark.parametrize(
    ("ask", "line", "answer"),
    [
        (NUMBER, "4.98", Answer(number=4.98, unit="g")),
        (NUMBER, "5,02 ml", Answer(number=5.02, unit="mL")),
        (NUMBER, "5 lb", None),
        (NUMBER, "much", None),
        (NUMBER, "s", CANNOT),
        (DONE, "", Answer()),
        (DONE, "done", Answer()),
        (DONE, "no", CANNOT),
        (DONE, "what", None),
        (QUESTION, "Y", Answer(yes=True)),
        (QUESTION, "no", Answer(yes=False)),
        (QUESTION, "", None),
    ],
)
def test_an_answer_at_the_terminal_means_what_it_says_or_nothing(
    ask: Ask, line: str, answer: Answer | None
) -> None:
    assert understood(ask, line) == answer


def test_a_terminal_where_nobody_sits_does_nothing_and_a_garbled_answer_is_asked_again() -> None:
    said: list[str] = []
    assert TerminalHands(said.append, lambda: None)(DONE) == CANNOT
    lines = iter(["eh", "3 g"])
    assert TerminalHands(said.append, lambda: next(lines))(NUMBER) == Answer(number=3.0, unit="g")
    assert "    That was not understood." in said


class Loudspeaker:
    """A speaker that is heard, or is not there."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble
        self.played = 0

    def check(self) -> None:
        if self.trouble:
            raise NoSound(self.trouble)

    def play(self, samples: NDArray[np.int16]) -> None:
        self.check()
        self.played += len(samples) > 0

    def hush(self) -> None:
        return

    def close(self) -> None:
        return


class Passing:
    """Waiting lets a manual clock pass."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock

    def wait(self, timeout_s: float) -> None:
        self.clock.advance(timeout_s)


def workstation(record: Path, speaker: Loudspeaker, heard: bool = True, **changed: object) -> BenchRun:
    clock = ManualClock()
    subject = Workstation("Room 2", "ws-1", record, vouched_chunks, clock, speaker)
    for name, value in changed.items():
        setattr(subject, name, value)
    bench = Bench(
        subject, subject.tasks(), clock, Passing(clock), no_patient=False, session_open=lambda: False
    )
    return bench.run(lambda _ask: Answer(yes=heard))


def verdicts(run: BenchRun) -> dict[str, Verdict]:
    return {check.check: check.verdict for check in run.checks}


def sentence(run: BenchRun, check: str) -> str:
    return next(one.sentence for one in run.checks if one.check == check)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "record.sqlite"
    with open_record(path) as record:
        record.append((draft(), draft()))
    return path


def test_a_healthy_workstation_passes_and_leaves_nothing_behind(kept: Path) -> None:
    speaker = Loudspeaker()
    run = workstation(kept, speaker)
    done = dict.fromkeys(("sound", "clock", "disk", "record", "backup"), Verdict.PASSED)
    assert verdicts(run) == {**done, "archive": Verdict.NOT_DONE}
    assert sentence(run, "archive") == "No archive is configured."
    assert speaker.played == 3
    assert run.device.kind is Kind.WORKSTATION
    assert run.device.key == "workstation::ws-1"
    assert list(kept.parent.glob("bench-*")) == []


def test_each_thing_wrong_with_a_workstation_is_said(kept: Path) -> None:
    silent = workstation(kept, Loudspeaker("no sound device was found; plug in a speaker"))
    assert "no sound device was found" in sentence(silent, "sound")
    assert "turn the speaker up" in sentence(workstation(kept, Loudspeaker(), heard=False), "sound")
    ahead = ManualClock().now().wall_utc_ns + 3600 * 10**9
    behind = workstation(kept, Loudspeaker(), last_entry_ns=ahead)
    assert "3592 s behind the record's last entry" in sentence(behind, "clock")
    away = workstation(kept, Loudspeaker(), archive=lambda: "The archive does not answer. Check the network.")
    assert verdicts(away)["archive"] is Verdict.FAILED
    assert verdicts(workstation(kept, Loudspeaker(), archive=lambda: ""))["archive"] is Verdict.PASSED


def test_an_archive_that_is_configured_is_asked_and_none_is_not(tmp_path: Path) -> None:
    assert archive_probe(RoomConfig(), tmp_path)() is None
    nowhere = ArchiveConfig("postgresql://ws@127.0.0.1:1/archive", "ca.pem", "ws.pem", "ws.key")
    said = archive_probe(RoomConfig(archive=nowhere), tmp_path)()
    assert said
    assert "archive" in said


def test_a_damaged_record_fails_and_is_not_backed_up(kept: Path) -> None:
    data = bytearray(kept.read_bytes())
    place = data.rfind(b'{"a":1}')
    data[place + 5 : place + 6] = b"7"
    kept.write_bytes(bytes(data))
    run = workstation(kept, Loudspeaker())
    assert verdicts(run)["record"] is Verdict.FAILED
    assert verdicts(run)["backup"] is Verdict.FAILED
    assert "chain breaks" in sentence(run, "record")


def test_replay_refuses_what_is_no_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("no capture\n")
    assert run(["replay", str(path), "--tcp", "127.0.0.1:0"]) == 2
    assert "cannot be replayed" in capsys.readouterr().err
