"""The NE-1000 driver, byte for byte: handshake, programming, delivery, alarms."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.devices.ports import Interrupted, LinkLost, WrongDevice
from console.devices.pumps.ne1000 import NE1000
from console.session.pump import (
    Confirmed,
    Pause,
    Program,
    PumpAlarm,
    PumpState,
    ReadBack,
    Refused,
    Resume,
    SetRate,
    Start,
    Stop,
    Unknown,
)
from tests.devices.scripted import (
    SILENCE,
    Answer,
    Late,
    ScriptedLink,
    WriteFails,
    basic,
    expected_protocol,
    safe,
)

ORDER = Program("BD 60 mL", Decimal("26.59"), Decimal(30), Decimal(50), 5)

Line = tuple[bytes, Answer]


def ask(text: str, reply: str) -> Line:
    return safe(f"0{text}"), safe(f"00{reply}")


def settled(prompt: str) -> list[Line]:
    return [ask("VER", f"{prompt}NE1000V3.928"), ask("", prompt)]


HANDSHAKE = [ask("VER", "SNE1000V3.928")]

PROGRAMMING: list[Line] = [
    *settled("S"),
    ask("SAF5", "S"),
    ask("AL1", "S"),
    ask("PF0", "S"),
    ask("PF", "S0"),
    ask("TRGOF", "S?"),
    ask("DIA26.59", "S"),
    ask("DIA", "S26.59"),
    ask("PHN2", "S"),
    ask("PHN", "S02"),
    ask("FUNSTP", "S"),
    ask("FUN", "SSTP"),
    ask("PHN1", "S"),
    ask("PHN", "S01"),
    ask("FUNRAT", "S"),
    ask("FUN", "SRAT"),
    ask("VOLML", "S"),
    ask("VOL50.00", "S"),
    ask("VOL", "S50.00ML"),
    ask("RAT30.00MH", "S"),
    ask("RAT", "S30.00MH"),
    ask("DIRINF", "S"),
    ask("DIR", "SINF"),
    ask("CLDINF", "S"),
    ask("CLDWDR", "S"),
    ask("DIS", "SI0.000W0.000ML"),
    ask("SAF", "S5"),
    *settled("S"),
]

BEFORE_RUN: list[Line] = [
    *settled("S"),
    ask("DIA", "S26.59"),
    ask("VOL", "S50.00ML"),
    ask("RAT", "S30.00MH"),
    ask("CLDINF", "S"),
    ask("CLDWDR", "S"),
    ask("DIS", "SI0.000W0.000ML"),
]
STARTING: list[Line] = [*BEFORE_RUN, ask("RUN", "I"), ask("", "I")]
POLL_INFUSING: list[Line] = [ask("", "I"), ask("DIS", "II0.250W0.000ML"), ask("RAT", "I30.00MH")]


def programmed(rest: list[Line]) -> tuple[NE1000, ScriptedLink]:
    """A driver that has shaken hands and programmed the pump, with ``rest`` still to come."""
    driver = NE1000()
    link = ScriptedLink([*HANDSHAKE, *PROGRAMMING, *rest])
    driver.identify(link)
    assert isinstance(driver.execute(link, ORDER), Confirmed)
    return driver, link


def running(rest: list[Line]) -> tuple[NE1000, ScriptedLink]:
    driver, link = programmed([*STARTING, *rest])
    assert driver.execute(link, Start()) == Confirmed(ReadBack(PumpState.INFUSING))
    return driver, link


def replaced(script: list[Line], index: int, answer: Answer) -> list[Line]:
    """``script`` with one answer changed, cut after it."""
    return [*script[:index], (script[index][0], answer)]


def position(script: list[Line], text: str) -> int:
    return [sent for sent, _ in script].index(safe(f"0{text}"))


# --- who is there ---------------------------------------------------------------------------------


def test_a_pump_in_safe_mode_is_identified_without_touching_its_watchdog() -> None:
    with expected_protocol([(safe("0VER"), safe("00INE1000V3.928"))]) as link:
        identity = NE1000().identify(link)
    assert (identity.kind, identity.model, identity.firmware) == ("ne1000", "NE-1000", "3.928")
    assert not identity.simulated


def test_a_pump_in_basic_mode_answers_the_safe_question_and_is_then_spoken_to_in_basic() -> None:
    script: list[Line] = [
        (safe("0VER"), basic("00SNE1010V3.923")),
        (b"0\r", basic("00S")),
        (b"0\r", basic("00S")),
        (b"0DIS\r", basic("00SI0.000W0.000ML")),
        (b"0DIS\r", basic("00SI0.000W0.000ML")),
        (b"0RAT\r", basic("00S30.00MH")),
        (b"0RAT\r", basic("00S30.00MH")),
    ]
    with expected_protocol(script) as link:
        driver = NE1000(simulated=True)
        assert driver.identify(link).simulated
        assert driver.poll(link).rate_ml_h == 30


def test_a_pump_that_only_understands_basic_is_found_with_the_second_question() -> None:
    with expected_protocol([(safe("0VER"), SILENCE), (b"0VER\r", basic("00SNE500V3.919"))]) as link:
        assert NE1000().identify(link).model == "NE-500"


def test_the_alarm_of_a_fresh_power_up_is_acknowledged_and_kept() -> None:
    with expected_protocol(
        [(safe("0VER"), basic("00A?R")), (safe("0VER"), basic("00SNE1000V3.928"))]
    ) as link:
        driver = NE1000()
        driver.identify(link)
    assert driver.alarm is PumpAlarm.RESET


@pytest.mark.req("SER-10")
def test_a_pump_with_several_syringes_is_refused_by_its_version() -> None:
    with (
        expected_protocol([(safe("0VER"), safe("00SNE1600V3.928"))]) as link,
        pytest.raises(WrongDevice, match="NE-1600"),
    ):
        NE1000().identify(link)


@pytest.mark.req("SER-10", "SER-12")
def test_noise_is_a_wrong_device_after_questions_alone_and_within_five_seconds() -> None:
    noise = b"\x7e\x00\x00\xff\x11"
    with expected_protocol([(safe("0VER"), noise), (b"0VER\r", noise)] * 2) as link:
        began = link.now()
        with pytest.raises(WrongDevice, match="19200 baud"):
            NE1000().identify(link)
        assert link.now().seconds_since(began) < 5


def test_silence_is_a_time_out_that_says_what_to_check() -> None:
    with (
        expected_protocol([(safe("0VER"), SILENCE), (b"0VER\r", SILENCE)] * 2) as link,
        pytest.raises(TimeoutError, match="switched on"),
    ):
        NE1000().identify(link)


def test_the_frames_of_another_address_are_not_ours() -> None:
    with expected_protocol([(safe("7VER"), safe("00SNE1000V3.9") + safe("07SNE1000V3.928"))]) as link:
        assert NE1000(address=7).identify(link).firmware == "3.928"
    with pytest.raises(ValueError, match="address"):
        NE1000(address=100)


# --- programming ----------------------------------------------------------------------------------


def test_programming_writes_every_value_and_reads_every_value_back() -> None:
    with expected_protocol([*HANDSHAKE, *PROGRAMMING]) as link:
        driver = NE1000()
        driver.identify(link)
        outcome = driver.execute(link, ORDER)
    assert outcome == Confirmed(
        ReadBack(PumpState.STOPPED, Decimal("26.59"), Decimal(30), Decimal(50), Decimal(0))
    )


@pytest.mark.parametrize(
    ("command", "answer", "reason"),
    [
        ("PF", "S1", "PF"),
        ("DIA", "S26.64", "DIA"),
        ("DIA26.59", "S?OOR", "out of range"),
        ("FUNSTP", "S?NA", "does not take"),
        ("FUN", "SRAT", "FUN"),
        ("VOL", "S50.01ML", "VOL"),
        ("VOL", "S50.00UL", "VOL"),
        ("RAT", "S30.00UM", "RAT"),
        ("RAT", "S30.01MH", "RAT"),
        ("RAT", "S29.98MH", "RAT"),
        ("RAT30.00MH", "S?OOR", "out of range"),
        ("DIR", "SWDR", "DIR"),
        ("DIS", "SI0.001W0.000ML", "DIS"),
        ("SAF", "S0", "SAF"),
        ("VOLML", "I", "not stopped"),
    ],
)
def test_programming_is_refused_when_a_value_reads_back_otherwise(
    command: str, answer: str, reason: str
) -> None:
    cut = replaced(PROGRAMMING, position(PROGRAMMING, command), safe(f"00{answer}"))
    with expected_protocol([*HANDSHAKE, *cut]) as link:
        driver = NE1000()
        driver.identify(link)
        outcome = driver.execute(link, ORDER)
    assert isinstance(outcome, Refused)
    assert reason in outcome.reason


def test_a_rate_rounded_down_by_the_pump_is_confirmed_as_what_it_holds() -> None:
    lines = list(PROGRAMMING)
    lines[position(lines, "RAT30.00MH")] = ask("RAT123.4MH", "S")
    lines[position(lines, "RAT")] = ask("RAT", "S123.4MH")
    order = Program("BD 60 mL", Decimal("26.59"), Decimal("123.45"), Decimal(50), 5)
    with expected_protocol([*HANDSHAKE, *lines]) as link:
        driver = NE1000()
        driver.identify(link)
        outcome = driver.execute(link, order)
    assert isinstance(outcome, Confirmed)
    assert outcome.read_back.rate_ml_h == Decimal("123.4")


def test_a_running_pump_is_not_programmed() -> None:
    with expected_protocol([*HANDSHAKE, *settled("I")]) as link:
        driver = NE1000()
        driver.identify(link)
        outcome = driver.execute(link, ORDER)
    assert outcome == Refused("The pump is not stopped. Press STOP, then program it.")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"diameter": "14.4321"}, "diameter"),
        ({"volume": "0"}, "volume"),
        ({"rate": "10000"}, "rate"),
        ({"watchdog": "256"}, "watchdog"),
    ],
)
def test_numbers_the_pump_cannot_hold_are_refused_before_a_byte_is_sent(
    change: dict[str, str], reason: str
) -> None:
    values = {"diameter": "26.59", "rate": "30", "volume": "50", "watchdog": "5"} | change
    order = Program(
        "BD 60 mL",
        Decimal(values["diameter"]),
        Decimal(values["rate"]),
        Decimal(values["volume"]),
        int(values["watchdog"]),
    )
    with expected_protocol([]) as link:
        outcome = NE1000().execute(link, order)
    assert isinstance(outcome, Refused)
    assert reason in outcome.reason


def test_a_setting_whose_reply_is_lost_is_sent_again_and_an_alarm_answer_too() -> None:
    lines = list(PROGRAMMING)
    at = position(lines, "VOL50.00")
    lines[at : at + 1] = [(safe("0VOL50.00"), SILENCE), ask("VOL50.00", "S?COM"), ask("VOL50.00", "S")]
    with expected_protocol([*HANDSHAKE, *lines]) as link:
        driver = NE1000()
        driver.identify(link)
        assert isinstance(driver.execute(link, ORDER), Confirmed)


def test_a_reset_while_programming_refuses_the_program() -> None:
    lines = list(PROGRAMMING)
    at = position(lines, "PHN1")
    lines.insert(at, ask("PHN1", "A?R"))
    with expected_protocol([*HANDSHAKE, *lines]) as link:
        driver = NE1000()
        driver.identify(link)
        outcome = driver.execute(link, ORDER)
        assert isinstance(outcome, Refused)
        assert "reset" in outcome.reason


def test_a_link_lost_while_programming_is_refused_because_nothing_was_started() -> None:
    cut = replaced(PROGRAMMING, position(PROGRAMMING, "DIR"), LinkLost("The cable was pulled."))
    with expected_protocol([*HANDSHAKE, *cut]) as link:
        driver = NE1000()
        driver.identify(link)
        outcome = driver.execute(link, ORDER)
    assert isinstance(outcome, Refused)
    assert "nothing was started" in outcome.reason


def test_stop_ends_programming_at_once() -> None:
    cut = replaced(PROGRAMMING, position(PROGRAMMING, "DIR"), Interrupted())
    with expected_protocol([*HANDSHAKE, *cut]) as link:
        driver = NE1000()
        driver.identify(link)
        outcome = driver.execute(link, ORDER)
    assert isinstance(outcome, Refused)
    assert "STOP" in outcome.reason


# --- start, pause, resume, rate -------------------------------------------------------------------


def test_start_compares_the_program_again_sends_run_once_and_sees_the_pump_infuse() -> None:
    driver, link = programmed(STARTING)
    assert driver.execute(link, Start()) == Confirmed(ReadBack(PumpState.INFUSING))
    link.assert_finished()
    assert link.written.count(safe("0RUN")) == 1


def test_start_needs_a_program_and_uses_it_up() -> None:
    driver, link = running(settled("S"))
    assert driver.execute(link, Start()) == Refused("The pump is not programmed. Program it, then start.")
    link.assert_finished()


@pytest.mark.req("SER-18")
def test_start_is_refused_when_somebody_changed_the_rate_at_the_pump() -> None:
    cut = replaced(BEFORE_RUN, position(BEFORE_RUN, "RAT"), safe("00S60.00MH"))
    driver, link = programmed(cut)
    outcome = driver.execute(link, Start())
    assert isinstance(outcome, Refused)
    assert "60.00" in outcome.reason
    link.assert_finished()


@pytest.mark.req("SER-08")
@pytest.mark.parametrize(
    "answer", [SILENCE, LinkLost("Pulled."), Interrupted(), WriteFails(LinkLost("Pulled."))]
)
def test_a_lost_reply_to_run_is_unknown_and_then_only_reading_is_allowed(answer: Answer) -> None:
    driver, link = programmed(
        [*BEFORE_RUN, (safe("0RUN"), answer), ask("VER", "INE1000V3.928"), *POLL_INFUSING]
    )
    assert isinstance(driver.execute(link, Start()), Unknown)
    for command in (Start(), Resume(), SetRate(Decimal(1)), ORDER):
        assert isinstance(driver.execute(link, command), Refused)
    assert driver.poll(link).state is PumpState.INFUSING
    link.assert_finished()


@pytest.mark.req("SER-08")
def test_a_lost_confirmation_after_run_is_unknown() -> None:
    driver, link = programmed([*BEFORE_RUN, ask("RUN", "I"), (safe("0"), SILENCE)])
    assert isinstance(driver.execute(link, Start()), Unknown)


def test_stop_before_run_is_written_refuses_the_start() -> None:
    driver, link = programmed([*BEFORE_RUN, (safe("0RUN"), WriteFails(Interrupted()))])
    assert driver.execute(link, Start()) == Refused("STOP was pressed; RUN was not sent.")


def test_an_alarm_in_place_of_the_reply_to_run_refuses_it_and_run_is_not_sent_again() -> None:
    driver, link = programmed([*BEFORE_RUN, ask("RUN", "A?S"), *settled("S"), *POLL_INFUSING])
    outcome = driver.execute(link, Start())
    assert isinstance(outcome, Refused)
    assert "stalled" in outcome.reason
    assert driver.poll(link).alarm is PumpAlarm.STALL
    link.assert_finished()
    assert link.written.count(safe("0RUN")) == 1


@pytest.mark.parametrize("error", ["?NA", "?", "?OOR", "?COM", "?IGN"])
def test_an_error_reply_to_run_refuses_it(error: str) -> None:
    driver, link = programmed([*BEFORE_RUN, ask("RUN", f"S{error}"), *settled("S")])
    assert isinstance(driver.execute(link, Start()), Refused)
    link.assert_finished()


@pytest.mark.req("SER-06")
def test_nothing_that_starts_delivery_is_sent_while_a_lost_answer_may_still_come() -> None:
    driver, link = programmed([(safe("0"), SILENCE), *STARTING])
    with pytest.raises(TimeoutError):
        driver.poll(link)
    outcome = driver.execute(link, Start())
    assert isinstance(outcome, Refused)
    assert "not sent" in outcome.reason
    link.clock.advance(5.1)
    assert isinstance(driver.execute(link, Start()), Confirmed)
    link.assert_finished()


def test_pause_and_resume_are_confirmed_by_what_the_pump_says_afterwards() -> None:
    driver, link = running(
        [
            *settled("I"),
            ask("STP", "P"),
            *settled("P"),
            *settled("P"),
            ask("RAT", "P30.00MH"),
            ask("RUN", "I"),
            ask("", "I"),
        ]
    )
    assert driver.execute(link, Pause()) == Confirmed(ReadBack(PumpState.PAUSED))
    assert driver.execute(link, Resume()) == Confirmed(ReadBack(PumpState.INFUSING))
    link.assert_finished()


def test_a_lost_reply_to_pause_is_read_back_before_stp_is_sent_again() -> None:
    """It should not turn the pause into a stop: STP on a paused pump resets its program."""
    driver, link = running([*settled("I"), (safe("0STP"), SILENCE), *settled("P")])
    assert driver.execute(link, Pause()) == Confirmed(ReadBack(PumpState.PAUSED))
    assert link.written.count(safe("0STP")) == 1


def test_pause_of_a_paused_pump_writes_no_stp() -> None:
    driver, link = running(settled("P"))
    assert driver.execute(link, Pause()) == Confirmed(ReadBack(PumpState.PAUSED))
    link.assert_finished()


def test_resume_is_refused_when_the_rate_was_changed_at_the_pump() -> None:
    driver, link = running([*settled("P"), ask("RAT", "P60.00MH")])
    outcome = driver.execute(link, Resume())
    assert isinstance(outcome, Refused)
    assert "Set the rate" in outcome.reason


def test_resume_of_a_stopped_pump_is_refused_and_of_a_running_one_needs_nothing() -> None:
    driver, link = running([*settled("S"), *settled("I")])
    assert isinstance(driver.execute(link, Resume()), Refused)
    assert driver.execute(link, Resume()) == Confirmed(ReadBack(PumpState.INFUSING))


def test_a_rate_is_changed_by_its_number_alone_and_read_back() -> None:
    driver, link = running(
        [*settled("I"), ask("RAT", "I30.00MH"), ask("RAT45.67", "I"), ask("RAT", "I45.67MH"), *settled("I")]
    )
    outcome = driver.execute(link, SetRate(Decimal("45.678")))
    assert outcome == Confirmed(ReadBack(PumpState.INFUSING, rate_ml_h=Decimal("45.67")))
    link.assert_finished()


def test_a_rate_in_another_unit_is_not_changed() -> None:
    driver, link = running([*settled("I"), ask("RAT", "I30.00UM")])
    outcome = driver.execute(link, SetRate(Decimal(60)))
    assert isinstance(outcome, Refused)
    assert "mL/h" in outcome.reason
    link.assert_finished()


@pytest.mark.req("SER-08")
@pytest.mark.parametrize("answer", [SILENCE, LinkLost("Pulled."), Interrupted()])
def test_a_lost_reply_to_a_rate_is_unknown_and_the_rate_is_not_sent_again(answer: Answer) -> None:
    driver, link = running([*settled("I"), ask("RAT", "I30.00MH"), (safe("0RAT60.00"), answer)])
    assert isinstance(driver.execute(link, SetRate(Decimal(60))), Unknown)
    assert isinstance(driver.execute(link, SetRate(Decimal(60))), Refused)
    assert link.written.count(safe("0RAT60.00")) == 1


@pytest.mark.parametrize(
    ("answer", "held"), [("I?OOR", None), ("I", "30.00"), ("I", "60.01"), ("A?S", "30.00")]
)
def test_a_rate_the_pump_does_not_take_is_refused_with_what_it_holds(answer: str, held: str | None) -> None:
    rest: list[Line] = [*settled("I"), ask("RAT", "I30.00MH"), ask("RAT60.00", answer)]
    if held is not None:
        rest += [ask("RAT", f"I{held}MH"), *settled("I")]
    driver, link = running(rest)
    outcome = driver.execute(link, SetRate(Decimal(60)))
    assert isinstance(outcome, Refused)
    assert held is None or held in outcome.reason
    link.assert_finished()


# --- reading --------------------------------------------------------------------------------------


def test_a_poll_reads_state_counter_and_rate() -> None:
    driver, link = running(POLL_INFUSING)
    reading = driver.poll(link)
    assert (reading.state, reading.infused_ml, reading.rate_ml_h) == (
        PumpState.INFUSING,
        Decimal("0.25"),
        Decimal(30),
    )
    assert reading.alarm is None
    # Of when the counter was read: the rate is asked after it.
    assert 0 < link.now().seconds_since(reading.at) < 0.1


@pytest.mark.req("SER-13")
def test_a_reset_during_an_infusion_is_told_once_by_the_pump_and_kept_by_the_driver() -> None:
    after_reset = [ask("DIS", "SI0.000W0.000ML"), ask("RAT", "S30.00MH")]
    driver, link = running([ask("", "A?R"), *after_reset, ask("", "S"), *after_reset, *settled("S")])
    first, second = driver.poll(link), driver.poll(link)
    assert (first.state, first.alarm) == (PumpState.ALARM, PumpAlarm.RESET)
    assert (second.state, second.alarm) == (PumpState.STOPPED, PumpAlarm.RESET)
    assert isinstance(driver.execute(link, Start()), Refused)


@pytest.mark.req("GIP-1.10.1")
@pytest.mark.req("SER-15")
def test_an_unsolicited_alarm_is_an_alarm_and_never_a_reply() -> None:
    driver, link = running([*POLL_INFUSING, (safe("0"), safe("00A?S") + safe("00I")), *POLL_INFUSING[1:]])
    link.unasked(safe("00A?S"))
    reading = driver.poll(link)
    assert (reading.state, reading.infused_ml, reading.alarm) == (
        PumpState.INFUSING,
        Decimal("0.25"),
        PumpAlarm.STALL,
    )
    second = driver.poll(link)
    assert (second.state, second.infused_ml) == (PumpState.INFUSING, Decimal("0.25"))


@pytest.mark.req("SER-07")
def test_doubled_and_late_replies_answer_nothing_else() -> None:
    script: list[Line] = [
        (safe("0"), safe("00I") * 2),
        (safe("0DIS"), safe("00I") + safe("00II0.250W0.000ML") * 2),
        (safe("0RAT"), safe("00II0.250W0.000ML") + safe("00I30.00MH")),
    ]
    driver, link = running(script)
    reading = driver.poll(link)
    assert (reading.infused_ml, reading.rate_ml_h) == (Decimal("0.25"), Decimal(30))
    assert driver.bad_frames == 4


@pytest.mark.req("SER-04")
def test_a_reply_in_two_pieces_is_one_reply() -> None:
    driver, link = running([(safe("0"), safe("00I")[:4]), *POLL_INFUSING[1:]])
    link._incoming.clear()
    first_write = link.write

    def write_then_rest(data: bytes) -> None:
        first_write(data)
        if data == safe("0"):
            link._incoming.append((link.now().plus(0.15), safe("00I")[4:]))

    link.write = write_then_rest  # type: ignore[method-assign]
    assert driver.poll(link).state is PumpState.INFUSING


@pytest.mark.req("SER-03")
def test_in_basic_mode_a_single_odd_status_is_not_believed() -> None:
    script: list[Line] = [
        (safe("0VER"), basic("00INE1000V3.928")),
        (b"0\r", basic("00S")),
        (b"0\r", basic("00I")),
        (b"0\r", basic("00I")),
        (b"0DIS\r", basic("00II9.250W0.000ML")),
        (b"0DIS\r", basic("00II0.251W0.000ML")),
        (b"0DIS\r", basic("00II0.252W0.000ML")),
        (b"0RAT\r", basic("00I30.00MH")),
        (b"0RAT\r", basic("00I30.00MH")),
    ]
    with expected_protocol(script) as link:
        driver = NE1000()
        driver.identify(link)
        reading = driver.poll(link)
    assert (reading.state, reading.infused_ml) == (PumpState.INFUSING, Decimal("0.252"))


def test_the_letter_s_in_a_function_or_an_alarm_is_not_the_status_stopped() -> None:
    driver, link = running([(safe("0"), safe("00ISTP") + safe("00I")), *POLL_INFUSING[1:]])
    assert driver.poll(link).state is PumpState.INFUSING
    link.assert_finished()


def test_a_value_the_pump_has_not_got_is_none_and_not_zero() -> None:
    driver, link = running([ask("", "I"), ask("DIS", "I?NA")])
    reading = driver.poll(link)
    assert (reading.infused_ml, reading.rate_ml_h) == (None, None)
    link.assert_finished()


# --- stopping -------------------------------------------------------------------------------------

STOPPING = [
    ask("STP", "P"),
    ask("STP", "S"),
    ask("", "S"),
    ask("DIS", "SI0.250W0.000ML"),
]


def test_stop_goes_on_from_paused_to_stopped_and_asks_again() -> None:
    driver, link = running(STOPPING)
    reading = driver.stop_once(link)
    assert (reading.state, reading.infused_ml) == (PumpState.STOPPED, Decimal("0.25"))
    link.assert_finished()


def test_stop_of_a_stopped_pump_is_confirmed_although_it_answers_not_applicable() -> None:
    driver, link = running([ask("STP", "S?NA"), ask("", "S"), ask("DIS", "SI0.250W0.000ML")])
    assert driver.stop_once(link).state is PumpState.STOPPED


def test_a_stall_in_place_of_the_reply_to_stp_is_no_stop() -> None:
    """It should not take the letter S of A?S for stopped: STP was not carried out."""
    driver, link = running([ask("STP", "A?S"), *STOPPING[1:]])
    reading = driver.stop_once(link)
    assert (reading.state, reading.alarm) == (PumpState.STOPPED, PumpAlarm.STALL)
    assert link.written.count(safe("0STP")) == 2


def test_a_pump_that_only_paused_is_not_reported_as_stopped() -> None:
    driver, link = running([ask("STP", "P")] * 4 + [ask("", "P"), ask("DIS", "PI0.250W0.000ML")])
    assert driver.stop_once(link).state is PumpState.PAUSED


def test_a_stop_without_reply_ends_after_a_quarter_second_and_tries_the_other_framing_next() -> None:
    driver, link = running(
        [(safe("0STP"), SILENCE), (b"0STP\r", basic("00S")), (b"0\r", basic("00S")), (b"0DIS\r", SILENCE)]
    )
    began = link.now()
    with pytest.raises(TimeoutError):
        driver.stop_once(link)
    assert link.now().seconds_since(began) <= 0.26
    assert driver.stop_once(link).state is PumpState.STOPPED


def test_stop_works_on_a_pump_nobody_identified() -> None:
    script: list[Line] = [
        (safe("0STP"), basic("00P")),
        (safe("0STP"), basic("00S")),
        (safe("0"), basic("00S")),
        (safe("0DIS"), SILENCE),
    ]
    with expected_protocol(script) as link:
        assert NE1000().stop_once(link).state is PumpState.STOPPED


def test_stop_counts_on_a_slow_pump_whose_replies_lag_behind() -> None:
    driver, link = running(
        [
            (safe("0STP"), Late(0.3, safe("00P"))),
            (b"0STP\r", Late(0.3, safe("00S"))),
            (b"0STP\r", Late(0.3, safe("00S?NA"))),
            (safe("0STP"), Late(0.05, safe("00S?NA"))),
            (safe("0"), safe("00S")),
            (safe("0DIS"), SILENCE),
        ]
    )
    states = []
    for _ in range(3):
        try:
            states.append(driver.stop_once(link).state)
        except TimeoutError:
            states.append(PumpState.UNKNOWN)
    assert states[-1] is PumpState.STOPPED
    assert PumpState.STOPPED not in states[:-1]


def test_a_stop_command_is_tried_three_times_and_then_unknown() -> None:
    driver, link = running([(safe("0STP"), SILENCE), (b"0STP\r", SILENCE), (safe("0STP"), SILENCE)])
    assert isinstance(driver.execute(link, Stop()), Unknown)
    link.assert_finished()


def test_after_a_stop_nothing_is_started_without_a_new_program() -> None:
    driver, link = programmed([*STOPPING, *settled("S")])
    assert isinstance(driver.execute(link, Stop()), Confirmed)
    assert isinstance(driver.execute(link, Start()), Refused)
    link.assert_finished()


def test_leaving_disarms_the_watchdog_of_a_stopped_pump_only() -> None:
    driver, link = running([*POLL_INFUSING, *STOPPING, (safe("0SAF0"), basic("00S"))])
    driver.poll(link)
    driver.leave(link)
    driver.stop_once(link)
    driver.leave(link)
    link.assert_finished()
