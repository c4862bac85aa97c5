"""B. Braun Space: the rack is read and never commanded; what is not clear is not told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.devices.ports import LinkLost, WrongDevice
from console.devices.pumps.bcc import Bcc, NotClear, decode, rate_of, records
from console.devices.pumps.bcc_frames import LONGEST, BccFrames, encode
from console.devices.virtual.bcc import VirtualBcc
from console.devices.virtual.faults import PanelRate, PanelRun, PanelStop, Silent
from console.session.pump import Pause, PumpState, Refused, Start, Stop
from tests.devices.talking_monitor import Prints, TwinLink

PUBLISHED = b"\x0100031\x021/1/1>ADMIN:ALIVE\x0300061\x04"


def test_the_published_frame_comes_out_byte_for_byte() -> None:
    assert encode("ADMIN:ALIVE") == PUBLISHED
    (frame,) = BccFrames().feed(PUBLISHED)
    assert (frame.text, frame.message, frame.more) == ("1/1/1>ADMIN:ALIVE", "ADMIN:ALIVE", False)


def test_a_stuffed_frame_is_read() -> None:
    plain = encode("10,50111,GNMODEL,Perfusor Dede")
    stuffed = plain.replace(b"e", b"\xfe").replace(b"d", b"ex").replace(b"\xfe", b"ee")
    stuffed = stuffed.replace(b"E", b"\xfe").replace(b"D", b"EX").replace(b"\xfe", b"EE")
    (frame,) = BccFrames().feed(stuffed)
    assert frame.message == "10,50111,GNMODEL,Perfusor Dede"


def test_the_rate_of_the_one_pump_is_found() -> None:
    assert rate_of(records("10,50111,GNMODEL,Perfusor\x1e10,50111,INRT,12.5")) == Decimal("12.5")
    assert rate_of(records("10,50111,INRT,0\x1e10,50112,INRT,7.0")) == Decimal("7.0")
    assert rate_of(records("10,50111,GNMODEL,Perfusor")) is None


@pytest.mark.parametrize(
    "message", ["1,50111,INRT,5\x1e1,50112,INRT,6", "1,50111,INRT,x", "1,50111,INRT,99999"]
)
def test_what_is_not_clear_is_not_told(message: str) -> None:
    with pytest.raises(NotClear):
        rate_of(records(message))


@pytest.mark.req("SER-03")
@given(st.integers(0, len(PUBLISHED) - 1), st.integers(1, 127))
def test_a_frame_with_one_wrong_byte_is_refused(place: int, flip: int) -> None:
    damaged = bytearray(PUBLISHED)
    damaged[place] ^= flip
    assert decode(bytes(damaged)).good_frames == 0


@given(st.binary(max_size=3000), st.integers(0, 3000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes, place: int) -> None:
    frames = BccFrames()
    frames.feed(noise[:place])
    frames.feed(noise[place:])
    assert frames.held_bytes <= 2 * LONGEST


def test_the_driver_supervises_a_pump_worked_by_hand() -> None:
    rack = VirtualBcc()
    link = TwinLink(rack)
    driver = Bcc()
    identity = driver.identify(link)
    assert identity.simulated
    assert "Perfusor" in identity.model
    assert driver.poll(link).state is PumpState.STOPPED
    rack.inject(PanelRate(Decimal("25.5")))
    rack.inject(PanelRun())
    reading = driver.poll(link)
    assert (reading.state, reading.rate_ml_h, reading.infused_ml) == (
        PumpState.INFUSING,
        Decimal("25.5"),
        None,
    )
    rack.advance(3600)
    assert rack.delivered_ml == pytest.approx(25.5, rel=0.01)
    rack.inject(PanelStop())
    assert driver.poll(link).state is PumpState.STOPPED
    assert rack.acknowledged > 0
    link.pulled = True
    with pytest.raises(LinkLost):
        driver.poll(link)


@pytest.mark.req("SER-10")
def test_nothing_is_ever_sent_that_could_change_a_delivery() -> None:
    link = TwinLink(VirtualBcc())
    driver = Bcc()
    for command in (Start(), Pause(), Stop()):
        assert isinstance(driver.execute(link, command), Refused)
    with pytest.raises(TimeoutError, match="STOP AT THE PUMP"):
        driver.stop_once(link)
    assert link.sent == b""


def test_silence_and_another_device_are_told_apart() -> None:
    rack = VirtualBcc()
    rack.inject(Silent())
    with pytest.raises(TimeoutError, match="data port"):
        Bcc().identify(TwinLink(rack))
    with pytest.raises(WrongDevice):
        Bcc().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
