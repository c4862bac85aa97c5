"""Ivy 450C: a recording of a real monitor is read whole; its twin speaks the same form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital, VitalReading, Wave
from console.clock import Instant, ManualClock
from console.devices.monitors.ivy import Ivy, IvyStream, decode
from console.devices.monitors.ivy_frames import MAX_BUFFER_BYTES
from console.devices.monitors.talking_stream import Heard
from console.devices.ports import LinkLost, WrongDevice
from console.devices.virtual.ivy import VirtualIvy
from tests.devices.talking_monitor import Prints, TwinLink, someone

RECORDING = (Path(__file__).parents[1] / "data" / "ivy450c" / "Ivy450C.1.data").read_bytes()
AT = Instant(0, 0)
FIRST = RECORDING.index(b"\xffANSAR-B ")
MESSAGE = RECORDING[FIRST : FIRST + 562]


def last(data: bytes) -> dict[Vital, tuple[float | None, Quality]]:
    return {one.vital: (one.value, one.quality) for one in decode(data).readings}


def cuff(heard: list[Heard]) -> list[VitalReading]:
    return [one for said in heard for one in said.readings if one.vital.value.startswith("nibp")]


def test_every_whole_message_of_the_recording_is_read() -> None:
    report = decode(RECORDING)
    assert (report.good_frames, report.bad_frames, report.device) == (27, 0, "Ivy 450C")
    assert report.wave_samples == {"ecg": 27 * 200, "resp": 27 * 50, "pleth": 27 * 50}


def test_the_recording_holds_the_published_values() -> None:
    valid = Quality.VALID
    assert last(RECORDING) == {
        Vital.HR: (80.0, valid),
        Vital.RR: (35.0, valid),
        Vital.SPO2: (100.0, valid),
        Vital.PR: (80.0, valid),
        Vital.NIBP_SYS: (121.0, valid),
        Vital.NIBP_DIA: (75.0, valid),
        Vital.NIBP_MEAN: (92.0, valid),
        Vital.ETCO2: (None, Quality.UNAVAILABLE),
        Vital.TEMP: (None, Quality.UNAVAILABLE),
    }


def test_what_nobody_mapped_is_kept() -> None:
    assert "P1 111;73;88" in decode(RECORDING).messages


def test_the_ecg_has_its_zero_and_its_height() -> None:
    (heard,) = IvyStream("i").feed(MESSAGE, AT)
    ecg = next(block for block in heard.waves if block.wave is Wave.ECG)
    volts = np.frombuffer(ecg.samples, "<i2") * ecg.gain
    assert -1.0 < np.median(volts) < 1.0
    assert 0.5 < np.ptp(volts) < 5.0


def test_a_cuff_pressure_found_on_connecting_is_not_taken_for_a_new_one() -> None:
    stream, clock = IvyStream("i"), ManualClock()
    assert not [
        one
        for heard in stream.feed(MESSAGE * 2, clock.now())
        for one in heard.readings
        if "nibp" in one.vital
    ]
    clock.advance(60)
    measured = clock.now()
    other = MESSAGE.replace(b"121;75;92;80", b"131;79;97;82")
    new = cuff(stream.feed(other, measured))
    assert [one.value for one in new] == [131.0, 79.0, 97.0]
    clock.advance(30)
    again = [
        one for heard in stream.feed(other, clock.now()) for one in heard.readings if "nibp" in one.vital
    ]
    assert {one.measured_at for one in again} == {measured}


@pytest.mark.req("SER-03")
@pytest.mark.parametrize(
    "damage", [(b"HR=1", b"H?=1"), (b"RR=1;35", b"RR=1=35"), (b"SPO2=1", b"HR=1;2;3;\rSP=1")]
)
def test_a_message_with_a_damaged_line_gives_nothing(damage: tuple[bytes, bytes]) -> None:
    report = decode(MESSAGE.replace(*damage) + MESSAGE)
    assert (report.good_frames, report.bad_frames) == (1, 1)


@settings(max_examples=40)
@given(st.integers(0, 2 * 562))
def test_where_the_stream_is_cut_changes_nothing(place: int) -> None:
    data = MESSAGE * 2
    stream = IvyStream("i")
    assert stream.feed(data[:place], AT) + stream.feed(data[place:], AT) == IvyStream("i").feed(data, AT)


@given(st.binary(max_size=3000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    stream = IvyStream("i")
    stream.feed(noise + b"\xffANSAR-B " + noise, AT)
    assert stream.held_bytes <= MAX_BUFFER_BYTES


def test_the_driver_reads_its_twin() -> None:
    patient = someone()
    link = TwinLink(VirtualIvy(patient), patient)
    ivy = Ivy("bed")
    assert ivy.identify(link).simulated
    batches = [ivy.turn(link) for _ in range(80)]
    found = {one.vital: one for batch in batches for one in batch.readings}
    seen = patient.numerics()
    for vital, truth in ((Vital.SPO2, seen.spo2), (Vital.HR, seen.hr), (Vital.RR, seen.rr)):
        assert truth is not None
        assert found[vital].value == pytest.approx(truth, abs=4)
    ecg = [block for batch in batches for block in batch.waves if block.wave is Wave.ECG]
    assert np.ptp(np.concatenate([np.frombuffer(block.samples, "<i2") for block in ecg])) > 20
    link.pulled = True
    with pytest.raises(LinkLost):
        ivy.turn(link)


def test_silence_and_another_device_are_told_apart() -> None:
    with pytest.raises(TimeoutError, match="ANSAR-B"):
        Ivy().identify(TwinLink(Prints(b"")))
    with pytest.raises(WrongDevice):
        Ivy().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
