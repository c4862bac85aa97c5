"""The owner of a pump's port: what goes first, what is never sent, what is told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import ManualClock
from console.devices.ports import Interrupted, Link, LinkLost, WrongDevice
from console.devices.pump_owner import STOP_ALARM_S, PumpOwner
from console.devices.pump_sink import StopConfirmed, StopNotConfirmed, StopSent
from console.devices.pumps.ne1000_delivery import STOP_ATTEMPT_S
from console.devices.slots import CommandSlot, Order, StopSlot, Wake
from console.session.pump import (
    Confirmed,
    LinkState,
    Pause,
    PumpCommand,
    PumpState,
    ReadBack,
    Refused,
    Resume,
    SetRate,
    Start,
    Stop,
    Unknown,
)
from tests.devices.port_fakes import IDENTITY, FakeLink, FakePump, ManualWaiter, RecordingSink


def fails(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


class Bench:
    """One owner with everything around it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pump = FakePump(self.clock)
        self.waiter = ManualWaiter(self.clock)
        self.sink = RecordingSink()
        wake = Wake()
        self.stop = StopSlot(self.clock, wake)
        self.commands = CommandSlot(wake)
        self.links: list[FakeLink] = []
        self.opening: Callable[[], None] = lambda: None
        self.present = True
        self.owner = PumpOwner(
            self.pump,
            self.open,
            self.clock,
            self.stop,
            self.commands,
            self.sink,
            self.waiter,
            lambda: self.present,
        )

    def open(self) -> Link:
        self.opening()
        link = FakeLink(self.clock)
        self.links.append(link)
        return link

    def turns(self, seconds: float) -> None:
        end = self.clock.now().plus(seconds)
        while self.clock.now().mono_ns < end.mono_ns:
            self.owner.turn()

    def connected(self) -> Bench:
        self.turns(0.6)
        assert self.sink.states()[-1] is LinkState.ANSWERING
        self.pump.calls.clear()
        return self

    def order(self, command: PumpCommand, name: str = "c1", within_s: float = 2.0) -> None:
        assert self.commands.offer(Order(name, command, self.clock.now().plus(within_s)))


# --- the connection -------------------------------------------------------------------------------


def test_a_port_goes_from_open_to_answering_and_is_polled() -> None:
    bench = Bench()
    bench.turns(2.0)
    assert bench.sink.states() == [LinkState.OPEN, LinkState.ANSWERING]
    assert bench.sink.links[-1][2] == IDENTITY
    assert bench.pump.calls == ["identify", "poll", "poll", "poll", "poll"]
    assert bench.links[0].discarded >= 1


@pytest.mark.req("SER-01")
def test_a_port_that_cannot_be_opened_is_tried_with_growing_pauses_up_to_five_seconds() -> None:
    bench = Bench()
    attempts: list[float] = []

    def refuse() -> None:
        attempts.append(bench.clock.now().mono_ns / 1e9)
        raise LinkLost("/dev/x: no such port. Plug the cable in.")

    bench.opening = refuse
    bench.turns(30)
    pauses = [round(later - earlier, 1) for earlier, later in pairwise(attempts)]
    assert pauses[:5] == [0.5, 1.0, 2.0, 4.0, 5.0]
    assert max(pauses) <= 5.0
    assert bench.sink.links == [(LinkState.CLOSED, "/dev/x: no such port. Plug the cable in.", None)]


@pytest.mark.req("SER-01")
def test_replugging_is_noticed_within_a_second_although_the_pause_is_long() -> None:
    bench = Bench()
    bench.opening = fails(LinkLost("/dev/x: no such port."))
    bench.present = False
    bench.turns(20)
    bench.opening = lambda: None
    bench.present = True
    began = bench.clock.now()
    while bench.sink.states()[-1] is not LinkState.ANSWERING:
        bench.owner.turn()
    assert bench.clock.now().seconds_since(began) < 1.0


