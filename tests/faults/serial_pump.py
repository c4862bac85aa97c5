"""SER-13 to SER-18: what a pump does by itself, or what is done to it at its panel."""

from __future__ import annotations

import random
from decimal import Decimal
from functools import partial
from uuid import uuid4

from msgspec.structs import replace

from console.devices.ports import Link
from console.devices.virtual.faults import Occlusion, PanelRate, PowerCycle
from console.devices.virtual.ne1000 import VirtualNE1000
from console.session import intents as ask
from console.session.delivery import BOLUS_WARNING
from console.session.events import InfusionPaused, Priority
from console.session.pump import PumpReading
from console.session.state import Phase, Session
from tests.devices.scripted import safe
from tests.faults.bench import Scale, Seen
from tests.faults.serial_commands import said
from tests.faults.serial_rig import CutWorld, raised_codes, story_at
from tests.faults.serial_turns import Turns
from tests.stories.in_process_room import InProcessRoom
from tests.stories.test_faults import events_of

DETECT_S = 3.0
MIRROR_S = 2.0
NOTICE_S = 5.0
MEDIUM_MIN, HIGH_MIN = 30.0, 10.0
NEAR_END_S = 10.0
POLL_S = 0.5
LEFT_S = 180.0
LEFT_ML = 1.0
LEFT_SHARE = 0.10
COUNTER_STEP_ML = 0.001
LEAP_S = 25.0
SYRINGE_S = 10.0
"""The diameter of a halted pump is asked for every ten polls."""


def high(room: InProcessRoom, *codes: str) -> bool:
    """Whether a high alarm with one of these codes holds."""
    return any(
        alarm.condition and alarm.raised.priority is Priority.HIGH and alarm.raised.code in codes
        for alarm in room.state.alarms
    )


def session_of(room: InProcessRoom) -> Session:
    """The session; there is one."""
    session = room.state.session
    assert session is not None
    return session


def commands_changing_delivery(world: CutWorld) -> list[str]:
    """Everything written to the pump but questions, STP included."""
    texts = [packet[2:-3].decode("ascii", "replace").lstrip("0123456789") for packet in world.pump_log]
    return [text for text in texts if text in {"RUN", "STP"} or any(c.isdigit() for c in text)]


def halted(pump: VirtualNE1000) -> bool:
    """It does not move."""
    return not pump.running


def is_raised(room: InProcessRoom, code: str) -> bool:
    """Whether an alarm holds."""
    return code in raised_codes(room)


def resets(scale: Scale) -> Seen:
    """SER-13: the pump loses power for a moment in mid-infusion."""
    chance = random.Random(13)
    detected_s: list[float] = []
    error_ml: list[float] = []
    faults: list[str] = []
    cases, rate_ml_h = scale.cases(2, 100), 0.0
    for _ in range(cases):
        world = CutWorld()
        with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
            room, pump = story.room, world.bay.pump
            turns.run(chance.uniform(20.0, 90.0))
            rate_ml_h = float(pump.motor_rate_ml_h)
            sent = commands_changing_delivery(world)
            pump.inject(PowerCycle(chance.uniform(0.05, 1.5)))
            detected_s.append(turns.until(partial(high, room, "pump_halted", "pump_reset"), 10.0))
            turns.run(20.0)
            error_ml.append(abs(float(session_of(room).given_ml) - pump.delivered_ml))
            halts = [event for event in events_of(room) if isinstance(event, InfusionPaused)]
            if room.phase is not Phase.PAUSED or not halts or not halts[-1].held:
                faults.append(f"not held: {room.phase.value}")
            if pump.running or commands_changing_delivery(world) != sent:
                faults.append(f"sent by itself: {commands_changing_delivery(world)[len(sent) :]}")
    allowed_ml = rate_ml_h * POLL_S / 3600 + COUNTER_STEP_ML
    return Seen(
        f"{cases} resets: high alarm after {max(detected_s):.2f} s at the most, {len(faults)} not held or "
        f"programmed by itself{_first(faults)}; volume wrong by {max(error_ml):.4f} mL at the most (a poll "
        f"at this rate is {allowed_ml:.4f} mL)",
        max(detected_s) <= DETECT_S and max(error_ml) <= allowed_ml and not faults,
    )


