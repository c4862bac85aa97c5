"""The technician's page: what a person touches, what the room is asked, and what the record holds then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from console.devices.discovery import PortFacts
from console.devices.discovery_findings import PortFinding, Verdict
from console.room.bench_desk_wire import SearchStatus
from console.room.mailbox import Errand
from console.room.wire import StopNow
from console.session import intents as ask
from console.session.bench import Verdict as Judged
from console.session.people import Authn
from console.session.pump import Identity, PumpState
from console.ui.technician.certificate import write_certificate
from console.ui.technician.page import SECTIONS
from console.ui.technician.plots import FlowPlot, TrumpetPlot
from tests.session.bench import NURSE, PATIENT
from tests.ui.desk import inside, press, release, touch
from tests.ui.technician_rig import TechnicianRig, a_technician

FOUND = PortFinding(
    PortFacts("/dev/ttyUSB2", "CP2102", "/dev/serial/by-id/usb-CP2102_C3", True, "10c4:ea60", "C3"),
    Verdict.FOUND,
    "Masimo at 9600 8N1.",
    "masimo",
    Identity("masimo", "Masimo"),
)


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Iterator[TechnicianRig]:
    del qtbot
    with a_technician(tmp_path) as made:
        yield made.come()


def test_the_devices_of_the_room_are_shown_and_unknown_is_shown_as_unknown(rig: TechnicianRig) -> None:
    for _ in range(8):
        rig.room.talk("pump", b"\x02", b"\x03", 0.02)
        rig.room.clock.advance(3.0)
    rig.turn(10)
    texts = rig.texts()
    assert "NE-1000X2" in texts
    assert "● answers" in texts
    assert "half 20 ms" in texts
    assert "--  (talks by itself" in texts
    assert "--, --" not in texts


def test_stop_is_reachable_and_heard_on_every_section_of_a_small_screen(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    with a_technician(tmp_path, (1366, 768)) as rig:
        rig.come()
        for count, (section, _title) in enumerate(SECTIONS, start=1):
            rig.touch(f"section_{section}")
            assert inside(rig.window, rig.window.stop_key)
            assert inside(rig.window, rig.page._sections[section])
            touch(rig.window.stop_key)
            rig.turn(1)
            assert sum(isinstance(message, StopNow) for message in rig.room.sent) == count


@pytest.mark.req("BEN-NO-PATIENT")
def test_a_pump_is_tested_only_after_the_key_was_held_and_each_time_anew(rig: TechnicianRig) -> None:
    rig.touch("section_test")
    rig.touch("bench_device_pump")
    assert not rig.find("bench_begin").isEnabled()
    rig.hold("no_patient", 0.4)
    assert not rig.find("bench_begin").isEnabled()
    rig.hold("no_patient")
    rig.touch("bench_device_s5")
    assert not rig.find("bench_begin").isEnabled()
    rig.touch("bench_device_pump")
    rig.hold("no_patient")
    rig.touch("bench_begin")
    assert rig.room.began[-1].no_patient
    rig.help_the_device()
    rig.turn(4)
    assert not rig.find("bench_begin").isEnabled()


@pytest.mark.req("BEN-NO-PATIENT")
def test_no_test_begins_while_a_session_is_open_and_leaving_the_page_takes_the_word_back(
    rig: TechnicianRig,
) -> None:
    rig.touch("section_test")
    rig.touch("bench_device_pump")
    rig.hold("no_patient")
    rig.press(rig.window.top.page_buttons["Bedside"])
    rig.press(rig.window.top.page_buttons["Technician"])
    assert not rig.find("bench_begin").isEnabled()
    rig.room.bench.tell(ask.OpenSession("s-1", PATIENT), NURSE)
    rig.turn()
    rig.hold("no_patient")
    rig.touch("bench_begin")
    rig.turn(4)
    assert "session is open" in rig.texts()
    assert rig.room.virtual is None or not rig.room.host.busy


@pytest.mark.req("BEN-SIGNED")
def test_a_whole_self_test_is_answered_in_place_signed_and_printed(
    rig: TechnicianRig, tmp_path: Path
) -> None:
    rig.touch("section_test")
    rig.touch("bench_device_pump")
    rig.write("bench_serial", "NE-4711")
    rig.hold("no_patient")
    rig.touch("bench_begin")
    rig.help_the_device()
    rig.turn(4)
    assert "0 failed" in rig.texts()
    assert rig.room.signed() == ()
    rig.write("sign_pin", "000000")
    rig.touch("sign_act")
    assert "PIN is wrong" in rig.texts()
    rig.write("sign_note", "new battery")
    rig.write("sign_pin", "141421")
    rig.touch("sign_act")
    rig.turn(3)
    (signed,) = rig.room.signed()
    assert (signed.by.user_id, signed.by.authn) == ("t1", Authn.PIN)
    assert signed.run.device.serial == "NE-4711"
    assert signed.run.note == "new battery"
    assert signed.run.no_patient
    assert signed.run.verdict is Judged.PASSED
    assert not rig.find("sign_act").isEnabled()
    rig.touch("section_due")
    rig.read()
    assert "Passed" in rig.texts()
    rig.touch(f"certificate_{signed.seq}")
    (pdf,) = (tmp_path / "out" / "certificates").glob("*.pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert pdf.stat().st_size > 10_000


def test_a_test_can_be_ended_and_what_was_not_done_is_said(rig: TechnicianRig) -> None:
    rig.touch("section_test")
    rig.touch("bench_device_pump")
    rig.hold("no_patient")
    rig.touch("bench_begin")
    rig.turn(3)
    rig.touch("bench_end")
    rig.turn(3)
    assert "Finished" in rig.texts()
    assert "ended before this was done" in rig.texts()


def test_only_the_chosen_checks_are_done(rig: TechnicianRig) -> None:
    rig.touch("section_test")
    rig.touch("bench_device_s5")
    for box in rig.page.test.checks.values():
        assert isinstance(box, QCheckBox)
        box.setChecked(box.objectName() == "check_link_quality")
    rig.write("bench_expected", "hr=")
    rig.hold("no_patient")
    assert not rig.find("bench_begin").isEnabled()
    rig.write("bench_expected", "")
    rig.touch("bench_begin")
    rig.help_the_device()
    rig.turn(4)
    assert rig.room.began[-1].checks == ("link_quality",)
    assert "3 passed" in rig.texts()


def test_flow_on_a_balance_draws_both_curves_and_says_the_verdict(rig: TechnicianRig) -> None:
    rig.touch("section_accuracy")
    rig.touch("accuracy_balance")
    rig.write("accuracy_port", "/dev/ttyUSB2")
    rig.write("accuracy_minutes", "8")
    rig.hold("no_patient")
    rig.touch("accuracy_begin")
    rig.help_the_device()
    rig.turn(10)
    assert "inside ±5 %" in rig.texts()
    flow, trumpet = rig.window.findChild(FlowPlot), rig.window.findChild(TrumpetPlot)
    assert flow is not None
    assert trumpet is not None
    assert "Flow of 15 half minutes" in flow.accessibleName()
    assert "1 min" in trumpet.accessibleName()
    rig.write("sign_pin", "141421")
    rig.touch("sign_act")
    rig.turn(3)
    (signed,) = rig.room.signed()
    target = rig.room.folder / "flow.pdf"
    write_certificate(signed, target)
    assert target.stat().st_size > 10_000


def test_weights_from_a_file_are_reckoned_at_once_and_a_bad_file_is_named(
    rig: TechnicianRig, tmp_path: Path
) -> None:
    rig.touch("section_accuracy")
    rig.touch("accuracy_file")
    rig.write("accuracy_path", str(tmp_path / "none.csv"))
    rig.touch("accuracy_read")
    assert "cannot be read" in rig.texts()
    weights = tmp_path / "weights.csv"
    weights.write_text("\n".join(f"{at},{at * 63 / 3600 * 0.998:.5f}" for at in range(0, 2401, 10)))
    rig.write("accuracy_path", str(weights))
    rig.touch("accuracy_read")
    assert "241 weights were read" in rig.texts()
    assert "OUTSIDE ±5 %" in rig.texts()
    rig.hold("no_patient")
    rig.touch("accuracy_begin")
    rig.turn(10)
    assert len(rig.room.began[-1].weights) == 241
    assert "1 failed" in rig.texts()


def test_the_search_is_refused_while_the_pump_infuses_and_says_what_stands_where(
    rig: TechnicianRig,
) -> None:
    pump = rig.room.bench.pump
    pump.state, pump.volume_ml, pump.rate_ml_h = PumpState.INFUSING, Decimal(50), Decimal(20)
    rig.turn()
    rig.touch("search_begin")
    assert "infusing. Stop it" in rig.texts()
    rig.room.bench.pump.state = PumpState.STOPPED
    rig.turn()
    rig.touch("search_begin")
    rig.turn(6)
    texts = rig.texts()
    assert "4 ports searched" in texts
    assert "Bound to the pump: left alone." in texts
    assert "in use by another program" in texts


@pytest.mark.req("BEN-SEARCH")
def test_what_was_found_is_bound_by_its_lasting_name_and_a_restart_is_offered(
    rig: TechnicianRig, tmp_path: Path
) -> None:
    rig.room.desk.search.status = SearchStatus(
        made=True, ports=1, findings=(FOUND,), may_bind=("/dev/ttyUSB2",)
    )
    rig.turn(4)
    assert not rig.sees("bench_restart")
    box = rig.find("instead_ttyUSB2")
    assert isinstance(box, QComboBox)
    rig.touch("bind_ttyUSB2")
    rig.turn(4)
    assert "by-id/usb-CP2102_C3" in (tmp_path / "room.toml").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "devices.json").read_text())[0]["device"] == "masimo"
    assert "when the room is restarted" in rig.texts()
    rig.hold("bench_restart")
    for letter in rig.room.desk._mailbox.take(0):
        assert isinstance(letter, Errand)
        letter.run()
    assert rig.room.restarts == 1


def test_a_nurse_may_look_and_nothing_more(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    with a_technician(tmp_path) as rig:
        rig.come(NURSE)
        assert "Looking only" in rig.texts()
        assert not rig.find("search_begin").isEnabled()
        rig.touch("section_test")
        rig.touch("bench_device_pump")
        assert not rig.find("no_patient").isEnabled()
        rig.touch("section_computer")
        assert not rig.find("bench_begin_workstation").isEnabled()
        rig.room.talk("pump", b"\x02", b"\x03")
        rig.touch("section_wire")
        rig.turn(4)
        assert rig.page.wire.model.rowCount() == 2


def test_a_window_that_may_only_look_sees_devices_and_lines(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    with a_technician(tmp_path) as rig:
        rig.room.read_only = True
        rig.room.hello()
        rig.come()
        assert "Looking only" in rig.texts()
        assert "NE-1000X2" in rig.texts()
        assert not rig.find("search_begin").isEnabled()


def test_this_computer_is_tested_with_its_screen_and_touch(rig: TechnicianRig) -> None:
    rig.touch("section_computer")
    rig.touch("bench_begin_workstation")
    for _ in range(40):
        rig.turn(1)
        grid = rig.page.computer.panel.ask.grid
        if grid.isVisible():
            break
        if rig.sees("ask_yes"):
            rig.touch("ask_yes")
    for row in range(5):
        for column in range(12):
            at = grid.rect().topLeft()
            at.setX(int((column + 0.5) * grid.width() / 12))
            at.setY(int((row + 0.5) * grid.height() / 5))
            touch(grid, at)
    rig.turn(6)
    texts = rig.texts()
    assert "Every field was touched." in texts
    assert "The colours and greys were told apart." in texts
    rig.write("sign_pin", "141421")
    rig.touch("sign_act")
    rig.turn(3)
    (signed,) = rig.room.signed()
    checks = {check.check: check.verdict for check in signed.run.checks}
    assert checks["sound"] is checks["backup"] is checks["touch"] is Judged.PASSED


def test_the_wire_is_searched_filtered_paused_exported_and_captured(
    rig: TechnicianRig, tmp_path: Path
) -> None:
    rig.touch("section_wire")
    for number in range(30):
        rig.room.talk("pump", b"0DIS\r", b"\x0200SI%02d.00W0.000ML\x03" % number)
    rig.turn(5)
    model = rig.page.wire.model
    assert model.rowCount() == 60
    assert any("stopped" in row.meaning for row in model.rows)
    rig.write("wire_search", "07.00")
    assert model.rowCount() == 1
    rig.write("wire_search", "30 44 49")
    assert model.rowCount() == 30
    rig.write("wire_search", "")
    rig.touch("wire_sent")
    assert model.rowCount() == 30
    rig.touch("wire_sent")
    rig.touch("wire_capture")
    rig.touch("wire_pause")
    rig.room.talk("pump", b"0RAT\r", b"\x0200S26.25MH\x03")
    rig.turn(5)
    assert model.rowCount() == 60
    rig.touch("wire_pause")
    assert model.rowCount() == 62
    rig.press(rig.window.top.page_buttons["Bedside"])
    rig.room.talk("pump", b"0VOL\r", b"\x0200S17.50ML\x03")
    rig.turn(5)
    rig.press(rig.window.top.page_buttons["Technician"])
    rig.touch("wire_export_table")
    rig.touch("wire_export_capture")
    rig.touch("wire_capture")
    folder = tmp_path / "out" / "wire"
    (captured,) = folder.glob("*.capture.jsonl")
    lines = captured.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["x"] for line in lines[1:]] == [
        b"0RAT\r".hex(), b"\x0200S26.25MH\x03".hex(), b"0VOL\r".hex(), b"\x0200S17.50ML\x03".hex(),
    ]  # fmt: skip
    (table,) = folder.glob("*.txt")
    assert "0VOL" in table.read_text(encoding="utf-8")


def test_a_device_that_failed_is_counted_at_the_section_and_said_in_plain_words(rig: TechnicianRig) -> None:
    rig.touch("section_test")
    rig.touch("bench_device_pump")
    for box in rig.page.test.checks.values():
        box.setChecked(box.objectName() == "check_volume")
    rig.hold("no_patient")
    rig.touch("bench_begin")
    for _ in range(6):
        rig.turn(1)
        if rig.sees("ask_done"):
            rig.touch("ask_done")
        elif rig.sees("ask_number"):
            rig.write("ask_number", "abc")
            rig.touch("ask_enter")
            assert rig.sees("ask_number")
            rig.write("ask_number", "5,6")
            unit = rig.find("ask_unit")
            assert isinstance(unit, QComboBox)
            unit.setCurrentText("mL")
            rig.touch("ask_enter")
    rig.turn(6)
    rig.write("sign_pin", "141421")
    rig.touch("sign_act")
    rig.touch("section_due")
    rig.read()
    assert "What is due (1)" in rig.texts()
    assert "Failed on" in rig.texts()


def test_a_touch_that_is_not_held_says_nothing(rig: TechnicianRig) -> None:
    rig.touch("section_test")
    rig.touch("bench_device_pump")
    key = rig.find("no_patient")
    press(key)
    release(key)
    assert not rig.page.test.guard.said
