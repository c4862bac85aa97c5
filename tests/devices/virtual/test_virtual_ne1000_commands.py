"""Each command of the virtual NE-1000: what it sets, what it answers, when it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_wire import safe_frame


def ask(pump: VirtualNE1000, command: str) -> str:
    """Send a Basic line; the text of the reply."""
    reply = pump.feed(command.encode("ascii") + b"\r")
    assert reply[:1] == b"\x02"
    assert reply[-1:] == b"\x03"
    return reply[1:-1].decode("ascii")


@pytest.fixture
def pump() -> VirtualNE1000:
    """A pump with a BD 60 whose power-up alarm is acknowledged."""
    subject = VirtualNE1000()
    assert ask(subject, "") == "00A?R"
    return subject


@pytest.fixture
def running(pump: VirtualNE1000) -> VirtualNE1000:
    """The same pump, infusing 50 mL at 60 mL/h."""
    for command in ("FUN RAT", "VOL 50", "RAT 60 MH", "DIR INF"):
        assert ask(pump, command) == "00S"
    assert ask(pump, "RUN") == "00I"
    return pump


def test_the_version_is_that_of_a_real_pump_because_the_protocol_has_no_room_for_a_mark(
    pump: VirtualNE1000,
) -> None:
    assert pump.feed(b"VER\r") == b"\x0200SNE1000V3.928\x03"
    other = VirtualNE1000("NE1010X2", "V3.923")
    ask(other, "")
    assert ask(other, "VER") == "00SNE1010X2V3.923"


@pytest.mark.parametrize("line", [b"\r", b"0\r", b"00\r", b"\n\r", b" \r"])
def test_an_empty_command_returns_the_status_alone(pump: VirtualNE1000, line: bytes) -> None:
    assert pump.feed(line) == b"\x0200S\x03"


@pytest.mark.parametrize("line", [b"0 dia 26.59\r", b"DIA26.59\r", b"\n0DIA 26.59\r"])
def test_spaces_case_and_line_feeds_do_not_matter(pump: VirtualNE1000, line: bytes) -> None:
    assert pump.feed(line) == b"\x0200S\x03"
    assert ask(pump, "DIA") == "00S26.59"


@pytest.mark.parametrize(
    ("setting", "query", "answer"),
    [
        ("DIA 14.43", "DIA", "14.43"),
        ("DIA 0.1", "DIA", "0.100"),
        ("DIA 50", "DIA", "50.00"),
        ("PHN 7", "PHN", "07"),
        ("FUN STP", "FUN", "STP"),
        ("FUN JMP 5", "FUN", "JMP05"),
        ("FUN LOP 99", "FUN", "LOP99"),
        ("FUN PAS 0", "FUN", "PAS00"),
        ("FUN PAS 0.5", "FUN", "PAS0.5"),
        ("FUN IF 12", "FUN", "IF12"),
        ("FUN OUT 1", "FUN", "OUT01"),
        ("RAT 75.25 MH", "RAT", "75.25MH"),
        ("RAT 1000 MH", "RAT", "1000.MH"),
        ("RAT 500 UM", "RAT", "500.0UM"),
        ("RAT 24 UH", "RAT", "24.00UH"),
        ("RAT 1.5 MM", "RAT", "1.500MM"),
        ("RAT C 30 MH", "RAT", "30.00MH"),
        ("RAT I 30 MH", "RAT", "30.00MH"),
        ("VOL 50", "VOL", "50.00ML"),
        ("VOL 1000", "VOL", "1000.ML"),
        ("VOL 0", "VOL", "0.000ML"),
        ("VOL UL", "VOL", "0.000UL"),
        ("DIR WDR", "DIR", "WDR"),
        ("DIR REV", "DIR", "WDR"),
        ("DIR STK", "DIR", "STK"),
        ("SAF 0", "SAF", "0"),
        ("SAF 000", "SAF", "0"),
        ("LN 1", "LN", "1"),
        ("AL 1", "AL", "1"),
        ("PF 1", "PF", "1"),
        ("TRG T2", "TRG", "T2"),
        ("DIN 1", "DIN", "1"),
        ("ROM 1", "ROM", "1"),
        ("LOC 1", "LOC", "1"),
        ("BP 0", "BP", "0"),
        ("BUZ 1", "BUZ", "1"),
        ("BUZ 0", "BUZ", "0"),
        ("BUZ 1 3", "BUZ", "0"),
        ("*ADR 0 B 9600", "*ADR", "00"),
        ("*ADR DUAL", "*ADR", "00"),
    ],
)
def test_a_setting_is_taken_and_read_back(pump: VirtualNE1000, setting: str, query: str, answer: str) -> None:
    assert ask(pump, setting) == "00S"
    assert ask(pump, query) == f"00S{answer}"


@pytest.mark.parametrize(
    "command",
    [
        "FOO",
        "R",
        "DI",
        "VER1",
        "DIAX",
        "DIA-1",
        "RATABC",
        "RAT30XX",
        "RATMH",
        "VOLNAN",
        "DIRSTP",
        "FUNALN",
        "FUNKEY",
        "FUNRAT1",
        "PHN1.5",
        "RUNX",
        "STP1",
        "DISX",
        "CLD",
        "CLDALL",
        "SAFX",
        "TRGXX",
        "AL2X",
        "OUT60",
        "OUT5",
        "IN5",
        "INX",
        "BUZ2",
        "BUZ01",
        "*ADRX",
        "*RESET1",
        "*FOO",
        "EX",
        "PURX",
        "ALN",
        "KEY",
    ],
)
def test_what_the_pump_does_not_know_is_answered_with_a_question_mark(
    pump: VirtualNE1000, command: str
) -> None:
    assert ask(pump, f"0{command}") == "00S?"


@pytest.mark.parametrize(
    "command",
    [
        "DIA 0.09",
        "DIA 50.1",
        "DIA 12345",
        "PHN 0",
        "PHN 42",
        "RAT 1700 MH",
        "RAT 0",
        "RAT 15 UH",
        "VOL 0.0005",
        "VOL 10000",
        "FUN JMP 42",
        "FUN JMP 0",
        "FUN PAS 100",
        "FUN PAS 10.5",
        "FUN PAS 0.55",
        "FUN LOP 0",
        "FUN OUT 2",
        "RUN 42",
        "RUN 0",
        "E 42",
        "SAF 256",
        "AL 2",
        "BUZ 1100",
        "*ADR 100",
        "*ADR 1 B 4800",
    ],
)
def test_a_value_outside_the_limits_is_out_of_range_and_changes_nothing(
    pump: VirtualNE1000, command: str
) -> None:
    before = pump.stored
    assert ask(pump, command) == "00S?OOR"
    assert pump.stored == before


@pytest.mark.parametrize("command", ["STP", "E", "E 2"])
def test_what_makes_no_sense_while_stopped_is_not_applicable(pump: VirtualNE1000, command: str) -> None:
    assert ask(pump, command) == "00S?NA"


@pytest.mark.parametrize("command", ["RAT", "RAT 30 MH", "VOL", "VOL 5", "DIR", "DIR REV"])
def test_a_phase_that_does_not_pump_has_no_rate_volume_or_direction(
    pump: VirtualNE1000, command: str
) -> None:
    assert ask(pump, "PHN 2") == "00S"
    assert ask(pump, command) == "00S?NA"


@pytest.mark.parametrize(
    "command",
    [
        "DIA 20",
        "PHN 2",
        "FUN STP",
        "VOL 5",
        "VOL UL",
        "CLD INF",
        "CLD WDR",
        "RUN",
        "RUN 2",
        "PUR",
        "DIR WDR",
        "DIR REV",
        "RAT 1 MM",
    ],
)
def test_a_running_pump_refuses_what_would_change_its_program(running: VirtualNE1000, command: str) -> None:
    before = running.stored
    assert ask(running, command) == "00I?NA"
    assert running.stored == before
    assert running.running


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("", ""),
        ("DIS", "I0.000W0.000ML"),
        ("VER", "NE1000V3.928"),
        ("SAF", "0"),
        ("IN 4", "1"),
        ("DIA", "26.59"),
        ("RAT", "60.00MH"),
        ("VOL", "50.00ML"),
        ("DIR", "INF"),
        ("PHN", "01"),
        ("FUN", "RAT"),
        ("*ADR", "00"),
    ],
)
def test_a_running_pump_answers_questions(running: VirtualNE1000, command: str, answer: str) -> None:
    assert ask(running, command) == f"00I{answer}"


def test_a_rate_changed_while_pumping_acts_at_once_and_is_not_stored(running: VirtualNE1000) -> None:
    assert ask(running, "RAT 120") == "00I"
    assert ask(running, "RAT") == "00I120.0MH"
    assert running.motor_rate_ml_h == 120
    assert running.stored.phase(1).rate == 60
    running.advance(30.0)
    assert running.infused_ml == pytest.approx(1.0)


def test_the_same_unit_may_be_named_while_pumping_and_limits_hold_there_too(running: VirtualNE1000) -> None:
    assert ask(running, "RAT 90 MH") == "00I"
    assert ask(running, "RAT 1700") == "00I?OOR"
    assert ask(running, "RAT") == "00I90.00MH"


def test_direction_may_change_while_pumping_without_an_end_and_credits_the_other_counter(
    pump: VirtualNE1000,
) -> None:
    for command in ("VOL 0", "RAT 360 MH", "RUN"):
        ask(pump, command)
    pump.advance(10.0)
    assert ask(pump, "DIR REV") == "00W"
    pump.advance(5.0)
    assert ask(pump, "DIS") == "00WI1.000W0.500ML"
    assert ask(pump, "DIR STK") == "00W"
    assert ask(pump, "DIR INF") == "00I"
    assert pump.stored.phase(1).direction == "INF"
    assert pump.delivered_ml == pytest.approx(1.0)


def test_stop_pauses_first_and_resets_the_program_second(running: VirtualNE1000) -> None:
    running.advance(60.0)
    assert running.feed(b"STP\r") == b"\x0200P\x03"
    assert not running.running
    running.advance(600.0)
    assert ask(running, "DIS") == "00PI1.000W0.000ML"
    assert ask(running, "STP") == "00S"
    assert ask(running, "STP") == "00S?NA"


def test_a_resumed_pump_gives_what_is_left(running: VirtualNE1000) -> None:
    running.advance(45 * 60.0)
    ask(running, "STP")
    assert ask(running, "RUN") == "00I"
    running.advance(3600.0)
    assert ask(running, "DIS") == "00SI50.00W0.000ML"
    assert running.delivered_ml == pytest.approx(50.0)


def test_a_pump_started_again_after_a_full_stop_gives_the_whole_volume_again(running: VirtualNE1000) -> None:
    running.advance(60.0)
    for command in ("STP", "STP", "RUN"):
        ask(running, command)
    running.advance(7200.0)
    assert ask(running, "DIS") == "00SI51.00W0.000ML"


def test_settings_changed_in_a_pause_hold_when_it_ends(running: VirtualNE1000) -> None:
    running.advance(60.0)
    for command in ("STP", "RAT 600 MH", "VOL 2", "RUN"):
        assert ask(running, command) in ("00P", "00I")
    assert running.motor_rate_ml_h == 600
    running.advance(6.1)
    assert ask(running, "DIS") == "00SI2.000W0.000ML"


def test_a_pause_cannot_be_resumed_with_a_syringe_too_small_for_the_rate(running: VirtualNE1000) -> None:
    ask(running, "STP")
    ask(running, "DIA 4.699")
    assert ask(running, "RUN") == "00P?OOR"
    assert not running.running


def test_a_paused_phase_that_was_made_a_stop_ends_the_program(running: VirtualNE1000) -> None:
    ask(running, "STP")
    ask(running, "FUN STP")
    assert ask(running, "RUN") == "00S"


def test_counters_are_cleared_one_by_one_and_both_by_a_new_diameter(pump: VirtualNE1000) -> None:
    for command in ("RAT 360 MH", "VOL 1", "RUN"):
        ask(pump, command)
    pump.advance(20.0)
    for command in ("DIR WDR", "RUN"):
        ask(pump, command)
    pump.advance(20.0)
    assert ask(pump, "DIS") == "00SI1.000W1.000ML"
    assert ask(pump, "CLD INF") == "00S"
    assert ask(pump, "DIS") == "00SI0.000W1.000ML"
    assert ask(pump, "CLD WDR") == "00S"
    assert ask(pump, "DIS") == "00SI0.000W0.000ML"
    ask(pump, "RUN")
    pump.advance(20.0)
    ask(pump, "DIA 26.64")
    assert ask(pump, "DIS") == "00SI0.000W0.000ML"
    assert pump.delivered_ml == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("diameter", "unit"), [("14.00", "UL"), ("14.01", "ML"), ("4.699", "UL"), ("26.59", "ML")]
)
def test_the_volume_unit_follows_the_diameter(pump: VirtualNE1000, diameter: str, unit: str) -> None:
    ask(pump, f"DIA {diameter}")
    assert ask(pump, "VOL") == f"00S0.000{unit}"
    assert ask(pump, "DIS") == f"00SI0.000W0.000{unit}"


def test_the_volume_unit_can_be_chosen_and_the_counters_follow(pump: VirtualNE1000) -> None:
    for command in ("RAT 360 MH", "VOL 0.5", "RUN"):
        ask(pump, command)
    pump.advance(10.0)
    assert ask(pump, "VOL UL") == "00S"
    assert ask(pump, "DIS") == "00SI500.0W0.000UL"


def test_microlitres_are_microlitres(pump: VirtualNE1000) -> None:
    for command in ("DIA 4.699", "VOL 50", "RAT 1000 UH", "RUN"):
        ask(pump, command)
    pump.advance(3600.0)
    assert pump.delivered_ml == pytest.approx(0.05)


def test_purge_runs_at_full_speed_until_stopped(pump: VirtualNE1000) -> None:
    assert ask(pump, "PUR") == "00X"
    assert pump.motor_rate_ml_h == 1699
    assert ask(pump, "RAT 30") == "00X?NA"
    assert ask(pump, "DIR REV") == "00X?NA"
    assert ask(pump, "E 2") == "00X?NA"
    pump.advance(36.0)
    assert ask(pump, "STP") == "00S"
    assert pump.delivered_ml == pytest.approx(16.99)


def test_the_pins_can_be_read_and_set(pump: VirtualNE1000) -> None:
    assert ask(pump, "IN 2") == "00S1"
    pump.set_input(2, high=False)
    assert ask(pump, "IN 2") == "00S0"
    assert ask(pump, "OUT 5 1") == "00S"
    with pytest.raises(ValueError, match="TTL inputs"):
        pump.set_input(5, high=True)


def test_a_command_for_another_address_gets_no_answer_and_does_nothing(pump: VirtualNE1000) -> None:
    for command in ("RAT 60 MH", "VOL 5"):
        ask(pump, command)
    assert pump.feed(b"1RUN\r12\r") == b""
    assert pump.feed(safe_frame("7RUN")) == b""
    assert not pump.running


def test_a_pump_with_an_address_needs_it_in_front(pump: VirtualNE1000) -> None:
    assert ask(pump, "*ADR 12") == "12S"
    assert pump.feed(b"VER\r0VER\r") == b""
    assert ask(pump, "12VER") == "12SNE1000V3.928"
    assert ask(pump, "*ADR") == "12S12"
    assert ask(pump, "3*ADR 0") == "00S"


def test_reset_clears_the_program_and_the_address(running: VirtualNE1000) -> None:
    ask(running, "*ADR 5")
    assert ask(running, "*RESET") == "00S"
    assert not running.running
    assert running.stored.address == 0
    assert running.stored.phase(1).rate == 0
    assert ask(running, "RUN") == "00S?OOR"


def test_a_network_burst_is_neither_carried_out_nor_answered(running: VirtualNE1000) -> None:
    assert running.feed(b"0 RAT 100 * 1 RAT 250 *\r") == b""
    assert running.motor_rate_ml_h == 60


def test_one_feed_may_hold_several_commands(pump: VirtualNE1000) -> None:
    assert pump.feed(b"DIA\rDIR\rFOO\r") == b"\x0200S26.59\x03\x0200SINF\x03\x0200S?\x03"


def test_numbers_that_go_in_with_four_digits_come_back_exactly(pump: VirtualNE1000) -> None:
    for text in ("75.25", "999.9", "0.123", "1234", "0.1"):
        ask(pump, f"RAT {text} MH")
        assert Decimal(ask(pump, "RAT")[3:-2]) == Decimal(text)
