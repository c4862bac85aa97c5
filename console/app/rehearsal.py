"""A whole session over the wire by the scripted nurse: what a window would send, and no more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import uuid4

from console.app.demo import patient_of
from console.app.demo_file import DemoFile
from console.app.folder import app_version
from console.app.nurse import Assignment, Credentials, Request, ScriptedNurse, chart
from console.app.process_words import PLAY_FAILED
from console.app.virtual_devices import read_deeds, read_findings, read_scenario
from console.clock import Clock, Instant, ScaledClock, SystemClock
from console.devices.virtual.scenario import NurseAct, NurseCharts, NurseDeed
from console.devices.virtual.scenario import Scenario as Played
from console.room.client import SocketRoomClient
from console.room.wire import Answer, Ask, Bye, Committed, Hello, Quit, RoomMessage
from console.session import intents as ask
from console.session.apply import apply
from console.session.people import OrderInputs, Role
from console.session.state import Phase, State

BEAT_EVERY_S: Final = 0.25
_TURN_S: Final = 0.02
_HESITATE_S: Final = 3.0
"""Seconds of the room's clock she waits after a refusal before she tries again."""


def assignment_of(played: Played, demo: DemoFile) -> Assignment:
    """The scenario's patient and order, with the people of the demonstration.

    Raises:
        LookupError: the demonstration has fewer than two nurses.
    """
    nurses = [person for person in demo.people if person.role is Role.NURSE]
    if len(nurses) < 2:
        raise LookupError("a session needs two nurses")
    order, body = played.order, played.patient
    return Assignment(
        patient=patient_of(played),
        weight_kg=Decimal(str(body.weight_kg)),
        order=OrderInputs(
            order.protocol, order.amount, order.minutes, order.concentration_mg_ml, order.syringe
        ),
        nurse=Credentials(nurses[0].user_id, nurses[0].pin),
        second=Credentials(nurses[1].user_id, nurses[1].pin),
    )


class ScriptedDay:
    """Nurse and scenario together: what is asked next in a demonstration."""

    def __init__(self, folder: Path, demo: DemoFile) -> None:
        self._folder = folder
        self._nurse = ScriptedNurse(assignment_of(read_scenario(demo.scenario), demo), lambda: uuid4().hex)
        self._deeds = 0

    def next(self, state: State, now: Instant) -> Request | None:
        """The next request; None while she waits."""
        return self._script(state, now) or self._nurse.next(state, read_findings(self._folder), now)

    def done(self, state: State) -> bool:
        """The session of the day is closed."""
        return self._nurse.done(state)

    def _script(self, state: State, now: Instant) -> Request | None:
        """What the scenario has her do besides her usual work."""
        if state.session is None:
            return None
        for deed in read_deeds(self._folder, self._deeds):
            self._deeds += 1
            match deed:
                case NurseCharts(care=care, grade=grade, note=note):
                    return Request(chart(care, now, note, grade))
                case NurseAct(deed=NurseDeed.PAUSE, note=note) if state.phase is Phase.INFUSING:
                    return Request(ask.PauseInfusion(uuid4().hex, note))
                case NurseAct(deed=NurseDeed.STOP, note=note):
                    return Request(ask.PressStop(note))
                case _:
                    # Resuming, acknowledging and scoring are part of her usual work.
                    continue
        return None


class Rehearsal:
    """The nurse at the end of a wire."""

    def __init__(
        self, folder: Path, demo: DemoFile, client: SocketRoomClient, say: Callable[[str], None]
    ) -> None:
        self._day = ScriptedDay(folder, demo)
        self._client = client
        self._say = say
        self._real = SystemClock()
        self._clock: Clock = self._real
        self.state = State()
        self._greeted = False
        self._asked: tuple[str, Request] | None = None
        self._wait_until: Instant | None = None
        self._beat_at = self._real.now()
        self._quitting = False
        self.farewell: str | None = None

    def play(self, until: Callable[[State], bool], within_s: float) -> bool:
        """Work until ``until`` holds; False when it did not within so many real seconds."""
        deadline, pause = self._real.now().plus(within_s), threading.Event()
        while self._real.now().mono_ns < deadline.mono_ns:
            self.turn()
            if self._greeted and until(self.state):
                return True
            pause.wait(_TURN_S)
        return False

    def leave(self, within_s: float = 5.0) -> bool:
        """Close the console; False when the room did not say goodbye."""
        self._quitting = True
        self._client.send(Quit())
        deadline, pause = self._real.now().plus(within_s), threading.Event()
        while self.farewell is None and self._real.now().mono_ns < deadline.mono_ns:
            self.turn()
            pause.wait(_TURN_S)
        return self.farewell is not None

    def turn(self) -> None:
        """Take in what arrived, show that the window lives, ask the next thing."""
        for message in self._client.poll():
            self._take(message)
        now = self._real.now()
        if now.mono_ns >= self._beat_at.mono_ns:
            self._beat_at = now.plus(BEAT_EVERY_S)
            self._client.beat()
        if self._greeted and not self._quitting and self._asked is None and not self._hesitates():
            self._act()

    def done(self, state: State) -> bool:
        """The session of the day is closed."""
        return self._day.done(state)

    def _hesitates(self) -> bool:
        return self._wait_until is not None and self._clock.now().mono_ns < self._wait_until.mono_ns

    def _act(self) -> None:
        request = self._day.next(self.state, self._clock.now())
        if request is None:
            return
        request_id = uuid4().hex
        credentials = request.credentials or Credentials("", "")
        sent = self._client.send(Ask(request_id, request.intent, credentials.user_id, credentials.pin))
        if sent:
            self._asked = (request_id, request)

    def _take(self, message: RoomMessage) -> None:
        match message:
            case Hello() as hello:
                self._greeted = True
                self._asked = None
                self.state = hello.state
                if hello.clock_start is not None:
                    self._clock = ScaledClock(self._real, hello.speed, hello.clock_start)
            case Committed(entries=entries):
                before = self.state.phase
                for entry in entries:
                    self.state = apply(self.state, entry)
                if self.state.phase is not before:
                    self._say(f"{before.value} -> {self.state.phase.value}")
            case Answer() as answer if self._asked is not None and answer.request_id == self._asked[0]:
                request, self._asked = self._asked[1], None
                if not answer.accepted:
                    self._say(f"refused {type(request.intent).__name__}: {' '.join(answer.sentences)}")
                    self._wait_until = self._clock.now().plus(_HESITATE_S)
            case Bye(reason=reason):
                self.farewell = reason
            case _:
                pass


def rehearse(folder: Path, demo: DemoFile, say: Callable[[str], None], within_s: float = 3600.0) -> int:
    """Play the session of the day; 0 only if it was discharged and closed."""
    client = SocketRoomClient.connect(folder, app_version())
    rehearsal = Rehearsal(folder, demo, client, say)
    try:
        if not rehearsal.play(rehearsal.done, within_s):
            say(f"The session did not end: it is {rehearsal.state.phase.value}.")
            return PLAY_FAILED
        session = rehearsal.state.session
        discharged = session is not None and session.discharged_at is not None
        if not rehearsal.leave():
            say("The room did not close.")
            return PLAY_FAILED
        return 0 if discharged else PLAY_FAILED
    finally:
        client.close()
