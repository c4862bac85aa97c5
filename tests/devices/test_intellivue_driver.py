"""The IntelliVue driver against its twin: associate, read, keep alive, lose, associate anew, release."""

from __future__ import annotations

import numpy as np
import pytest

from console.clinical.vitals import USABLE, NibpState, Quality, Vital, VitalReading, Wave
from console.devices.monitors.intellivue import IntelliVue
from console.devices.monitors.intellivue_frames import encode
from console.devices.monitors.intellivue_requests import association_request
from console.devices.ports import LinkLost, MonitorBatch, WrongDevice
from console.devices.virtual.disturbance import Sensor, SensorOff
from console.devices.virtual.faults import CorruptReply, DuplicateReply, PowerCycle, ReplyLost, Silent
from console.devices.virtual.intellivue import DemoMode, EndAssociation, KiloPascal, VirtualIntelliVue
from tests.devices.talking_monitor import Prints, TwinLink, someone


class Bedside:
    """A driver, a twin and a patient on a manual clock."""

    def __init__(self) -> None:
        self.patient = someone()
        self.twin = VirtualIntelliVue(self.patient, clock_s=1_700_000_000.0)
        self.link = TwinLink(self.twin, self.patient)
        self.driver = IntelliVue("bed")

    def listen(self, seconds: float) -> list[MonitorBatch]:
        return [self.driver.turn(self.link) for _ in range(round(seconds * 10))]


def last(batches: list[MonitorBatch]) -> dict[Vital, VitalReading]:
    return {one.vital: one for batch in batches for one in batch.readings}


def texts(batches: list[MonitorBatch]) -> list[str]:
    return [text for batch in batches for text in batch.messages]


@pytest.fixture
def bedside() -> Bedside:
    made = Bedside()
    assert made.driver.identify(made.link).simulated
    return made


def test_numerics_and_waves_arrive_as_the_patient_has_them(bedside: Bedside) -> None:
    batches = bedside.listen(30)
    found, seen = last(batches), bedside.patient.numerics()
    for vital, truth in (
        (Vital.HR, seen.hr),
        (Vital.PR, seen.pr),
        (Vital.SPO2, seen.spo2),
        (Vital.RR, seen.rr),
        (Vital.ETCO2, seen.etco2),
        (Vital.TEMP, seen.temp),
    ):
        assert truth is not None
        assert found[vital].value == pytest.approx(truth, abs=3), vital
        assert found[vital].quality is Quality.VALID
    assert found[Vital.HR].device_time_s == pytest.approx(1_700_000_030, abs=4)
    # 1.024 s, not one second: 29 sets in 30 s.
    assert len([one for batch in batches for one in batch.readings if one.vital is Vital.HR]) == 29
    blocks = [block for batch in batches for block in batch.waves]
    assert {block.wave: block.rate_hz for block in blocks} == {
        Wave.ECG: 250.0,
        Wave.PLETH: 125.0,
        Wave.CO2: 62.5,
        Wave.RESP: 62.5,
    }
    assert not any(block.gap for block in blocks)
    assert all(block.usable for block in blocks)
    heights = {}
    for wave in Wave:
        mine = [block for block in blocks if block.wave is wave]
        values = np.concatenate([np.frombuffer(one.samples, "<i2") for one in mine])
        heights[wave] = values * mine[0].gain + mine[0].offset
        assert len(values) == pytest.approx(30 * mine[0].rate_hz, rel=0.03)
    assert 0.5 < np.ptp(heights[Wave.ECG]) < 4.0
    assert seen.etco2 is not None
    assert np.max(heights[Wave.CO2]) == pytest.approx(seen.etco2, abs=5)
    assert 20 < np.ptp(heights[Wave.PLETH]) <= 100
    assert "unmapped 4261: 0, unit 0AA0, state 0000" in texts(batches)
    assert sum(batch.bad_frames for batch in batches) == 0


