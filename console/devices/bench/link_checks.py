"""What every device is put through: its port, who it is, and how good its line is."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from console.devices.about import Role
from console.devices.bench.observed import ObservedLink, quantile
from console.devices.bench.procedure import Answer, Check, Doing, Finding, Procedure, failed, not_done, passed
from console.devices.bench.stand import Stand
from console.devices.portloop import CountsFrames
from console.devices.ports import WrongDevice
from console.session.bench import Figure

IDENTIFY_TRIES: Final = 2
POLLS: Final = 20
LISTEN_S: Final = 15.0
MOST_BAD_SHARE: Final = 0.01
"""Bad frames of all (site default; the room alarms above 0.05)."""
Counting = Generator[Doing, Answer | None, tuple[int, int, int]]
"""Good frames, bad frames, questions without an answer."""

SLOWEST_P99_S: Final = 0.5
"""Answer time of a pump, 99 in 100 (site default: STOP has to be read back within 2 s)."""


def port(stand: Stand) -> Procedure:
    """Open the port and say what it is."""
    facts = stand.facts
    yield Doing(f"Opening {facts.device}")
    stand.close()
    stand.link = ObservedLink(stand.open_link())
    figures = [Figure("Port", facts.device), Figure("Kept as", facts.stable_path)]
    if facts.description:
        figures.append(Figure("Adapter", facts.description))
    if facts.usb:
        figures.append(Figure("USB identity", f"{facts.usb} {facts.serial_number}".strip()))
    line = stand.about.line
    figures.append(
        Figure("Line", f"{line.baud} baud, {line.data_bits}{line.parity}{line.stop_bits}", "", "driver")
    )
    lasting = "" if facts.is_stable else " Its name may change when it is plugged in again."
    return passed(f"The port is open.{lasting}", *figures)


def identity(stand: Stand) -> Procedure:
    """Ask who is there, with nothing that could change a delivery."""
    link = stand.opened
    driver = stand.the_pump if stand.about.role is Role.PUMP else stand.the_monitor
    reason = ""
    for attempt in range(IDENTIFY_TRIES):
        yield Doing("Asking the device who it is", attempt / IDENTIFY_TRIES)
        began = link.now()
        try:
            stand.identity = driver.identify(link)
        except TimeoutError as error:
            reason = str(error)
            continue
        except WrongDevice as error:
            return failed(str(error))
        seconds = link.now().seconds_since(began)
        found = stand.identity
        return passed(
            f"{found.model} answers." + (" It is a virtual device." if found.simulated else ""),
            Figure("Model", found.model),
            Figure("Serial number", found.serial or "--"),
            Figure("Time to identify", f"{seconds:.1f}", "s"),
        )
    return failed(reason)


def firmware(stand: Stand) -> Procedure:
    """Say which firmware answered."""
    yield Doing("Reading the firmware")
    found = stand.identity
    if found is None or not found.firmware:
        return not_done("The device does not tell its firmware here: read it from its start-up screen.")
    return passed(f"Firmware {found.firmware}.", Figure("Firmware", found.firmware))


def link_quality(stand: Stand) -> Procedure:
    """Count good and bad frames, and time the answers."""
    link = stand.opened
    began, bytes_in, bytes_out = link.now(), link.bytes_in, link.bytes_out
    link.answers_s.clear()
    if stand.pump is not None:
        good, bad, silences = yield from _poll_pump(stand)
    else:
        good, bad, silences = yield from _hear_monitor(stand)
    minutes = max(link.now().seconds_since(began) / 60, 1e-9)
    figures = [
        Figure("Received", str(link.bytes_in - bytes_in), "bytes"),
        Figure("Sent", str(link.bytes_out - bytes_out), "bytes"),
        Figure("Good frames", str(good)),
        Figure("Bad frames", f"{bad / minutes:.1f}", "/min", f"{MOST_BAD_SHARE:.0%} of all"),
        *_answer_times(link, asked=stand.pump is not None),
    ]
    return _judged(good, bad, silences, link, figures, asked=stand.pump is not None)


def _judged(
    good: int, bad: int, silences: int, link: ObservedLink, figures: list[Figure], *, asked: bool
) -> Finding:
    if good == 0:
        return failed("Not one good frame came: check the cable and the device's output settings.", *figures)
    if silences:
        return failed(
            f"{silences} of {POLLS} questions had no answer: check the cable, and keep it away from others.",
            *figures,
        )
    if bad > MOST_BAD_SHARE * (good + bad):
        share = f"{bad} of {good + bad} frames are damaged"
        return failed(f"{share}: check the cable, its screen and its plugs.", *figures)
    slow = quantile(link.answers_s, 0.99) if asked else None
    if slow is not None and slow > SLOWEST_P99_S:
        return failed(
            f"Answers take up to {slow:.2f} s: use another adapter, or plug it straight into the computer.",
            *figures,
        )
    return passed("The line is clean.", *figures)


def _poll_pump(stand: Stand) -> Counting:
    pump, link, before = stand.the_pump, stand.opened, _counts(stand)
    answered = silences = 0
    for number in range(POLLS):
        rest_s = pump.poll_every_s if number else 0.0
        yield Doing("Polling the pump", number / POLLS, rest_s)
        try:
            pump.poll(link)
        except TimeoutError:
            silences += 1
        else:
            answered += 1
    after = _counts(stand)
    return (after[0] - before[0] or answered), after[1] - before[1], silences


def _hear_monitor(stand: Stand) -> Counting:
    monitor, link = stand.the_monitor, stand.opened
    began, good, bad = link.now(), 0, 0
    while (passed_s := link.now().seconds_since(began)) < LISTEN_S:
        yield Doing("Listening to the monitor", passed_s / LISTEN_S)
        try:
            batch = monitor.turn(link)
        except TimeoutError:
            continue
        good += batch.good_frames
        bad += batch.bad_frames
    return good, bad, 0


def _counts(stand: Stand) -> tuple[int, int]:
    driver: object = stand.pump
    return (driver.good_frames, driver.bad_frames) if isinstance(driver, CountsFrames) else (0, 0)


def _answer_times(link: ObservedLink, *, asked: bool) -> tuple[Figure, ...]:
    half, most = quantile(link.answers_s, 0.5), quantile(link.answers_s, 0.99)
    if half is None or most is None:
        return (Figure("Answer time", "--", "", "it talks by itself"),)
    limit = f"{SLOWEST_P99_S * 1000:.0f} ms" if asked else ""
    return (
        Figure("Answer time, half of all", f"{half * 1000:.0f}", "ms"),
        Figure("Answer time, 99 of 100", f"{most * 1000:.0f}", "ms", limit),
    )


LINK_CHECKS: Final = (
    Check("port", "Port", "Opens the port and notes its facts.", None, port, needs_device=False),
    Check("identity", "Identification", "Asks who is there.", None, identity, needs_device=False),
    Check("firmware", "Firmware", "Notes the firmware.", None, firmware),
    Check("link_quality", "Line", "Counts bad frames and times answers.", None, link_quality),
)
