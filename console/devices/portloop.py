"""What the owner loops of all ports share: the connection with its two lamps, and wire statistics.

A port that is open is not yet a device that answers, so these are two states. Each change carries a
reason. After every opening, and after every silence, the device must identify itself anew before
anything it says is believed. Attempts are spaced 0.5 to 5 s apart; while the port was seen to be gone
and comes back, the next attempt is made at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, runtime_checkable

import msgspec

from console.clock import Clock, Instant
from console.devices.ports import Link, LinkLost, WrongDevice
from console.devices.slots import Waiter
from console.session.pump import Identity, LinkState

FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 5.0
LONGEST_SILENT_BACKOFF_S = 2.0
"""With the port open the device may be switched on again at any moment."""
STEADY_S = 5.0
"""A connection that held for so long starts again from the first back-off."""
REOPEN_AFTER_SILENCES = 4
"""Identifications in vain after which the port itself is opened anew: adapters hang too."""
LOOK_EVERY_S = 0.25
ASLEEP_AFTER_S = 5.0
"""An owner that was away for longer, neither identifying nor commanding, has slept with its computer."""
STATISTICS_EVERY_S = 10.0

ReportLink = Callable[[LinkState, str, Identity | None, Instant], None]


def always_present() -> bool:
    """For a port whose presence cannot be seen."""
    return True


class WireStatistics(msgspec.Struct, frozen=True):
    """Counts since the owner began.

    Attributes:
        bytes_in: Bytes received.
        bytes_out: Bytes sent.
        good_frames: Frames accepted.
        bad_frames: Frames refused.
        timeouts: Questions without an answer.
        openings: Times the port was opened.
    """

    bytes_in: int = 0
    bytes_out: int = 0
    good_frames: int = 0
    bad_frames: int = 0
    timeouts: int = 0
    openings: int = 0


@runtime_checkable
class CountsFrames(Protocol):
    """A driver that counts its frames."""

    @property
    def good_frames(self) -> int:
        """Frames accepted so far."""
        ...

    @property
    def bad_frames(self) -> int:
        """Frames refused so far."""
        ...


class CountedLink:
    """A link that counts its bytes."""

    def __init__(self, link: Link) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self._link = link

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        data = self._link.read(timeout_s)
        self.bytes_in += len(data)
        return data

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.write(data)
        self.bytes_out += len(data)

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self._link.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.discard_input()

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.close()


class Connection:
    """One port from closed to answering and back; used only by the thread that owns it.

    Attributes:
        link: The open port, None while closed.
        state: The two lamps.
        openings: Times the port was opened.
        timeouts: Identifications in vain.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        identify: Callable[[Link], Identity],
        clock: Clock,
        waiter: Waiter,
        report: ReportLink,
        present: Callable[[], bool] = always_present,
    ) -> None:
        self.link: CountedLink | None = None
        self.state = LinkState.CLOSED
        self.openings = 0
        self.timeouts = 0
        self._open_link = open_link
        self._identify = identify
        self._clock = clock
        self._waiter = waiter
        self._report = report
        self._present = present
        self._told: tuple[LinkState, str] | None = None
        self._backoff_s = FIRST_BACKOFF_S
        self._next_try: Instant | None = None
        self._was_present = True
        self._silences = 0
        self._answering_since: Instant | None = None
        self._heard_at: Instant | None = None
        self._bytes_in_before = 0
        self._bytes_out_before = 0

    @property
    def answering(self) -> bool:
        """The device was identified and answers."""
        return self.state is LinkState.ANSWERING

    @property
    def bytes_in(self) -> int:
        """Bytes received since the owner began."""
        return self._bytes_in_before + (0 if self.link is None else self.link.bytes_in)

    @property
    def bytes_out(self) -> int:
        """Bytes sent since the owner began."""
        return self._bytes_out_before + (0 if self.link is None else self.link.bytes_out)

    def advance(self) -> None:
        """One step towards answering: open, identify, or wait a little for the next attempt.

        Raises:
            Interrupted: STOP was pressed while the device was being identified.
        """
        if not self._due():
            return
        if self.link is None:
            self.open_now()
        else:
            self._identify_now(self.link)

    def open_now(self) -> CountedLink | None:
        """Open the port without regard to back-off; None if that fails, which is reported."""
        if self.link is not None:
            return self.link
        try:
            link = CountedLink(self._open_link())
        except LinkLost as error:
            reason = str(error)
            if self._told is not None and self._told[0] is LinkState.CLOSED and not self._present():
                # Of a port that was pulled it need not be said again that it is not there.
                reason = self._told[1]
            self._fail(LinkState.CLOSED, reason, LONGEST_BACKOFF_S)
            return None
        try:
            link.discard_input()
        except LinkLost as error:
            link.close()
            self._fail(LinkState.CLOSED, str(error), LONGEST_BACKOFF_S)
            return None
        self.link = link
        self.openings += 1
        self._silences = 0
        self._next_try = None
        if self.state is LinkState.CLOSED:
            self._change(LinkState.OPEN, "The port is open; the device has not answered yet.", None)
        return link

    def heard(self) -> None:
        """The device gave a fresh, good answer."""
        self._heard_at = self._clock.now()

    def silent_for_s(self) -> float:
        """Seconds since the device was heard; 0 when it is not expected to speak."""
        if not self.answering or self._heard_at is None:
            return 0.0
        return self._clock.now().seconds_since(self._heard_at)

    def silent(self, reason: str) -> None:
        """The device stopped answering: it must identify itself again."""
        self._rest_from_steady()
        self._fail(LinkState.OPEN, reason, LONGEST_SILENT_BACKOFF_S)

    def lost(self, reason: str) -> None:
        """The port is gone."""
        self._rest_from_steady()
        self._close_link()
        self._fail(LinkState.CLOSED, reason, LONGEST_BACKOFF_S)

    def close(self, reason: str) -> None:
        """Give the port back for good."""
        self._close_link()
        self._change(LinkState.CLOSED, reason, None)

    def _due(self) -> bool:
        present = self._present()
        came_back = present and not self._was_present
        self._was_present = present
        now = self._clock.now()
        if self._next_try is None or came_back or now.mono_ns >= self._next_try.mono_ns:
            return True
        self._waiter.wait(min(LOOK_EVERY_S, self._next_try.seconds_since(now)))
        return False

    def _identify_now(self, link: CountedLink) -> None:
        try:
            link.discard_input()
            identity = self._identify(link)
        except TimeoutError as error:
            self.timeouts += 1
            self._silences += 1
            if self._silences >= REOPEN_AFTER_SILENCES:
                self._close_link()
            # A wrong device that falls silent is no longer known to be wrong.
            self._fail(LinkState.OPEN, str(error), LONGEST_SILENT_BACKOFF_S)
        except WrongDevice as error:
            self._close_link()
            self._fail(LinkState.WRONG_DEVICE, str(error), LONGEST_BACKOFF_S)
        except LinkLost as error:
            self._close_link()
            self._fail(LinkState.CLOSED, str(error), LONGEST_BACKOFF_S)
        else:
            self._silences = 0
            self._next_try = None
            self._answering_since = self._heard_at = self._clock.now()
            firmware = f", firmware {identity.firmware}" if identity.firmware else ""
            self._change(LinkState.ANSWERING, f"{identity.model}{firmware} answers.", identity)

    def _close_link(self) -> None:
        if self.link is None:
            return
        self._bytes_in_before += self.link.bytes_in
        self._bytes_out_before += self.link.bytes_out
        self.link.close()
        self.link = None

    def _rest_from_steady(self) -> None:
        """A flapping connection keeps its back-off, one that held begins anew."""
        since, self._answering_since = self._answering_since, None
        if since is not None and self._clock.now().seconds_since(since) >= STEADY_S:
            self._backoff_s = FIRST_BACKOFF_S

    def _fail(self, state: LinkState, reason: str, longest_s: float) -> None:
        self._next_try = self._clock.now().plus(min(self._backoff_s, longest_s))
        self._backoff_s = min(self._backoff_s * 2, LONGEST_BACKOFF_S)
        self._change(state, reason, None)

    def _change(self, state: LinkState, reason: str, identity: Identity | None) -> None:
        self.state = state
        if self._told != (state, reason) or identity is not None:
            self._told = (state, reason)
            self._report(state, reason, identity, self._clock.now())


class SleepWatch:
    """Notices that the computer slept while a port's owner believed it was resting or reading.

    What lies in a port's buffer then is as old as the sleep, yet would be stamped with its arrival.
    """

    def __init__(self, clock: Clock, after_s: float) -> None:
        """``after_s``: no owner rests or reads for so long in one go."""
        self._clock = clock
        self._after_s = after_s
        self._looked_at = clock.now()

    def look(self) -> float:
        """Seconds since the last look when that is too long to have been awake, else 0."""
        now = self._clock.now()
        passed_s, self._looked_at = now.seconds_since(self._looked_at), now
        return passed_s if passed_s > self._after_s else 0.0


def leave_quietly(leave: Callable[[Link], None], link: Link) -> None:
    """A courtesy to the device on closing; that it fails changes nothing."""
    with suppress(TimeoutError, LinkLost):
        leave(link)
