"""Every device of the catalogue keeps the house rules: one plain class, one twin, honest words."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from console.clinical.vitals import Vital
from console.devices.about import Control, DriverOptions, Role
from console.devices.catalogue import (
    UnknownDevice,
    about,
    decode_recording,
    device_names,
    make_monitor,
    make_pump,
)
from console.devices.decoding import DecodeReport
from console.devices.ports import Emulator, LineSettings, Monitor, Pump
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.twins import Delivers, VirtualSetting, make_twin

NAMES = device_names()
TESTS = Path(__file__).parent


def driver_of(name: str) -> Pump | Monitor:
    options = DriverOptions(name, simulated=True)
    if about(name).role is Role.PUMP:
        return make_pump(name, options)
    return make_monitor(name, options)


def twin_of(name: str) -> Emulator:
    return make_twin(name, VirtualSetting(VirtualPatient(PatientProfile(), 1), 1_700_000_000.0, 1))


def test_the_first_two_devices_are_found() -> None:
    assert {"ne1000", "s5"} <= set(NAMES)
    assert device_names(Role.PUMP) + device_names(Role.MONITOR) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_device_says_what_it_is_and_never_that_it_was_verified(name: str) -> None:
    said = about(name)
    assert said.name == name
    assert all((said.title, said.reads, said.source, said.tested))
    assert "verified" not in f"{said.tested} {said.source}".lower()
    assert (said.role is Role.MONITOR) or said.control is not Control.NIBP


@pytest.mark.parametrize("name", NAMES)
def test_a_driver_is_one_plain_class_with_no_parent_and_no_thread(name: str) -> None:
    driver = driver_of(name)
    kind = type(driver)
    assert kind.__mro__[1:] == (object,)
    assert kind.__doc__
    assert isinstance(driver.line, LineSettings)
    assert driver.quiet_limit_s > 0
    source = inspect.getsource(inspect.getmodule(kind) or kind)
    for word in ("import threading", "import time", "import serial", "except Exception", "sleep("):
        assert word not in source
    wanted = ("identify", "poll", "execute", "stop_once") if about(name).role is Role.PUMP else ("turn",)
    for method in wanted:
        assert inspect.signature(getattr(kind, method)).return_annotation is not inspect.Signature.empty


@pytest.mark.parametrize("name", device_names(Role.MONITOR))
def test_a_monitor_names_the_vital_signs_it_can_tell(name: str) -> None:
    provides = make_monitor(name, DriverOptions("bed")).provides
    assert provides
    assert provides <= set(Vital)


@pytest.mark.parametrize("name", NAMES)
def test_a_twin_takes_any_bytes_and_lets_time_pass(name: str) -> None:
    twin = twin_of(name)
    assert isinstance(twin.feed(bytes(range(256))), bytes)
    for _ in range(20):
        assert isinstance(twin.advance(0.1), bytes)
    assert isinstance(twin, Delivers) == (about(name).role is Role.PUMP)


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes_can_be_decoded_and_noise_holds_nothing_good(name: str) -> None:
    report = decode_recording(name, b"\x00\xff noise \r\n" * 40)
    assert isinstance(report, DecodeReport)
    assert report.good_frames == 0
    assert report.readings == ()
    assert report.to_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_device_has_a_test_module_of_its_own(name: str) -> None:
    assert list(TESTS.glob(f"**/test_*{name}*.py")), f"no test module names {name}"


def test_an_unknown_device_is_said_to_be_unknown_with_those_there_are() -> None:
    with pytest.raises(UnknownDevice, match="ne1000"):
        make_pump("s5", DriverOptions("pump"))
    with pytest.raises(UnknownDevice, match="There is no device called toaster"):
        about("toaster")