@pytest.mark.req("SER-01")
def test_an_unplug_is_told_once_and_nothing_is_believed_before_a_fresh_identification() -> None:
    bench = Bench().connected()
    bench.pump.on_poll = fails(LinkLost("/dev/x was unplugged."))
    bench.opening = fails(LinkLost("/dev/x: no such port."))
    bench.present = False
    bench.turns(10)
    told = [told for told in bench.sink.links if told[0] is LinkState.CLOSED]
    assert told == [(LinkState.CLOSED, "/dev/x was unplugged.", None)]
    assert bench.links[0].closed
    readings = len(bench.sink.readings)
    bench.pump.calls.clear()
    bench.present, bench.opening = True, lambda: None
    bench.pump.on_poll = lambda: PumpState.INFUSING
    bench.turns(1)
    assert bench.pump.calls[:2] == ["identify", "poll"]
    assert len(bench.sink.readings) > readings


@pytest.mark.req("GIP-3.5.1")
def test_silence_is_noticed_after_the_quiet_limit_and_the_pump_must_identify_itself_again() -> None:
    bench = Bench().connected()
    bench.pump.on_poll = fails(TimeoutError("The pump did not answer."))
    bench.pump.on_identify = fails(TimeoutError("The pump does not answer."))
    began = bench.clock.now()
    while bench.sink.states()[-1] is LinkState.ANSWERING:
        bench.owner.turn()
    assert 2.4 < bench.clock.now().seconds_since(began) <= 3.2
    assert bench.sink.states()[-1] is LinkState.OPEN
    assert "not answered" in bench.sink.links[-1][1]
    bench.turns(1)
    assert "identify" in bench.pump.calls
    bench.pump.on_poll = lambda: PumpState.STOPPED
    bench.pump.on_identify = lambda: IDENTITY
    bench.turns(3)
    assert bench.sink.states()[-1] is LinkState.ANSWERING


def test_a_port_on_which_nothing_answers_is_opened_anew_now_and_then() -> None:
    bench = Bench()
    bench.pump.on_identify = fails(TimeoutError("The pump does not answer."))
    bench.turns(30)
    assert 2 <= len(bench.links) <= 8
    assert all(link.closed for link in bench.links[:-1])
    assert LinkState.ANSWERING not in bench.sink.states()


@pytest.mark.req("SER-10")
def test_a_wrong_device_gets_no_poll_and_no_command() -> None:
    bench = Bench()
    bench.pump.on_identify = fails(WrongDevice("A monitor answers."))
    bench.turns(5)
    bench.order(Start())
    bench.turns(5)
    assert bench.sink.links[-1][:2] == (LinkState.WRONG_DEVICE, "A monitor answers.")
    assert set(bench.pump.calls) == {"identify"}
    assert isinstance(bench.sink.outcomes[0][1], Refused)


def test_a_flapping_connection_is_not_reopened_faster_and_faster() -> None:
    bench = Bench()
    bench.pump.on_poll = fails(LinkLost("/dev/x was unplugged."))
    bench.turns(60)
    assert len(bench.links) <= 16


def test_closing_gives_the_port_back_and_answers_the_waiting_command() -> None:
    bench = Bench().connected()
    bench.order(Start())
    bench.owner.close()
    assert bench.links[0].closed
    assert bench.sink.states()[-1] is LinkState.CLOSED
    assert isinstance(bench.sink.outcomes[0][1], Refused)
    assert "execute" not in bench.pump.calls


def test_statistics_are_told_every_ten_seconds() -> None:
    bench = Bench()
    bench.turns(31)
    assert len(bench.sink.statistics) == 3
    last = bench.sink.statistics[-1]
    assert last.openings == 1
    assert last.bytes_out >= 50
    assert last.timeouts == 0


# --- commands -------------------------------------------------------------------------------------


def test_a_command_is_carried_out_and_its_outcome_told_then_the_pump_is_polled() -> None:
    bench = Bench().connected()
    bench.order(Start(), "c7")
    bench.turns(0.1)
    assert bench.pump.calls[:2] == ["execute", "poll"]
    assert bench.sink.outcomes == [("c7", bench.pump.on_execute())]


