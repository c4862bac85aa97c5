"""Where music is played: a sound stream of its own, so that nothing of it can touch that of the alarms."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from typing import Final, Protocol

import miniaudio

from console.room.music_files import CHANNELS, RATE_HZ
from console.room.speaker import NoSound, linux_has_sound

PERIOD_MS: Final = 20
"""Short, because music that is already handed over cannot be taken back when an alarm comes."""
PERIODS: Final = 3
"""So many of them wait in the sound library at most (its default)."""

Pull = Callable[[int], bytes]
"""Gives so many frames; called on the sound library's thread, never blocks, never fails."""


class MusicOutput(Protocol):
    """A sound output that asks for its samples."""

    def open(self, pull: Pull) -> None:
        """Begin to ask.

        Raises:
            NoSound: there is no device.
        """
        ...

    def close(self) -> None:
        """Ask no more and give the device back."""
        ...


class MiniaudioOutput:
    """The machine's default sound device, by a stream that belongs to the music alone."""

    def __init__(self) -> None:
        self._device: miniaudio.PlaybackDevice | None = None

    def open(self, pull: Pull) -> None:
        """See :class:`MusicOutput`."""
        if sys.platform == "linux" and not linux_has_sound(os.environ):
            raise NoSound("no sound device")
        try:
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=CHANNELS,
                sample_rate=RATE_HZ,
                buffersize_msec=PERIOD_MS,
                backends=[one for one in miniaudio.Backend if one is not miniaudio.Backend.NULL],
                app_name="Infusion console, music",
            )
            feed = _feed(pull)
            next(feed)
            device.start(feed)
        except miniaudio.MiniaudioError as error:
            raise NoSound("no sound device") from error
        self._device = device

    def close(self) -> None:
        """See :class:`MusicOutput`."""
        if self._device is not None:
            self._device.close()
            self._device = None


def _feed(pull: Pull) -> Generator[bytes, int, None]:
    frames = yield b""
    while True:
        frames = yield pull(frames)


class SilentOutput:
    """No sound on purpose (``--silent``)."""

    def open(self, pull: Pull) -> None:
        """See :class:`MusicOutput`."""
        del pull
        raise NoSound("sound is switched off")

    def close(self) -> None:
        """See :class:`MusicOutput`."""
