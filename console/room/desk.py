"""What the room does with what windows say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from console.clock import Instant
from console.room.annunciator import Annunciator
from console.room.audience import Audience, Put
from console.room.bench_desk import BenchDesk
from console.room.bench_desk_wire import BenchDeed, BenchLook
from console.room.bench_wire import BenchAsked
from console.room.mailbox import Errand, Letter, Mailbox
from console.room.pins import PinCheck
from console.room.server import QUIT_REQUEST_ID
from console.room.watchdog import WindowWatch
from console.room.wire import Answer, Ask, Hello
from console.session.intents import PressStop, SignTest
from console.session.state import OPEN

SESSION_OPEN: Final = "A session is open: discharge and close it, or abort it, before closing the console."
NOT_LIKE_THIS: Final = "A test is signed on the technician's page, after the room has carried it out."


class FrontDesk:
    """Stands between the windows' threads and the conductor."""

    def __init__(
        self,
        greeting: Hello,
        audience: Audience,
        mailbox: Mailbox,
        pins: PinCheck,
        window: WindowWatch,
        annunciator: Annunciator,
        press_stop: Callable[[], Instant],
        leave: Callable[[], None],
        bench: BenchDesk,
    ) -> None:
        """Wire the desk.

        Args:
            greeting: Hello with everything but the state and the window's rights.
            audience: Who is told what.
            mailbox: The conductor's inbox.
            pins: Finds out who acts.
            window: Heartbeats of the controlling window.
            annunciator: Sound test.
            press_stop: Presses the pump's stop slot; must not wait.
            leave: Ends the room process.
            bench: The technician's bench.
        """
        self._greeting = greeting
        self._audience = audience
        self._mailbox = mailbox
        self._pins = pins
        self._window = window
        self._annunciator = annunciator
        self._press_stop = press_stop
        self._leave = leave
        self._bench = bench

    def attach(self, read_only: bool, put: Put) -> Hello:
        """See :class:`console.room.server.Desk`."""
        state = self._audience.join(put)
        return msgspec.structs.replace(self._greeting, read_only=read_only, state=state)

    def detach(self, put: Put) -> None:
        """See :class:`console.room.server.Desk`."""
        self._audience.leave(put)

    def press_stop(self) -> Instant:
        """See :class:`console.room.server.Desk`."""
        return self._press_stop()

    def stop_was_pressed(self, reason: str) -> None:
        """See :class:`console.room.server.Desk`."""
        self._mailbox.post(Letter(PressStop(reason), None))

    def ask(self, ask: Ask, reply: Callable[[Answer], None]) -> None:
        """See :class:`console.room.server.Desk`; STOP is pressed here however it was asked for."""
        if isinstance(ask.intent, PressStop):
            self._press_stop()
        if isinstance(ask.intent, SignTest):
            # A window signs what the room found (BenchSign), never what it claims to have found.
            reply(Answer(ask.request_id, False, (NOT_LIKE_THIS,)))
        elif ask.pin:
            self._pins.check(ask, reply)
        else:
            self._mailbox.post(Letter(ask.intent, None, ask.request_id, reply))

    def beat(self, window_id: str) -> None:
        """See :class:`console.room.server.Desk`."""
        self._window.beat(window_id)

    def test_sound(self) -> None:
        """See :class:`console.room.server.Desk`."""
        self._annunciator.rehearse()

    def bench(self, asked: BenchAsked, put: Put) -> None:
        """See :class:`console.room.server.Desk`."""
        self._bench.run(asked, put)

    def bench_look(self, asked: BenchLook, put: Put) -> None:
        """See :class:`console.room.server.Desk`."""
        put(self._bench.look(asked))

    def bench_do(self, deed: BenchDeed, put: Put) -> None:
        """See :class:`console.room.server.Desk`."""
        self._bench.do(deed, put)

    def quit(self, reply: Callable[[Answer], None]) -> None:
        """See :class:`console.room.server.Desk`; decided in turn with everything else that was asked."""
        self._mailbox.post(Errand(lambda: self._quit(reply)))

    def _quit(self, reply: Callable[[Answer], None]) -> None:
        if self._audience.state.phase in OPEN:
            reply(Answer(QUIT_REQUEST_ID, False, (SESSION_OPEN,)))
            return
        self._window.excuse()
        self._leave()
