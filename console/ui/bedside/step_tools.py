"""What every step is handed, and how it asks the room and hears the answer in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from console.room.wire import Answer
from console.session.intents import PersonIntent
from console.session.state import State
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.step_people import PatientDirectory, Person

LOST = "The room process went away before it answered: look at what is shown, then ask again."


@dataclass(frozen=True, slots=True)
class StepTools:
    """Everything a step needs.

    Attributes:
        theme: Colours, fonts, sizes.
        bridge: The room as this window knows it.
        reference: Configuration and time zone.
        people: Everybody with an active account, read anew each time.
        patients: Reads of known patients.
        badges: User ids by the digest of a badge, read anew each time.
        demo_pins: PINs by user id, shown on the sign-in panel of a demonstration; empty everywhere else.
    """

    theme: Theme
    bridge: Bridge
    reference: LiveReference
    people: Callable[[], tuple[Person, ...]]
    patients: PatientDirectory
    demo_pins: dict[str, str]
    badges: Callable[[], dict[str, str]] = dict

    @property
    def state(self) -> State:
        """The state of the room."""
        return self.bridge.state


class Asking(QObject):
    """Asks of one step. While one is open the step's action is switched off (HUM-01)."""

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._waiting: dict[str, Callable[[Answer], None]] = {}
        bridge.answered.connect(self._answered)
        bridge.connection_changed.connect(self._connection)

    @property
    def waiting(self) -> bool:
        """An answer is still to come."""
        return bool(self._waiting)

    def ask(
        self, intent: PersonIntent, then: Callable[[Answer], None], user_id: str = "", pin: str = ""
    ) -> None:
        """Ask; ``then`` gets the answer."""
        self._waiting[self._bridge.ask(intent, user_id, pin)] = then

    def _answered(self, answer: object) -> None:
        if isinstance(answer, Answer):
            then = self._waiting.pop(answer.request_id, None)
            if then is not None:
                then(answer)

    def _connection(self, connected: bool) -> None:
        if connected:
            return
        waiting, self._waiting = self._waiting, {}
        for request_id, then in waiting.items():
            then(Answer(request_id, False, (LOST,)))
