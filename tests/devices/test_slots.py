"""STOP and commands on their way to the owner of a port."""

from __future__ import annotations

import threading

from console.clock import ManualClock, SystemClock
from console.devices.slots import REPLY_GRACE_S, CommandSlot, Order, StopSlot, Wake
from console.session.pump import Pause, Start


def test_stop_keeps_anything_else_from_being_written_at_once_and_breaks_a_wait_off_after_the_grace() -> None:
    clock = ManualClock()
    slot = StopSlot(clock, Wake())
    assert not slot.waiting()
    slot.press()
    assert slot.waiting()
    assert not slot.overdue()
    clock.advance(REPLY_GRACE_S + 0.001)
    assert slot.overdue()


def test_the_owner_that_serves_stop_is_not_interrupted_by_it() -> None:
    clock = ManualClock()
    slot = StopSlot(clock, Wake())
    pressed = slot.press()
    clock.advance(1)
    slot.press()
    assert slot.take() == pressed
    slot.press()
    clock.advance(1)
    assert not slot.waiting()
    assert not slot.overdue()


def test_a_press_that_came_while_stop_was_served_waits_for_the_next_turn() -> None:
    clock = ManualClock()
    slot = StopSlot(clock, Wake())
    slot.press()
    slot.take()
    again = slot.press()
    slot.done()
    assert slot.waiting()
    assert slot.take() == again
    assert slot.take() is None


def test_presses_from_many_threads_are_not_lost_and_wake_the_owner() -> None:
    wake = Wake()
    slot = StopSlot(SystemClock(), wake)
    threads = [threading.Thread(target=slot.press) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wake.wait(5.0)
    assert slot.take() is not None


def test_the_command_slot_holds_one_command_and_turns_the_second_away() -> None:
    clock = ManualClock()
    slot = CommandSlot(Wake())
    first = Order("a", Start(), clock.now())
    assert slot.offer(first)
    assert not slot.offer(Order("b", Pause(), clock.now()))
    assert slot.take() == first
    assert slot.take() is None
    assert slot.offer(first)
