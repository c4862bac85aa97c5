"""What a window is told of the music."""

from __future__ import annotations

import msgspec


class MusicView(msgspec.Struct, frozen=True):
    """The music as it is now.

    Attributes:
        playlists: Folders there are to choose from.
        playlist: The one chosen, empty for silence.
        playing: Whether it plays (or would, if sound could be heard).
        percent: Volume the staff have set, 0 to 100; phases and alarms take from it.
        ducked: An alarm holds it down.
        trouble: Why nothing is heard, in a few words; empty when nothing is wrong.
    """

    playlists: tuple[str, ...] = ()
    playlist: str = ""
    playing: bool = False
    percent: int = 50
    ducked: bool = False
    trouble: str = ""
