"""Events never drop, samples may and are counted, STOP goes first."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from console.clock import Instant
from console.room.mailbox import Letter, Mailbox
from console.session.intents import Intent, PressStop, PumpSeen, SignOut, Tick, VitalsSeen
from console.session.pump import PumpReading, PumpState


def intents_in(mailbox: Mailbox, timeout_s: float = 0) -> list[Intent]:
    return [letter.intent for letter in mailbox.take(timeout_s, at_most=1000) if isinstance(letter, Letter)]


READING = PumpSeen(PumpReading(Instant(0, 0), PumpState.STOPPED))


def test_letters_come_in_the_order_they_were_left() -> None:
    mailbox = Mailbox()
    for intent in (Tick(), SignOut(), READING):
        mailbox.post(Letter(intent))
    assert intents_in(mailbox) == [Tick(), SignOut(), READING]


def test_stop_goes_before_everything_that_waits() -> None:
    mailbox = Mailbox()
    mailbox.see(READING)
    mailbox.post(Letter(PressStop("fell asleep")))
    assert intents_in(mailbox)[0] == PressStop("fell asleep")


@given(st.lists(st.sampled_from([READING, VitalsSeen("s5", ()), Tick(), SignOut()]), max_size=60))
def test_no_event_is_ever_lost_and_every_lost_sample_is_counted(intents: list[Intent]) -> None:
    mailbox = Mailbox(samples_held=5)
    for intent in intents:
        mailbox.see(intent)
    taken = intents_in(mailbox)
    events = [intent for intent in intents if isinstance(intent, Tick | SignOut)]
    samples = len(intents) - len(events)
    assert [intent for intent in taken if isinstance(intent, Tick | SignOut)] == events
    assert mailbox.take_dropped() == max(0, samples - 5)
    assert len(taken) == len(events) + min(samples, 5)
    assert mailbox.take_dropped() == 0


def test_newest_samples_survive_a_flood() -> None:
    mailbox = Mailbox(samples_held=2)
    for device in "abcd":
        mailbox.see(VitalsSeen(device, ()))
    assert intents_in(mailbox) == [VitalsSeen("c", ()), VitalsSeen("d", ())]


def test_waiting_taker_is_woken_by_a_letter() -> None:
    mailbox = Mailbox()
    timer = threading.Timer(0.02, mailbox.see, (Tick(),))
    timer.start()
    assert intents_in(mailbox, 5.0) == [Tick()]
    timer.join()


def test_nothing_arrives_within_the_timeout() -> None:
    assert Mailbox().take(0.01) == ()
