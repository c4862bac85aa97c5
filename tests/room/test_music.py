"""Music for the person in the chair: chosen by people, faded with the phases, down at once with any alarm."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from console.clock import ManualClock
from console.course.facts_care import MusicChosen, MusicSet
from console.course.music import DUCKED, FADE_IN_S
from console.room.music import MusicPlayer
from console.room.music_files import RATE_HZ, Samples, Undecodable, decoded, playlists
from console.room.music_output import PERIOD_MS, PERIODS, Pull, SilentOutput
from console.room.speaker import NoSound
from console.room.wire import Committed
from console.session import intents as ask
from console.session.events import AlarmRaised, CourseChanged, Entry, Event
from console.session.state import State
from tests.session.bench import NURSE, Bench
from tests.sync.fhir.sessions import whole

LOUD = 20_000
FRAMES = RATE_HZ * PERIOD_MS // 1000


class FakeOutput:
    """A device whose samples a test asks for."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble, self.opened, self.closed = trouble, 0, 0
        self._pull: Pull | None = None

    def open(self, pull: Pull) -> None:
        if self.trouble:
            raise NoSound(self.trouble)
        self.opened += 1
        self._pull = pull

    def close(self) -> None:
        self.closed += 1
        self._pull = None

    def take(self, frames: int = FRAMES) -> Samples:
        assert self._pull is not None
        return np.frombuffer(self._pull(frames), dtype=np.int16)


def tone(_: Path) -> Iterator[Samples]:
    yield np.full(RATE_HZ * 2, LOUD, dtype=np.int16)


class Room:
    """A player beside a session that a bench plays."""

    def __init__(self, folder: Path, output: FakeOutput | SilentOutput, *, decode: object = tone) -> None:
        (folder / "Calm").mkdir(exist_ok=True)
        (folder / "Calm" / "one.wav").write_bytes(b"")
        self.clock = ManualClock()
        self.bench = Bench()
        self.bench.arrive()
        self.state: State = self.bench.state
        self.player = MusicPlayer(folder, output, self.clock, lambda: self.state, decode)  # type: ignore[arg-type]
        self.player.step()

    @property
    def session_id(self) -> str:
        assert self.state.session is not None
        return self.state.session.session_id

    def tell(self, event: Event) -> None:
        entry = Entry(1, "id", "s", self.clock.now(), "boot", NURSE, event)
        self.player.hear(Committed((entry,)))

    def choose(self, name: str = "Calm", percent: int = 100) -> None:
        self.tell(CourseChanged("pt-1", MusicChosen(self.session_id, name)))
        self.tell(CourseChanged("pt-1", MusicSet(self.session_id, bool(name), percent)))
        self.player.step()

    def infuse(self) -> None:
        self.bench.order()
        self.bench.verify()
        self.bench.run(1)
        self.bench.tell(ask.ProgramPump("program-1"))
        self.bench.start()
        self.state = self.bench.state
        self.player.step()

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.player.step()

    def alarm(self) -> None:
        """The room decides an alarm: told before anything else is done about it."""
        raised = next(e.event for e in whole().entries if isinstance(e.event, AlarmRaised))
        self.tell(raised)


def level(samples: Samples) -> float:
    return float(np.max(np.abs(samples.astype(np.int32)))) / LOUD


def loud(room: Room, output: FakeOutput) -> None:
    """Well into the infusion, at full volume."""
    room.choose()
    room.infuse()
    room.wait(FADE_IN_S + 1)
    for _ in range(60):
        output.take()
        room.wait(PERIOD_MS / 1000)
    assert level(output.take()) > 0.95