def test_a_cuff_measurement_is_told_with_its_own_time(bedside: Bedside) -> None:
    before = bedside.listen(2)
    bedside.patient.start_cuff()
    begun = bedside.link.now()
    during = bedside.listen(50)
    assert NibpState.MEASURING in [batch.nibp for batch in before + during]
    assert [batch.nibp for batch in during if batch.nibp][-1] is NibpState.IDLE
    cuff = bedside.patient.numerics().cuff
    assert cuff is not None
    systolic = last(during)[Vital.NIBP_SYS]
    assert (systolic.value, systolic.quality) == (cuff.systolic, Quality.VALID)
    took_s = systolic.measured_at.seconds_since(begun)
    assert took_s == pytest.approx(50 - cuff.age_s, abs=3)
    measured = {one.measured_at for batch in during[-50:] for one in batch.readings if "nibp" in one.vital}
    spread = [moment.seconds_since(systolic.measured_at) for moment in measured]
    assert max(map(abs, spread)) < 1.5


def test_the_association_outlives_its_polls_and_its_time_out(bedside: Bedside) -> None:
    batches = bedside.listen(66)
    assert bedside.twin.monitor.associated
    assert last(batches[-20:])[Vital.SPO2].usable
    assert {block.wave for batch in batches[-20:] for block in batch.waves} == set(Wave)


def test_a_client_that_falls_silent_is_dropped_and_a_second_one_refused_meanwhile() -> None:
    bedside = Bedside()
    bedside.driver.identify(bedside.link)
    assert encode(bytes.fromhex("0c 03 32 01 00")) == bedside.twin.feed(
        encode(association_request(1.0, 1000))
    )
    said = b"".join(bedside.twin.advance(0.1) for _ in range(120))
    assert not bedside.twin.monitor.associated
    assert said.endswith(b"\xc1")


def test_a_session_left_behind_does_not_lock_us_out() -> None:
    bedside = Bedside()
    bedside.driver.identify(bedside.link)
    again = IntelliVue("bed")
    assert again.identify(bedside.link).kind == "intellivue"


def test_leaving_releases_the_monitor(bedside: Bedside) -> None:
    bedside.listen(2)
    bedside.driver.leave(bedside.link)
    assert not bedside.twin.monitor.associated
    bedside.driver.leave(bedside.link)


@pytest.mark.parametrize("fault", [EndAssociation(), PowerCycle(3.0), Silent(4.0)])
def test_a_lost_association_is_made_anew_or_falls_silent(
    bedside: Bedside, fault: EndAssociation | PowerCycle | Silent
) -> None:
    bedside.listen(3)
    bedside.twin.inject(fault)
    batches = bedside.listen(6)
    if isinstance(fault, PowerCycle):
        # A monitor that forgot us says nothing: the owner's quiet time makes us identify it again.
        assert sum(batch.good_frames for batch in batches[10:]) == 0
        bedside.driver.identify(bedside.link)
        batches = bedside.listen(3)
    assert last(batches)[Vital.SPO2].usable
    assert bedside.twin.monitor.associated


def test_another_monitor_on_the_same_port_is_not_taken_for_the_first(bedside: Bedside) -> None:
    bedside.listen(2)
    bedside.twin.monitor.system_id = bytes(6)
    bedside.twin.inject(EndAssociation())
    batches = bedside.listen(6)
    assert sum(batch.good_frames for batch in batches[5:]) == 0
    assert bedside.driver.identify(bedside.link).serial == "0006" + "00" * 6


def test_a_lost_answer_to_the_association_is_asked_for_again() -> None:
    bedside = Bedside()
    bedside.twin.inject(ReplyLost(2))
    assert bedside.driver.identify(bedside.link).simulated


@pytest.mark.req("SER-03")
def test_damaged_frames_are_counted_and_their_loss_is_a_gap(bedside: Bedside) -> None:
    bedside.listen(3)
    bedside.twin.inject(CorruptReply(2, 12))
    batches = bedside.listen(8)
    assert sum(batch.bad_frames for batch in batches) >= 10
    assert any(block.gap for batch in batches for block in batch.waves)
    assert last(batches)[Vital.SPO2].usable


