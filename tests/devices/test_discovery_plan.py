"""The search for devices without a wire: order, time, judgement, refusal and memory."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.devices.about import Role
from console.devices.catalogue import about, device_names
from console.devices.discovery import PortFacts, bound_port, list_ports, pinned_port
from console.devices.discovery_findings import (
    PortFinding,
    Situation,
    Verdict,
    is_port,
    judge,
    refusal,
)
from console.devices.discovery_memory import (
    Comparison,
    KnownDevice,
    Standing,
    binding_text,
    compare,
    decode_known,
    encode_known,
    remember,
)
from console.devices.discovery_plan import (
    NOISE_BYTES,
    Step,
    StepResult,
    longest_s,
    next_step,
    plan,
    talks_unknown,
)
from console.devices.link import SeenPort
from console.session.pump import Identity, PumpState

ABOUTS = tuple(about(name) for name in device_names())
STEPS = plan(ABOUTS)
TALKERS = frozenset(one.name for one in ABOUTS if one.talks)

outcomes = st.tuples(
    st.integers(0, 200),
    st.frozensets(st.sampled_from(device_names()), max_size=2),
    st.booleans(),
)


def result_of(step: Step, outcome: tuple[int, frozenset[str], bool]) -> StepResult:
    bytes_in, heard, identified = outcome
    if not step.asks:
        return StepResult(step, bytes_in, recognised=tuple(heard) if bytes_in else ())
    identity = Identity(step.device, "X") if identified and bytes_in else None
    return StepResult(step, bytes_in, b"q", b"a" * min(bytes_in, 3), (), identity)


@pytest.mark.req("DIS-01")
@settings(max_examples=50)
@given(st.lists(outcomes, min_size=40, max_size=40))
def test_whatever_is_heard_the_search_listens_first_asks_nobody_twice_and_ends(
    told: list[tuple[int, frozenset[str], bool]],
) -> None:
    results: list[StepResult] = []
    for outcome in told:
        step = next_step(STEPS, results, TALKERS)
        if step is None:
            break
        if step.asks:
            heard = {name for one in results for name in one.recognised}
            listened = [one for one in results if not one.step.asks]
            assert not heard or heard == {step.device}
            assert heard or len(listened) == sum(not one.asks for one in STEPS)
            assert heard or all(one.bytes_in < NOISE_BYTES for one in listened)
            assert heard or step.device not in TALKERS
        else:
            assert all(not one.step.asks for one in results)
        assert step not in [one.step for one in results]
        results.append(result_of(step, outcome))
        assert results[-1].identity is None or next_step(STEPS, results, TALKERS) is None
    else:
        pytest.fail("the search does not end")
    finding = judge(PortFacts("p", "", "p", True), results)
    assert (finding.verdict is Verdict.FOUND) == any(one.identity for one in results)
    assert (finding.verdict is Verdict.SILENT) == all(one.bytes_in == 0 for one in results)
    assert finding.sentence.endswith((".", "?")) or finding.verdict is Verdict.NOT_UNDERSTOOD
    assert len(finding.evidence) == sum(one.bytes_in > 0 for one in results)


def test_the_order_is_the_stated_one() -> None:
    kinds = [step.asks for step in STEPS]
    assert kinds == sorted(kinds)
    assert STEPS[0].line == about("masimo").line
    asked = [about(step.device).role for step in STEPS if step.asks]
    assert asked == sorted(asked, key=list(Role).index)
    assert sorted(step.device for step in STEPS if step.asks) == sorted(device_names())
    for role in Role:
        speeds = [step.line.baud for step in STEPS if step.asks and about(step.device).role is role]
        assert speeds == sorted(speeds)


def test_a_silent_port_costs_less_than_a_minute() -> None:
    assert longest_s(STEPS, TALKERS) < 60


def test_a_few_bytes_of_noise_do_not_keep_a_port_from_being_asked() -> None:
    first = STEPS[0]
    assert not talks_unknown([StepResult(first, NOISE_BYTES - 1)])
    assert talks_unknown([StepResult(first, NOISE_BYTES)])
    assert not talks_unknown([StepResult(first, 500, recognised=("masimo",))])


def test_what_could_be_of_two_is_bound_to_neither() -> None:
    results = [StepResult(STEPS[0], 100, recognised=("masimo", "nellcor"))]
    assert next_step(STEPS, results, TALKERS) is None
    finding = judge(PortFacts("p", "", "p", True), results)
    assert (finding.verdict, finding.device) == (Verdict.NOT_UNDERSTOOD, "")
    assert "masimo or nellcor" in finding.sentence


# --- when it may not be made ------------------------------------------------------------------------


@pytest.mark.req("DIS-02")
@given(st.booleans(), st.booleans(), st.none() | st.sampled_from(PumpState), st.floats(0, 1e6))
def test_nothing_is_searched_while_a_pump_may_infuse(
    session: bool, bound: bool, state: PumpState | None, ago_s: float
) -> None:
    why = refusal(Situation(session, bound, state, ago_s))
    if not why:
        assert not session
        assert not bound or (state is PumpState.STOPPED and ago_s <= 5.0)
    else:
        assert why.endswith(".")


def test_an_idle_room_may_search() -> None:
    assert refusal(Situation(False, False)) == ""
    assert refusal(Situation(False, True, PumpState.STOPPED, 0.5)) == ""
    assert "infusing" in refusal(Situation(False, True, PumpState.INFUSING, 0.5))
    assert "not known" in refusal(Situation(False, True, PumpState.STOPPED, 60.0))


# --- remembered by identity -------------------------------------------------------------------------


def found(port: PortFacts, device: str, serial: str = "", model: str = "M") -> PortFinding:
    return PortFinding(port, Verdict.FOUND, f"{model}.", device, Identity(device, model, serial=serial))


def facts(device: str, serial: str) -> PortFacts:
    """An adapter with a serial number that the system gives no lasting name: its number is its name."""
    (one,) = list_ports(seen=[SeenPort(device, "USB serial", 0x0403, 0x6001, serial)])
    return one


def test_an_adapter_without_udev_is_named_by_its_serial_number() -> None:
    port = facts("COM7", "A1")
    assert (port.stable_path, port.is_stable) == ("usb:0403:6001:a1", True)
    assert is_port(port, "COM7")
    assert is_port(port, "usb:0403:6001:A1")
    assert not is_port(port, "usb:0403:6001:B2")


@pytest.mark.req("SER-02")
def test_two_adapters_with_the_same_serial_number_have_no_name_of_their_own() -> None:
    twins = [SeenPort(f"COM{number}", "", 0x0403, 0x6001, "0001") for number in (3, 4)]
    assert [(port.stable_path, port.is_stable) for port in list_ports(seen=twins)] == [
        ("COM3", False),
        ("COM4", False),
    ]
    assert pinned_port("COM3", seen=twins) == "COM3"


@pytest.mark.req("SER-02")
def test_numbers_given_in_swapped_order_bind_nothing_wrongly() -> None:
    first = [found(facts("/dev/q0", "A1"), "ne1000"), found(facts("/dev/q1", "B2"), "s5")]
    known = remember(first)
    swapped = [found(facts("/dev/q1", "A1"), "ne1000"), found(facts("/dev/q0", "B2"), "s5")]
    assert {one.standing for one in compare(known, swapped)} == {Standing.SAME}
    assert remember(swapped, known) == known
    today = [SeenPort("/dev/q1", "", 0x0403, 0x6001, "A1"), SeenPort("/dev/q0", "", 0x0403, 0x6001, "B2")]
    assert {one.device: bound_port(one.port, today) for one in known} == {
        "ne1000": "/dev/q1",
        "s5": "/dev/q0",
    }


@pytest.mark.req("SER-02")
def test_swapped_plugs_are_told_and_bound_to_nothing() -> None:
    a, b = facts("/dev/q0", "A1"), facts("/dev/q1", "B2")
    known = remember([found(a, "ne1000"), found(b, "s5")])
    compared = compare(known, [found(b, "ne1000"), found(a, "s5")])
    assert [one.standing for one in compared if one.finding][:2] == [Standing.REPLACED] * 2
    assert not any(one.may_bind for one in compared)
    assert "Look which cable" in compared[0].sentence


def test_a_device_that_tells_its_serial_number_is_known_again_at_another_adapter() -> None:
    a, b = facts("/dev/q0", "A1"), facts("/dev/q1", "B2")
    known = remember([found(a, "masimo", "S1")])
    (moved,) = compare(known, [found(b, "masimo", "S1")])
    assert moved.standing is Standing.MOVED
    assert moved.may_bind
    assert remember([found(b, "masimo", "S1")], known) == (KnownDevice(b.stable_path, "masimo", "M", "S1"),)
    (another, missing) = compare(known, [found(a, "masimo", "S2")])
    assert (another.standing, missing.standing) == (Standing.REPLACED, Standing.MISSING)


def test_a_missing_device_and_a_port_without_a_lasting_name_are_told() -> None:
    a = facts("/dev/q0", "A1")
    known = remember([found(a, "s5")])
    silent = PortFinding(a, Verdict.SILENT, "Nothing answers.")
    (gone,) = compare(known, [])
    (mute,) = compare(known, [silent])
    assert "not plugged in" in gone.sentence
    assert "Nothing answers" in mute.sentence
    nameless = PortFacts("/dev/ttyS0", "", "/dev/ttyS0", False)
    (unnamed,) = compare((), [found(nameless, "s5")])
    assert (unnamed.standing, unnamed.may_bind) == (Standing.UNNAMED, False)
    assert remember([found(nameless, "s5")]) == ()
    assert binding_text(found(nameless, "s5"), about("s5")) == ""


def test_what_is_remembered_survives_its_file_and_a_damaged_file_is_refused() -> None:
    known = remember([found(facts("/dev/q0", "A1"), "ne1000", "7")])
    assert decode_known(encode_known(known)) == known
    with pytest.raises(msgspec.DecodeError):
        decode_known(b"{}")


def test_the_lines_for_the_room_file_name_the_adapter_and_not_its_number() -> None:
    text = binding_text(found(facts("/dev/ttyUSB3", "A1"), "ne1000"), about("ne1000"))
    assert text == '[pump]\ndriver = "ne1000"\nport = "usb:0403:6001:a1"\n'
    assert 'name = "s5"' in binding_text(found(facts("/dev/ttyUSB3", "A1"), "s5"), about("s5"))


def test_other_speeds_are_tried_on_demand_and_written_down() -> None:
    steps = plan(ABOUTS, every_speed=True)
    assert set(STEPS) < set(steps)
    at = [step.line.baud for step in steps if step.device == "capnostream"]
    assert sorted(at) == [9600, 19200, 38400, 57600, 115200]
    slow = PortFinding(
        facts("/dev/x", "A1"), Verdict.FOUND, "", "capnostream", Identity("capnostream", "C"), baud=57600
    )
    assert binding_text(slow, about("capnostream")).endswith("baud = 57600\n")


serials = st.sampled_from(["", "S1", "S2", "S3"])
adapters = st.lists(st.sampled_from(["A1", "B2", "C3"]), unique=True, max_size=3)


@given(st.data())
def test_no_device_is_ever_called_the_same_that_says_it_is_another(data: st.DataObject) -> None:
    def draw() -> list[PortFinding]:
        return [
            found(
                facts(f"/dev/q{number}", adapter),
                data.draw(st.sampled_from(["s5", "masimo"])),
                data.draw(serials),
            )
            for number, adapter in enumerate(data.draw(adapters))
        ]

    known, today = remember(draw()), draw()
    compared: tuple[Comparison, ...] = compare(known, today)
    assert len([one for one in compared if one.standing is not Standing.MISSING]) == len(today)
    for one in compared:
        if one.standing is Standing.SAME:
            assert one.known is not None
            assert one.finding is not None
            assert one.finding.identity is not None
            assert one.known.device == one.finding.device
            assert is_port(one.finding.port, one.known.port)
            assert not (one.known.serial and one.finding.identity.serial) or (
                one.known.serial == one.finding.identity.serial
            )
        if one.standing is Standing.MOVED:
            assert one.known is not None
            assert one.known.serial
