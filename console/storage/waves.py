"""Waveform chunks: lossless int16 coding, content addresses and the min/max pyramid.

A chunk is self-describing bytes::

    "IWC1" | uint16 big-endian length of the header | header (MessagePack array) | payload

Its address is the SHA-256 of all of them, so that the event naming the address makes time, gain and
samples evident to tampering together. The payload is the first difference of the int16 samples
(wrapping), zigzag-mapped, low bytes then high bytes, zlib level 1.
"""

from __future__ import annotations

import hashlib
import math
import struct
import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import NO_SAMPLE, Wave, WaveBlock
from console.clock import NS_PER_S

Samples = NDArray[np.int16]

MAGIC = b"IWC1"
CODEC = "delta-zigzag-split-zlib"
BIN_SAMPLES = 64
MAX_CHUNK_S = 60.0
MAX_CHUNK_SAMPLES = 1 << 20
_HEADER_LENGTH = struct.Struct(">H")


class ChunkDamaged(Exception):
    """The bytes are no waveform chunk, or not the one they claim to be."""


class WaveHeader(msgspec.Struct, frozen=True, array_like=True):
    """What a chunk says of itself.

    Attributes:
        codec: How the payload is coded.
        session_id: Session.
        boot_id: Boot the monotonic time belongs to.
        wave: Which signal.
        source: Device binding that spoke.
        wall_utc_ns: Wall clock when the last sample arrived.
        mono_ns: Monotonic clock when the last sample arrived.
        rate_hz: Nominal sampling rate.
        gain: Physical value = sample * gain + offset.
        offset: See ``gain``.
        unit: UCUM unit of the physical value.
        n: Number of samples.
        gap: Samples were lost between the chunk before and this one.
        usable: False when the device said lead off, probe off or artefact.
    """

    codec: str
    session_id: str
    boot_id: str
    wave: Wave
    source: str
    wall_utc_ns: int
    mono_ns: int
    rate_hz: float
    gain: float
    offset: float
    unit: str
    n: int
    gap: bool
    usable: bool

    @property
    def duration_ns(self) -> int:
        """Nominal length, one sampling interval a sample."""
        return round(self.n * NS_PER_S / self.rate_hz)


class WaveChunk(msgspec.Struct, frozen=True):
    """A chunk ready to be stored.

    Attributes:
        header: What it says of itself.
        sha256: Content address of ``data``.
        data: The chunk's bytes.
        low: Smallest sample, None when there is none.
        high: Largest sample, None when there is none.
        pyramid: :func:`envelope_bytes` of the samples.
    """

    header: WaveHeader
    sha256: bytes
    data: bytes
    low: int | None
    high: int | None
    pyramid: bytes

    @property
    def address(self) -> str:
        """The content address as hex, for the sealing event."""
        return self.sha256.hex()


_encode_header = msgspec.msgpack.Encoder()
_decode_header = msgspec.msgpack.Decoder(WaveHeader)


def encode_samples(samples: Samples) -> bytes:
    """Code int16 samples without loss; differences wrap around, so every value is allowed."""
    delta = np.diff(samples, prepend=np.int16(0))
    zigzag = ((delta << 1) ^ (delta >> 15)).astype("<u2")
    planes = zigzag.view(np.uint8).reshape(-1, 2).T
    return zlib.compress(np.ascontiguousarray(planes).tobytes(), 1)


def decode_samples(payload: bytes, n: int) -> Samples:
    """Undo :func:`encode_samples`.

    Raises:
        ChunkDamaged: the payload does not hold exactly ``n`` samples.
    """
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(payload, 2 * n + 1)
    except zlib.error as error:
        raise ChunkDamaged(f"The samples cannot be unpacked: {error}.") from error
    if len(raw) != 2 * n or not inflate.eof or inflate.unused_data:
        raise ChunkDamaged(f"The chunk does not hold the {n} samples it claims.")
    planes = np.frombuffer(raw, np.uint8).reshape(2, n)
    zigzag = np.ascontiguousarray(planes.T).view("<u2").reshape(n).astype(np.uint16)
    delta = (zigzag >> 1).view(np.int16) ^ -(zigzag & 1).view(np.int16)
    decoded: Samples = np.cumsum(delta, dtype=np.int16)
    return decoded


