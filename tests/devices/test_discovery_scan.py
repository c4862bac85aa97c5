"""The search on the wire: every virtual device on a real port of its own, each found as itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, runtime_checkable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import ManualClock
from console.devices.about import Role
from console.devices.catalogue import about, device_names
from console.devices.discovery import PortFacts
from console.devices.discovery_findings import Bound, PortFinding, Verdict
from console.devices.discovery_plan import longest_s, step_words
from console.devices.discovery_scan import ProbeLink, Probes, search, search_port
from console.devices.ports import Emulator, LineSettings, Link, LinkLost, WrongDevice
from console.devices.virtual.cable import PtyCable
from console.devices.virtual.faults import PanelRate, PanelRun, Silent
from console.devices.virtual.fresenius import VirtualFresenius
from console.devices.virtual.fresenius_module import VirtualModule
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_drive import Syringe
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.twins import Delivers, VirtualSetting, make_twin
from tests.devices.talking_monitor import Prints, TwinLink, someone
from tests.devices.wired import WiredLink

PROBES = Probes()


@runtime_checkable
class HasPanel(Protocol):
    """A virtual pump that can be worked by hand."""

    def inject(self, fault: PanelRate | PanelRun) -> None: ...


@dataclass
class Wall:
    """Sockets with a virtual device behind each."""

    cables: dict[str, PtyCable]
    clock: ManualClock
    patient: VirtualPatient

    def open(self, device: str, line: LineSettings) -> Link:
        return WiredLink(self.cables[device], line, self.clock, self.patient)

    def ports(self) -> list[PortFacts]:
        return [
            PortFacts(path, f"virtual {number}", f"/by-id/{number}", True)
            for number, path in enumerate(self.cables)
        ]


@pytest.fixture(scope="module")
def wall() -> Iterator[Wall]:
    patient = someone()
    twins = {name: make_twin(name, VirtualSetting(patient, 1_700_000_000.0, 1)) for name in device_names()}
    cables = {name: PtyCable(twin) for name, twin in twins.items()}
    yield Wall({cable.path: cable for cable in cables.values()}, ManualClock(), patient)
    for cable in cables.values():
        cable.close()


@pytest.mark.req("SER-02")
def test_every_device_is_found_as_itself_and_none_as_another(wall: Wall) -> None:
    findings = list(search(wall.ports(), PROBES, wall.open))
    said = {finding.device: finding for finding in findings}
    assert [finding for finding in findings if finding.verdict is not Verdict.FOUND] == []
    assert tuple(finding.device for finding in findings) == device_names()
    for name, finding in said.items():
        assert finding.identity is not None
        assert finding.identity.kind == name
        assert finding.identity.simulated or name == "ne1000"
        assert finding.evidence[-1].received
        assert about(name).talks or finding.evidence[-1].sent
        assert finding.seconds <= longest_s(PROBES.steps, PROBES.talkers) + 9.0


def found_at(twin: Emulator, patient: VirtualPatient | None = None) -> tuple[PortFinding, TwinLink]:
    link = TwinLink(twin, patient)
    port = PortFacts("/dev/x", "", "/by-id/x", True)
    return search_port(port, PROBES, lambda _name, _line: link), link


@pytest.mark.req("DIS-01")
@pytest.mark.parametrize("name", sorted(PROBES.talkers))
def test_a_device_that_talks_by_itself_hears_not_a_byte(name: str) -> None:
    patient = someone()
    finding, link = found_at(make_twin(name, VirtualSetting(patient, 0.0)), patient)
    assert (finding.device, link.sent) == (name, b"")


def test_a_silent_port_is_said_to_be_silent_within_the_stated_time() -> None:
    finding, link = found_at(Prints(b""))
    assert (finding.verdict, finding.evidence, finding.identity) == (Verdict.SILENT, (), None)
    assert finding.seconds <= longest_s(PROBES.steps, PROBES.talkers) + 0.2 * len(PROBES.steps)
    assert link.sent


@pytest.mark.req("DIS-01")
def test_a_stranger_who_talks_is_not_asked_and_shown_in_hexadecimal() -> None:
    finding, link = found_at(Prints(b"\x10hello\r\n"))
    assert finding.verdict is Verdict.NOT_UNDERSTOOD
    assert "not asked" in finding.sentence
    assert link.sent == b""
    assert finding.evidence[0].received.startswith("10 68 65 6c 6c 6f 0d 0a")


class Answers:
    """Answers everything with the same few bytes."""

    def feed(self, data: bytes) -> bytes:
        del data
        return b"?\r"

    def advance(self, dt_s: float) -> bytes:
        del dt_s
        return b""


def test_whoever_waits_is_told_of_every_attempt() -> None:
    link, told = TwinLink(Prints(b"")), []
    port = PortFacts("x", "", "x", True)
    search_port(port, PROBES, lambda _n, _l: link, on_step=lambda _port, step: told.append(step_words(step)))
    assert told[0] == "Listening at 9600 8N1"
    assert "Asking whether it is fresenius, 19200 7E1" in told
    assert len(told) == len(PROBES.steps) - len(PROBES.talkers)


def test_what_answers_and_is_not_understood_is_told_with_what_was_sent() -> None:
    finding, _ = found_at(Answers())
    assert finding.verdict is Verdict.NOT_UNDERSTOOD
    assert {one.device for one in finding.evidence} >= {"ne1000", "fresenius"}
    assert all(one.sent and one.received.startswith("3f 0d") for one in finding.evidence)


def test_a_device_set_to_another_speed_is_found_when_every_speed_is_tried() -> None:
    twin, opened = VirtualNE1000(), []

    def open_link(_name: str, line: LineSettings) -> Link:
        opened.append(line.baud)
        return TwinLink(twin if line.baud == 2400 else Prints(b""))

    port = PortFacts("/dev/x", "", "/by-id/x", True)
    assert search_port(port, PROBES, open_link).verdict is Verdict.SILENT
    assert 2400 not in opened
    finding = search_port(port, Probes(every_speed=True), open_link)
    assert (finding.device, finding.baud) == ("ne1000", 2400)


class Echo:
    """A loop-back plug, or a cable whose two ends touch."""

    def feed(self, data: bytes) -> bytes:
        return data

    def advance(self, dt_s: float) -> bytes:
        del dt_s
        return b""


def test_a_port_that_only_echoes_is_no_device() -> None:
    finding, _ = found_at(Echo())
    assert (finding.verdict, finding.identity) == (Verdict.NOT_UNDERSTOOD, None)


class Noise:
    """Answers each question with the next piece of noise, and now and then speaks by itself."""

    def __init__(self, answers: list[bytes], unasked: list[bytes]) -> None:
        self.answers = answers
        self.unasked = unasked

    def feed(self, data: bytes) -> bytes:
        del data
        return self.answers.pop() if self.answers else b""

    def advance(self, dt_s: float) -> bytes:
        del dt_s
        return self.unasked.pop() if self.unasked else b""


@pytest.mark.req("SER-03")
@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=60), st.lists(st.binary(max_size=10), max_size=5))
def test_noise_is_never_a_device_and_never_ends_the_search(
    answers: list[bytes], unasked: list[bytes]
) -> None:
    finding, _ = found_at(Noise(answers, unasked))
    assert finding.verdict in {Verdict.SILENT, Verdict.NOT_UNDERSTOOD}
    assert finding.identity is None


def test_a_base_with_several_modules_is_told_and_left_in_order() -> None:
    twin = VirtualFresenius([VirtualModule("SIM A"), VirtualModule("SIM B")])
    finding, _ = found_at(twin)
    assert finding.verdict is Verdict.NOT_UNDERSTOOD
    assert "several modules: 1, 2" in " ".join(one.said for one in finding.evidence)
    assert not twin.open


@pytest.mark.req("DIS-02")
def test_a_port_that_is_bound_is_never_opened() -> None:
    port = PortFacts("/dev/ttyUSB0", "", "/by-id/A", True, "0403:6001", "A1", ("/dev/ttyUSB0",))

    def open_link(_name: str, _line: LineSettings) -> Link:
        raise AssertionError("a bound port was opened")

    for name in ("/dev/ttyUSB0", "/by-id/A", "usb:0403:6001:A1"):
        bound = [Bound("pump", Role.PUMP, name)]
        finding = search_port(port, PROBES, open_link, bound)
        assert finding.verdict is Verdict.LEFT_ALONE
        assert "the pump" in finding.sentence


def test_a_port_in_use_is_told_in_its_own_words() -> None:
    def open_link(name: str, _line: LineSettings) -> Link:
        raise LinkLost(f"{name} is in use by another program. Close it, then try again.")

    finding = search_port(PortFacts("/dev/x", "", "/dev/x", False), PROBES, open_link)
    assert (finding.verdict, "in use" in finding.sentence) == (Verdict.NOT_OPENED, True)


def test_a_cable_pulled_in_the_middle_ends_the_port_and_not_the_search() -> None:
    link = TwinLink(Prints(b""))
    opened: list[str] = []

    def open_link(name: str, _line: LineSettings) -> Link:
        opened.append(name)
        link.pulled = len(opened) > 3
        return link

    ports = [PortFacts(name, "", name, True) for name in ("one", "two")]
    findings = list(search(ports, PROBES, open_link))
    assert [one.verdict for one in findings] == [Verdict.NOT_OPENED, Verdict.NOT_OPENED]
    assert "pulled" in findings[0].sentence


@pytest.mark.req("DIS-02")
def test_the_search_ends_when_it_may_not_go_on() -> None:
    asked: list[int] = []

    def may_go_on() -> str:
        asked.append(1)
        return "" if len(asked) < 5 else "The pump infuses."

    link = TwinLink(Prints(b""))
    finding = search_port(PortFacts("x", "", "x", True), PROBES, lambda _n, _l: link, may_go_on=may_go_on)
    assert (finding.verdict, finding.sentence) == (Verdict.BROKEN_OFF, "The pump infuses.")


RATE_ML_H = 60


def pump(name: str, *, runs: bool) -> Emulator:
    """A virtual pump that stands, or runs at 60 mL/h, worked at its panel."""
    twin = make_twin(name, VirtualSetting(someone(), 0.0))
    if isinstance(twin, VirtualNE1000):
        twin = VirtualNE1000(syringe=Syringe())
        twin.feed(b"\rDIA 26.59\rVOL 50\rRAT 60 MH\r" + (b"RUN\r" if runs else b""))
    elif runs:
        assert isinstance(twin, HasPanel)
        twin.inject(PanelRate(Decimal(RATE_ML_H)))
        twin.inject(PanelRun())
    return twin


@pytest.mark.req("DIS-01")
@pytest.mark.parametrize("runs", [False, True])
@pytest.mark.parametrize("name", device_names(Role.PUMP))
def test_no_question_of_any_protocol_changes_what_a_pump_delivers(name: str, runs: bool) -> None:
    """Everything any driver sends to find out who is there, to a pump that hears all speeds at once."""
    twin = pump(name, runs=runs)
    assert isinstance(twin, Delivers)
    link = TwinLink(twin)
    begun, before = link.clock.now(), twin.delivered_ml
    for step in PROBES.steps:
        if step.asks:
            with suppress(WrongDevice, TimeoutError):
                PROBES.driver(step.device).identify(ProbeLink(link, step.budget_s))
    passed_s = link.clock.now().seconds_since(begun)
    assert passed_s > 20
    due_ml = RATE_ML_H * passed_s / 3600 if runs else 0.0
    assert twin.delivered_ml - before == pytest.approx(due_ml, rel=0.02)


@pytest.mark.req("DIS-01")
def test_no_question_starts_a_cuff() -> None:
    patient = VirtualPatient(PatientProfile(), 1, cuff_interval_s=None)
    twin = make_twin("dinamap", VirtualSetting(patient, 0.0))
    link = TwinLink(twin, patient)
    for step in PROBES.steps:
        if step.asks:
            with suppress(WrongDevice, TimeoutError):
                PROBES.driver(step.device).identify(ProbeLink(link, step.budget_s))
    patient.advance(120.0, 0.0)
    assert patient.cuff_reading() is None


def test_a_silent_device_is_not_taken_for_gone_or_for_another() -> None:
    twin = VirtualFresenius()
    twin.inject(Silent())
    assert found_at(twin)[0].verdict is Verdict.SILENT
