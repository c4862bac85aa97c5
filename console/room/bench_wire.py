"""What a window and the room say to each other about the technician's bench."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from console.clinical.vitals import Vital
from console.devices.bench.procedure import Answer
from console.devices.bench.stepper import BenchPicture
from console.devices.bench.wire_view import WireRow
from console.session.bench import BenchRun

WORKSTATION = "workstation"


class BenchBegin(msgspec.Struct, frozen=True, tag="bench_begin"):
    """Test one device; refused while a session is open or another run goes on.

    Attributes:
        device: Binding name, ``DRIVER=PORT``, or ``workstation``.
        checks: Ids of the checks, all when empty.
        no_patient: The technician confirmed that no patient is connected.
        expected: What the simulator at the sensors shows.
        serial: Serial number from the device's plate.
        balance: Port of a balance that prints weights.
        weights: Seconds and grams of an earlier run, from a file.
        flow_ml_h: Rate of the run on the balance, None for the usual one.
        flow_min: Its length in minutes, None for the usual one.
    """

    device: str
    checks: tuple[str, ...] = ()
    no_patient: bool = False
    expected: dict[Vital, float] = {}
    serial: str = ""
    balance: str = ""
    weights: tuple[tuple[float, float], ...] = ()
    flow_ml_h: Decimal | None = None
    flow_min: int | None = None


class BenchReply(msgspec.Struct, frozen=True, tag="bench_reply"):
    """Answers what the run asks for."""

    answer: Answer


class BenchEnd(msgspec.Struct, frozen=True, tag="bench_end"):
    """End the run; a pump that was started is stopped."""


class BenchShown(msgspec.Struct, frozen=True, tag="bench_shown"):
    """How far the run is; at most five a second, and once at the end.

    Attributes:
        picture: The run; None when none was begun.
        rows: Lines of the wire since the last message.
        run: What is to be signed, once it is finished.
        refused: Why no run was begun, empty otherwise.
    """

    picture: BenchPicture | None = None
    rows: tuple[WireRow, ...] = ()
    run: BenchRun | None = None
    refused: str = ""


BenchAsked = BenchBegin | BenchReply | BenchEnd