def envelope(samples: Samples, size: int = BIN_SAMPLES) -> Samples:
    """Smallest and largest sample of each ``size`` samples, shape (bins, 2).

    Missing samples are left out; a bin without any is (NO_SAMPLE, NO_SAMPLE).
    """
    bins = -(-len(samples) // size)
    padded = np.full(bins * size, NO_SAMPLE, np.int16)
    padded[: len(samples)] = samples
    table = padded.reshape(bins, size)
    # NO_SAMPLE is the smallest int16, so it never wins a maximum; for the minimum it is moved to the top.
    low = np.where(table == NO_SAMPLE, np.int16(32767), table).min(axis=1, initial=32767)
    high = table.max(axis=1, initial=NO_SAMPLE)
    low[high == NO_SAMPLE] = NO_SAMPLE
    return np.stack((low, high), axis=1).astype(np.int16)


def envelope_bytes(samples: Samples) -> bytes:
    """The envelope as stored: int16 little-endian pairs (low, high), one pair each 64 samples."""
    return envelope(samples).astype("<i2").tobytes()


def _check_block(block: WaveBlock) -> Samples:
    if not block.samples or len(block.samples) % 2:
        raise ValueError("a waveform block holds whole int16 samples, at least one")
    if not all(math.isfinite(figure) for figure in (block.rate_hz, block.gain, block.offset)):
        raise ValueError("rate, gain and offset are finite numbers")
    if block.rate_hz <= 0 or not block.source:
        raise ValueError("a waveform block names its source and a rate above 0")
    samples = np.frombuffer(block.samples, "<i2").astype(np.int16)
    if len(samples) > MAX_CHUNK_SAMPLES or len(samples) > MAX_CHUNK_S * block.rate_hz:
        raise ValueError(f"a chunk holds at most {MAX_CHUNK_S:g} s")
    return samples


def encode_chunk(session_id: str, boot_id: str, block: WaveBlock) -> WaveChunk:
    """Make the chunk of one block of samples.

    Raises:
        ValueError: the block is empty, longer than 60 s, or its figures make no sense.
    """
    samples = _check_block(block)
    header = WaveHeader(
        codec=CODEC,
        session_id=session_id,
        boot_id=boot_id,
        wave=block.wave,
        source=block.source,
        wall_utc_ns=block.at.wall_utc_ns,
        mono_ns=block.at.mono_ns,
        rate_hz=block.rate_hz,
        gain=block.gain,
        offset=block.offset,
        unit=block.unit,
        n=len(samples),
        gap=block.gap,
        usable=block.usable,
    )
    packed = _encode_header.encode(header)
    data = MAGIC + _HEADER_LENGTH.pack(len(packed)) + packed + encode_samples(samples)
    known = samples[samples != NO_SAMPLE]
    return WaveChunk(
        header=header,
        sha256=hashlib.sha256(data).digest(),
        data=data,
        low=int(known.min()) if len(known) else None,
        high=int(known.max()) if len(known) else None,
        pyramid=envelope_bytes(samples),
    )


def decode_chunk(data: bytes) -> tuple[WaveHeader, Samples]:
    """Header and samples of a chunk.

    Raises:
        ChunkDamaged: the bytes are no chunk of this program.
    """
    if data[:4] != MAGIC or len(data) < 6:
        raise ChunkDamaged("The bytes do not begin as a waveform chunk does.")
    start = 6
    end = start + _HEADER_LENGTH.unpack_from(data, 4)[0]
    try:
        header: WaveHeader = _decode_header.decode(data[start:end])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ChunkDamaged(f"The chunk's header cannot be read: {error}.") from error
    if header.codec != CODEC:
        raise ChunkDamaged(f"The chunk is coded as {header.codec}, which this program does not know.")
    if not 0 < header.n <= MAX_CHUNK_SAMPLES or not header.rate_hz > 0:
        raise ChunkDamaged("The chunk's header makes no sense.")
    return header, decode_samples(data[end:], header.n)


def chunk_from(data: bytes) -> WaveChunk:
    """Everything that is stored of a chunk, worked out again from its bytes alone.

    Raises:
        ChunkDamaged: the bytes are no chunk of this program.
    """
    header, samples = decode_chunk(data)
    known = samples[samples != NO_SAMPLE]
    return WaveChunk(
        header=header,
        sha256=hashlib.sha256(data).digest(),
        data=data,
        low=int(known.min()) if len(known) else None,
        high=int(known.max()) if len(known) else None,
        pyramid=envelope_bytes(samples),
    )
