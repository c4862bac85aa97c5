"""The virtual S/5 speaks the specification's bytes, and the driver understands it."""

from __future__ import annotations

import dataclasses
import struct
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from console.clinical.vitals import NO_SAMPLE, NibpState, Quality, Vital, VitalReading, Wave, WaveBlock
from console.clock import Instant, ManualClock
from console.devices.monitors.dri_physiology import DataClass, PhysiologyKind
from console.devices.monitors.dri_requests import (
    AlarmCommand,
    alarm_request,
    physiology_request,
    physiology_stop,
    wave_request,
    wave_stop,
)
from console.devices.monitors.dri_stream import ALL_CLEAR
from console.devices.monitors.s5 import S5Monitor
from console.devices.ports import MonitorBatch
from console.devices.virtual.body import WAVE_RATES_HZ, CuffReading, Numerics
from console.devices.virtual.faults import (
    CorruptReply,
    DuplicateReply,
    HealthyLine,
    PowerCycle,
    ReplyLost,
    RequestLost,
    Silent,
)
from console.devices.virtual.s5 import NOMINAL_START_S, ClockJump, Garbage, VirtualS5

CUFF = CuffReading(systolic=118, diastolic=76, mean=90, pulse=70, age_s=10)
HEALTHY = Numerics(
    hr=72, pr=71, spo2=97.5, perfusion=3.4, rr=12, etco2=38, fico2=0, temp=36.6,
    cuff=CUFF, cuff_state=NibpState.IDLE, apnoea=False, artefact=False,
)  # fmt: skip


class StillBody:
    """A body that shows what it is told to; its waves are ramps of one count per sample."""

    def __init__(self) -> None:
        self.shown = HEALTHY
        self.waiting = dict.fromkeys(Wave, 0.0)
        self.given = dict.fromkeys(Wave, 0)
        self.dead: set[Wave] = set()

    def live(self, dt_s: float) -> None:
        for wave in Wave:
            self.waiting[wave] += dt_s * WAVE_RATES_HZ[wave]
        if self.shown.cuff is not None:
            cuff = dataclasses.replace(self.shown.cuff, age_s=self.shown.cuff.age_s + dt_s)
            self.show(cuff=cuff)

    def show(self, **changes: object) -> None:
        self.shown = dataclasses.replace(self.shown, **changes)  # type: ignore[arg-type]

    def numerics(self) -> Numerics:
        return self.shown

    def take_wave(self, wave: Wave) -> NDArray[np.float64]:
        ready = int(self.waiting[wave] + 1e-9)
        self.waiting[wave] -= ready
        first, self.given[wave] = self.given[wave], self.given[wave] + ready
        ramp = np.arange(first, first + ready, dtype=np.float64) % 20
        return np.full(ready, np.nan) if wave in self.dead else ramp / 10

    def start_cuff(self) -> None:
        self.show(cuff_state=NibpState.MEASURING)


class Cable:
    """Joins a driver to a virtual monitor; waiting for bytes is what makes time pass."""

    def __init__(self, monitor: VirtualS5, body: StillBody) -> None:
        self.clock = ManualClock()
        self.monitor = monitor
        self.body = body
        self.arrived = b""

    def read(self, timeout_s: float) -> bytes:
        self.clock.advance(timeout_s)
        self.body.live(timeout_s)
        got = self.arrived + self.monitor.advance(timeout_s)
        self.arrived = b""
        return got

    def write(self, data: bytes) -> None:
        self.arrived += self.monitor.feed(data)

    def now(self) -> Instant:
        return self.clock.now()

    def discard_input(self) -> None:
        self.arrived = b""

    def close(self) -> None:
        return None