class OnBattery:
    """A pump that tells of its battery, in front of the driver of one that has none.

    Attributes:
        minutes: What it says its battery lasts; None on the mains.
    """

    def __init__(self, room: InProcessRoom) -> None:
        owner = room.service.pump_owner
        assert owner is not None
        self.minutes: float | None = None
        self._poll = owner._driver.poll
        setattr(owner._driver, "poll", self._told)  # noqa: B010  # the owner keeps the driver it was built with

    def _told(self, link: Link) -> PumpReading:
        return replace(self._poll(link), on_mains=self.minutes is None, battery_min=self.minutes)


def priority_of(room: InProcessRoom, code: str) -> Priority | None:
    """Of the alarm with this code, while it holds."""
    return next((a.raised.priority for a in room.state.alarms if a.condition and a.raised.code == code), None)


def batteries(scale: Scale) -> Seen:
    """SER-14: a battery that runs down, sixty times as fast; and the mains of a pump that has none."""
    chance = random.Random(14)
    notice_s: list[float] = []
    silent_s: list[float] = []
    at_min: dict[Priority, list[float]] = {Priority.MEDIUM: [], Priority.HIGH: []}
    for _ in range(scale.cases(1, 20)):
        world = CutWorld()
        with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
            battery = OnBattery(story.room)
            turns.run(chance.uniform(1.0, 5.0))
            battery.minutes = 33.0
            notice_s.append(turns.until(partial(is_raised, story.room, "pump_battery"), 20.0))
            while battery.minutes > 5.0:
                turns.run(0.25)
                battery.minutes -= 0.25
                told = priority_of(story.room, "pump_battery")
                if told in at_min and len(at_min[told]) < len(notice_s):
                    at_min[told].append(battery.minutes)
            battery.minutes = None
            world.bay.pump.inject(PowerCycle(float("inf")))
            silent_s.append(turns.until(partial(is_raised, story.room, "pump_link"), 20.0))
    medium, high_ = min(at_min[Priority.MEDIUM], default=0.0), min(at_min[Priority.HIGH], default=0.0)
    return Seen(
        f"a pump with a battery: notice after {max(notice_s):.2f} s, medium at {medium:.1f} min, high at "
        f"{high_:.1f} min; an NE-1000 has none: off the mains it falls silent, alarm after "
        f"{max(silent_s):.2f} s",
        max(notice_s) <= NOTICE_S
        and max(silent_s) <= NOTICE_S
        and abs(medium - MEDIUM_MIN) <= 1.0
        and abs(high_ - HIGH_MIN) <= 1.0,
    )


def occlusions(scale: Scale) -> Seen:
    """SER-15: the line is blocked until the motor stalls."""
    chance, cases = random.Random(15), scale.cases(2, 60)
    mirrored_s: list[float] = []
    faults: list[str] = []
    for _ in range(cases):
        world = CutWorld()
        with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
            room, pump = story.room, world.bay.pump
            turns.run(chance.uniform(2.0, 20.0))
            pump.inject(Occlusion(chance.uniform(0.01, 0.1)))
            turns.until(partial(halted, pump), 60.0)
            mirrored_s.append(turns.until(partial(high, room, "pump_halted"), 10.0))
            given = session_of(room).given_ml
            messages = [alarm.raised.message for alarm in room.state.alarms]
            turns.run(15.0)
            if session_of(room).given_ml != given or room.phase is not Phase.PAUSED:
                faults.append("the volume or the phase went on")
            if not any(BOLUS_WARNING in message for message in messages):
                faults.append("no warning of the bolus")
    return Seen(
        f"{cases} of {cases} mirrored after {max(mirrored_s):.2f} s at the most; {len(faults)} without a "
        f"frozen volume, a pause or the warning of the bolus{_first(faults)}",
        max(mirrored_s) <= MIRROR_S and not faults,
    )


class Ending:
    """One infusion up to its end; most of it is leapt over."""

    def __init__(self, chance: random.Random) -> None:
        world = CutWorld()
        with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
            room, pump = story.room, world.bay.pump
            order = session_of(room).order
            assert order is not None
            volume_ml, rate_ml_h = float(order.volume_ml), float(pump.motor_rate_ml_h)
            soon_ml = max(rate_ml_h * LEFT_S / 3600, LEFT_ML, LEFT_SHARE * volume_ml)

            def soon() -> bool:
                return volume_ml - pump.infused_ml <= soon_ml

            leap_s = (volume_ml - soon_ml) / rate_ml_h * 3600 - chance.uniform(20.0, 40.0)
            while leap_s > 0:
                # Shorter than the pump's watchdog, with a poll in between.
                pump.advance(min(leap_s, LEAP_S))
                leap_s -= LEAP_S + 1.0
                turns.run(1.0)
            turns.until(soon, 200.0)
            self.notice_s = turns.until(partial(is_raised, room, "near_end"), 60.0)
            turns.until(partial(halted, pump), 600.0)
            self.end_s = turns.until(lambda: room.phase is Phase.OBSERVING, 30.0)
            self.given = float(session_of(room).given_ml) / volume_ml


