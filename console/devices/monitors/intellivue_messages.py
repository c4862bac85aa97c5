"""What an IntelliVue monitor says, taken apart: session messages, poll answers and their attributes.

Every length is checked against what is there; a message that promises more than it holds is malformed as a
whole. Facts from public implementations of the Philips guide 4535 642 59271 (mdpnp, BSD-2;
patient-monitor-datalogger, MIT).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from console.devices.monitors.intellivue_requests import EXTENDED_POLL, MDS_CREATE, POLL, TICKS_PER_S

ASSOCIATE, REFUSE, ACCEPT, RELEASE_ASKED, RELEASED, ABORTED, DATA = 0x0D, 0x0C, 0x0E, 0x09, 0x0A, 0x19, 0xE1
INVOKE, RESULT, ERROR, LINKED = 1, 2, 3, 5
EVENT, CONFIRMED_EVENT, ACTION = 0, 1, 7

ERRORS = {
    0: "no such class",
    1: "no such instance",
    2: "access denied",
    7: "get-list error",
    8: "set-list error",
    9: "no such action",
    10: "processing failure",
    15: "invalid argument",
    16: "invalid scope",
    17: "invalid instance",
}


class Malformed(Exception):
    """A message whose parts do not fit each other; the text says what."""


class Cursor:
    """Reads big-endian figures from bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._data) - self._place

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes. Raises Malformed when there are fewer."""
        if count > self.left:
            raise Malformed(f"{count} bytes are promised where {self.left} are left")
        self._place += count
        return self._data[self._place - count : self._place]

    def whole(self, size: int) -> int:
        """The next ``size`` bytes as an unsigned figure."""
        return int.from_bytes(self.take(size), "big")

    def u16(self) -> int:
        """Two bytes."""
        return self.whole(2)

    def u32(self) -> int:
        """Four bytes."""
        return self.whole(4)

    def part(self) -> Cursor:
        """What a 16-bit length says comes next."""
        return Cursor(self.take(self.u16()))


@dataclass(frozen=True, slots=True)
class Terms:
    """What an accepted association grants.

    Attributes:
        period_s: Shortest poll period.
        mtu: Longest message the monitor sends, bytes; 0 when it did not tell.
    """

    period_s: float = 1.0
    mtu: int = 0

    @property
    def timeout_s(self) -> float:
        """Silence of the client after which the monitor ends the association (OpenICE, from the guide)."""
        if self.period_s <= 3.3:
            return 10.0
        return 3 * self.period_s if self.period_s <= 43.0 else 130.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One object of a poll answer: its handle and its attributes by id."""

    handle: int
    attributes: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class PollAnswer:
    """One answer to a poll.

    Attributes:
        number: Number of the poll it answers.
        sequence: Running number, None for a single poll.
        ticks: The monitor's relative time, 1/8 ms.
        kind: Class of the objects.
        observations: What was observed.
    """

    number: int
    sequence: int | None
    ticks: int
    kind: int
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class MdsCreated:
    """The event that wants an answer: who the monitor is.

    Attributes:
        invoke: To be repeated in the answer.
        ticks: Event time, to be repeated in the answer.
        model: Maker and model.
        system_id: Its identifier, hexadecimal.
        bed: Bed label.
        clock_ticks: Relative time at which its clock showed ``clock_s``.
        clock_s: Its clock, seconds since 1970 as if it showed UTC; None when it tells none.
    """

    invoke: int
    ticks: int
    model: str
    system_id: str
    bed: str
    clock_ticks: int
    clock_s: float | None


@dataclass(frozen=True, slots=True)
class Other:
    """A good message without readings; ``text`` keeps what is worth keeping."""

    text: str = ""


Said = PollAnswer | MdsCreated | Other


def parse_data(message: bytes) -> Said:
    """Take apart a message that begins with E1.

    Raises:
        Malformed: its parts do not fit.
    """
    head = Cursor(message)
    head.u32()
    kind, body = head.u16(), head.part()
    if kind == LINKED:
        state, _count = body.whole(1), body.whole(1)
        if state not in (1, 2, 3):
            raise Malformed(f"linked result in state {state}")
    invoke = body.u16()
    if kind == ERROR:
        error = body.u16()
        return Other(f"the monitor refused request {invoke}: {ERRORS.get(error, f'error {error}')}")
    command, content = body.u16(), body.part()
    if kind in (RESULT, LINKED) and command == ACTION:
        return _action_result(content)
    if kind == INVOKE and command in (EVENT, CONFIRMED_EVENT):
        return _event(invoke, content)
    return Other()


