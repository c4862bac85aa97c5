"""The 41-phase program of the virtual NE-1000: every function, alone and in sequence."""

from __future__ import annotations

import pytest

from console.devices.virtual.ne1000 import VirtualNE1000


def ask(pump: VirtualNE1000, command: str) -> str:
    """Send a Basic line; the text of the reply."""
    return pump.feed(command.encode("ascii") + b"\r")[1:-1].decode("ascii")


def programmed(*phases: str) -> VirtualNE1000:
    """A pump with a BD 60 and these phases, each a list of commands parted by commas."""
    pump = VirtualNE1000()
    ask(pump, "")
    for number, commands in enumerate(phases, start=1):
        assert ask(pump, f"PHN {number}") == "00S"
        for command in commands.split(","):
            assert ask(pump, command) == "00S", command
    ask(pump, "PHN 1")
    return pump


TEN_SECONDS = "FUN RAT,RAT 360 MH,VOL 1"


def test_a_phase_ends_exactly_at_its_volume_and_the_program_at_its_stop() -> None:
    pump = programmed(TEN_SECONDS, "FUN STP")
    ask(pump, "RUN")
    pump.advance(9.999)
    assert pump.prompt == "I"
    pump.advance(3600.0)
    assert ask(pump, "DIS") == "00SI1.000W0.000ML"
    assert pump.delivered_ml == pytest.approx(1.0, abs=1e-12)


def test_an_old_program_left_in_memory_goes_on_after_the_volume() -> None:
    pump = programmed(TEN_SECONDS, "FUN RAT,RAT 720 MH,VOL 5")
    ask(pump, "RUN")
    pump.advance(15.0)
    assert ask(pump, "RAT") == "00I720.0MH"
    assert ask(pump, "PHN") == "00I02"
    assert pump.delivered_ml == pytest.approx(2.0)
    pump.advance(60.0)
    assert pump.delivered_ml == pytest.approx(6.0)


def test_the_program_starts_at_a_given_phase_and_ends_at_phase_one() -> None:
    pump = programmed(TEN_SECONDS, "FUN STP", "FUN RAT,RAT 360 MH,VOL 2,DIR WDR", "FUN STP")
    assert ask(pump, "RUN 3") == "00W"
    pump.advance(60.0)
    assert ask(pump, "DIS") == "00SI0.000W2.000ML"
    assert ask(pump, "PHN") == "00S01"


def test_running_a_stop_phase_ends_at_once() -> None:
    pump = programmed("FUN STP")
    assert ask(pump, "RUN") == "00S"


def test_a_timed_pause_lasts_as_long_as_it_says_and_can_itself_be_paused() -> None:
    pump = programmed("FUN PAS 10", TEN_SECONDS)
    assert ask(pump, "RUN") == "00T"
    assert ask(pump, "RAT 30") == "00T?NA"
    assert ask(pump, "RUN") == "00T?NA"
    pump.advance(4.0)
    assert ask(pump, "STP") == "00P"
    pump.advance(100.0)
    assert ask(pump, "RUN") == "00T"
    pump.advance(5.9)
    assert pump.prompt == "T"
    pump.advance(0.2)
    assert pump.prompt == "I"
    assert pump.infused_ml == pytest.approx(0.01)


def test_a_pause_of_half_a_second() -> None:
    pump = programmed("FUN PAS 0.5", "FUN STP")
    ask(pump, "RUN")
    pump.advance(0.49)
    assert pump.prompt == "T"
    pump.advance(0.02)
    assert pump.prompt == "S"


def test_a_pause_of_zero_waits_for_the_trigger() -> None:
    pump = programmed("FUN PAS 0", TEN_SECONDS)
    ask(pump, "AL 1")
    assert ask(pump, "RUN") == "00U"
    assert pump.buzzing
    pump.advance(3600.0)
    assert pump.prompt == "U"
    pump.trigger()
    assert pump.prompt == "I"
    assert not pump.buzzing


def test_run_also_ends_a_trigger_wait() -> None:
    pump = programmed("FUN PAS 0", TEN_SECONDS)
    ask(pump, "RUN")
    assert ask(pump, "RUN") == "00I"


