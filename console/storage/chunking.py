"""Gathering waveform blocks, as they arrive, into chunks of about a second."""

from __future__ import annotations

from console.clinical.vitals import Wave, WaveBlock
from console.storage.waves import WaveChunk, encode_chunk

CHUNK_S = 1.0


class ChunkAssembler:
    """Joins blocks of each signal; a gap or a changed scale begins a new chunk, samples are never bridged."""

    def __init__(self, session_id: str, boot_id: str, chunk_s: float = CHUNK_S) -> None:
        self._session_id = session_id
        self._boot_id = boot_id
        self._chunk_s = chunk_s
        self._open: dict[tuple[Wave, str], list[WaveBlock]] = {}

    def add(self, block: WaveBlock) -> tuple[WaveChunk, ...]:
        """Take a block; return the chunks it completed.

        Raises:
            ValueError: the block makes no sense (see :func:`~console.storage.waves.encode_chunk`).
        """
        key = (block.wave, block.source)
        waiting = self._open.setdefault(key, [])
        finished: list[WaveChunk] = []
        if waiting and not _continues(waiting[-1], block):
            finished.append(self._close(key))
            waiting = self._open.setdefault(key, [])
        waiting.append(block)
        if sum(len(one.samples) // 2 for one in waiting) >= self._chunk_s * block.rate_hz:
            finished.append(self._close(key))
        return tuple(finished)

    def flush(self) -> tuple[WaveChunk, ...]:
        """Close whatever is open, at the end of a session or before a pause."""
        return tuple(self._close(key) for key in list(self._open))

    def _close(self, key: tuple[Wave, str]) -> WaveChunk:
        return encode_chunk(self._session_id, self._boot_id, _joined(self._open.pop(key)))


def _continues(before: WaveBlock, block: WaveBlock) -> bool:
    if block.gap:
        return False
    return (before.rate_hz, before.gain, before.offset, before.unit, before.usable) == (
        block.rate_hz,
        block.gain,
        block.offset,
        block.unit,
        block.usable,
    )


def _joined(blocks: list[WaveBlock]) -> WaveBlock:
    first, last = blocks[0], blocks[-1]
    return WaveBlock(
        wave=first.wave,
        source=first.source,
        at=last.at,
        rate_hz=first.rate_hz,
        samples=b"".join(block.samples for block in blocks),
        gain=first.gain,
        offset=first.offset,
        unit=first.unit,
        gap=first.gap,
        usable=first.usable,
    )
