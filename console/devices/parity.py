"""Bytes that arrived with a parity or framing error, as a POSIX serial driver marks them.

With INPCK and PARMRK set a damaged byte ``X`` is read as ``FF 00 X`` and a good ``FF`` as ``FF FF``
(POSIX.1-2017, General Terminal Interface, section 11.2.2). The marks are taken out again here, and a
damaged byte is replaced by bytes that spoil the frame it belongs to.
"""

from __future__ import annotations

MARK = 0xFF


class ParityMarks:
    """Takes the marks out of a stream that arrives in pieces of any size.

    Attributes:
        damaged: Damaged bytes so far.
    """

    def __init__(self, spoiler: bytes) -> None:
        """``spoiler`` stands for every damaged byte; no frame of the protocol may contain it."""
        self.damaged = 0
        self._spoiler = spoiler
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The bytes without marks; an unfinished mark waits for its rest."""
        data = self._held + data
        self._held = b""
        if MARK not in data:
            return data
        out = bytearray()
        place = 0
        while (found := data.find(MARK, place)) >= 0:
            out += data[place:found]
            mark = data[found : found + 3]
            if len(mark) < 2 or (mark[1] == 0 and len(mark) < 3):
                self._held = mark
                return bytes(out)
            if mark[1] == 0:
                self.damaged += 1
                out += self._spoiler
                place = found + 3
            else:
                # A doubled FF is a good one; a lone FF comes only from a driver that does not mark.
                out.append(MARK)
                place = found + (2 if mark[1] == MARK else 1)
        return bytes(out + data[place:])

    def reset(self) -> None:
        """Forget an unfinished mark."""
        self._held = b""
