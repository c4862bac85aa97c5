"""Masimo ASCII 1: read by keys, never by columns; dashes are no value; exceptions are believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital
from console.clock import Instant
from console.devices.monitors.line_framer import LONGEST_LINE
from console.devices.monitors.masimo import Masimo, MasimoStream, decode
from console.devices.ports import LinkLost, WrongDevice
from console.devices.virtual.disturbance import Sensor, SensorOff
from console.devices.virtual.masimo import VirtualMasimo
from tests.devices.talking_monitor import Prints, TwinLink, someone

AT = Instant(0, 0)
RAD = (
    b"02/24/18 04:48:53 SN=0000145838 SPO2=097% BPM=080 PI=04.96% SPCO=--.-% SPMET=--.-% DESAT=-- "
    b"PIDELTA=+-- ALARM=0000 EXC=000800\r\n"
)
COLOUR = (
    b"02/24/18 04:48:54 SN=0000145838 SPO2=097% BPM=081 PI=00.55 SPHB=12.1 PVI=14 ALARM=000000 "
    b"EXC=0000800\r\n"
)


def values(line: bytes) -> dict[Vital, tuple[float | None, Quality]]:
    report = decode(line * 2)
    return {one.vital: (one.value, one.quality) for one in report.readings}


def with_exceptions(bits: int) -> bytes:
    return RAD.replace(b"EXC=000800", b"EXC=%06X" % (0x800 | bits))


def test_the_printed_example_is_read() -> None:
    assert values(RAD) == {
        Vital.SPO2: (97.0, Quality.VALID),
        Vital.PR: (80.0, Quality.VALID),
        Vital.PERFUSION: (4.96, Quality.VALID),
    }


def test_another_models_line_is_read_by_its_keys() -> None:
    assert values(COLOUR)[Vital.PERFUSION] == (0.55, Quality.VALID)
    assert values(COLOUR)[Vital.PR] == (81.0, Quality.VALID)


@pytest.mark.req("SER-19")
def test_dashes_are_no_value() -> None:
    line = RAD.replace(b"SPO2=097%", b"SPO2=---%").replace(b"BPM=080", b"BPM=---")
    assert values(line)[Vital.SPO2] == (None, Quality.UNAVAILABLE)
    assert values(line)[Vital.PR] == (None, Quality.UNAVAILABLE)


@pytest.mark.req("SER-19")
@pytest.mark.parametrize("bits", [0x01, 0x02, 0x08, 0x20, 0x80])
def test_a_figure_beside_a_missing_sensor_is_not_believed(bits: int) -> None:
    assert values(with_exceptions(bits))[Vital.SPO2] == (None, Quality.UNAVAILABLE)


@pytest.mark.parametrize("bits", [0x04, 0x10, 0x40, 0x400])
def test_a_poor_signal_makes_a_figure_questionable(bits: int) -> None:
    assert values(with_exceptions(bits))[Vital.SPO2] == (97.0, Quality.QUESTIONABLE)


def test_an_exception_nobody_mapped_is_kept() -> None:
    assert "exception 100000" in decode(with_exceptions(0x100000)).messages


@pytest.mark.req("SER-03")
@pytest.mark.parametrize(
    "line",
    [
        RAD.replace(b"SPO2=097%", b"SPO2=0x7%"),
        RAD.replace(b"EXC=", b"EXZ="),
        RAD.replace(b"BPM=080", b"BPM=080 BPM=080"),
        RAD.replace(b"02/24/18", b"13/24/18"),
        RAD.replace(b"ALARM=0000", b"ALARM=00g0"),
        RAD.replace(b" BPM", b"\x07BPM"),
    ],
)
def test_a_damaged_line_gives_nothing_at_all(line: bytes) -> None:
    report = decode(line)
    assert (report.good_frames, report.bad_frames, report.readings) == (0, 1, ())


@pytest.mark.req("SER-03")
def test_a_figure_that_jumps_is_shown_once_it_was_said_twice() -> None:
    stream = MasimoStream("m", from_start=True)
    low = RAD.replace(b"SPO2=097%", b"SPO2=087%")
    shown = [
        [one.value for heard in stream.feed(line, AT) for one in heard.readings if one.vital is Vital.SPO2]
        for line in (RAD, RAD, low, RAD, low, low)
    ]
    assert shown == [[], [97.0], [], [97.0], [], [87.0]]


def test_half_a_line_after_connecting_is_not_a_line() -> None:
    stream = MasimoStream("m")
    assert stream.feed(RAD[30:], AT) == []
    assert len(stream.feed(RAD, AT)) == 1
    assert stream.bad_frames == 0


@given(st.binary(max_size=2000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    stream = MasimoStream("m")
    stream.feed(noise, AT)
    assert stream._lines.held_bytes <= LONGEST_LINE
    assert stream.good_frames == 0


@given(st.integers(0, len(RAD + COLOUR)))
def test_where_the_stream_is_cut_changes_nothing(place: int) -> None:
    data = (RAD + COLOUR) * 2
    stream = MasimoStream("m", from_start=True)
    heard = stream.feed(data[:place], AT) + stream.feed(data[place:], AT)
    assert [one.readings for one in heard] == [
        one.readings for one in MasimoStream("m", from_start=True).feed(data, AT)
    ]


def test_the_driver_reads_its_twin_and_tells_that_it_is_simulated() -> None:
    patient = someone()
    link = TwinLink(VirtualMasimo(patient, clock_s=1_700_000_000.0), patient)
    masimo = Masimo("finger")
    identity = masimo.identify(link)
    assert (identity.kind, identity.simulated) == ("masimo", True)
    batches = [masimo.turn(link) for _ in range(60)]
    assert link.sent == b""
    spo2 = [one.value for batch in batches for one in batch.readings if one.vital is Vital.SPO2]
    assert len(spo2) >= 4
    seen = patient.numerics().spo2
    assert seen is not None
    assert spo2[-1] == pytest.approx(seen, abs=1.5)
    patient.befall(SensorOff(Sensor.PROBE, 30.0))
    later = [one for _ in range(30) for one in masimo.turn(link).readings if one.vital is Vital.SPO2]
    assert {one.usable for one in later} == {False}
    link.pulled = True
    with pytest.raises(LinkLost):
        masimo.turn(link)


def test_silence_and_another_device_are_told_apart() -> None:
    with pytest.raises(TimeoutError, match="ASCII 1"):
        Masimo().identify(TwinLink(Prints(b"")))
    with pytest.raises(WrongDevice, match="another output"):
        Masimo().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
