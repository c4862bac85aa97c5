"""Nonin: what arrives tells lines from formats 2 and 7; a packet counts whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital
from console.clock import Instant
from console.devices.monitors.nonin import Nonin, NoninStream, decode
from console.devices.monitors.nonin_frames import MAX_BUFFER_BYTES
from console.devices.ports import LinkLost, WrongDevice
from console.devices.virtual.disturbance import Sensor, SensorOff
from console.devices.virtual.nonin import Output, VirtualNonin
from tests.devices.talking_monitor import Prints, TwinLink, someone

AT = Instant(0, 0)


def packet(two: bool, status: int = 0x82, rate: int = 72, spo2: int = 97, pleth: int = 100) -> bytes:
    """A packet written down by hand from the format's table."""
    data = [0] * 25
    data[0], data[1], data[2], data[3] = rate >> 7, rate & 0x7F, spo2, 33
    out = b""
    for place in range(25):
        first = status | (1 if place == 0 else 0)
        head = [1, first, pleth, data[place]] if two else [first, pleth, 0, data[place]]
        out += bytes([*head, sum(head) % 256])
    return out


FIRST_FRAME_2 = bytes([0x01, 0x83, 0x64, 0x00, 0xE8])


def values(data: bytes) -> dict[Vital, tuple[float | None, Quality]]:
    return {one.vital: (one.value, one.quality) for one in decode(data).readings}


def test_the_hand_written_packet_begins_as_the_table_says() -> None:
    assert packet(two=True)[:5] == FIRST_FRAME_2


@pytest.mark.parametrize("two", [True, False])
def test_a_packet_gives_saturation_rate_and_25_samples(two: bool) -> None:
    data = packet(two)
    assert values(data) == {Vital.SPO2: (97.0, Quality.VALID), Vital.PR: (72.0, Quality.VALID)}
    assert decode(data).wave_samples == {"pleth": 25}
    assert decode(data).device == f"Nonin (data format {2 if two else 7})"


def test_a_line_is_read_and_a_jump_waits_for_the_next() -> None:
    assert values(b"SPO2=097 HR=080\r\n" * 2)[Vital.SPO2] == (97.0, Quality.VALID)
    assert values(b"SPO2=097 HR=080\r\n") == {}
    assert decode(b"SPO2=097 HR=080 *\r\n").messages == ("event button",)


@pytest.mark.req("SER-19")
def test_none_is_no_value() -> None:
    assert values(packet(two=False, rate=511, spo2=127)) == {
        Vital.SPO2: (None, Quality.UNAVAILABLE),
        Vital.PR: (None, Quality.UNAVAILABLE),
    }
    assert values(b"SPO2=--- HR=---\r\n")[Vital.SPO2] == (None, Quality.UNAVAILABLE)


@pytest.mark.req("SER-19")
@pytest.mark.parametrize(("bit", "quality"), [(0x40, Quality.UNAVAILABLE), (0x08, Quality.UNAVAILABLE)])
def test_a_figure_without_a_sensor_is_not_believed(bit: int, quality: Quality) -> None:
    assert values(packet(two=True, status=0x80 | bit))[Vital.SPO2] == (None, quality)


@pytest.mark.parametrize("bits", [0x20, 0x10, 0x04])
def test_a_poor_signal_makes_a_figure_questionable(bits: int) -> None:
    assert values(packet(two=False, status=0x80 | bits))[Vital.SPO2] == (97.0, Quality.QUESTIONABLE)


@pytest.mark.req("SER-03")
@settings(max_examples=60)
@given(st.booleans(), st.integers(0, 124), st.integers(1, 255))
def test_a_packet_with_one_wrong_byte_gives_nothing(two: bool, place: int, flip: int) -> None:
    damaged = bytearray(packet(two))
    damaged[place] ^= flip
    report = decode(bytes(damaged))
    assert report.readings == ()
    assert report.wave_samples == {}


@given(st.integers(0, 375), st.booleans())
def test_where_the_stream_is_cut_changes_nothing(place: int, two: bool) -> None:
    data = packet(two) * 3
    stream = NoninStream("n")
    heard = stream.feed(data[:place], AT) + stream.feed(data[place:], AT)
    assert heard == NoninStream("n").feed(data, AT)
    assert len(heard) == 3


@given(st.binary(max_size=4000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    stream = NoninStream("n")
    stream.feed(noise, AT)
    assert all(frames.held_bytes <= MAX_BUFFER_BYTES for frames in stream._frames.values())


@pytest.mark.req("SER-04")
def test_a_lost_frame_is_a_gap_in_the_pleth() -> None:
    whole = packet(two=False)
    stream = NoninStream("n")
    heard = stream.feed(whole + whole[:60] + whole[65:] + whole, AT)
    assert [one.waves[0].gap for one in heard] == [False, True]


@pytest.mark.parametrize("output", list(Output))
def test_the_driver_reads_its_twin(output: Output) -> None:
    patient = someone()
    link = TwinLink(VirtualNonin(patient, output=output), patient)
    nonin = Nonin("finger", simulated=output is Output.LINES)
    assert nonin.identify(link).simulated
    batches = [nonin.turn(link) for _ in range(50)]
    spo2 = [one for batch in batches for one in batch.readings if one.vital is Vital.SPO2]
    seen = patient.numerics().spo2
    assert seen is not None
    assert spo2[-1].value == pytest.approx(seen, abs=1.5)
    blocks = [block for batch in batches for block in batch.waves]
    if output is not Output.LINES:
        samples = np.concatenate([np.frombuffer(block.samples, "<i2") for block in blocks])
        assert len(samples) == pytest.approx(75 * 5, abs=30)
        assert np.ptp(samples) > 3000
    patient.befall(SensorOff(Sensor.PROBE, 30.0))
    later = [one for _ in range(40) for one in nonin.turn(link).readings if one.vital is Vital.SPO2]
    assert not later[-1].usable
    link.pulled = True
    with pytest.raises(LinkLost):
        nonin.turn(link)


def test_silence_and_another_device_are_told_apart() -> None:
    with pytest.raises(TimeoutError, match="finger"):
        Nonin().identify(TwinLink(Prints(b"")))
    with pytest.raises(WrongDevice):
        Nonin().identify(TwinLink(Prints(b"something else altogether\r\n")))
