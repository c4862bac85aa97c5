"""The S/5 driver finds out who is there, or says in a sentence why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.clinical.vitals import Vital, Wave
from console.clock import Instant, ManualClock
from console.devices.monitors.dri_frames import Frame, FrameReader, encode_frame
from console.devices.monitors.dri_physiology import DataClass
from console.devices.monitors.s5 import S5Monitor, line_load_bytes_s
from console.devices.ports import Interrupted, LinkLost, MonitorBatch, WrongDevice

RECORDING = (Path(__file__).parents[1] / "data" / "ge-dri" / "raw.raw").read_bytes()
FRAMES = [encode_frame(one.record) for one in FrameReader().feed(RECORDING) if isinstance(one, Frame)]


class TapeLink:
    """A link on which given bytes arrive at given seconds; time passes only while it is read."""

    def __init__(self, tape: list[tuple[float, bytes]], looped: bool = False) -> None:
        self.clock = ManualClock()
        self.start = self.clock.now()
        self.tape = tape
        self.looped = looped
        self.sent: list[tuple[float, bytes]] = []
        self.back = b""
        self.raises: Exception | None = None

    def _passed(self) -> float:
        return self.clock.now().seconds_since(self.start)

    def read(self, timeout_s: float) -> bytes:
        assert timeout_s <= 0.15
        if self.raises is not None:
            raise self.raises
        self.clock.advance(timeout_s)
        due = b"".join(data for at_s, data in self.tape if at_s <= self._passed())
        self.tape = [(at_s, data) for at_s, data in self.tape if at_s > self._passed()]
        back, self.back = self.back, b""
        return back + due

    def write(self, data: bytes) -> None:
        self.sent.append((self._passed(), data))
        if self.looped:
            self.back += data

    def now(self) -> Instant:
        return self.clock.now()

    def discard_input(self) -> None:
        self.back = b""

    def close(self) -> None:
        return None


def test_first_good_frame_proves_the_monitor() -> None:
    link = TapeLink([(0.5, FRAMES[0])])
    identity = S5Monitor().identify(link)
    assert (identity.kind, identity.model) == ("s5", "S/5 (DRI level 10)")
    assert not identity.simulated
    first = link.sent[0][1]
    assert first.count(b"\x7e") == 4, "values and waves are stopped before they are asked for"


def test_what_arrived_while_identifying_is_not_lost() -> None:
    link = TapeLink([(0.5, FRAMES[0] + FRAMES[1])])
    monitor = S5Monitor("bed")
    monitor.identify(link)
    batch = monitor.turn(link)
    assert batch.good_frames == 2
    assert {reading.vital for reading in batch.readings} == monitor.provides == set(Vital)
    assert {reading.source for reading in batch.readings} == {"bed"}


def test_silence_is_a_time_out_that_says_what_to_check() -> None:
    link = TapeLink([])
    with pytest.raises(TimeoutError, match="null-modem"):
        S5Monitor().identify(link)
    assert 10 <= link._passed() <= 13


@pytest.mark.req("SER-12")
def test_bytes_that_make_no_frame_are_named_within_five_seconds() -> None:
    link = TapeLink([(second / 2, bytes(range(1, 60))) for second in range(20)])
    with pytest.raises(WrongDevice, match=r"wrong baud rate or parity.*19200 baud, 8 data bits, even"):
        S5Monitor().identify(link)
    assert link._passed() <= 5.0


@pytest.mark.req("SER-10")
def test_looped_cable_is_named() -> None:
    with pytest.raises(WrongDevice, match="requests come back"):
        S5Monitor().identify(TapeLink([], looped=True))


@pytest.mark.req("SER-10")
def test_other_device_is_refused() -> None:
    line = b"02/24/18 04:48:53 SN=0000145838 SPO2=097% BPM=080 PI=04.96%\r\n"
    with pytest.raises(WrongDevice, match="bytes arrive but none make a frame"):
        S5Monitor().identify(TapeLink([(float(second), line) for second in range(9)]))


def test_garbage_before_the_monitor_does_not_hide_it() -> None:
    link = TapeLink([(0.2, b"\x00\xff\x7e\x80" * 9), (1.0, FRAMES[0])])
    assert S5Monitor().identify(link).kind == "s5"


def test_monitor_that_only_grants_five_seconds_is_asked_for_five() -> None:
    monitor = S5Monitor(waves=())
    link = TapeLink([(8.9, FRAMES[0])])
    monitor.identify(link)
    assert monitor.interval_s == 5
    assert monitor.quiet_limit_s == 11.0
    assert any(sent[41:43] == b"\x01\x05" for _, sent in link.sent)


def test_lost_port_and_stop_pass_through() -> None:
    link = TapeLink([])
    link.raises = LinkLost("the adapter is gone")
    with pytest.raises(LinkLost):
        S5Monitor().turn(link)

    with pytest.raises(LinkLost):
        S5Monitor().identify(link)
    link.raises = Interrupted("STOP")
    with pytest.raises(Interrupted):
        S5Monitor().identify(link)


def test_silent_streams_are_asked_for_again_but_not_at_every_turn() -> None:
    monitor, link = S5Monitor(), TapeLink([(0.2, FRAMES[0])])
    monitor.identify(link)
    asked_before = len(link.sent)
    for _ in range(100):
        assert monitor.turn(link).bad_frames == 0
    again = [sent for _, sent in link.sent[asked_before:]]
    values = [sent for sent in again if sent[15] == 0 and len(sent) < 60]
    waves = [sent for sent in again if sent[15] == 1]
    assert 2 <= len(values) <= 4
    assert 2 <= len(waves) <= 4
    assert monitor.interval_s == 1, "a dead line is no reason to ask for less"


def test_turn_without_bytes_is_an_empty_batch() -> None:
    monitor, link = S5Monitor(), TapeLink([(0.2, FRAMES[0])])
    monitor.identify(link)
    assert monitor.turn(link) != MonitorBatch()
    assert monitor.turn(link) == MonitorBatch()


def test_bad_frames_are_counted_and_give_nothing() -> None:
    damaged = bytearray(FRAMES[0])
    damaged[300] ^= 0x11
    monitor, link = S5Monitor(), TapeLink([(0.2, FRAMES[2]), (0.5, bytes(damaged)), (0.9, FRAMES[1])])
    monitor.identify(link)
    batches = [monitor.turn(link) for _ in range(10)]
    assert sum(batch.bad_frames for batch in batches) == 1
    assert sum(batch.good_frames for batch in batches) == 2


def test_line_settings_follow_the_specification() -> None:
    line = S5Monitor().line
    assert (line.baud, line.data_bits, line.parity, line.stop_bits, line.rtscts) == (19200, 8, "E", 1, True)
    assert S5Monitor(baud=115200).line.baud == 115200


def test_more_than_the_line_carries_is_refused_before_anything_is_asked() -> None:
    every = (DataClass.EXT1, DataClass.EXT2, DataClass.EXT3)
    waves = (Wave.ECG, Wave.PLETH, Wave.CO2, Wave.RESP)
    assert line_load_bytes_s(1, (), waves) == 43 + 278 + 43 + 24 + 900
    with pytest.raises(ValueError, match="do not fit"):
        S5Monitor(classes=every)
    assert S5Monitor(classes=every, interval_s=5).interval_s == 5
    assert S5Monitor(classes=every, baud=115200).interval_s == 1
    with pytest.raises(ValueError, match="1 s or more"):
        S5Monitor(interval_s=0)