def _action_result(content: Cursor) -> Said:
    content.take(6)
    action, answer = content.u16(), content.part()
    if action not in (POLL, EXTENDED_POLL):
        return Other(f"result of action {action:04X}")
    if not answer.left:
        return Other()
    number = answer.u16()
    sequence = answer.u16() if action == EXTENDED_POLL else None
    ticks = answer.u32()
    answer.take(8)
    answer.u16()
    kind = answer.u16()
    answer.u16()
    seen: list[Observation] = []
    contexts, inside = answer.u16(), answer.part()
    for _ in range(contexts):
        inside.u16()
        count, objects = inside.u16(), inside.part()
        seen += [Observation(objects.u16(), attributes(objects)) for _ in range(count)]
    return PollAnswer(number, sequence, ticks, kind, tuple(seen))


def attributes(cursor: Cursor) -> dict[int, bytes]:
    """A counted list of attributes by id.

    Raises:
        Malformed: it promises more than it holds.
    """
    count, inside = cursor.u16(), cursor.part()
    return {inside.u16(): inside.take(inside.u16()) for _ in range(count)}


def _event(invoke: int, content: Cursor) -> Said:
    content.take(6)
    ticks, event, told = content.u32(), content.u16(), content.part()
    if event != MDS_CREATE:
        return Other(f"event {event:04X}")
    told.take(6)
    found = attributes(told)
    clock_ticks = int.from_bytes(found[0x098F], "big") if len(found.get(0x098F, b"")) == 4 else ticks
    return MdsCreated(
        invoke=invoke,
        ticks=ticks,
        model=_two_texts(found.get(0x0928, b"")),
        system_id=found.get(0x0984, b"").hex(),
        bed=wide_text(found.get(0x091E, b"")),
        clock_ticks=clock_ticks,
        clock_s=clock_seconds(found.get(0x0987, b"")),
    )


def _two_texts(data: bytes) -> str:
    """Maker and model: two texts with a 16-bit length, ended by NUL."""
    if not data:
        return ""
    cursor = Cursor(data)
    words = [cursor.take(cursor.u16()).split(b"\0")[0].decode("ascii", "replace").strip() for _ in range(2)]
    return " ".join(word for word in words if word)


def wide_text(data: bytes) -> str:
    """A text with a 16-bit length in UTF-16, ended by NUL; empty when there is none.

    Raises:
        Malformed: it is shorter than its length.
    """
    if not data:
        return ""
    text = Cursor(data).part()
    return text.take(text.left).decode("utf-16-be", "replace").split("\0")[0].strip()


def clock_seconds(data: bytes) -> float | None:
    """Eight bytes of decimal digits (century to hundredths) as seconds since 1970; None when unset."""
    digits = data.hex()
    if len(digits) != 16 or not digits.isdecimal():
        return None
    century_year, *rest = int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, 14, 2))
    try:
        moment = datetime(century_year, rest[0], rest[1], rest[2], rest[3], rest[4], tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() + int(digits[14:]) / 100


NOT_A_NUMBER, NOT_AT_THIS_RESOLUTION, PLUS_INFINITY, MINUS_INFINITY = 0x7FFFFF, 0x800000, 0x7FFFFE, 0x800002


def figure(raw: int) -> float:
    """A FLOAT: eight bits of decimal exponent, 24 of mantissa, both signed; NaN and infinities as such."""
    mantissa, exponent = raw & 0xFFFFFF, (raw >> 24) - (0x100 if raw >> 31 else 0)
    if mantissa in (NOT_A_NUMBER, NOT_AT_THIS_RESOLUTION):
        return math.nan
    if mantissa in (PLUS_INFINITY, MINUS_INFINITY):
        return math.inf if mantissa == PLUS_INFINITY else -math.inf
    signed = mantissa - 0x1000000 if mantissa & 0x800000 else mantissa
    return signed * 10.0**exponent if exponent >= 0 else signed / 10.0**-exponent


def parse_terms(accept: bytes) -> Terms:
    """What an association acceptance grants; the defaults where its form is not understood.

    Monitors vary the headers in front, so the user information is looked for, not counted to.
    """
    start = max(accept.find(bytes.fromhex("be 80 28 80")), 0)
    for mark in (b"\x02\x01\x02\x81", b"\x81"):
        place = accept.find(mark, start)
        while place >= 0:
            terms = _terms_at(accept[place + len(mark) :])
            if terms is not None:
                return terms
            place = accept.find(mark, place + 1)
    return Terms()


def _terms_at(data: bytes) -> Terms | None:
    try:
        user = Cursor(Cursor(data[1:]).take(data[0] if data else 1))
        if user.u32() != 0x80000000:
            return None
        user.take(16)
        attributes(user)
        profile = Cursor(attributes(user).get(1, b""))
        profile.u32()
        period_s = profile.u32() / TICKS_PER_S
        profile.u32()
        return Terms(period_s, profile.u32())
    except Malformed:
        return None