def test_the_foot_switch_starts_and_pauses_when_its_mode_is_on() -> None:
    pump = programmed(TEN_SECONDS)
    pump.trigger()
    assert pump.prompt == "S"
    ask(pump, "TRG FT")
    pump.trigger()
    assert pump.prompt == "I"
    pump.trigger()
    assert pump.prompt == "P"


def test_a_jump_skips_and_a_jump_back_repeats() -> None:
    pump = programmed("FUN JMP 3", "FUN STP", TEN_SECONDS, "FUN PAS 5", "FUN JMP 3")
    ask(pump, "RUN")
    pump.advance(27.0)
    assert pump.infused_ml == pytest.approx(2.0)
    assert pump.prompt == "T"


def test_a_loop_runs_its_body_the_given_number_of_times() -> None:
    pump = programmed("FUN LPS", TEN_SECONDS, "FUN LOP 3", "FUN STP")
    ask(pump, "RUN")
    pump.advance(3600.0)
    assert ask(pump, "DIS") == "00SI3.000W0.000ML"


def test_loops_nest() -> None:
    pump = programmed("FUN LPS", "FUN LPS", TEN_SECONDS, "FUN LOP 2", "FUN LOP 3", "FUN STP")
    ask(pump, "RUN")
    pump.advance(3600.0)
    assert ask(pump, "DIS") == "00SI6.000W0.000ML"


def test_a_loop_without_a_start_begins_at_phase_one() -> None:
    pump = programmed(TEN_SECONDS, "FUN LOP 2", "FUN STP")
    ask(pump, "RUN")
    pump.advance(3600.0)
    assert ask(pump, "DIS") == "00SI2.000W0.000ML"


def test_an_endless_loop_runs_until_it_is_stopped() -> None:
    pump = programmed("FUN LPS", TEN_SECONDS, "FUN LPE")
    ask(pump, "RUN")
    pump.advance(1000.0)
    assert pump.infused_ml == pytest.approx(100.0)
    assert ask(pump, "STP") == "00P"
    assert ask(pump, "STP") == "00S"


def test_the_rate_is_raised_and_lowered_in_steps() -> None:
    step = "RAT 60 MH,VOL 1"
    pump = programmed(TEN_SECONDS, f"FUN INC,{step}", f"FUN INC,{step}", f"FUN DEC,{step}", "FUN STP")
    ask(pump, "RUN")
    rates = []
    for _ in range(4):
        rates.append(ask(pump, "RAT"))
        pump.advance(3600.0 / float(rates[-1][3:8]) + 1e-6)
    assert rates == ["00I360.0MH", "00I420.0MH", "00I480.0MH", "00I420.0MH"]
    assert pump.prompt == "S"


def test_a_rate_step_that_leaves_the_limits_is_a_program_error() -> None:
    pump = programmed(TEN_SECONDS, "FUN DEC,RAT 360 MH,VOL 1")
    ask(pump, "RUN")
    pump.advance(20.0)
    assert ask(pump, "") == "00A?E"
    assert not pump.running


def test_the_rate_of_a_step_phase_can_be_changed_while_it_runs() -> None:
    pump = programmed(TEN_SECONDS, "FUN INC,RAT 60 MH,VOL 0")
    ask(pump, "RUN")
    pump.advance(20.0)
    assert ask(pump, "RAT 100") == "00I"
    assert ask(pump, "RAT") == "00I100.0MH"
    assert pump.stored.phase(2).rate == 60


def test_fill_draws_back_what_was_given() -> None:
    pump = programmed(TEN_SECONDS, "FUN FIL,RAT 720 MH,DIR WDR", "FUN STP")
    ask(pump, "RUN")
    pump.advance(12.0)
    assert pump.prompt == "W"
    assert ask(pump, "DIR INF") == "00W?NA"
    pump.advance(60.0)
    assert ask(pump, "DIS") == "00SI1.000W1.000ML"


def test_fill_with_nothing_to_fill_is_over_at_once() -> None:
    pump = programmed("FUN FIL,RAT 720 MH,DIR WDR", TEN_SECONDS)
    assert ask(pump, "RUN") == "00I"


def test_a_sticky_direction_is_that_of_the_phase_before() -> None:
    pump = programmed(TEN_SECONDS + ",DIR WDR", TEN_SECONDS + ",DIR STK", "FUN STP")
    ask(pump, "RUN")
    pump.advance(60.0)
    assert ask(pump, "DIS") == "00SI0.000W2.000ML"
    ask(pump, "PHN 2")
    assert ask(pump, "DIR REV") == "00S"
    assert ask(pump, "DIR") == "00SINF"


