"""Who acts: PINs are compared on their own thread, because that is slow by design.

The record belongs to the conductor's thread, so reading the stored hash and counting a failure are
errands there; only the comparison itself is done here.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final, Protocol

from console.clock import Clock, Instant
from console.room.mailbox import Errand, Letter, Mailbox
from console.room.wire import Answer, Ask
from console.session.people import Actor, Authn
from console.storage.accounts import Account, PinVerdict
from console.storage.trouble import DiskTrouble

WAITING_AT_MOST: Final = 16
TOO_MANY: Final = "Too many PINs are being checked at once: wait a moment and try again."


class People(Protocol):
    """The accounts of this workstation (:class:`console.storage.accounts.Accounts`)."""

    def users(self) -> tuple[Account, ...]:
        """Everybody."""
        ...

    def ask(self, user_id: str, now: Instant) -> PinVerdict | str:
        """The stored hash, or why no PIN is looked at."""
        ...

    def settle(self, user_id: str, matched: bool, now: Instant, renewed: str = "") -> PinVerdict:
        """Count the outcome; ``renewed`` takes the place of a hash that is out of date."""
        ...


class Hasher(Protocol):
    """Compares slowly; thread-safe."""

    def matches(self, stored: str, pin: str) -> bool:
        """Whether the PIN is the one that was hashed."""
        ...

    def renewed(self, stored: str, pin: str) -> str:
        """The hash as it is made today; empty when the stored one is up to date."""
        ...


class PinCheck:
    """From an Ask with a PIN to a letter with its author."""

    def __init__(
        self,
        people: People,
        hasher: Hasher,
        mailbox: Mailbox,
        clock: Clock,
        handle: Callable[[Letter], None],
    ) -> None:
        """``handle`` is the conductor's own; it is called on its thread."""
        self._people = people
        self._hasher = hasher
        self._mailbox = mailbox
        self._clock = clock
        self._handle = handle
        self._work: queue.Queue[Callable[[], None] | None] = queue.Queue(WAITING_AT_MOST)

    def check(self, ask: Ask, reply: Callable[[Answer], None]) -> None:
        """Begin; ``reply`` gets the refusal, or the answer to the intent. Any thread."""
        self._mailbox.post(Errand(lambda: self._begin(ask, reply)))

    def run(self, stopping: threading.Event) -> None:
        """Compare PINs until told to stop."""
        while not stopping.is_set():
            work = self._work.get()
            if work is not None:
                work()

    def work_off(self) -> None:
        """Compare whatever waits; for a room that is driven by one thread."""
        while not self._work.empty():
            work = self._work.get_nowait()
            if work is not None:
                work()

    def wake(self) -> None:
        """Let :meth:`run` see that it should end."""
        try:
            self._work.put_nowait(None)
        except queue.Full:
            return  # it is awake

    def _begin(self, ask: Ask, reply: Callable[[Answer], None]) -> None:
        try:
            found = self._people.ask(ask.user_id, self._clock.now())
        except DiskTrouble as trouble:
            reply(Answer(ask.request_id, False, (f"The PIN cannot be checked. {trouble}",)))
            return
        if isinstance(found, PinVerdict):
            reply(Answer(ask.request_id, False, (found.sentence,)))
            return
        try:
            self._work.put_nowait(lambda: self._compare(ask, reply, found))
        except queue.Full:
            reply(Answer(ask.request_id, False, (TOO_MANY,)))

    def _compare(self, ask: Ask, reply: Callable[[Answer], None], stored: str) -> None:
        matched = self._hasher.matches(stored, ask.pin)
        renewed = self._hasher.renewed(stored, ask.pin) if matched else ""
        self._mailbox.post(Errand(lambda: self._finish(ask, reply, matched, renewed)))

    def _finish(self, ask: Ask, reply: Callable[[Answer], None], matched: bool, renewed: str) -> None:
        try:
            verdict = self._people.settle(ask.user_id, matched, self._clock.now(), renewed)
            account = next((one for one in self._people.users() if one.user_id == ask.user_id), None)
        except DiskTrouble as trouble:
            reply(Answer(ask.request_id, False, (f"The PIN cannot be checked. {trouble}",)))
            return
        if not verdict.right or account is None:
            reply(Answer(ask.request_id, False, (verdict.sentence,)))
            return
        actor = Actor(account.user_id, account.name, account.role, Authn.PIN)
        self._handle(Letter(ask.intent, actor, ask.request_id, reply))