class Bed:
    """A driver at a virtual monitor on a still body."""

    def __init__(self, driver: S5Monitor | None = None, shortest_interval_s: int = 1) -> None:
        self.body = StillBody()
        self.monitor = VirtualS5(self.body, shortest_interval_s=shortest_interval_s)
        self.cable = Cable(self.monitor, self.body)
        self.driver = driver or S5Monitor()

    def watch(self, seconds: float) -> MonitorBatch:
        """Everything the driver tells in so many seconds."""
        batches = [self.driver.turn(self.cable) for _ in range(round(seconds * 10))]
        states = [batch.nibp for batch in batches if batch.nibp is not None]
        return MonitorBatch(
            readings=[one for batch in batches for one in batch.readings],
            waves=[one for batch in batches for one in batch.waves],
            nibp=states[-1] if states else None,
            messages=[one for batch in batches for one in batch.messages],
            good_frames=sum(batch.good_frames for batch in batches),
            bad_frames=sum(batch.bad_frames for batch in batches),
        )


@pytest.fixture
def bed() -> Bed:
    made = Bed()
    made.driver.identify(made.cable)
    return made


def last(batch: MonitorBatch, vital: Vital) -> VitalReading:
    return [reading for reading in batch.readings if reading.vital is vital][-1]


def samples(blocks: list[WaveBlock]) -> list[int]:
    return [int(count) for block in blocks for count in np.frombuffer(block.samples, "<i2")]


def of(batch: MonitorBatch, wave: Wave) -> list[WaveBlock]:
    return [block for block in batch.waves if block.wave is wave]


