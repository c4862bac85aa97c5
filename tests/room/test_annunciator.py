"""What is heard, when, and what is said when nothing can be heard."""

from __future__ import annotations

import itertools
import threading
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from console.clock import ManualClock, SystemClock
from console.room.annunciator import STUCK, Annunciator
from console.room.speaker import NoSound
from console.room.tones import BURSTS, burst_samples
from console.session.events import Priority


class RecordingSpeaker:
    """Keeps what was played; ``broken`` is the sentence it fails with."""

    def __init__(self) -> None:
        self.played: list[Priority] = []
        self.hushed = 0
        self.closed = False
        self.broken = ""
        self.first = threading.Event()

    def check(self) -> None:
        if self.broken:
            raise NoSound(self.broken)

    def play(self, samples: NDArray[np.int16]) -> None:
        self.check()
        self.played.append(next(p for p in Priority if len(burst_samples(p)) == len(samples)))
        self.first.set()

    def hush(self) -> None:
        self.hushed += 1

    def close(self) -> None:
        self.closed = True


class Sound:
    """An annunciator on a manual clock."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.speaker = RecordingSpeaker()
        self.reports: list[tuple[bool, str]] = []
        self.annunciator = Annunciator(self.speaker, self.clock, lambda *report: self.reports.append(report))

    def listen(self, seconds: float) -> list[tuple[float, Priority]]:
        """Let time pass in steps the annunciator asks for; returns when which burst began."""
        start, heard = self.clock.now(), []
        while True:
            before = len(self.speaker.played)
            wait_s = self.annunciator.step(self.clock.now())
            passed = self.clock.now().seconds_since(start)
            heard += [(round(passed, 2), priority) for priority in self.speaker.played[before:]]
            if passed + wait_s > seconds:
                self.clock.advance(seconds - passed)
                return heard
            self.clock.advance(wait_s)


@pytest.mark.req("ALM-TIMING")
def test_high_alarm_sounds_at_once_and_again_five_seconds_after_each_burst() -> None:
    sound = Sound()
    sound.annunciator.want(Priority.HIGH)
    period = BURSTS[Priority.HIGH].seconds + 5
    assert sound.listen(2 * period + 0.1) == [
        (0.0, Priority.HIGH),
        (round(period, 2), Priority.HIGH),
        (round(2 * period, 2), Priority.HIGH),
    ]


def test_silence_while_nothing_is_wanted() -> None:
    assert Sound().listen(60) == []


def test_acknowledged_alarm_falls_silent_in_the_middle_of_its_burst() -> None:
    sound = Sound()
    sound.annunciator.want(Priority.HIGH)
    sound.listen(0.5)
    sound.annunciator.want(None)
    assert sound.listen(30) == []
    assert sound.speaker.hushed == 1


def test_higher_priority_breaks_into_a_lower_burst() -> None:
    sound = Sound()
    sound.annunciator.want(Priority.LOW)
    sound.listen(0.1)
    sound.annunciator.want(Priority.HIGH)
    assert sound.listen(1) == [(0.0, Priority.HIGH)]


def test_lower_priority_waits_for_its_own_interval_after_a_higher_burst() -> None:
    sound = Sound()
    sound.annunciator.want(Priority.HIGH)
    sound.listen(0.1)
    sound.annunciator.want(Priority.MEDIUM)
    heard = sound.listen(20)
    assert heard[0][0] == pytest.approx(BURSTS[Priority.HIGH].seconds - 0.1 + 10, abs=0.05)


@pytest.mark.req("HST-12")
def test_lost_sound_device_is_reported_within_five_seconds_and_its_return_too() -> None:
    sound = Sound()
    sound.listen(1)
    assert sound.reports == [(True, "Sound device found.")]
    sound.speaker.broken = "Plug in a speaker."
    sound.listen(5)
    assert sound.reports[1:] == [(False, "Plug in a speaker.")]
    assert not sound.annunciator.working
    sound.speaker.broken = ""
    sound.listen(5)
    assert sound.reports[2:] == [(True, "Sound device found.")]


@pytest.mark.req("HST-12")
def test_alarm_sounds_again_once_the_device_is_back() -> None:
    sound = Sound()
    sound.speaker.broken = "Plug in a speaker."
    sound.annunciator.want(Priority.HIGH)
    assert sound.listen(20) == []
    sound.speaker.broken = ""
    assert sound.listen(9) != []


def test_sound_test_plays_each_priority_once_without_overlap() -> None:
    sound = Sound()
    sound.annunciator.rehearse()
    heard = sound.listen(30)
    assert [priority for _, priority in heard] == [Priority.LOW, Priority.MEDIUM, Priority.HIGH]
    assert heard[1][0] >= BURSTS[Priority.LOW].seconds
    assert heard[2][0] >= heard[1][0] + BURSTS[Priority.MEDIUM].seconds


def test_alarm_goes_before_a_sound_test() -> None:
    sound = Sound()
    sound.annunciator.rehearse()
    sound.annunciator.want(Priority.HIGH)
    assert {priority for _, priority in sound.listen(20)} == {Priority.HIGH}


@pytest.mark.req("ALM-TIMING")
@pytest.mark.parametrize("priority", list(Priority))
def test_silence_between_two_bursts_lies_in_the_conventional_range(priority: Priority) -> None:
    sound = Sound()
    sound.annunciator.want(priority)
    heard = sound.listen(100)
    shortest, longest = {
        Priority.HIGH: (2.5, 15.0), Priority.MEDIUM: (2.5, 30.0), Priority.LOW: (15.0, 60.0)
    }[priority]  # fmt: skip
    assert len(heard) >= 3
    for (earlier, _), (later, _) in itertools.pairwise(heard):
        assert shortest <= later - earlier - BURSTS[priority].seconds <= longest


@pytest.mark.req("HST-12")
@pytest.mark.parametrize("priority", [Priority.LOW, Priority.MEDIUM])
def test_sound_test_is_not_kept_waiting_by_an_alarm_that_sounds_already(priority: Priority) -> None:
    sound = Sound()
    sound.annunciator.want(priority)
    sound.listen(2)
    sound.annunciator.rehearse()
    heard = sound.listen(60)
    assert [one for _, one in heard[:3]] == [Priority.LOW, Priority.MEDIUM, Priority.HIGH]
    assert heard[2][0] < 5
    assert {one for _, one in heard[3:]} == {priority}
    assert heard[3][0] >= heard[2][0] + BURSTS[Priority.HIGH].seconds


@pytest.mark.parametrize("priority", [Priority.MEDIUM, Priority.HIGH])
def test_alarm_that_comes_up_in_a_sound_test_is_heard_at_once_and_ends_the_test(priority: Priority) -> None:
    sound = Sound()
    sound.annunciator.rehearse()
    sound.listen(0.1)
    sound.annunciator.want(priority)
    heard = sound.listen(40)
    assert heard[0] == (0.0, priority)
    assert {one for _, one in heard} == {priority}


def test_acknowledging_an_alarm_does_not_cut_a_sound_test_short() -> None:
    sound = Sound()
    sound.annunciator.want(Priority.LOW)
    sound.listen(2)
    sound.annunciator.rehearse()
    sound.listen(0.2)
    sound.annunciator.want(None)
    heard = [one for _, one in sound.listen(30)]
    assert heard == [Priority.MEDIUM, Priority.HIGH]
    assert sound.speaker.hushed == 0


@pytest.mark.req("HST-12")
def test_annunciator_that_hangs_in_its_device_is_reported_within_five_seconds() -> None:
    sound = Sound()
    sound.listen(1)
    for _ in range(50):
        sound.clock.advance(0.1)
        sound.annunciator.want(None)
    assert sound.reports[1:] == [(False, STUCK)]
    sound.listen(1)
    assert sound.reports[2:] == [(True, "Sound device found.")]


def test_sleep_of_the_machine_is_not_taken_for_a_device_that_hangs() -> None:
    sound = Sound()
    sound.listen(1)
    sound.annunciator.want(None)
    sound.clock.advance(3600)
    sound.annunciator.want(None)
    assert sound.reports == [(True, "Sound device found.")]


@pytest.mark.req("HST-09", "ALM-LATENCY")
def test_decision_is_heard_within_a_tenth_of_a_second() -> None:
    speaker = RecordingSpeaker()
    annunciator = Annunciator(speaker, SystemClock(), lambda *_: None)
    stopping = threading.Event()
    thread = threading.Thread(target=annunciator.run, args=(stopping,))
    thread.start()
    began = time.perf_counter()
    annunciator.want(Priority.HIGH)
    assert speaker.first.wait(1.0)
    assert time.perf_counter() - began < 0.1
    stopping.set()
    annunciator.close()
    thread.join(2)
    assert not thread.is_alive()
    assert speaker.closed
