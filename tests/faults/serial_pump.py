"""SER-13 to SER-18: what a pump does by itself, or what is done to it at its panel."""

from __future__ import annotations

import random
from decimal import Decimal
from functools import partial
from uuid import uuid4

from console.devices.virtual.faults import Occlusion, PanelRate, PowerCycle
from console.devices.virtual.ne1000 import VirtualNE1000
from console.session import intents as ask
from console.session.delivery import BOLUS_WARNING
from console.session.events import InfusionPaused, Priority
from console.session.pump import PumpAlarm
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
NEAR_END_S = 10.0
POLL_S = 0.5
LEFT_S = 180.0
LEFT_ML = 1.0
LEFT_SHARE = 0.10
COUNTER_STEP_ML = 0.001
LEAP_S = 25.0


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
    cases, rate_ml_h = scale.cases(3, 100), 0.0
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


def batteries(scale: Scale) -> Seen:
    """SER-14: mains lost by a pump without a battery, and a battery alarm of a pump that has one."""
    chance = random.Random(14)
    silent_s: list[float] = []
    notice_s: list[float] = []
    for _ in range(scale.cases(1, 20)):
        world = CutWorld()
        with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
            turns.run(chance.uniform(1.0, 5.0))
            # The driver latches the last alarm: this is how one that tells of its battery would speak.
            driver = story.room.service.pump_owner
            assert driver is not None
            driver._driver._exchange.alarm = PumpAlarm.BATTERY  # type: ignore[attr-defined]
            notice_s.append(turns.until(partial(high, story.room, "pump_battery"), 20.0))
            world.bay.pump.inject(PowerCycle(float("inf")))
            silent_s.append(turns.until(partial(is_raised, story.room, "pump_link"), 20.0))
    return Seen(
        f"battery alarm mirrored after {max(notice_s):.2f} s; an NE-1000 has no battery: off the mains it "
        f"falls silent, alarm after {max(silent_s):.2f} s. No supported pump tells minutes or percent",
        max(notice_s) <= NOTICE_S and max(silent_s) <= NOTICE_S,
    )


def occlusions(scale: Scale) -> Seen:
    """SER-15: the line is blocked until the motor stalls."""
    chance, cases = random.Random(15), scale.cases(3, 60)
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
    chance, world, cases = random.Random(17), CutWorld(), scale.cases(8, 200)
    starts = 0
    alarm_s: list[float] = []
    with story_at(Phase.READY, world) as story, Turns(story.room, world) as turns:
        room, pump = story.room, world.bay.pump
        turns.run(2.0)
        right = pump.stored.diameter_mm
        for _ in range(cases):
            wrong = Decimal(chance.choice(["4.61", "8.66", "14.43", "15.90", "19.05", "21.59", "29.20"]))
            pump.feed(safe(f"00DIA{wrong}"))
            said(room, ask.StartInfusion(uuid4().hex))
            alarm_s.append(turns.until(lambda: high(room, "syringe_mismatch"), 15.0))
            said(room, ask.StartInfusion(uuid4().hex))
            turns.run(3.0)
            starts += pump.running or world.commands_sent(b"RUN") > 0
            pump.feed(safe(f"00DIA{right}"))
            turns.until(lambda: not high(room, "syringe_mismatch"), 15.0)
    return Seen(
        f"{cases} syringes of another bore: {starts} starts, high alarm after {max(alarm_s):.1f} s at the "
        "most. The NE-1000 has no barrel or plunger sensor",
        starts == 0,
    )


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
