"""Replies of the Harvard / KD Scientific pump chain: as the manuals print them, and any bytes at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.devices.pumps.harvard import decode
from console.devices.pumps.harvard_delivery import agrees
from console.devices.pumps.harvard_replies import LONGEST_LINE, MOST_LINES, HarvardReplies, Prompt, Reply
from console.devices.pumps.harvard_words import (
    Status,
    read_bare,
    read_diameter,
    read_rate,
    read_serial,
    read_status,
    read_target,
    read_version,
    read_volume,
    same_but_running_on,
)

PRINTED: list[tuple[bytes, Prompt, tuple[str, ...], int | None]] = [
    (b"\n:", Prompt.IDLE, (), None),
    (b"\n:\x11", Prompt.IDLE, (), None),
    (b"\n>", Prompt.INFUSING, (), None),
    (b"\n<", Prompt.WITHDRAWING, (), None),
    (b"\n*", Prompt.STALLED, (), None),
    (b"\nT*", Prompt.TARGET, (), None),
    (b"\n12:", Prompt.IDLE, (), 12),
    (b"\n12>", Prompt.INFUSING, (), 12),
    (b"\n00:*", Prompt.STALLED, (), 0),
    (b"\n06T*", Prompt.TARGET, (), 6),
    (b"\n11 ELITE I/W Single 3.0.4\r\n:", Prompt.IDLE, ("11 ELITE I/W Single 3.0.4",), None),
    (b"\nPump address is 0\r\n:", Prompt.IDLE, ("Pump address is 0",), None),
    (b"\n12:26.59 mm\r\n12:", Prompt.IDLE, ("26.59 mm",), 12),
    (b"\nTarget volume not set\r\n:", Prompt.IDLE, ("Target volume not set",), None),
    (b"\nOn\r\n:\x11", Prompt.IDLE, ("On",), None),
    (
        b"\n03:Argument error: 99999\r\n03:   Out of range\r\n03:",
        Prompt.IDLE,
        ("Argument error: 99999", "Out of range"),
        3,
    ),
]


def replies(data: bytes) -> list[Reply]:
    parser = HarvardReplies()
    found = parser.feed(data)
    last = parser.quiet()
    return found + ([] if last is None else [last])


@pytest.mark.parametrize(("data", "prompt", "lines", "address"), PRINTED, ids=lambda value: repr(value)[:24])
def test_a_printed_reply_is_read(
    data: bytes, prompt: Prompt, lines: tuple[str, ...], address: int | None
) -> None:
    (reply,) = replies(data)
    assert (reply.prompt, reply.lines, reply.address) == (prompt, lines, address)


def test_an_error_is_one_in_the_makers_words() -> None:
    assert replies(PRINTED[-1][0])[0].error == "Argument error: 99999 Out of range"
    assert replies(b"\nUnknown command\r\n:")[0].error
    assert replies(b"\nCommand error: xyz\r\n:")[0].error
    assert not replies(b"\n26.59 mm\r\n:")[0].error


@pytest.mark.parametrize(
    ("line", "rate"),
    [
        ("120 ml/hr", "120"),
        ("3.2 ul/min", "0.192"),
        ("2.5 ml/min", "150"),
        ("100 nl/sec", "0.36"),
        ("20 ML/HR", "20"),
    ],
)
def test_a_rate_is_read_in_every_unit(line: str, rate: str) -> None:
    assert read_rate(Reply(0, Prompt.IDLE, (line,))) == Decimal(rate)


def test_volumes_diameters_and_targets_are_read_and_nothing_else_passes_for_them() -> None:
    def said(line: str) -> Reply:
        return Reply(0, Prompt.IDLE, (line,))

    assert read_volume(said("4.983 ml")) == Decimal("4.983")
    assert read_volume(said("500 ul")) == Decimal("0.5")
    assert read_diameter(said("14.43 mm")) == Decimal("14.43")
    assert read_target(said("Target volume not set")) is None
    assert read_target(said("10 ml")) == 10
    assert read_version(said("Legato 110 1.1.5")) == "Legato 110 1.1.5"
    assert read_bare(Reply(0, Prompt.TARGET)) is Prompt.TARGET
    for reader, line in (
        (read_volume, "14.43 mm"),
        (read_diameter, "10 ml"),
        (read_rate, "10 ml"),
        (read_volume, "10 ml/hr"),
        (read_volume, "-1 ml"),
        (read_volume, "1e3 ml"),
        (read_version, "NE1000V3.928"),
        (read_bare, "10 ml"),
    ):
        with pytest.raises(ValueError, match=r"it is|is no"):
            reader(said(line))


def test_the_serial_number_is_found_in_the_long_version() -> None:
    long = Reply(0, Prompt.IDLE, ("Firmware: v3.0.4", "Pump address: 0", "Serial number: D301204"))
    assert read_serial(long) == "D301204"
    assert read_serial(Reply(0, Prompt.IDLE, ("Firmware: v3.0.4", "Pump address: 0"))) == ""


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        ("33333333333 12 1000000000000 i...I", Prompt.INFUSING),
        ("33333333333 12000 1000000000000 I...I.", Prompt.INFUSING),
        ("0 12000 1000000000000 i.S.I.", Prompt.STALLED),
        ("0 12000 1000000000000 i..TIT", Prompt.TARGET),
    ],
)
def test_the_status_of_either_maker_is_read(line: str, prompt: Prompt) -> None:
    status = read_status(Reply(0, prompt, (line,)))
    assert status.volume_ml == 1
    assert status.infusing_direction
    assert status.stalled is (prompt is Prompt.STALLED)
    assert round(status.rate_ml_h, 6) == (120 if prompt is Prompt.INFUSING else 0)


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        ("0 0 0 w...W.", Prompt.INFUSING),
        ("0 0 0 i.S.I.", Prompt.INFUSING),
        ("0 0 0 i...I.", Prompt.WITHDRAWING),
        ("0 0 i...I.", Prompt.IDLE),
        ("0 0 -1 i...I.", Prompt.IDLE),
    ],
)
def test_a_status_that_contradicts_itself_is_refused(line: str, prompt: Prompt) -> None:
    with pytest.raises(ValueError, match=r"status|prompt"):
        read_status(Reply(0, prompt, (line,)))


@pytest.mark.req("SER-03")
def test_two_statuses_agree_only_when_both_can_be_true() -> None:
    def running(volume: str, prompt: Prompt = Prompt.INFUSING, rate: int = 120) -> Status:
        return Status(prompt, Decimal(rate), Decimal(volume), infusing_direction=True, stalled=False)

    assert same_but_running_on(running("1.000"), running("1.003"))
    assert not same_but_running_on(running("1.000"), running("0.999"))
    assert not same_but_running_on(running("1.000"), running("2.000"))
    assert not same_but_running_on(running("1.000"), running("1.000", rate=12))
    assert not same_but_running_on(running("1.000"), running("1.000", Prompt.IDLE))
    assert not same_but_running_on(running("1.0", Prompt.IDLE), running("1.1", Prompt.IDLE))


def test_what_is_held_may_be_lower_by_the_pumps_rounding_and_never_higher() -> None:
    assert agrees(Decimal("33.33"), Decimal("33.33"))
    assert agrees(Decimal("33.339"), Decimal("33.33"))
    assert not agrees(Decimal("33.33"), Decimal("33.34"))
    assert not agrees(Decimal("33.33"), Decimal("33.2"))


@pytest.mark.req("SER-05")
@given(st.lists(st.sampled_from([entry[0] for entry in PRINTED]), max_size=6), st.integers(0, 200))
def test_replies_are_found_wherever_the_stream_is_cut(printed: list[bytes], cut: int) -> None:
    stream = b"".join(printed) + b"\n"
    whole, parts = HarvardReplies(), HarvardReplies()
    found = whole.feed(stream)
    assert parts.feed(stream[:cut]) + parts.feed(stream[cut:]) == found
    assert len(found) == len(printed)


@pytest.mark.req("SER-04")
@given(st.binary(max_size=4000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    parser = HarvardReplies()
    parser.feed(noise)
    assert parser.held_bytes <= LONGEST_LINE * (MOST_LINES + 2)
    assert decode(noise).to_text()


@given(st.integers(1, 12), st.integers(128, 255))
def test_a_reply_with_a_byte_no_pump_sends_is_refused_whole(place: int, byte: int) -> None:
    damaged = bytearray(b"\n12:26.5900 mm\r\n12:")
    damaged[place] = byte
    report = decode(bytes(damaged))
    assert (report.good_frames, report.bad_frames) == (0, 1)
    assert report.refused[0].reason == "a character that no pump sends"


def test_two_pumps_in_one_reply_are_refused() -> None:
    assert decode(b"\n12:26.59 mm\r\n13:").bad_frames == 1


def test_a_recording_is_told_in_words() -> None:
    report = decode(b"\n12:26.59 mm\r\n12:\n12>\n12T*")
    assert [reply.text for reply in report.replies] == [
        "pump 12 idle: 26.59 mm",
        "pump 12 infusing",
        "pump 12 target",
    ]
