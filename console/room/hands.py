"""What the conductor's decisions do: to the pump's port, and to the ear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from console.clock import Clock, Instant
from console.devices.cuff_slot import CuffOrder, CuffSlot
from console.devices.slots import CommandSlot, LeaseSlot, Order, StopSlot
from console.room.annunciator import Annunciator
from console.room.mailbox import Mailbox
from console.session.effects import AskCuff, SendCommand
from console.session.events import Priority
from console.session.intents import CommandAnswered, CuffSeen
from console.session.pump import Refused

NO_PUMP: Final = "No pump is bound to this room: the command was never sent."
NO_CUFF: Final = "There is no monitor of that name in this room."
CUFF_BUSY: Final = "Another request was on its way to the cuff: this one was not handed on."
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
        cuffs: Mapping[str, CuffSlot] | None = None,
    ) -> None:
        """``stop_slot``, ``commands``, ``lease`` are None in a room without a pump; ``cuffs`` by monitor."""
        self._mailbox = mailbox
        self._annunciator = annunciator
        self._clock = clock
        self._stop_slot = stop_slot
        self._commands = commands
        self._lease = lease
        self._cuffs = {} if cuffs is None else dict(cuffs)

    def send(self, effect: SendCommand) -> None:
        """Hand a command to the pump's port owner, or say at once that it was not sent."""
        if self._commands is None:
            self._mailbox.see(CommandAnswered(effect.command_id, Refused(NO_PUMP)))
        elif not self._commands.offer(Order(effect.command_id, effect.command, effect.expires_at)):
            self._mailbox.see(CommandAnswered(effect.command_id, Refused(BUSY)))

    def ask_cuff(self, effect: AskCuff) -> None:
        """Hand a request to the monitor's port owner, or say at once that it was not handed on."""
        slot = self._cuffs.get(effect.device)
        if slot is None:
            self._mailbox.see(CuffSeen(effect.request_id, NO_CUFF))
            return
        turned_away = slot.offer(CuffOrder(effect.request_id, effect.deed, effect.expires_at))
        if turned_away is not None:
            self._mailbox.see(CuffSeen(turned_away.request_id, CUFF_BUSY))

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
