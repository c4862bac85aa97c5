"""What the session machine knows of any pump: commands, outcomes and readings, without a protocol.

A command ends in one of three ways. ``Unknown`` is not ``Refused``: its reply was lost, so it may
have been carried out, and only a read-back may decide. Quantities carry their unit as a suffix
because these messages go to the record and over the wire.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from console.clock import Instant


class PumpState(StrEnum):
    """What the pump itself says it is doing."""

    UNKNOWN = "unknown"
    STOPPED = "stopped"
    INFUSING = "infusing"
    PAUSED = "paused"
    ALARM = "alarm"
    OTHER = "other"
    """Purging, withdrawing, waiting for a trigger: nothing this console ever asks for."""


class PumpAlarm(StrEnum):
    """Alarms in the product's words; each driver maps its own codes to them."""

    RESET = "reset"
    """The pump lost power or was reset (NE-1000 ``A?R``)."""
    STALL = "stall"
    """The drive is blocked: occlusion or end of travel (NE-1000 ``A?S``)."""
    HOST_SILENT = "host_silent"
    """The pump's own watchdog stopped it because the host was silent (NE-1000 ``A?T``)."""
    PROGRAM = "program"
    """The pump's program is faulty (NE-1000 ``A?E``, ``A?O``)."""
    EMPTY = "empty"
    AIR = "air"
    DOOR = "door"
    BATTERY = "battery"
    OTHER = "other"


class PumpReading(msgspec.Struct, frozen=True):
    """One poll of the pump.

    Attributes:
        at: When the reply arrived.
        state: The pump's own state.
        rate_ml_h: The rate the pump reports, None when it was not asked or not understood.
        infused_ml: The pump's own counter of infused volume; the truth for what was given.
        alarm: Alarm carried by this reading; a pump says it once, so the driver latches it.
        raw: The reply as text, for the technician.
        diameter_mm: Inner diameter of the syringe the pump is set for, when it was asked this time.
        on_mains: Whether mains feeds it; None for a pump that does not tell.
        battery_min: Minutes its battery will last, None when it does not tell.
        battery_share: Part of the battery's charge that is left, 0 to 1, None when it does not tell.
        volume_ml: Volume to be infused that is set at the pump, None when it does not tell.
        syringe: Brand and size of the syringe in the pump's own words, empty when it does not tell.
        not_kept: Why the console does not keep this infusion going; empty when it does, or need not.
    """

    at: Instant
    state: PumpState
    rate_ml_h: Decimal | None = None
    infused_ml: Decimal | None = None
    alarm: PumpAlarm | None = None
    raw: str = ""
    diameter_mm: Decimal | None = None
    on_mains: bool | None = None
    battery_min: float | None = None
    battery_share: float | None = None
    volume_ml: Decimal | None = None
    syringe: str = ""
    not_kept: str = ""


class Program(msgspec.Struct, frozen=True, tag="program"):
    """Set the pump up for one finite infusion and read every value back. Starts nothing.

    Attributes:
        syringe: Brand and size by name, as the nurse chose it.
        diameter_mm: Inner diameter of that syringe.
        rate_ml_h: Rate to run at.
        volume_ml: Volume to be infused; the pump stops by itself when it is reached.
        watchdog_s: Seconds of host silence after which the pump stops by itself; 0 = none.
    """

    syringe: str
    diameter_mm: Decimal
    rate_ml_h: Decimal
    volume_ml: Decimal
    watchdog_s: int


class Start(msgspec.Struct, frozen=True, tag="start"):
    """Begin the programmed infusion from zero."""


class Pause(msgspec.Struct, frozen=True, tag="pause"):
    """Halt delivery so that it can be resumed."""


class Resume(msgspec.Struct, frozen=True, tag="resume"):
    """Go on with the paused infusion: the remaining volume at the programmed rate."""


class SetRate(msgspec.Struct, frozen=True, tag="set_rate"):
    """Change the rate of the running infusion."""

    rate_ml_h: Decimal


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End delivery for good. Repeated until the pump reads back as stopped."""


PumpCommand = Program | Start | Pause | Resume | SetRate | Stop


class Begun(msgspec.Struct, frozen=True):
    """An infusion that was begun from here and may still be running.

    Attributes:
        serial: Serial number of the pump that gives it.
        rate_ml_h: The rate it was last known to run at.
        infused_ml: Its counter when it was last read.
        program: What it was programmed with.
    """

    serial: str
    rate_ml_h: Decimal
    infused_ml: Decimal
    program: Program


class ReadBack(msgspec.Struct, frozen=True):
    """Values read from the pump after a command, or after it was set by hand."""

    state: PumpState
    diameter_mm: Decimal | None = None
    rate_ml_h: Decimal | None = None
    volume_ml: Decimal | None = None
    infused_ml: Decimal | None = None
    syringe: str = ""


class Confirmed(msgspec.Struct, frozen=True, tag="confirmed"):
    """The pump did it, and what it reads back agrees with what was asked (rounded down at most)."""

    read_back: ReadBack


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The pump certainly did not do it; ``reason`` is a sentence that says what to do."""

    reason: str


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """The reply was lost or unreadable: it may have been done. Read back before anything else."""

    reason: str


Outcome = Confirmed | Refused | Unknown


class LinkState(StrEnum):
    """The two lamps of a device: port open, device answering."""

    CLOSED = "closed"
    """No port: it does not exist, is in use, or was pulled."""
    OPEN = "open"
    """The port is open; nothing has answered yet."""
    ANSWERING = "answering"
    """The device was identified and answers."""
    WRONG_DEVICE = "wrong_device"
    """Something answers, but it is not the device bound here."""


class PumpControl(StrEnum):
    """What this console can do with the pump that answers."""

    COMMANDED = "commanded"
    """It is programmed, started, paused and stopped from here."""
    READ_ONLY = "read_only"
    """It can only be read: a person works it by hand and the console supervises."""


class StopsAsSet(msgspec.Struct, frozen=True, tag="stops_as_set"):
    """Left alone the pump stops by itself, after the seconds it was programmed with."""


class StopsWithin(msgspec.Struct, frozen=True, tag="stops_within"):
    """Left alone the pump stops by itself within so many seconds; nobody can change that."""

    seconds: int


class RunsOn(msgspec.Struct, frozen=True, tag="runs_on"):
    """Left alone the pump goes on until its target volume is reached."""


Unattended = StopsAsSet | StopsWithin | RunsOn


class Identity(msgspec.Struct, frozen=True):
    """Who a device says it is.

    Attributes:
        kind: Driver name (``"ne1000"``, ``"s5"``).
        model: Model as the device reports it.
        firmware: Firmware as the device reports it, empty when it has none to tell.
        serial: Serial number, empty when it has none to tell.
        simulated: The device is one of our virtual ones; every screen is then watermarked.
        control: Of a pump: what can be done with it from here, as far as it told when it was identified.
        every_s: Seconds between two readings; 0 when it is read at least once a second.
        unattended: Of a pump: what it does when nobody speaks to it; None when nobody said.
    """

    kind: str
    model: str
    firmware: str = ""
    serial: str = ""
    simulated: bool = False
    control: PumpControl = PumpControl.COMMANDED
    every_s: float = 0.0
    unattended: Unattended | None = None
