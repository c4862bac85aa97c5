"""Playlists are folders of files on this computer: nothing is ever fetched from a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import miniaudio
import numpy as np
from numpy.typing import NDArray

FOLDER: Final = "music"
"""In the data folder; each folder in it is a playlist."""
KINDS: Final = frozenset({".wav", ".mp3", ".flac", ".ogg"})
RATE_HZ: Final = 44_100
CHANNELS: Final = 2
_PIECE: Final = 4_410

Samples = NDArray[np.int16]
"""Interleaved stereo at ``RATE_HZ``."""

Decode = Callable[[Path], Iterator[Samples]]
"""Pieces of one file.

Raises:
    Undecodable: it is no sound.
"""


class Undecodable(Exception):
    """A file is no sound that can be played."""


def playlists(folder: Path) -> tuple[str, ...]:
    """Names of the playlists that hold at least one file, in order."""
    try:
        return tuple(sorted(one.name for one in folder.iterdir() if one.is_dir() and tracks(one)))
    except OSError:
        return ()


def tracks(playlist: Path) -> tuple[Path, ...]:
    """Files of a playlist in order of their names."""
    try:
        found = [one for one in playlist.iterdir() if one.suffix.lower() in KINDS and one.is_file()]
    except OSError:
        return ()
    return tuple(sorted(found))


def decoded(path: Path) -> Iterator[Samples]:
    """Decode a file piece by piece; see :data:`Decode`."""
    try:
        for piece in miniaudio.stream_file(
            str(path), miniaudio.SampleFormat.SIGNED16, CHANNELS, RATE_HZ, frames_to_read=_PIECE
        ):
            yield np.array(piece, dtype=np.int16)
    except (miniaudio.MiniaudioError, OSError) as error:
        raise Undecodable(path.name) from error


def endless(files: Sequence[Path], decode: Decode, skipped: Callable[[Path], None]) -> Iterator[Samples]:
    """The files one after the other, again from the first; ends when none of them can be played."""
    while True:
        heard = False
        for path in files:
            try:
                for piece in decode(path):
                    heard = heard or len(piece) > 0
                    yield piece
            except Undecodable:
                skipped(path)
        if not heard:
            return