def test_an_expired_command_is_never_sent() -> None:
    bench = Bench().connected()
    bench.order(Start(), within_s=0.0)
    bench.turns(1)
    assert bench.pump.commands == []
    outcome = bench.sink.outcomes[0][1]
    assert isinstance(outcome, Refused)
    assert "expired" in outcome.reason
    assert "never sent" in outcome.reason


def test_a_second_command_does_not_queue_behind_the_first() -> None:
    bench = Bench().connected()
    bench.order(Start(), "first")
    assert not bench.commands.offer(Order("second", Pause(), bench.clock.now().plus(1)))
    bench.turns(1)
    assert [name for name, _ in bench.sink.outcomes] == ["first"]


def test_a_command_to_a_pump_that_is_not_connected_is_refused_at_once() -> None:
    bench = Bench()
    bench.opening = fails(LinkLost("/dev/x: no such port."))
    bench.turns(1)
    bench.order(Resume())
    bench.owner.turn()
    outcome = bench.sink.outcomes[0][1]
    assert isinstance(outcome, Refused)
    assert "never sent" in outcome.reason
    bench.opening = lambda: None
    bench.turns(10)
    assert bench.pump.commands == []


@pytest.mark.req("SER-08")
def test_after_an_unknown_outcome_nothing_that_may_raise_delivery_is_sent_until_the_pump_was_read() -> None:
    bench = Bench().connected()
    bench.pump.on_execute = lambda: Unknown("The reply was lost.")
    bench.pump.on_poll = fails(TimeoutError("The pump did not answer."))
    bench.order(Start(), "start")
    bench.owner.turn()
    bench.order(Start(), "again")
    bench.owner.turn()
    assert bench.pump.commands == [Start()]
    assert [type(outcome) for _, outcome in bench.sink.outcomes] == [Unknown, Refused]
    bench.pump.on_execute = lambda: Confirmed(ReadBack(PumpState.PAUSED))
    bench.order(Pause(), "pause")
    bench.owner.turn()
    assert bench.pump.commands == [Start(), Pause()]
    bench.pump.on_poll = lambda: PumpState.INFUSING
    bench.turns(1)
    bench.order(Resume(), "resume")
    bench.owner.turn()
    assert bench.pump.commands[-1] == Resume()


@pytest.mark.parametrize("error", [Interrupted("STOP"), TimeoutError("late")])
def test_a_driver_that_breaks_off_a_command_leaves_it_unknown(error: Exception) -> None:
    bench = Bench().connected()
    bench.pump.on_execute = fails(error)
    bench.order(Start())
    bench.owner.turn()
    assert isinstance(bench.sink.outcomes[0][1], Unknown)


def test_a_link_lost_before_the_first_byte_refuses_the_command_and_closes_the_port() -> None:
    bench = Bench().connected()
    bench.pump.on_execute = fails(LinkLost("/dev/x was unplugged."))
    bench.order(Start())
    bench.owner.turn()
    assert isinstance(bench.sink.outcomes[0][1], Refused)
    assert bench.sink.states()[-1] is LinkState.CLOSED


# --- STOP -----------------------------------------------------------------------------------------


def test_stop_goes_before_a_waiting_command_which_is_turned_away() -> None:
    bench = Bench().connected()
    bench.order(Start(), "start")
    bench.stop.press()
    bench.turns(0.1)
    assert bench.pump.calls[0] == "stop"
    assert bench.pump.commands == []
    outcome = dict(bench.sink.outcomes)["start"]
    assert isinstance(outcome, Refused)
    assert "STOP" in outcome.reason


def test_a_confirmed_stop_is_told_with_its_reading_and_time() -> None:
    bench = Bench().connected()
    pressed = bench.stop.press()
    bench.owner.turn()
    sent, confirmed = bench.sink.stops
    assert sent == StopSent(pressed, 1)
    assert isinstance(confirmed, StopConfirmed)
    assert confirmed.reading.state is PumpState.STOPPED
    assert confirmed.attempts == 1
    assert confirmed.seconds == pytest.approx(0.02)
    bench.turns(1)
    assert len(bench.sink.stops) == 2


