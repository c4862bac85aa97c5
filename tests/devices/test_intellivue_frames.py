"""IntelliVue bytes: published client messages, check sums, figures, and what damage does to them."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.clinical.vitals import NO_SAMPLE, NibpState, Quality, VitalReading, Wave
from console.clock import Instant, ManualClock
from console.devices.monitors import intellivue_requests as ask
from console.devices.monitors.intellivue import decode
from console.devices.monitors.intellivue_frames import MAX_BUFFER_BYTES, IvFrames, encode, wrap
from console.devices.monitors.intellivue_messages import MdsCreated, clock_seconds, figure, parse_terms
from console.devices.monitors.intellivue_stream import (
    Accepted,
    Ended,
    IntelliVueStream,
    Refused,
    SessionEvent,
)

TEXT = (Path(__file__).parents[1] / "data" / "intellivue" / "client_frames.txt").read_text()
BLOCKS = [block.splitlines() for block in TEXT.strip().split("\n\n")]
BARE = {block[0].rpartition(" ")[0]: bytes.fromhex(block[1]) for block in BLOCKS}
FRAMED = {block[0].rpartition(" ")[0]: bytes.fromhex(block[2]) for block in BLOCKS}
AT = Instant(0, 0)


def counted(*parts: bytes) -> bytes:
    joined = b"".join(parts)
    return struct.pack(">HH", len(parts), len(joined)) + joined


def attr(name: int, value: bytes) -> bytes:
    return struct.pack(">HH", name, len(value)) + value


def obs(handle: int, *attributes: bytes) -> bytes:
    return struct.pack(">H", handle) + counted(*attributes)


def poll(kind: int, *objects: bytes, ticks: int = 8192, sequence: int = 1) -> bytes:
    """An extended poll answer, laid out by hand as the layout of the poll result has it."""
    content = struct.pack(">HHI", 1, sequence, ticks) + b"\xff" * 8 + struct.pack(">3H", 1, kind, 0)
    content += counted(struct.pack(">H", 0) + counted(*objects)) if objects else counted()
    body = struct.pack(">5H", 0x21, 0, 0, 0xF13B, len(content)) + content
    inner = struct.pack(">3H", 7, 7, len(body)) + body
    return struct.pack(">4H", 0xE100, 2, 2, len(inner)) + inner


def numeric(physio: int, raw: int, unit: int, state: int = 0) -> bytes:
    return obs(physio, attr(0x0950, struct.pack(">3HI", physio, state, unit, raw)))


def only(*objects: bytes) -> VitalReading:
    (heard,) = IntelliVueStream("p").hear(poll(6, *objects), AT)
    (reading,) = heard.readings
    return reading


SATURATION = numeric(0x4BB8, 97, 0x0220)
STREAM = encode(poll(6, SATURATION, numeric(0x4182, 0xC0, 0x0AA0))) + encode(poll(6, SATURATION))


@pytest.mark.parametrize("name", BARE)
def test_every_published_client_frame_comes_out_byte_for_byte(name: str) -> None:
    assert encode(BARE[name]) == FRAMED[name]
    (frame,) = IvFrames().feed(FRAMED[name])
    assert frame.message == BARE[name]


def test_every_published_client_message_is_built_byte_for_byte() -> None:
    built = {
        "assoc 1 s, MTU 1000, ext polls numerics": ask.association_request(1.0, 1000),
        "assoc 1 s, waves (ext 0x8C -> RTSA bit)": ask.association_request(1.0, 1000),
        "mds create result inv 1 reltime 0x1DC200": ask.mds_result(1, 0x1DC200),
        "single poll numerics": ask.single_poll(1, 1, ask.NUMERICS, ask.ALL),
        "ext poll numerics VALUE group 0, 60 s": ask.extended_poll(1, 1, ask.NUMERICS, ask.ALL, 60),
        "ext poll waves 60 s": ask.extended_poll(2, 2, ask.WAVES, ask.ALL, 60),
        "ext poll alarms 60 s": ask.extended_poll(3, 3, ask.ALERTS, ask.ALERT_GROUP, 60),
        "single poll alerts (keep alive)": ask.single_poll(9, 9, ask.ALERTS, ask.ALERT_STATIC),
        "get wave prio": ask.get_waves(3),
        "set wave prio II,pleth,CO2,resp": ask.set_waves(5, ask.WANTED_WAVES),
        "release": ask.RELEASE,
        "abort": ask.ABORT,
    }
    assert built == BARE


def test_the_published_check_sums_hold() -> None:
    assert wrap(b"\x3a\x71") == bytes.fromhex("C0 3A 71 9B 26 C1")
    assert wrap(b"\x3a\x91") == bytes.fromhex("C0 3A 91 95 7D E1 C1")


@pytest.mark.parametrize(
    ("raw", "value"), [(0xFD007D00, 32.0), (0xFF000140, 32.0), (0x01000140, 3200.0), (0x02000020, 3200.0)]
)
def test_the_published_figures_hold(raw: int, value: float) -> None:
    assert figure(raw) == value


def test_special_figures_are_no_numbers() -> None:
    assert math.isnan(figure(0x007FFFFF))
    assert math.isnan(figure(0x00800000))
    assert figure(0x007FFFFE) == math.inf
    assert figure(0x00800002) == -math.inf
    assert figure(0xFFFFFFF6) == -1.0


def test_a_clock_of_decimal_digits_is_read_and_an_unset_one_is_not() -> None:
    assert clock_seconds(bytes.fromhex("20 21 04 22 11 47 26 00")) == 1_619_092_046.0
    assert clock_seconds(b"\xff" * 8) is None
    assert clock_seconds(bytes.fromhex("20 21 13 22 11 47 26 00")) is None


def test_granted_terms_are_found_behind_headers_that_vary() -> None:
    request = ask.association_request(0.5, 996)
    for accept in (b"\x0e" + request[1:], b"\x0e" + request[1:].replace(b"\xa4\x80", b"\xa5\x80\x30\x80")):
        terms = parse_terms(accept)
        assert (terms.period_s, terms.mtu, terms.timeout_s) == (0.5, 996, 10.0)
    assert parse_terms(b"\x0e").timeout_s == 10.0
    assert parse_terms(b"\x0e" + ask.association_request(10.0, 996)[1:]).timeout_s == 30.0
    assert parse_terms(b"\x0e" + ask.association_request(60.0, 996)[1:]).timeout_s == 130.0


def test_session_messages_are_told_apart() -> None:
    stream = IntelliVueStream("p")
    said = [
        bytes.fromhex("0c 03 32 01 00"),
        bytes.fromhex("0a 18 c1 16 61 80 30 80 02 01 01 a0 80 63 80 80 01 00 00 00 00 00 00 00 00 00"),
        ask.ABORT,
        b"\x0e" + ask.association_request(1.0, 1000)[1:],
    ]
    for message in said:
        stream.feed(encode(message), AT)
    expected: list[type[SessionEvent]] = [Refused, Ended, Ended, Accepted]
    assert [type(event) for event in stream.session] == expected


@pytest.mark.req("SER-19")
@pytest.mark.parametrize(
    ("state", "quality"),
    [
        (0x0000, Quality.VALID),
        (0x0002, Quality.VALID),
        (0x8000, Quality.INVALID),
        (0x8001, Quality.INVALID),
        (0x4000, Quality.QUESTIONABLE),
        (0x2000, Quality.UNAVAILABLE),
        (0x1000, Quality.CALIBRATING),
        (0x0800, Quality.TEST),
        (0x0400, Quality.TEST),
        (0x0C00, Quality.TEST),
        (0x4400, Quality.TEST),
    ],
)
def test_the_state_of_a_measurement_decides_whether_it_counts(state: int, quality: Quality) -> None:
    reading = only(numeric(0x4BB8, 97, 0x0220, state))
    assert reading.quality is quality
    assert (reading.value == 97.0) is reading.usable
    assert (reading.value is None) is not reading.usable


@pytest.mark.parametrize("state", [0x0000, 0x8001])
def test_a_figure_that_is_no_number_is_no_value_whatever_its_state(state: int) -> None:
    assert only(numeric(0x4182, 0x007FFFFF, 0x0AA0, state)).value is None


@pytest.mark.parametrize(
    ("physio", "raw", "unit", "value", "quality"),
    [
        (0x50B0, 38, 0x0F20, 38.0, Quality.VALID),
        (0x50B0, 0xFF000033, 0x0F03, 38.253, Quality.VALID),
        (0x50B0, 5, 0x0220, 38.0, Quality.QUESTIONABLE),
        (0x4B48, 0xFF00016F, 0x17A0, 36.7, Quality.VALID),
        (0x4B48, 0xFF0003DA, 0x1140, 37.0, Quality.VALID),
        (0x4B48, 310, 0x0AA0, None, Quality.UNAVAILABLE),
        (0x50B0, 38, 0x0F40, None, Quality.UNAVAILABLE),
        (0x4BB8, 200, 0x0220, None, Quality.INVALID),
    ],
)
def test_units_are_turned_into_ours_and_strange_ones_refused(
    physio: int, raw: int, unit: int, value: float | None, quality: Quality
) -> None:
    reading = only(numeric(physio, raw, unit))
    assert reading.quality is quality
    assert reading.value == (None if value is None else pytest.approx(value, abs=0.01))


def test_breaths_from_the_airway_speak_while_they_can() -> None:
    stream = IntelliVueStream("p")
    airway, chest = numeric(0x5012, 14, 0x0AE0), numeric(0x500A, 11, 0x0AE0)
    lost = numeric(0x5012, 0x007FFFFF, 0x0AE0, 0x2000)
    first, then, later = Instant(0, 0), Instant(0, 2 * 10**9), Instant(0, 4 * 10**9)
    assert [one.value for said in stream.hear(poll(6, airway, chest), first) for one in said.readings] == [14]
    assert [one.value for said in stream.hear(poll(6, lost, chest), then) for one in said.readings] == [None]
    assert [one.value for said in stream.hear(poll(6, chest, lost), later) for one in said.readings] == [11]


def cuff(systolic: int, stamp: str = "", state: int = 0) -> bytes:
    rows = ((0x4A05, systolic), (0x4A06, 75), (0x4A07, 92))
    items = [struct.pack(">3HI", physio, state, 0x0F20, raw) for physio, raw in rows]
    stamped = [attr(0x0990, bytes.fromhex(stamp))] if stamp else []
    return obs(0x4A04, attr(0x094B, counted(*items)), *stamped)


def test_a_cuff_pressure_is_new_when_its_time_is() -> None:
    stream, clock = IntelliVueStream("p"), ManualClock()
    first, second = "20 21 04 22 11 47 26 00", "20 21 04 22 11 52 26 00"
    (said,) = stream.hear(poll(6, cuff(121, first)), clock.now())
    assert {one.quality for one in said.readings} == {Quality.STALE}
    clock.advance(10)
    (said,) = stream.hear(poll(6, cuff(121, first, state=0x0020)), clock.now())
    assert (said.readings, said.nibp) == ((), NibpState.MEASURING)
    clock.advance(30)
    measured = clock.now()
    (said,) = stream.hear(poll(6, cuff(121, second)), measured)
    assert said.nibp is NibpState.IDLE
    assert [(one.value, one.measured_at) for one in said.readings] == [
        (121.0, measured),
        (75.0, measured),
        (92.0, measured),
    ]
    clock.advance(60)
    (said,) = stream.hear(poll(6, cuff(121, second)), clock.now())
    assert {one.measured_at for one in said.readings} == {measured}


def test_a_cuff_that_ends_without_a_new_reading_has_failed() -> None:
    stream = IntelliVueStream("p")
    stream.hear(poll(6, cuff(121, "20 21 04 22 11 47 26 00")), AT)
    stream.hear(poll(6, cuff(121, "20 21 04 22 11 47 26 00", state=0x0020)), AT)
    (said,) = stream.hear(poll(6, cuff(121, "20 21 04 22 11 47 26 00")), AT)
    assert said.nibp is NibpState.FAILED


def ecg(handle: int, samples: list[int], *, described: bool = True) -> bytes:
    """Three leads in one object, as recorded: 14 significant bits, 4 ms, -40.96 to 40.955 mV."""
    data = struct.pack(f">{len(samples)}H", *samples)
    leads = [struct.pack(">3H", lead, 0, len(data)) + data for lead in (0x0101, 0x0102, 0x013D)]
    told = [attr(0x0967, counted(*leads))]
    if described:
        told += [
            attr(0x096D, struct.pack(">HBBH", len(samples), 16, 14, 0x3000)),
            attr(0x098D, struct.pack(">I", 32)),
            attr(0x096F, bytes.fromhex("fe fff000  fd 009ffb  0000 3fff".replace(" ", ""))),
            attr(0x0A16, counted(struct.pack(">HH", 1, 0x8000), struct.pack(">HH", 2, 0x4000))),
        ]
    return obs(handle, *told)


def test_a_compound_ecg_gives_lead_two_in_millivolt_with_its_marks_taken_off() -> None:
    stream = IntelliVueStream("p")
    samples = [0x1F9C, 0x2064, 0x1F9C | 0x4000, 0x8000] * 16
    (said,) = stream.hear(poll(9, ecg(7, samples), ticks=2048), AT)
    (block,) = said.waves
    counts = np.frombuffer(block.samples, "<i2")
    assert (block.wave, block.rate_hz, block.unit, len(counts)) == (Wave.ECG, 250.0, "mV", 64)
    assert (counts[1] - counts[0]) * block.gain == pytest.approx(1.0, abs=0.01)
    assert counts[2] == counts[0]
    assert counts[3] == NO_SAMPLE
    (again,) = stream.hear(poll(9, ecg(7, samples), ticks=2048), AT)
    assert again.waves == ()
    (on,) = stream.hear(poll(9, ecg(7, samples, described=False), ticks=4096), AT)
    assert not on.waves[0].gap
    (late,) = stream.hear(poll(9, ecg(7, samples, described=False), ticks=8192), AT)
    assert late.waves[0].gap


def other_wave(physio: int, data: bytes, bits: int, scale: str, unit: int) -> bytes:
    """A simple wave of 16 ms samples with its description."""
    return obs(
        physio,
        attr(0x096E, struct.pack(">3H", physio, 0, len(data)) + data),
        attr(0x096D, struct.pack(">HBBH", len(data), bits, bits, 0)),
        attr(0x098D, struct.pack(">I", 128)),
        attr(0x096F, bytes.fromhex(scale)),
        attr(0x0996, struct.pack(">H", unit)),
    )


def test_a_capnogram_in_kilopascal_is_drawn_in_mmhg() -> None:
    wave = other_wave(0x50AC, bytes([0, 100, 200]), 8, "00000000 ff000064 0000 00c8", 0x0F03)
    (said,) = IntelliVueStream("p").hear(poll(9, wave), AT)
    (block,) = said.waves
    drawn = np.frombuffer(block.samples, "<i2") * block.gain + block.offset
    assert list(drawn) == pytest.approx([0.0, 37.5, 75.0], abs=0.01)
    assert (block.wave, block.unit, block.rate_hz) == (Wave.CO2, "mm[Hg]", 62.5)


def test_a_wave_without_a_scale_is_per_cent_of_its_range() -> None:
    data = struct.pack(">3H", 0, 0x7FFF, 0xFFFF)
    wave = other_wave(0x4BB4, data, 16, "007fffff 007fffff 0000 ffff", 0x0200)
    (said,) = IntelliVueStream("p").hear(poll(9, wave), AT)
    (block,) = said.waves
    drawn = np.frombuffer(block.samples, "<i2") * block.gain + block.offset
    assert list(drawn) == pytest.approx([0.0, 50.0, 100.0], abs=0.01)


def test_a_wave_nobody_mapped_is_kept_by_its_code() -> None:
    wave = other_wave(0x4A10, bytes(4), 8, "00000000 00000064 0000 00c8", 0x0F20)
    (said,) = IntelliVueStream("p").hear(poll(9, wave), AT)
    assert (said.waves, said.messages) == ((), ("unmapped wave 4A10, 62.5 Hz",))


def test_the_first_event_tells_who_the_monitor_is() -> None:
    told = counted(
        attr(0x0984, bytes.fromhex("0006 0009fb510fe5")),
        attr(0x0928, b"\x00\x08Philips\0\x00\x06M8000\0"),
        attr(0x0987, bytes.fromhex("20 21 04 22 11 47 26 00")),
        attr(0x098F, bytes.fromhex("001dc200")),
    )
    content = bytes.fromhex("0021 0000 0000") + told
    body = bytes.fromhex("0021 0000 0000 001dc200 0d06") + struct.pack(">H", len(content)) + content
    inner = struct.pack(">3H", 1, 1, len(body)) + body
    stream = IntelliVueStream("p")
    (said,) = stream.hear(struct.pack(">4H", 0xE100, 2, 1, len(inner)) + inner, AT)
    assert (said.model, said.serial, said.simulated) == ("Philips M8000", "00060009fb510fe5", False)
    (event,) = stream.session
    assert isinstance(event, MdsCreated)
    assert ask.mds_result(event.invoke, event.ticks) == BARE["mds create result inv 1 reltime 0x1DC200"]
    later = poll(6, SATURATION, ticks=0x1DC200 + 8000)
    (reading,) = stream.hear(later, AT)[0].readings
    assert reading.device_time_s == 1_619_092_047.0


def test_a_wave_that_was_not_described_yet_is_not_drawn() -> None:
    (said,) = IntelliVueStream("p").hear(poll(9, ecg(7, [0] * 64, described=False)), AT)
    assert said.waves == ()


def test_alarms_are_mirrored_in_the_monitors_words_and_unknown_ones_kept_raw() -> None:
    words = "** SpO2 LOW\0".encode("utf-16-be")
    info = struct.pack(">HIHHH", 0, 0, 0, 0, len(words)) + words
    known = struct.pack(">9H", 2, 0x1234, 0x0200, 0x1000, 0x36, 0, 1, 0x0204, len(info)) + info
    bare = struct.pack(">9H", 2, 0x4321, 4, 0x0100, 0x36, 0, 1, 0x0999, 3) + b"abc"
    stream = IntelliVueStream("p")
    lists = obs(1, attr(0x0902, counted(known)), attr(0x0904, counted(bare)))
    (said,) = stream.hear(poll(0x36, lists), AT)
    assert said.messages == (
        "** SpO2 LOW (medium, silenced)",
        "alarm 4321 of source 0002 (high, demo)",
    )
    empty = obs(1, attr(0x0902, counted()), attr(0x0904, counted()))
    assert stream.hear(poll(0x36, empty), AT)[0].messages == ("no alarm",)
    assert stream.hear(poll(0x36, empty), AT)[0].messages == ()


def test_a_refused_request_is_said() -> None:
    message = struct.pack(">7H", 0xE100, 2, 3, 6, 5, 2, 0)
    assert decode(encode(message)).messages == ("the monitor refused request 5: access denied",)


def test_a_refused_request_does_not_hide_the_alarms() -> None:
    stream = IntelliVueStream("p")
    alarm = struct.pack(">9H", 2, 0x4321, 4, 0, 0x36, 0, 1, 0x0999, 0)
    (said,) = stream.hear(poll(0x36, obs(1, attr(0x0904, counted(alarm)))), AT)
    (refused,) = stream.hear(struct.pack(">7H", 0xE100, 2, 3, 6, 5, 9, 0), AT)
    assert refused.messages == (*said.messages, "the monitor refused request 5: no such action")


def test_linked_parts_are_read_one_by_one() -> None:
    message = poll(6, SATURATION)
    part = message[:4] + struct.pack(">HHBB", 5, len(message) - 8 + 2, 1, 1) + message[8:]
    report = decode(encode(part) + encode(message))
    assert (report.good_frames, len(report.readings)) == (2, 2)


@pytest.mark.req("SER-03")
@settings(max_examples=300)
@given(st.integers(0, 97), st.integers(1, 255))
def test_a_frame_with_one_wrong_byte_gives_no_reading(place: int, flip: int) -> None:
    data = bytearray(encode(poll(6, SATURATION)))
    data[place % len(data)] ^= flip
    assert decode(bytes(data)).readings == ()


@pytest.mark.req("SER-03")
@given(st.data())
def test_a_message_that_promises_more_than_it_holds_gives_nothing(data: st.DataObject) -> None:
    whole = poll(6, SATURATION)
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    report = decode(encode(cut))
    assert (report.good_frames, report.bad_frames, report.readings) == (0, 1, ())


@given(st.binary(max_size=1200))
@example(b"\xc0" + b"\x00" * 5000)
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    stream = IntelliVueStream("p")
    stream.feed(noise, AT)
    assert stream.held_bytes <= MAX_BUFFER_BYTES


@given(st.binary(max_size=200), st.sampled_from([0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x19, 0xE1]))
def test_any_message_behind_a_good_check_sum_is_survived(noise: bytes, kind: int) -> None:
    report = decode(encode(bytes([kind]) + noise))
    assert report.good_frames + report.bad_frames == 1


@given(st.sampled_from([0x0950, 0x094B, 0x096E, 0x0967, 0x096D, 0x0902, 0x0990]), st.binary(max_size=60))
def test_any_attribute_is_survived(name: int, noise: bytes) -> None:
    for kind in (6, 9, 0x36):
        report = decode(encode(poll(kind, obs(1, attr(name, noise)))))
        assert report.good_frames + report.bad_frames == 1


def test_where_the_stream_is_cut_changes_nothing() -> None:
    whole = IntelliVueStream("p").feed(STREAM, AT)
    assert len(whole) == 2
    for place in range(len(STREAM)):
        stream = IntelliVueStream("p")
        assert stream.feed(STREAM[:place], AT) + stream.feed(STREAM[place:], AT) == whole


def test_a_cut_frame_does_not_spoil_the_next() -> None:
    report = decode(STREAM[:30] + STREAM)
    assert (report.good_frames, report.bad_frames) == (2, 1)
    given_up = decode(STREAM[:30] + b"\x7d\xc1" + STREAM)
    assert (given_up.good_frames, given_up.refused[0].reason) == (2, "given up by its sender")