def test_what_comes_twice_is_drawn_once(bedside: Bedside) -> None:
    bedside.listen(3)
    bedside.twin.inject(DuplicateReply(1000))
    batches = bedside.listen(10)
    samples = sum(len(one.samples) // 2 for batch in batches for one in batch.waves if one.wave is Wave.ECG)
    assert samples == pytest.approx(2500, abs=64)


@pytest.mark.req("SER-19")
def test_demonstration_data_is_never_usable(bedside: Bedside) -> None:
    bedside.twin.inject(DemoMode())
    bedside.listen(1.2)
    batches = bedside.listen(4)
    readings = [one for batch in batches for one in batch.readings]
    assert readings
    assert {one.quality for one in readings} == {Quality.TEST}
    assert all(one.value is None for one in readings)
    assert not any(block.usable for batch in batches for block in batch.waves)


def test_kilopascal_is_turned_into_mmhg_and_said(bedside: Bedside) -> None:
    bedside.twin.inject(KiloPascal())
    bedside.listen(2)
    batches = bedside.listen(4)
    truth = bedside.patient.numerics().etco2
    assert truth is not None
    assert last(batches)[Vital.ETCO2].value == pytest.approx(truth, abs=3)


def test_a_sensor_that_comes_off_takes_its_figures_and_its_wave_along(bedside: Bedside) -> None:
    bedside.listen(2)
    bedside.patient.befall(SensorOff(Sensor.PROBE, 30.0))
    batches = bedside.listen(5)
    assert last(batches)[Vital.SPO2].quality is Quality.UNAVAILABLE
    pleth = [block for batch in batches for block in batch.waves if block.wave is Wave.PLETH]
    assert not pleth[-1].usable
    assert any("SpO2 SENSOR OFF (medium)" in text for text in texts(batches))
    bedside.listen(30)
    assert last(bedside.listen(3))[Vital.SPO2].quality in USABLE


def test_a_pulled_cable_is_told(bedside: Bedside) -> None:
    bedside.link.pulled = True
    with pytest.raises(LinkLost):
        bedside.driver.turn(bedside.link)


class Deaf:
    """A monitor that refuses everybody."""

    def __init__(self) -> None:
        self.asked = 0

    def feed(self, data: bytes) -> bytes:
        if b"\x80\x00\x14\x02" not in data:
            return b""
        self.asked += 1
        return encode(bytes.fromhex("0c 03 32 01 00"))

    def advance(self, dt_s: float) -> bytes:
        del dt_s
        return b""


def test_a_refusal_is_told_and_not_stormed_against() -> None:
    deaf = Deaf()
    with pytest.raises(TimeoutError, match="another program"):
        IntelliVue().identify(TwinLink(deaf))
    assert 3 <= deaf.asked <= 7


class Loop:
    """Joined wires."""

    def feed(self, data: bytes) -> bytes:
        return data

    def advance(self, dt_s: float) -> bytes:
        del dt_s
        return b""


def test_silence_another_device_and_joined_wires_are_told_apart() -> None:
    with pytest.raises(TimeoutError, match="Data Out"):
        IntelliVue().identify(TwinLink(Prints(b"")))
    with pytest.raises(WrongDevice, match="115200"):
        IntelliVue().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
    with pytest.raises(WrongDevice, match="joined"):
        IntelliVue().identify(TwinLink(Loop()))


def test_no_message_is_longer_than_was_agreed(bedside: Bedside) -> None:
    monitor = bedside.twin.monitor
    assert bedside.driver.terms.mtu == 996
    longest = 0
    for _ in range(30):
        bedside.patient.advance(0.1, 0.0)
        longest = max([longest, *map(len, monitor.pass_time(0.1))])
    assert 200 < longest <= 996
