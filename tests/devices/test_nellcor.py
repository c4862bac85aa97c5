"""Nellcor ASCII: data lines, headers, status codes; months are English everywhere."""

from __future__ import annotations

import locale

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital
from console.clock import Instant
from console.devices.monitors.line_framer import LONGEST_LINE
from console.devices.monitors.nellcor import Nellcor, NellcorStream, decode
from console.devices.ports import LinkLost, WrongDevice
from console.devices.virtual.disturbance import Sensor, SensorOff
from console.devices.virtual.nellcor import VirtualNellcor
from tests.devices.talking_monitor import Prints, TwinLink, someone

AT = Instant(0, 0)
HEADER = (
    b"N-560    VERSION 1.56.00    CRC:A1B2  SpO2 Limit: 90-100%    PR Limit: 60-170BPM\r\n"
    b"ADULT  0SAT-S\r\n"
    b"TIME  %SpO2   BPM     PA     Status\r\n"
)
LINE = b"01-Jul-18 14:12:05    97     80      52\r\n"


def values(line: bytes) -> dict[Vital, tuple[float | None, Quality]]:
    return {one.vital: (one.value, one.quality) for one in decode(line * 2).readings}


def test_a_data_line_is_read() -> None:
    assert values(LINE) == {Vital.SPO2: (97.0, Quality.VALID), Vital.PR: (80.0, Quality.VALID)}


def test_the_header_names_the_model_and_its_limits() -> None:
    report = decode(HEADER + LINE + LINE)
    assert report.device == "Nellcor N-560 1.56.00"
    assert report.bad_frames == 0
    assert "its limits: SpO2 90-100 %, pulse 60-170/min" in report.messages


def test_a_figure_outside_the_oximeters_limits_is_a_figure() -> None:
    assert values(LINE.replace(b" 97 ", b" 88*").replace(b"  52", b"  52   SL"))[Vital.SPO2] == (
        88.0,
        Quality.VALID,
    )


@pytest.mark.req("SER-19")
@pytest.mark.parametrize("code", [b"LM", b"LP", b"PS", b"SD", b"SO"])
def test_a_figure_without_a_signal_is_not_believed(code: bytes) -> None:
    line = LINE.rstrip() + b"   " + code + b"\r\n"
    assert values(line)[Vital.SPO2] == (None, Quality.UNAVAILABLE)


@pytest.mark.req("SER-19")
def test_dashes_and_nought_are_no_value() -> None:
    assert values(LINE.replace(b" 97 ", b"--- "))[Vital.SPO2] == (None, Quality.UNAVAILABLE)
    assert values(LINE.replace(b" 97 ", b"  0 "))[Vital.SPO2] == (None, Quality.UNAVAILABLE)


def test_motion_makes_figures_questionable_and_codes_are_told_in_words() -> None:
    line = LINE.rstrip() + b"   MO LB ZZ\r\n"
    assert values(line)[Vital.PR] == (80.0, Quality.QUESTIONABLE)
    assert decode(line).messages == ("motion", "battery low", "code ZZ")


@pytest.mark.parametrize("month", ["Jan", "Mai", "Dez"])
def test_months_are_read_by_a_fixed_table(month: str) -> None:
    assert locale.getlocale() is not None
    good = decode(LINE.replace(b"Jul", month.encode())).good_frames
    assert good == (1 if month == "Jan" else 0)


@pytest.mark.req("SER-03")
@pytest.mark.parametrize(
    "line",
    [LINE.replace(b"97", b"9?"), LINE.replace(b"14:", b"34:"), LINE[:20] + b"\r\n", b"SPO2=097 HR=080\r\n"],
)
def test_a_damaged_line_gives_nothing_at_all(line: bytes) -> None:
    report = decode(line)
    assert (report.good_frames, report.bad_frames, report.readings) == (0, 1, ())


@given(st.binary(max_size=2000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    stream = NellcorStream("n")
    stream.feed(noise, AT)
    assert stream._lines.held_bytes <= LONGEST_LINE
    assert stream.good_frames == 0


def test_the_driver_reads_its_twin() -> None:
    patient = someone()
    link = TwinLink(VirtualNellcor(patient, clock_s=1_700_000_000.0), patient)
    nellcor = Nellcor("finger")
    assert nellcor.identify(link).simulated
    found = [one for _ in range(80) for one in nellcor.turn(link).readings if one.vital is Vital.SPO2]
    seen = patient.numerics().spo2
    assert seen is not None
    assert found[-1].value == pytest.approx(seen, abs=1.5)
    patient.befall(SensorOff(Sensor.PROBE, 60.0))
    later = [one for _ in range(60) for one in nellcor.turn(link).readings if one.vital is Vital.SPO2]
    assert later
    assert not any(one.usable for one in later)
    assert link.sent == b""
    link.pulled = True
    with pytest.raises(LinkLost):
        nellcor.turn(link)


def test_silence_and_another_device_are_told_apart() -> None:
    with pytest.raises(TimeoutError, match="data port"):
        Nellcor().identify(TwinLink(Prints(b"")))
    with pytest.raises(WrongDevice):
        Nellcor().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
