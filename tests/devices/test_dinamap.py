"""DINAMAP / V100: checked questions and answers; the cuff moves only when a person asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.vitals import NibpState, Quality, Vital
from console.clock import Instant, ManualClock
from console.devices.monitors.dinamap import Dinamap, DinamapStream, decode
from console.devices.monitors.dinamap_lines import check_of, command
from console.devices.monitors.line_framer import LONGEST_LINE
from console.devices.ports import LinkLost, WrongDevice
from console.devices.virtual.dinamap import VirtualDinamap
from console.devices.virtual.disturbance import Sensor, SensorOff
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from tests.devices.talking_monitor import Prints, TwinLink, someone

AT = Instant(0, 0)
PUBLISHED = (" NA!2", " NC0!E", " ND!5", " RC!8", " OA!3", " RA!6", " TC!:", " NF!7")
REPLY = " NF1101762127073078&<"


def answer(text: str) -> bytes:
    return f"{text}{check_of(text)}\r".encode("ascii")


def values(*texts: str) -> dict[Vital, tuple[float | None, Quality]]:
    report = decode(b"".join(map(answer, texts)))
    return {one.vital: (one.value, one.quality) for one in report.readings}


@pytest.mark.parametrize("text", PUBLISHED)
def test_the_published_commands_come_out_byte_for_byte(text: str) -> None:
    assert command(text[1:3], text[3:-2]) == f"\r{text}\r".encode("ascii")


def test_the_published_pressure_is_read() -> None:
    report = decode(f"{REPLY}\r".encode("ascii"))
    assert report.good_frames == 1
    assert [one.value for one in report.readings] == [127.0, 73.0, 78.0]


def test_a_pressure_is_as_old_as_the_device_says() -> None:
    clock = ManualClock()
    clock.advance(4000)
    (heard,) = DinamapStream("d", from_start=True).feed(f"{REPLY}\r".encode("ascii"), clock.now())
    assert heard.nibp is NibpState.IDLE
    assert {clock.now().seconds_since(one.measured_at) for one in heard.readings} == {1762.0}


def test_the_same_determination_keeps_its_instant_while_it_grows_old() -> None:
    clock, stream = ManualClock(), DinamapStream("d", from_start=True)
    seen = set()
    for age_s in (5, 6, 8, 8, 10):
        for heard in stream.feed(answer(f" NA110{age_s:04d}127073078"), clock.now()):
            seen |= {one.measured_at.mono_ns for one in heard.readings}
        clock.advance(1.2)
    assert len(seen) == 1
    new = stream.feed(answer(" NA1100002131079097"), clock.now())
    assert new[0].readings[0].measured_at.mono_ns not in seen


@pytest.mark.parametrize(("state", "told"), [("0", NibpState.MEASURING), ("8", NibpState.FAILED)])
def test_while_it_measures_or_failed_there_is_no_pressure(state: str, told: NibpState) -> None:
    (heard,) = DinamapStream("d", from_start=True).feed(answer(f" NA{state}100009127073078"), AT)
    assert (heard.nibp, heard.readings) == (told, ())


@pytest.mark.req("SER-19")
def test_standby_unplugged_and_no_pulse_are_no_value() -> None:
    assert values(" OA1097904")[Vital.SPO2] == (97.0, Quality.VALID)
    assert values(" OA1097204")[Vital.SPO2] == (97.0, Quality.QUESTIONABLE)
    for state in "036":
        assert values(f" OA{state}097904")[Vital.SPO2] == (None, Quality.UNAVAILABLE)
    assert values(" RC2072")[Vital.PR] == (72.0, Quality.VALID)
    assert values(" RC3072")[Vital.PR] == (None, Quality.UNAVAILABLE)
    assert values(" RC2-99")[Vital.PR] == (None, Quality.UNAVAILABLE)


def test_a_temperature_in_fahrenheit_is_turned_into_celsius() -> None:
    assert values(" TC0010000009861")[Vital.TEMP] == (37.0, Quality.VALID)


@pytest.mark.req("SER-03")
@given(st.integers(0, len(REPLY) - 1), st.integers(1, 127))
def test_one_wrong_byte_gives_no_reading(place: int, flip: int) -> None:
    damaged = bytearray(REPLY.encode("ascii"))
    damaged[place] ^= flip
    assert decode(bytes(damaged) + b"\r").readings == ()


@given(st.binary(max_size=2000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    stream = DinamapStream("d")
    stream.feed(noise, AT)
    assert stream.held_bytes <= LONGEST_LINE


def test_identifying_and_reading_never_moves_the_cuff() -> None:
    patient = someone()
    twin = VirtualDinamap(patient)
    link = TwinLink(twin, patient)
    dinamap = Dinamap("bed")
    assert dinamap.identify(link).simulated
    batches = [dinamap.turn(link) for _ in range(60)]
    found = {one.vital: one for batch in batches for one in batch.readings}
    seen = patient.numerics()
    assert seen.spo2 is not None
    assert found[Vital.SPO2].value == pytest.approx(seen.spo2, abs=1.5)
    assert found[Vital.TEMP].value == pytest.approx(seen.temp, abs=0.1)
    assert (twin.started, twin.cancelled) == (0, 0)
    patient.befall(SensorOff(Sensor.PROBE, 30.0))
    later = [one for _ in range(60) for one in dinamap.turn(link).readings if one.vital is Vital.SPO2]
    assert not later[-1].usable
    link.pulled = True
    with pytest.raises(LinkLost):
        dinamap.turn(link)


def test_a_person_starts_and_cancels_the_cuff() -> None:
    patient = VirtualPatient(PatientProfile(), 3, None)
    patient.advance(40.0, 0.0)
    twin = VirtualDinamap(patient)
    link = TwinLink(twin, patient)
    dinamap = Dinamap("bed")
    dinamap.identify(link)
    assert dinamap.start_cuff() == ""
    states = [dinamap.turn(link).nibp for _ in range(30)]
    assert twin.started == 1
    assert NibpState.MEASURING in states
    assert "already" in dinamap.start_cuff()
    dinamap.cancel_cuff()
    for _ in range(10):
        dinamap.turn(link)
    assert twin.cancelled == 1


def test_silence_and_another_device_are_told_apart() -> None:
    with pytest.raises(TimeoutError, match="host port"):
        Dinamap().identify(TwinLink(Prints(b"")))
    with pytest.raises(WrongDevice, match="printer"):
        Dinamap().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
