"""What the conductor's decisions do: to the pump's port, and to the ear."""

from __future__ import annotations

from typing import Final

from console.clock import Clock, Instant
from console.devices.slots import CommandSlot, LeaseSlot, Order, StopSlot
from console.room.annunciator import Annunciator
from console.room.mailbox import Mailbox
from console.session.effects import SendCommand
from console.session.events import Priority
from console.session.intents import CommandAnswered
from console.session.pump import Refused

NO_PUMP: Final = "No pump is bound to this room: the command was never sent."
BUSY: Final = "The pump's port still holds another command: this one was never sent."


class RoomHands:
    """Reaches the pump through its slots; none of them waits."""

    def __init__(
        self,
        mailbox: Mailbox,
        annunciator: Annunciator,
        clock: Clock,
        stop_slot: StopSlot | None,
        commands: CommandSlot | None,
        lease: LeaseSlot | None = None,
    ) -> None:
        """``stop_slot``, ``commands`` and ``lease`` are None in a room without a pump."""
        self._mailbox = mailbox
        self._annunciator = annunciator
        self._clock = clock
        self._stop_slot = stop_slot
        self._commands = commands
        self._lease = lease

    def send(self, effect: SendCommand) -> None:
        """Hand a command to the pump's port owner, or say at once that it was not sent."""
        if self._commands is None:
            self._mailbox.see(CommandAnswered(effect.command_id, Refused(NO_PUMP)))
        elif not self._commands.offer(Order(effect.command_id, effect.command, effect.expires_at)):
            self._mailbox.see(CommandAnswered(effect.command_id, Refused(BUSY)))

    def press_stop(self) -> Instant:
        """Press the stop slot. Called from any thread; waits for nothing."""
        return self._clock.now() if self._stop_slot is None else self._stop_slot.press()

    def lease(self, until: Instant | None, objection: str = "") -> None:
        """Let the pump be kept going until then, no longer, or as long as it likes."""
        if self._lease is None:
            return
        if objection:
            self._lease.withhold(objection)
        elif until is None:
            self._lease.release()
        else:
            self._lease.grant(until)

    def sound_tones(self) -> None:
        """Sound the burst of each priority once."""
        self._annunciator.rehearse()

    def sound(self, priority: Priority | None) -> None:
        """Sound this priority from now on."""
        self._annunciator.want(priority)