@pytest.mark.req("SER-09")
@pytest.mark.parametrize("state", [PumpState.PAUSED, PumpState.INFUSING, PumpState.UNKNOWN, PumpState.ALARM])
def test_stop_is_repeated_every_quarter_second_until_the_pump_reads_back_as_stopped(state: PumpState) -> None:
    bench = Bench().connected()
    bench.pump.on_stop = lambda: state
    bench.stop.press()
    bench.turns(1.0)
    assert bench.pump.calls == ["stop"] * 4
    bench.pump.on_stop = lambda: PumpState.STOPPED
    bench.turns(0.3)
    assert isinstance(bench.sink.stops[-1], StopConfirmed)


@pytest.mark.req("SER-09")
def test_an_unconfirmed_stop_is_told_once_within_two_seconds_and_goes_on() -> None:
    bench = Bench().connected()
    bench.pump.on_stop = fails(TimeoutError("The pump did not answer."))
    bench.stop.press()
    bench.turns(4.0)
    told = [progress for progress in bench.sink.stops if isinstance(progress, StopNotConfirmed)]
    assert len(told) == 1
    assert told[0].seconds == pytest.approx(STOP_ALARM_S, abs=0.001)
    assert STOP_ALARM_S + STOP_ATTEMPT_S < 2.0
    assert told[0].reason == "The pump did not answer."
    assert bench.pump.calls.count("stop") >= 15
    bench.pump.on_stop = lambda: PumpState.STOPPED
    bench.turns(0.3)
    assert isinstance(bench.sink.stops[-1], StopConfirmed)


def test_stop_opens_a_closed_port_at_once_and_needs_no_identification() -> None:
    bench = Bench()
    bench.opening = fails(LinkLost("/dev/x is in use by another program."))
    bench.turns(20)
    bench.opening = lambda: None
    bench.stop.press()
    bench.owner.turn()
    assert bench.pump.calls == ["stop"]
    assert isinstance(bench.sink.stops[-1], StopConfirmed)
    assert LinkState.ANSWERING not in bench.sink.states()


def test_stop_without_a_port_is_told_as_not_confirmed_and_carried_out_when_the_port_is_back() -> None:
    bench = Bench()
    bench.opening = fails(LinkLost("/dev/x: no such port."))
    bench.turns(1)
    bench.stop.press()
    bench.turns(3)
    assert isinstance(bench.sink.stops[-1], StopNotConfirmed)
    assert not any(isinstance(progress, StopSent) for progress in bench.sink.stops)
    bench.opening = lambda: None
    bench.turns(1)
    assert isinstance(bench.sink.stops[-1], StopConfirmed)


def test_a_port_lost_during_stop_is_reopened_and_stop_goes_on() -> None:
    bench = Bench().connected()
    bench.pump.on_stop = fails(LinkLost("/dev/x was unplugged."))
    bench.stop.press()
    bench.owner.turn()
    assert bench.sink.states()[-1] is LinkState.CLOSED
    bench.pump.on_stop = lambda: PumpState.STOPPED
    bench.turns(0.5)
    assert isinstance(bench.sink.stops[-1], StopConfirmed)
    assert len(bench.links) == 2


@pytest.mark.parametrize("during", ["identify", "poll"])
def test_stop_breaks_off_whatever_the_driver_was_doing(during: str) -> None:
    bench = Bench() if during == "identify" else Bench().connected()

    def pressed_meanwhile() -> NoReturn:
        bench.stop.press()
        raise Interrupted("STOP is waiting.")

    if during == "identify":
        bench.pump.on_identify = pressed_meanwhile
    else:
        bench.pump.on_poll = pressed_meanwhile
    while not bench.sink.stops:
        bench.owner.turn()
    assert bench.pump.calls[-2:] == [during, "stop"]