def ends(scale: Scale) -> Seen:
    """SER-16: the notice before the end, and the end."""
    chance = random.Random(16)
    endings = [Ending(chance) for _ in range(scale.cases(1, 10))]
    notice_s, end_s = max(one.notice_s for one in endings), max(one.end_s for one in endings)
    return Seen(
        f"notice {notice_s:.2f} s after 3 min, 10 % or 1 mL were left, end told after {end_s:.2f} s, "
        f"{min(one.given for one in endings):.1%} of the order given",
        notice_s <= NEAR_END_S and end_s <= NEAR_END_S and min(one.given for one in endings) > 0.995,
    )


def syringes(scale: Scale) -> Seen:
    """SER-17: somebody sets another syringe at the pump between programming and START."""
    chance, world, cases = random.Random(17), CutWorld(), scale.cases(6, 200)
    refused = 0
    alarm_s: list[float] = []
    faults: list[str] = []
    with story_at(Phase.READY, world) as story, Turns(story.room, world) as turns:
        room, pump = story.room, world.bay.pump
        ready = partial(is_in, room, Phase.READY)
        for number in range(cases):
            turns.run(chance.uniform(1.0, 3.0))
            wrong = chance.choice(["4.61", "8.66", "14.43", "15.90", "19.05", "21.59", "29.20"])
            pump.feed(safe(f"00DIA{wrong}"))
            if number % 2:
                # START at once: the driver reads the diameter just before it.
                said(room, ask.StartInfusion(uuid4().hex))
            else:
                alarm_s.append(turns.until(partial(high, room, "syringe_mismatch"), 15.0))
                refused += not said(room, ask.StartInfusion(uuid4().hex))
            turns.run(3.0)
            if pump.running or world.commands_sent(b"RUN"):
                faults.append(f"started with {wrong} mm")
                break
            said(room, ask.ProgramPump(uuid4().hex))
            turns.until(lambda: room.state.in_flight is None, 20.0)
            if turns.until(ready, 5.0) > 5.0:
                faults.append("the right syringe could not be programmed again")
                break
    return Seen(
        f"{cases} syringes of another bore: {len(faults)} starts{_first(faults)}; high alarm after "
        f"{max(alarm_s):.1f} s at the most, START then refused {refused} of {len(alarm_s)} times. The "
        "NE-1000 has no barrel or plunger sensor",
        not faults and refused == len(alarm_s) and max(alarm_s) <= SYRINGE_S,
    )


def is_in(room: InProcessRoom, phase: Phase) -> bool:
    """Whether the session is there."""
    return room.phase is phase


def panel_rates(scale: Scale) -> Seen:
    """SER-18: somebody turns the rate at the panel."""
    chance, world, cases = random.Random(18), CutWorld(), scale.cases(15, 300)
    detected_s: list[float] = []
    faults: list[str] = []
    with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
        room, pump = story.room, world.bay.pump
        for number in range(cases):
            turns.run(chance.uniform(0.5, 3.0))
            rate = Decimal(120 + number % 90) / 10
            pump.inject(PanelRate(rate))
            detected_s.append(turns.until(lambda: high(room, "rate_at_pump", "rate_above_limit"), 10.0))
            turns.run(5.0)
            if not high(room, "rate_at_pump", "rate_above_limit"):
                faults.append("the alarm went away by itself")
            if not said(room, ask.ExplainPanelRate("the physician turned it")):
                faults.append("a reason was refused")
            turns.run(0.5)
            if high(room, "rate_at_pump"):
                faults.append("a reason did not end it")
            if session_of(room).segments[-1].rate_ml_h != rate:
                faults.append("the record holds another rate")
    return Seen(
        f"{cases} rates turned at the panel: high alarm after {max(detected_s):.2f} s at the most; stays "
        f"until somebody says why{_first(faults)}",
        max(detected_s) <= DETECT_S and not faults,
    )


def _first(faults: list[str]) -> str:
    return f" ({faults[0]})" if faults else ""