def sent_records(monitor: VirtualS5, body: StillBody, seconds: float, step_s: float = 0.05) -> list[bytes]:
    """What the monitor sends, cut at the flags and unescaped by hand."""
    wire = b""
    for _ in range(round(seconds / step_s)):
        body.live(step_s)
        wire += monitor.advance(step_s)
    bodies = [body for body in wire.split(b"\x7e") if body]
    plain = [body.replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d") for body in bodies]
    assert all(sum(record[:-1]) & 0xFF == record[-1] for record in plain)
    return [record[:-1] for record in plain]


def test_record_bytes_lie_where_the_specification_says() -> None:
    body = StillBody()
    monitor = VirtualS5(body)
    monitor.feed(physiology_request(1))
    (record,) = sent_records(monitor, body, 1.0)
    assert len(record) == 40 + 278
    assert struct.unpack_from("<hBBHI", record) == (318, 0, 10, 0xFE51, NOMINAL_START_S + 1)
    assert struct.unpack_from("<h", record, 14) == (0,)
    assert struct.unpack_from("<hB", record, 16) == (0, 1)
    assert record[21] == 0xFF
    data = 40 + 4
    assert struct.unpack_from("<I", record, 40) == (NOMINAL_START_S + 1,)
    status, _label, hr, *_, imp_rr = struct.unpack_from("<IH5h", record, data)
    assert (status & 0b11, status >> 3 & 0xF, hr, imp_rr) == (0b11, 1, 72, 12)
    assert struct.unpack_from("<IH4h", record, data + 72) == (0b11, 0, 11800, 7600, 9000, 70)
    assert struct.unpack_from("<IHh", record, data + 86) == (0b11, 0, 3660)
    assert struct.unpack_from("<IH4h", record, data + 118) == (0b11, 0, 9750, 71, 340, -32767)
    assert struct.unpack_from("<IH4h", record, data + 132) == (0b11, 0, 500, 0, 12, 7600)
    assert struct.unpack_from("<3h", record, data + 226) == (72, 72, 72)
    assert struct.unpack_from("<IH4h", record, data + 16) == (0, 0, -32767, -32767, -32767, -32767)
    assert struct.unpack_from("<H", record, 40 + 276)[0] >> 8 & 0xF == 0


def test_wave_record_bytes_lie_where_the_specification_says() -> None:
    body = StillBody()
    monitor = VirtualS5(body)
    monitor.feed(wave_request([1, 9]))
    first, *rest = sent_records(monitor, body, 1.0)
    assert len(rest) == 3
    assert struct.unpack_from("<h", first, 14) == (1,)
    assert struct.unpack_from("<hBhBhB", first, 16)[:4] == (0, 1, 6 + 150, 9)
    assert first[24] == 0xFF
    assert struct.unpack_from("<hHH3h", first, 40) == (75, 0, 0, 0, 100, 200)
    assert struct.unpack_from("<hHH", first, 40 + 156) == (6, 0, 0)
    assert [record[2] for record in (first, *rest)] == [0, 1, 2, 3]


def test_alarm_record_bytes_lie_where_the_specification_says() -> None:
    body = StillBody()
    body.show(apnoea=True, spo2=88.0)
    wire = VirtualS5(body).feed(alarm_request(AlarmCommand.STATUS_NOW))
    record = wire.strip(b"\x7e")[:-1]
    assert struct.unpack_from("<h", record) == (40 + 510,)
    assert struct.unpack_from("<h", record, 14) == (4,)
    assert record[18] == 1
    assert record[50:56] == b"APNEA\0"
    assert struct.unpack_from("<HHH", record, 50 + 80) == (1, 3, 1)
    assert record[148:157] == b"SpO2 LOW\0"
    assert struct.unpack_from("<H", record, 148 + 82) == (2,)


def test_nothing_is_sent_before_it_is_asked_for_and_stop_stops() -> None:
    body = StillBody()
    monitor = VirtualS5(body)
    assert sent_records(monitor, body, 3) == []
    monitor.feed(physiology_request(1) + wave_request([8]))
    assert len(sent_records(monitor, body, 3)) == 3 + 12
    monitor.feed(physiology_stop() + wave_stop())
    assert sent_records(monitor, body, 3) == []


def test_requests_in_pieces_after_noise_and_with_bad_checksums_are_told_apart() -> None:
    body = StillBody()
    monitor = VirtualS5(body)
    request = physiology_request(2)
    for byte in b"AT\r\n" + request:
        monitor.feed(bytes([byte]))
    assert len(sent_records(monitor, body, 4)) == 2
    damaged = bytearray(physiology_stop())
    damaged[42] ^= 1
    monitor.feed(bytes(damaged))
    assert len(sent_records(monitor, body, 4)) == 2


def test_classes_once_and_auxiliary_are_answered() -> None:
    body = StillBody()
    monitor = VirtualS5(body)
    wire = monitor.feed(physiology_request(-1, (DataClass.EXT1, DataClass.EXT3)))
    assert struct.unpack_from("<h", wire, 1) == (40 + 3 * 278,)
    assert sent_records(monitor, body, 3) == []
    monitor.feed(physiology_request(5, kind=PhysiologyKind.AUXILIARY))
    (record,) = sent_records(monitor, body, 5)
    assert record[18] == 4
    assert struct.unpack_from("<I", record, 40) == (NOMINAL_START_S + 3 + 5 - 18,)


def test_driver_reads_every_vital_of_the_body(bed: Bed) -> None:
    batch = bed.watch(3)
    got = {vital: last(batch, vital).value for vital in Vital}
    assert got == {
        Vital.HR: 72, Vital.PR: 71, Vital.SPO2: 97.5, Vital.PERFUSION: 3.4, Vital.RR: 12,
        Vital.ETCO2: 38, Vital.FICO2: 0, Vital.TEMP: 36.6,
        Vital.NIBP_SYS: 118, Vital.NIBP_DIA: 76, Vital.NIBP_MEAN: 90,
    }  # fmt: skip
    assert (batch.bad_frames, batch.nibp) == (0, NibpState.IDLE)
    assert bed.driver.stream.lost == 0


def test_identity_says_that_it_is_simulated() -> None:
    made = Bed()
    identity = made.driver.identify(made.cable)
    assert (identity.model, identity.simulated) == ("S/5 (DRI level 10)", True)


def test_waves_arrive_complete_and_in_order_four_times_a_second(bed: Bed) -> None:
    batch = bed.watch(10)
    for wave, gain in ((Wave.ECG, 0.001), (Wave.PLETH, 0.01), (Wave.RESP, 0.01)):
        blocks = of(batch, wave)
        assert 39 <= len(blocks) <= 41
        counts = samples(blocks)
        assert abs(len(counts) - 10 * WAVE_RATES_HZ[wave]) <= WAVE_RATES_HZ[wave] / 2
        steps = {round(b - a) for a, b in pairwise(counts)}
        assert steps == {round(0.1 / gain), round(-1.9 / gain)}, wave
        assert not any(block.gap for block in blocks)
        assert all(block.usable for block in blocks)
    co2 = of(batch, Wave.CO2)[-1]
    peak = max(samples([co2])) * co2.gain
    assert peak <= 1.9 + co2.gain


@pytest.mark.req("SER-19")
def test_probe_off_is_unavailable_and_never_a_number(bed: Bed) -> None:
    bed.watch(2)
    bed.body.show(spo2=None, pr=None, perfusion=None)
    bed.body.dead = {Wave.PLETH}
    batch = bed.watch(4)
    for vital in (Vital.SPO2, Vital.PR, Vital.PERFUSION):
        reading = last(batch, vital)
        assert (reading.value, reading.quality) == (None, Quality.UNAVAILABLE)
    block = of(batch, Wave.PLETH)[-1]
    assert not block.usable
    assert set(samples([block])) == {NO_SAMPLE}
    assert "SpO2 PROBE OFF (yellow)" in batch.messages


@pytest.mark.req("SER-19")
def test_leads_off_takes_the_heart_rate_away_although_the_monitor_shows_the_pulse(bed: Bed) -> None:
    bed.body.show(hr=None)
    bed.body.dead = {Wave.ECG, Wave.RESP}
    bed.watch(0.5)
    batch = bed.watch(2)
    assert (last(batch, Vital.HR).value, last(batch, Vital.HR).quality) == (None, Quality.UNAVAILABLE)
    assert last(batch, Vital.PR).value == 71
    assert last(batch, Vital.RR).value == 12
    assert not any(block.usable for block in of(batch, Wave.ECG) + of(batch, Wave.RESP))


def test_apnoea_is_a_rate_of_zero_and_a_text_of_the_monitor(bed: Bed) -> None:
    bed.body.show(rr=0, apnoea=True)
    batch = bed.watch(4)
    assert last(batch, Vital.RR).value == 0.0
    assert {"APNEA (red)", "Apnoea (CO2)"} <= set(batch.messages)
    bed.body.show(rr=12, apnoea=False)
    assert bed.watch(4).messages[-1] == ALL_CLEAR
    assert bed.watch(15).messages == []


def test_standing_texts_are_told_whole_and_again_every_ten_seconds(bed: Bed) -> None:
    bed.body.show(spo2=88.0, artefact=True)
    bed.watch(5)
    assert list(bed.watch(10).messages) == ["SpO2 LOW (yellow)", "ARTEFACT (white)", "ECG artefact"]


def test_sampling_line_off_takes_etco2_and_rate_away(bed: Bed) -> None:
    bed.body.show(etco2=None, fico2=None, rr=None)
    bed.watch(1)
    batch = bed.watch(2)
    assert last(batch, Vital.ETCO2).quality is Quality.UNAVAILABLE
    assert last(batch, Vital.RR).value is None


def test_artefact_makes_the_heart_rate_questionable(bed: Bed) -> None:
    bed.body.show(artefact=True)
    bed.watch(1)
    assert last(bed.watch(2), Vital.HR).quality is Quality.QUESTIONABLE


def test_cuff_cycle_is_followed_with_the_time_of_each_measurement(bed: Bed) -> None:
    first = last(bed.watch(3), Vital.NIBP_SYS)
    assert last(bed.watch(70), Vital.NIBP_SYS).measured_at == first.measured_at
    bed.body.start_cuff()
    measuring = bed.watch(3)
    assert measuring.nibp is NibpState.MEASURING
    bed.watch(27)
    bed.body.show(cuff=dataclasses.replace(CUFF, age_s=0.0), cuff_state=NibpState.IDLE)
    done = bed.watch(2)
    assert done.nibp is NibpState.IDLE
    assert last(done, Vital.NIBP_SYS).measured_at.seconds_since(first.measured_at) > 95
    bed.body.start_cuff()
    bed.watch(20)
    bed.body.show(cuff_state=NibpState.FAILED)
    failed = bed.watch(2)
    assert failed.nibp is NibpState.FAILED
    assert (last(failed, Vital.NIBP_SYS).value, last(failed, Vital.NIBP_SYS).usable) == (None, False)
    assert "NIBP: UNABLE TO MEASURE (white)" in failed.messages


@pytest.mark.req("SER-01")
def test_silence_is_survived_and_the_gap_is_told(bed: Bed) -> None:
    bed.watch(3)
    bed.monitor.inject(Silent(5))
    silent = bed.watch(4.5)
    assert (silent.good_frames, list(silent.readings), list(silent.waves)) == (0, [], [])
    back = bed.watch(3)
    assert of(back, Wave.ECG)[0].gap
    assert not any(block.gap for block in of(back, Wave.ECG)[1:])
    assert last(back, Vital.HR).value == 72
    assert bed.driver.interval_s == 1


@pytest.mark.req("SER-01")
def test_monitor_that_was_switched_off_is_asked_again(bed: Bed) -> None:
    bed.watch(3)
    bed.monitor.inject(PowerCycle(off_s=8))
    assert bed.watch(7.5).good_frames == 0
    back = bed.watch(6)
    assert last(back, Vital.SPO2).value == 97.5
    assert of(back, Wave.ECG)
    bed.body.show(spo2=80.0)
    assert "SpO2 LOW (red)" in bed.watch(5).messages


@pytest.mark.req("SER-03")
def test_garbage_and_damaged_records_are_counted_and_cost_little(bed: Bed) -> None:
    bed.watch(2)
    bed.monitor.inject(Garbage(200))
    bed.monitor.inject(CorruptReply(byte_count=1, replies=3))
    batch = bed.watch(4)
    assert batch.bad_frames >= 3
    assert {reading.value for reading in batch.readings if reading.vital is Vital.HR} == {72.0}
    bed.monitor.inject(HealthyLine())
    assert bed.watch(3).bad_frames == 0


def test_dropped_records_flag_a_gap_and_doubled_ones_count_once(bed: Bed) -> None:
    bed.watch(2)
    bed.monitor.inject(ReplyLost(2))
    dropped = bed.watch(2)
    assert any(block.gap for block in of(dropped, Wave.ECG))
    bed.monitor.inject(DuplicateReply(4))
    doubled = bed.watch(2)
    assert not any(block.gap for block in of(doubled, Wave.ECG))
    assert len(samples(of(doubled, Wave.ECG))) == 600
    assert bed.driver.stream.duplicates == 4


def test_clock_jump_changes_the_device_time_and_no_age_of_ours(bed: Bed) -> None:
    before = last(bed.watch(3), Vital.NIBP_SYS)
    bed.monitor.inject(ClockJump(-86_400))
    after = last(bed.watch(3), Vital.NIBP_SYS)
    assert before.device_time_s is not None
    assert after.device_time_s == before.device_time_s - 86_400 + 3
    assert after.measured_at == before.measured_at


def test_lost_requests_are_repeated_while_identifying() -> None:
    made = Bed()
    made.monitor.inject(RequestLost(4))
    assert made.driver.identify(made.cable).kind == "s5"
    assert last(made.watch(6), Vital.HR).value == 72


def test_monitor_that_grants_five_seconds_gives_a_value_every_five_seconds() -> None:
    made = Bed(shortest_interval_s=5)
    made.driver.identify(made.cable)
    made.watch(15)
    batch = made.watch(30)
    assert made.driver.interval_s == 5
    assert len([reading for reading in batch.readings if reading.vital is Vital.HR]) == 6
    assert of(batch, Wave.ECG)


def test_long_step_sends_what_fell_due_without_losing_samples() -> None:
    body = StillBody()
    monitor = VirtualS5(body)
    monitor.feed(wave_request([1, 8, 9, 15]) + physiology_request(1))
    records = sent_records(monitor, body, 3.0, step_s=1.0)
    assert len(records) == 12 + 3
    counted = sum(struct.unpack_from("<h", record, 40)[0] for record in records if record[14] == 1)
    assert counted == 900


def test_line_load_stays_below_what_19200_baud_with_parity_carries() -> None:
    body = StillBody()
    monitor = VirtualS5(body)
    monitor.feed(wave_request([1, 8, 9, 15]) + physiology_request(1))
    wire = b""
    for _ in range(600):
        body.live(0.1)
        wire += monitor.advance(0.1)
    assert len(wire) / 60 < 0.9 * 19200 / 11
