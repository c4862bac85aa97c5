"""Where alarm bursts are played. A device that throws sound away counts as no device."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final, Protocol

import miniaudio
import numpy as np
from numpy.typing import NDArray

from console.clock import Clock, Instant
from console.room.tones import SAMPLE_RATE_HZ

NO_DEVICE: Final = "no sound device was found; plug in a speaker"
DEVICE_SILENT: Final = "the sound device takes no sound; check its plug"
CHOKED_AFTER_S: Final = 1.0
_BUFFER_MS: Final = 100
_BYTES_A_SAMPLE: Final = 2


class NoSound(Exception):
    """Nothing can be heard; the text says what to do."""


class Speaker(Protocol):
    """A sound output. Called by the annunciator's thread only."""

    def check(self) -> None:
        """Find out, within a second, whether sound can be heard.

        Raises:
            NoSound: it cannot.
        """
        ...

    def play(self, samples: NDArray[np.int16]) -> None:
        """Begin to play mono samples at ``SAMPLE_RATE_HZ``; replaces what is playing.

        Raises:
            NoSound: there is no device.
        """
        ...

    def hush(self) -> None:
        """Stop what is playing."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


class MiniaudioSpeaker:
    """The machine's default sound device, kept open so that an alarm is not late by its opening.

    The device pulls its samples on a thread of the sound library; silence is played between bursts,
    and a device that no longer pulls is a device nobody hears.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting = b""
        self._pulled_at: Instant | None = None
        self._device: miniaudio.PlaybackDevice | None = None

    def check(self) -> None:
        """See :class:`Speaker`."""
        if self._device is None:
            self._device = self._open()
            return
        with self._lock:
            pulled_at = self._pulled_at
        if pulled_at is not None and self._clock.now().seconds_since(pulled_at) > CHOKED_AFTER_S:
            self.close()
            raise NoSound(DEVICE_SILENT)

    def play(self, samples: NDArray[np.int16]) -> None:
        """See :class:`Speaker`."""
        if self._device is None:
            self._device = self._open()
        with self._lock:
            self._waiting = samples.tobytes()

    def hush(self) -> None:
        """See :class:`Speaker`."""
        with self._lock:
            self._waiting = b""

    def close(self) -> None:
        """See :class:`Speaker`."""
        if self._device is not None:
            self._device.close()
            self._device = None

    def _open(self) -> miniaudio.PlaybackDevice:
        if sys.platform == "linux" and not linux_has_sound(os.environ):
            raise NoSound(NO_DEVICE)
        backends = [backend for backend in miniaudio.Backend if backend is not miniaudio.Backend.NULL]
        try:
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=SAMPLE_RATE_HZ,
                buffersize_msec=_BUFFER_MS,
                backends=backends,
                app_name="Infusion console",
            )
            feed = self._feed()
            next(feed)
            with self._lock:
                self._pulled_at = self._clock.now()
            device.start(feed)
        except miniaudio.MiniaudioError as error:
            raise NoSound(NO_DEVICE) from error
        return device

    def _feed(self) -> Generator[bytes, int, None]:
        frames = yield b""
        while True:
            wanted = frames * _BYTES_A_SAMPLE
            with self._lock:
                self._pulled_at = self._clock.now()
                piece, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
            frames = yield piece.ljust(wanted, b"\0")


class SilentSpeaker:
    """No sound on purpose (``--silent``): says so whenever it is asked."""

    def check(self) -> None:
        """See :class:`Speaker`."""
        raise NoSound("sound was switched off when the console was started")

    def play(self, samples: NDArray[np.int16]) -> None:
        """See :class:`Speaker`."""
        del samples
        self.check()

    def hush(self) -> None:
        """See :class:`Speaker`."""

    def close(self) -> None:
        """See :class:`Speaker`."""


def linux_has_sound(environment: os._Environ[str] | dict[str, str]) -> bool:
    """Whether a sound card or server exists; asking ALSA without one floods the error output."""
    cards = Path("/proc/asound/cards")
    if cards.exists() and "no soundcards" not in cards.read_text(encoding="utf-8", errors="replace"):
        return True
    if environment.get("PULSE_SERVER"):
        return True
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    return bool(runtime) and any((Path(runtime) / name).exists() for name in ("pulse/native", "pipewire-0"))