def test_a_press_during_a_stop_is_not_lost() -> None:
    bench = Bench().connected()

    def press_again() -> PumpState:
        bench.pump.on_stop = lambda: PumpState.STOPPED
        bench.stop.press()
        return PumpState.STOPPED

    bench.pump.on_stop = press_again
    bench.stop.press()
    bench.turns(0.3)
    assert sum(isinstance(progress, StopConfirmed) for progress in bench.sink.stops) == 2


def test_a_press_while_the_pump_is_not_confirmed_stopped_is_sent_at_once() -> None:
    bench = Bench().connected()
    bench.pump.on_stop = lambda: PumpState.INFUSING
    bench.stop.press()
    bench.owner.turn()
    assert bench.pump.calls.count("stop") == 1
    bench.stop.press()
    bench.owner.turn()
    assert bench.pump.calls.count("stop") == 2


def test_a_stop_command_is_repeated_like_the_key_and_resolved_by_the_reading() -> None:
    bench = Bench().connected()
    answers = iter([PumpState.PAUSED, PumpState.STOPPED])
    bench.pump.on_stop = lambda: next(answers)
    bench.order(Stop(), "stop", within_s=-1.0)
    bench.turns(0.5)
    assert bench.pump.calls[:2] == ["stop", "stop"]
    outcome = dict(bench.sink.outcomes)["stop"]
    assert isinstance(outcome, Confirmed)
    assert outcome.read_back.state is PumpState.STOPPED


def test_a_stop_command_that_is_not_confirmed_is_unknown_at_two_seconds() -> None:
    bench = Bench().connected()
    bench.pump.on_stop = lambda: PumpState.INFUSING
    bench.order(Stop(), "stop")
    bench.turns(2.2)
    assert isinstance(dict(bench.sink.outcomes)["stop"], Unknown)
    bench.order(Stop(), "stop2")
    bench.turns(0.3)
    assert isinstance(dict(bench.sink.outcomes)["stop2"], Unknown)


@pytest.mark.req("SER-09")
@settings(max_examples=100, deadline=None)
@given(
    fates=st.lists(st.sampled_from(["stopped", "paused", "silent", "lost"]), max_size=30),
    before_s=st.floats(0, 8),
    closed=st.booleans(),
)
def test_stop_ends_confirmed_or_is_told_by_two_seconds_whatever_the_line_does(
    fates: list[str], before_s: float, closed: bool
) -> None:
    bench = Bench()
    if closed:
        bench.opening = fails(LinkLost("/dev/x: no such port."))
    bench.turns(before_s)
    coming = iter(fates)

    def fate() -> PumpState:
        match next(coming, "stopped"):
            case "stopped":
                return PumpState.STOPPED
            case "paused":
                return PumpState.PAUSED
            case "silent":
                bench.clock.advance(0.23)
                raise TimeoutError("The pump did not answer.")
            case _:
                raise LinkLost("/dev/x was unplugged.")

    bench.pump.on_stop = fate
    pressed = bench.stop.press()
    ends: list[StopConfirmed | StopNotConfirmed] = []
    while not ends:
        bench.owner.turn()
        ends = [p for p in bench.sink.stops if isinstance(p, StopConfirmed | StopNotConfirmed)]
    assert ends[0].at.seconds_since(pressed) <= 2.1
    bench.opening = lambda: None
    bench.turns(12)
    assert isinstance(bench.sink.stops[-1], StopConfirmed)


def test_a_rate_order_given_before_stop_is_not_carried_out_after_it() -> None:
    bench = Bench().connected()
    bench.pump.on_stop = fails(TimeoutError("The pump did not answer."))
    bench.stop.press()
    bench.turns(0.3)
    bench.order(SetRate(Decimal(5)), "rate")
    bench.pump.on_stop = lambda: PumpState.STOPPED
    bench.turns(3)
    assert bench.pump.commands == []
    assert isinstance(dict(bench.sink.outcomes)["rate"], Refused)