def test_a_condition_jumps_when_the_input_is_low() -> None:
    pump = programmed("FUN IF 3", "FUN STP", TEN_SECONDS)
    assert ask(pump, "RUN") == "00S"
    pump.set_input(4, high=False)
    assert ask(pump, "RUN") == "00I"


def test_an_event_jumps_to_its_trap_once() -> None:
    pump = programmed("FUN EVN 4", "FUN RAT,RAT 360 MH,VOL 0", "FUN STP", "FUN PAS 50")
    ask(pump, "RUN")
    assert ask(pump, "E") == "00T"
    assert ask(pump, "E") == "00T?NA"


def test_an_event_trap_can_be_disarmed() -> None:
    pump = programmed("FUN EVS 4", "FUN EVR", "FUN RAT,RAT 360 MH,VOL 0", "FUN STP")
    ask(pump, "RUN")
    assert ask(pump, "E") == "00I?NA"


def test_an_event_with_a_phase_jumps_there() -> None:
    pump = programmed(TEN_SECONDS, "FUN PAS 50")
    ask(pump, "RUN")
    assert ask(pump, "E 2") == "00T"


def test_functions_that_take_no_time_pass_to_the_next_phase() -> None:
    pump = programmed("FUN PRI", "FUN PRL 1", "FUN TRG 2", "FUN BEP", "FUN OUT 1", "FUN CLD", TEN_SECONDS)
    assert ask(pump, "RUN") == "00I"
    assert ask(pump, "PHN") == "00I07"


def test_a_program_can_clear_the_counters() -> None:
    pump = programmed(TEN_SECONDS, "FUN CLD", TEN_SECONDS, "FUN STP")
    ask(pump, "RUN")
    pump.advance(60.0)
    assert ask(pump, "DIS") == "00SI1.000W0.000ML"
    assert pump.delivered_ml == pytest.approx(2.0)


def test_a_program_that_runs_past_its_last_phase_is_out_of_range() -> None:
    pump = programmed()
    ask(pump, "PHN 41")
    for command in TEN_SECONDS.split(","):
        ask(pump, command)
    ask(pump, "RUN 41")
    pump.advance(60.0)
    assert ask(pump, "") == "00A?O"
    assert pump.infused_ml == pytest.approx(1.0)


def test_a_program_that_jumps_in_a_circle_is_an_error_and_not_a_hang() -> None:
    pump = programmed("FUN JMP 2", "FUN JMP 1")
    assert ask(pump, "RUN") == "00A?E"
    assert ask(pump, "") == "00A?E"
    assert ask(pump, "") == "00S"


def test_a_program_of_endless_tiny_phases_is_an_error_and_not_a_hang() -> None:
    pump = programmed("FUN RAT,RAT 1699 MH,VOL 0.001,VOL UL", "FUN JMP 1")
    ask(pump, "RUN")
    pump.advance(3600.0)
    assert ask(pump, "") == "00A?E"


def test_the_buzzer_calls_at_the_end_of_a_program_when_it_is_on() -> None:
    pump = programmed(TEN_SECONDS)
    ask(pump, "RUN")
    pump.advance(20.0)
    assert ask(pump, "BUZ") == "00S0"
    ask(pump, "AL 1")
    ask(pump, "RUN")
    assert ask(pump, "BUZ") == "00I0"
    pump.advance(20.0)
    assert ask(pump, "BUZ") == "00S1"
    assert ask(pump, "BUZ 0") == "00S"
    assert not pump.buzzing


def test_a_buzzer_switched_on_by_the_host_sounds_until_it_is_switched_off() -> None:
    pump = programmed()
    ask(pump, "BUZ 1")
    pump.advance(60.0)
    assert ask(pump, "BUZ") == "00S1"
    ask(pump, "BUZ 0")
    assert not pump.buzzing


def test_the_end_of_a_program_is_noticed_when_it_falls_on_the_end_of_a_step() -> None:
    pump = programmed("FUN PAS 10", "FUN STP")
    ask(pump, "AL 1")
    ask(pump, "RUN")
    pump.advance(10.0)
    assert pump.prompt == "S"
    assert pump.buzzing
