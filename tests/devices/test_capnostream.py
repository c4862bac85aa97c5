"""Capnostream 20: escaped frames with a check byte, a host that says it is there, a 20 Hz capnogram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital, Wave
from console.clock import Instant
from console.devices.monitors.capnostream import CapnoStream, Capnostream, decode
from console.devices.monitors.capnostream_frames import MAX_BUFFER_BYTES, CapnoFrames, encode
from console.devices.ports import LinkLost, WrongDevice
from console.devices.virtual.capnostream import VirtualCapnostream
from console.devices.virtual.disturbance import Sensor, SensorOff
from tests.devices.talking_monitor import Prints, TwinLink, someone

AT = Instant(0, 0)
READY = {1: "85 01 01 00", 2: "85 01 02 03", 4: "85 01 04 05", 5: "85 01 05 04", 6: "85 01 06 07"}


def numerics(
    etco2: int = 38, rr: int = 14, spo2: int = 97, pr: int = 72, unit: int = 1, spo2_alarms: int = 0
) -> bytes:
    """A message laid out by hand: time, five values, slow status, events, alarms, quiet, limits, unit."""
    head = bytes([0x60, 0, 0, 1, etco2, 0, rr, spo2, pr, 0, 0, 0, 0, 0, spo2_alarms, 0])
    return encode(1, head + bytes(9) + bytes([unit, 0]))


def values(data: bytes) -> dict[Vital, tuple[float | None, Quality]]:
    return {one.vital: (one.value, one.quality) for one in decode(data).readings}


@pytest.mark.parametrize(("code", "text"), READY.items())
def test_the_published_frames_come_out_byte_for_byte(code: int, text: str) -> None:
    assert encode(code) == bytes.fromhex(text)


def test_a_setting_with_two_bytes_is_framed_as_published() -> None:
    assert encode(0x3C, b"\x04\x02") == bytes.fromhex("85 03 3C 04 02 39")


@given(st.binary(max_size=100), st.integers(0, 255))
def test_escapes_carry_every_byte(payload: bytes, code: int) -> None:
    data = encode(code, payload)
    assert data.count(b"\x85") == 1
    (frame,) = CapnoFrames().feed(data)
    assert (frame.code, frame.payload) == (code, payload)


def test_numerics_are_read() -> None:
    assert values(numerics()) == {
        Vital.ETCO2: (38.0, Quality.VALID),
        Vital.FICO2: (0.0, Quality.VALID),
        Vital.RR: (14.0, Quality.VALID),
        Vital.SPO2: (97.0, Quality.VALID),
        Vital.PR: (72.0, Quality.VALID),
    }


def test_carbon_dioxide_in_kilopascal_and_percent_is_turned_into_mmhg() -> None:
    assert values(numerics(etco2=51, unit=2))[Vital.ETCO2][0] == pytest.approx(38.25, abs=0.01)
    assert values(numerics(etco2=50, unit=3))[Vital.ETCO2][0] == pytest.approx(38.0, abs=0.01)
    assert values(numerics(etco2=50, unit=9))[Vital.ETCO2] == (None, Quality.UNAVAILABLE)


@pytest.mark.req("SER-19")
def test_255_is_no_value_and_a_lost_sensor_takes_the_figures_with_it() -> None:
    assert values(numerics(spo2=255, rr=255))[Vital.SPO2] == (None, Quality.UNAVAILABLE)
    assert values(numerics(spo2_alarms=0x20))[Vital.SPO2] == (None, Quality.UNAVAILABLE)
    assert values(numerics(spo2_alarms=0x20))[Vital.PR] == (None, Quality.UNAVAILABLE)
    assert "sensor off" in decode(numerics(spo2_alarms=0x20)).messages


def test_a_saturation_that_repeats_the_breathing_rate_is_questionable() -> None:
    assert values(numerics(rr=97, spo2=97))[Vital.SPO2] == (97.0, Quality.QUESTIONABLE)


def test_a_missing_wave_message_is_a_gap() -> None:
    stream = CapnoStream("c")
    data = b"".join(encode(0, bytes([number, 38, 128, 0])) for number in (254, 255, 0, 2))
    assert [one.waves[0].gap for one in stream.feed(data, AT)] == [False, False, False, True]


def test_codes_nobody_mapped_are_kept_raw() -> None:
    assert decode(encode(0x37, b"\x01\x02")).messages == ("code 55: 01 02",)


@pytest.mark.req("SER-03")
@given(st.integers(0, 27), st.integers(1, 255))
def test_a_message_with_one_wrong_byte_gives_no_reading(place: int, flip: int) -> None:
    damaged = bytearray(numerics())
    damaged[place] ^= flip
    report = decode(bytes(damaged))
    assert report.readings == ()


@given(st.binary(max_size=3000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    stream = CapnoStream("c")
    stream.feed(noise, AT)
    assert stream.held_bytes <= MAX_BUFFER_BYTES


@given(st.integers(0, 60))
def test_where_the_stream_is_cut_changes_nothing(place: int) -> None:
    data = numerics() + encode(0, b"\x00\x26\x85\x80") + numerics()
    stream = CapnoStream("c")
    assert stream.feed(data[:place], AT) + stream.feed(data[place:], AT) == CapnoStream("c").feed(data, AT)


def test_the_driver_reads_its_twin_and_keeps_it_awake() -> None:
    patient = someone()
    twin = VirtualCapnostream(patient, clock_s=1_700_000_000.0)
    link = TwinLink(twin, patient)
    capno = Capnostream("bed")
    identity = capno.identify(link)
    assert identity.simulated
    batches = [capno.turn(link) for _ in range(220)]
    assert not twin.host_gone
    found = {one.vital: one for batch in batches for one in batch.readings}
    seen = patient.numerics()
    assert seen.etco2 is not None
    assert found[Vital.ETCO2].value == pytest.approx(seen.etco2, abs=3)
    blocks = [block for batch in batches for block in batch.waves]
    samples = np.concatenate([np.frombuffer(block.samples, "<i2") for block in blocks]) * 0.01
    assert len(samples) == pytest.approx(22 * 20, abs=12)
    assert np.max(samples) == pytest.approx(seen.etco2, abs=6)
    assert not any(block.gap for block in blocks)
    patient.befall(SensorOff(Sensor.CO2_LINE, 30.0))
    later = [capno.turn(link) for _ in range(50)]
    assert not later[-1].waves[-1].usable
    assert [one.usable for batch in later for one in batch.readings if one.vital is Vital.ETCO2][-1] is False
    assert {block.wave for batch in later for block in batch.waves} == {Wave.CO2}
    link.pulled = True
    with pytest.raises(LinkLost):
        capno.turn(link)


def test_silence_and_another_device_are_told_apart() -> None:
    with pytest.raises(TimeoutError, match="serial speed"):
        Capnostream().identify(TwinLink(Prints(b"")))
    with pytest.raises(WrongDevice, match="speed"):
        Capnostream().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
