"""The devices of the room in words, for the technician: what is unknown is shown as unknown."""

from __future__ import annotations

from dataclasses import dataclass

from console.devices.about import Role
from console.devices.discovery_findings import Evidence, PortFinding, Verdict
from console.room.bench_desk_wire import DeviceStatus, SearchStatus
from console.session.pump import LinkState

UNKNOWN = "--"
VERDICT_WORDS = {
    Verdict.FOUND: "Found",
    Verdict.NOT_UNDERSTOOD: "Not understood",
    Verdict.SILENT: "Silent",
    Verdict.NOT_OPENED: "Cannot be opened",
    Verdict.LEFT_ALONE: "Left alone",
    Verdict.BROKEN_OFF: "Broken off",
}


@dataclass(frozen=True, slots=True)
class DeviceCard:
    """One device as it is shown.

    Attributes:
        title: Binding and model.
        port_lamp: The port is open.
        answer_lamp: The device answers.
        sentence: Why the lamps are as they are.
        facts: Label and value.
    """

    title: str
    port_lamp: bool
    answer_lamp: bool
    sentence: str
    facts: tuple[tuple[str, str], ...]


def device_card(one: DeviceStatus) -> DeviceCard:
    """One device in words."""
    who, counts = one.identity, one.counts
    model = one.driver if who is None else who.model
    role = "Pump" if one.role is Role.PUMP else f"Monitor {one.name}"
    facts = (
        ("Driver", one.driver + (", only read" if one.read_only else "")),
        ("Firmware", UNKNOWN if who is None or not who.firmware else who.firmware),
        ("Serial number", UNKNOWN if who is None or not who.serial else who.serial),
        ("Port", one.port + ("" if one.lasting else "  (may change when re-plugged)")),
        ("Adapter", one.description or UNKNOWN),
        ("Answer time", _times(one)),
        ("Errors", UNKNOWN if one.counts_per_min is None else f"{one.counts_per_min:.1f} /min"),
        (
            "Bytes in, out",
            UNKNOWN if counts is None else f"{_count(counts.bytes_in)}, {_count(counts.bytes_out)}",
        ),
        (
            "Frames good, bad",
            UNKNOWN if counts is None else f"{_count(counts.good_frames)}, {_count(counts.bad_frames)}",
        ),
    )
    open_now = one.lamps is not LinkState.CLOSED
    return DeviceCard(f"{role}  ·  {model}", open_now, one.lamps is LinkState.ANSWERING, one.reason, facts)


def _times(one: DeviceStatus) -> str:
    if one.half_ms is None or one.most_ms is None:
        return f"{UNKNOWN}  (talks by itself, or too few answers yet)"
    return f"half {one.half_ms:.0f} ms  ·  99 of 100 {one.most_ms:.0f} ms"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One port after the search.

    Attributes:
        port: Its name of today.
        adapter: What the operating system calls it.
        verdict: In two words.
        sentence: For a person.
        standing: How it compares with what is remembered.
        evidence: Bytes, where something was not understood.
        binds_as: Role it may be bound as, empty when it may not.
        found: A device identified itself.
    """

    port: str
    adapter: str
    verdict: str
    sentence: str
    standing: str
    evidence: tuple[str, ...]
    binds_as: str
    found: bool


def finding_rows(search: SearchStatus, roles: dict[str, Role]) -> tuple[FindingRow, ...]:
    """Every port searched so far.

    Args:
        search: As the room tells.
        roles: Role of each driver.
    """
    return tuple(_finding(one, search, roles) for one in search.findings)


def _finding(one: PortFinding, search: SearchStatus, roles: dict[str, Role]) -> FindingRow:
    found = one.verdict is Verdict.FOUND
    may = found and one.port.device in search.may_bind and one.device in roles
    evidence = () if found else tuple(map(_evidence, one.evidence))
    return FindingRow(
        port=one.port.device,
        adapter=" ".join(filter(None, (one.port.description, one.port.usb, one.port.serial_number))),
        verdict=VERDICT_WORDS[one.verdict],
        sentence=one.sentence,
        standing=search.standing.get(one.port.device, ""),
        evidence=evidence,
        binds_as=roles[one.device].value if may else "",
        found=found,
    )


def _evidence(proof: Evidence) -> str:
    asked = f"asked as {proof.device}, sent {proof.sent}" if proof.device else "only listened"
    return f"{proof.line}, {asked}: {proof.bytes_in} bytes, {proof.received}"


def search_words(search: SearchStatus) -> str:
    """How far the search is."""
    done = len(search.findings)
    if search.going:
        return f"{done} of {search.ports} ports done, up to {search.longest_s:.0f} s each  ·  {search.step}"
    if not search.made:
        return "Not searched since the console was started."
    if search.ended:
        return f"{search.ended} {done} of {search.ports} ports were done."
    if not search.ports:
        return "This computer has no serial port. Plug an adapter in."
    return f"{search.ports} ports searched."