def test_nothing_plays_before_a_person_chose_it(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    room.infuse()
    assert output.opened == 0
    assert room.player.view().playlists == ("Calm",)
    assert not room.player.view().playing


@pytest.mark.req("MUS-01")
def test_it_is_down_within_a_tenth_of_a_second_of_the_alarm(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    loud(room, output)
    # The worst moment: a period was taken just before, and the sound library still holds all it may.
    room.alarm()
    room.clock.advance(PERIOD_MS / 1000)
    after = np.concatenate([output.take(), output.take()]).astype(np.int32)
    high = np.flatnonzero(np.abs(after) > LOUD * (DUCKED + 0.001))
    ramp_ms = 1000 * (int(high[-1]) // 2 + 1) / RATE_HZ
    waiting_ms = PERIOD_MS * (PERIODS - 1)
    assert waiting_ms + PERIOD_MS + ramp_ms <= 100
    assert ramp_ms <= 15


@pytest.mark.req("MUS-01")
def test_a_step_that_knew_the_older_state_does_not_bring_it_back(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    loud(room, output)
    older = room.state

    def racing() -> State:
        room.alarm()
        return older

    room.player._state = racing
    room.player.step()
    room.clock.advance(PERIOD_MS / 1000)
    output.take()
    assert level(output.take()) <= DUCKED + 0.001


def test_it_comes_back_slowly_when_the_alarm_is_gone(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    loud(room, output)
    room.alarm()
    output.take()
    assert level(output.take()) <= DUCKED + 0.001
    room.wait(1)
    room.wait(10)
    for _ in range(20):
        middle = level(output.take())
    assert DUCKED < middle < 0.9


def test_it_fades_in_with_the_infusion_and_never_clicks(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    room.choose()
    room.infuse()
    heard = []
    for _ in range(100):
        room.wait(PERIOD_MS / 1000)
        heard.append(output.take())
    steps = np.abs(np.diff(np.concatenate(heard).astype(np.int32)[::2]))
    assert int(np.max(steps)) < LOUD / 100


def test_halted_it_is_silent_and_the_volume_is_what_was_set(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    loud(room, output)
    room.tell(CourseChanged("pt-1", MusicSet(room.session_id, True, 40)))
    room.wait(0.1)
    for _ in range(5):
        output.take()
    assert abs(level(output.take()) - 0.4) < 0.01
    room.tell(CourseChanged("pt-1", MusicSet(room.session_id, False, 40)))
    room.wait(0.1)
    output.take()
    assert level(output.take()) == 0


def test_another_session_s_music_is_not_obeyed(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    room.tell(CourseChanged("pt-2", MusicChosen("another", "Calm")))
    room.wait(1)
    assert room.player.view().playlist == ""


def test_it_ends_with_the_session(tmp_path: Path) -> None:
    output = FakeOutput()
    room = Room(tmp_path, output)
    loud(room, output)
    room.state = State()
    room.wait(1)
    assert output.closed == 1
    assert not room.player.view().playing


@pytest.mark.req("MUS-02")
@pytest.mark.parametrize("output", [FakeOutput("no sound device"), SilentOutput()])
def test_no_device_is_a_word_and_no_failure(tmp_path: Path, output: FakeOutput | SilentOutput) -> None:
    room = Room(tmp_path, output)
    room.choose()
    room.wait(1)
    assert room.player.view().trouble in {"no sound device", "sound is switched off"}


@pytest.mark.req("MUS-02")
def test_files_that_are_no_sound_are_a_word_and_no_failure(tmp_path: Path) -> None:
    room = Room(tmp_path, FakeOutput(), decode=decoded)
    room.choose()
    assert room.player.view().trouble == "no file can be played"
    assert not room.player.view().playing


def test_a_playlist_that_is_gone_is_said(tmp_path: Path) -> None:
    room = Room(tmp_path, FakeOutput())
    room.choose("Gone")
    assert room.player.view().trouble == "not found"


def test_a_folder_outside_the_playlists_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "one.wav").write_bytes(b"")
    room = Room(tmp_path / "music", FakeOutput())
    room.choose("..")
    assert room.player.view().playlist == ""


def test_a_wave_file_is_decoded_to_stereo_at_the_rate_of_the_stream(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes((np.ones(22_050) * 8_000).astype("<i2").tobytes())
    samples = np.concatenate(list(decoded(path)))
    assert abs(len(samples) - 2 * RATE_HZ) < 200
    assert abs(int(np.median(samples)) - 8_000) <= 1


def test_what_is_no_sound_is_undecodable(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(b"no music at all")
    with pytest.raises(Undecodable):
        list(decoded(path))


def test_only_folders_with_music_are_playlists(tmp_path: Path) -> None:
    (tmp_path / "Empty").mkdir()
    (tmp_path / "Sea").mkdir()
    (tmp_path / "Sea" / "a.FLAC").write_bytes(b"")
    assert playlists(tmp_path) == ("Sea",)
    assert playlists(tmp_path / "none") == ()
