"""Messages between the room and its windows, and the socket they travel on.

Frozen structs, msgpack-encoded, one message a frame of an authenticated local
:mod:`multiprocessing.connection`. The window folds :class:`Committed` entries with the room's own
``apply``; it never decides anything.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from console.clinical.vitals import NibpState, Vital, VitalReading, WaveBlock
from console.clock import Instant
from console.room.bench_desk_wire import (
    BenchBind,
    BenchLook,
    BenchRestart,
    BenchSearch,
    BenchSearchEnd,
    BenchSign,
    BenchStatus,
)
from console.room.bench_wire import BenchBegin, BenchEnd, BenchReply, BenchShown
from console.room.music_view import MusicView
from console.session.events import Entry
from console.session.intents import PersonIntent
from console.session.posture import Posture
from console.session.pump import PumpReading
from console.session.state import State
from console.sync.backlog import ArchiveView

Message = TypeVar("Message")

# --- room to window -------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """First message after attaching.

    Attributes:
        room_name: As the clinic calls it.
        boot_id: Boot of the machine the monotonic times belong to.
        app_version: The room's version; a window of another one refuses to attach.
        simulated: Devices are virtual: watermark every screen.
        read_only: This window may only look.
        speed: How many times faster than real time the room's clock runs (1 outside demonstrations).
        clock_start: Start of a scaled clock, None for real time.
        record_path: File for read-only queries.
        state: The state now; later entries are folded onto it.
        monitors: Binding names of the monitors.
    """

    room_name: str
    boot_id: str
    app_version: str
    simulated: bool
    read_only: bool
    speed: float
    clock_start: Instant | None
    record_path: str
    state: State
    monitors: tuple[str, ...] = ()


class Committed(msgspec.Struct, frozen=True, tag="committed"):
    """Entries that are in the record (or in memory while NOT RECORDING), in order."""

    entries: tuple[Entry, ...]


class Live(msgspec.Struct, frozen=True, tag="live"):
    """The latest of everything sensed; sent a few times a second, never queued.

    Attributes:
        at: When it was put together.
        vitals: One reading a vital sign, from the source that speaks now. Unusable ones carry their
            reason; one that is too old carries Quality.STALE and no value.
        nibp: What the cuff is doing.
        pump: The last poll, None when there was none or it is older than 3 s.
        recording: False: NOT RECORDING.
        sound: False: no alarm sound can be heard.
        notes: The monitors' own alarm texts.
        posture: Whether the room would pause the infusion now.
        archive: How the room stands with its archive, in words.
        unfit: Devices a signed test speaks against, and what it says.
        music: What is played for the person in the chair.
    """

    at: Instant
    vitals: dict[Vital, VitalReading]
    nibp: NibpState = NibpState.IDLE
    pump: PumpReading | None = None
    recording: bool = True
    sound: bool = True
    notes: tuple[str, ...] = ()
    posture: Posture = Posture()
    archive: ArchiveView = ArchiveView()
    unfit: tuple[tuple[str, str], ...] = ()
    music: MusicView = MusicView()


class Waves(msgspec.Struct, frozen=True, tag="waves"):
    """Waveform blocks as they arrived."""

    blocks: tuple[WaveBlock, ...]


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """What became of an Ask.

    Attributes:
        request_id: Of the Ask.
        accepted: Something was committed.
        sentences: Why not, or what to heed; each a sentence for a person.
    """

    request_id: str
    accepted: bool
    sentences: tuple[str, ...] = ()


class StopHeard(msgspec.Struct, frozen=True, tag="stop_heard"):
    """STOP reached the port owner's slot."""

    request_id: str
    at: Instant


class Bye(msgspec.Struct, frozen=True, tag="bye"):
    """The room is going; ``reason`` is shown."""

    reason: str


RoomMessage = Hello | Committed | Live | Waves | Answer | StopHeard | Bye | BenchShown | BenchStatus

# --- window to room -------------------------------------------------------------------------------


class Attach(msgspec.Struct, frozen=True, tag="attach"):
    """First message of a window."""

    window_id: str
    app_version: str
    read_only: bool = False


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A person's intent.

    Attributes:
        request_id: Minted by the window; the Answer carries it.
        intent: What is asked.
        user_id: Whose PIN follows; empty for the person signed in.
        pin: PIN for acts that need one; never stored or logged.
    """

    request_id: str
    intent: PersonIntent
    user_id: str = ""
    pin: str = ""

    def __repr__(self) -> str:
        return f"Ask({self.request_id!r}, {type(self.intent).__name__})"


class StopNow(msgspec.Struct, frozen=True, tag="stop_now"):
    """STOP. Goes to the port owner's slot before anything else happens."""

    request_id: str
    reason: str = ""


class Heartbeat(msgspec.Struct, frozen=True, tag="heartbeat"):
    """The window is alive; every 250 ms."""

    window_id: str


class SoundTest(msgspec.Struct, frozen=True, tag="sound_test"):
    """Sound each priority's burst once."""


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    """Close the whole console. Refused while a session is open."""


WindowMessage = (
    Attach
    | Ask
    | StopNow
    | Heartbeat
    | SoundTest
    | Quit
    | BenchBegin
    | BenchReply
    | BenchEnd
    | BenchLook
    | BenchSearch
    | BenchSearchEnd
    | BenchBind
    | BenchRestart
    | BenchSign
)

_encoder = msgspec.msgpack.Encoder(decimal_format="string")
_room_decoder = msgspec.msgpack.Decoder(RoomMessage)
_window_decoder = msgspec.msgpack.Decoder(WindowMessage)


def pack(message: RoomMessage | WindowMessage) -> bytes:
    """Encode a message for the socket."""
    return _encoder.encode(message)


def unpack_room(data: bytes) -> RoomMessage:
    """Decode what a room sent.

    Raises:
        msgspec.DecodeError: the bytes are no message of this version.
    """
    message: RoomMessage = _unpacked(_room_decoder, data)
    return message


def unpack_window(data: bytes) -> WindowMessage:
    """Decode what a window sent.

    Raises:
        msgspec.DecodeError: the bytes are no message of this version.
    """
    message: WindowMessage = _unpacked(_window_decoder, data)
    return message


def _unpacked(decoder: msgspec.msgpack.Decoder[Message], data: bytes) -> Message:
    try:
        return decoder.decode(data)
    except (RecursionError, UnicodeDecodeError) as error:
        raise msgspec.DecodeError(f"The message cannot be read: {error}.") from error
