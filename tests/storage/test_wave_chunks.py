"""Waveforms come back bit for bit, and their envelopes tell the truth about them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from console.clinical.vitals import NO_SAMPLE, Wave
from console.clock import NS_PER_S
from console.storage.chunking import ChunkAssembler
from console.storage.waves import (
    BIN_SAMPLES,
    ChunkDamaged,
    WaveChunk,
    chunk_from,
    decode_chunk,
    decode_samples,
    encode_chunk,
    encode_samples,
    envelope,
)
from tests.storage.record_makers import BOOT, SESSION, START, beat, block

_int16 = st.integers(-32768, 32767)
_samples = st.lists(_int16 | st.sampled_from([-32768, 32767, 0]), min_size=1, max_size=400).map(
    lambda values: np.array(values, np.int16)
)


@given(_samples)
def test_any_samples_come_back_bit_for_bit(samples: NDArray[np.int16]) -> None:
    decoded = decode_samples(encode_samples(samples), len(samples))
    assert decoded.dtype == np.int16
    assert np.array_equal(decoded, samples)


@given(_samples, st.sampled_from(list(Wave)), st.booleans())
def test_a_chunk_says_all_of_itself(samples: NDArray[np.int16], wave: Wave, gap: bool) -> None:
    made = encode_chunk(
        SESSION, BOOT, block(samples, wave=wave, gap=gap, rate_hz=200.0, gain=0.1, offset=-3.0)
    )
    header, decoded = decode_chunk(made.data)
    assert header == made.header
    assert np.array_equal(decoded, samples)
    assert made.sha256 == hashlib.sha256(made.data).digest()
    assert made.address == made.sha256.hex()
    assert chunk_from(made.data) == made
    known = [int(sample) for sample in samples if sample != NO_SAMPLE]
    assert (made.low, made.high) == ((min(known), max(known)) if known else (None, None))


@given(_samples)
def test_the_envelope_is_the_smallest_and_largest_of_each_bin(samples: NDArray[np.int16]) -> None:
    pairs = envelope(samples)
    for i, (low, high) in enumerate(pairs):
        known = [s for s in samples[i * BIN_SAMPLES : (i + 1) * BIN_SAMPLES] if s != NO_SAMPLE]
        assert (low, high) == ((min(known), max(known)) if known else (NO_SAMPLE, NO_SAMPLE))
    assert len(pairs) == -(-len(samples) // BIN_SAMPLES)


def test_equal_samples_at_different_times_have_different_addresses() -> None:
    flat = np.zeros(100, np.int16)
    one = encode_chunk(SESSION, BOOT, block(flat))
    other = encode_chunk(SESSION, BOOT, block(flat, START.plus(1)))
    assert one.sha256 != other.sha256


def test_a_second_of_ecg_shrinks_to_less_than_half() -> None:
    made = encode_chunk(SESSION, BOOT, block(beat()))
    assert len(made.data) < 0.5 * 2 * 500 + 120


@given(st.binary(max_size=200))
def test_noise_is_never_taken_for_a_chunk(data: bytes) -> None:
    with pytest.raises(ChunkDamaged):
        decode_chunk(data)
    with pytest.raises(ChunkDamaged):
        decode_chunk(b"IWC1" + data)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_chunk_is_refused_or_decodes_to_something_with_another_address(
    place: int, change: int
) -> None:
    made = encode_chunk(SESSION, BOOT, block(beat()))
    data = bytearray(made.data)
    data[place % len(data)] ^= change
    try:
        again = chunk_from(bytes(data))
    except ChunkDamaged:
        return
    assert again.sha256 != made.sha256


def test_a_payload_of_another_length_is_refused() -> None:
    payload = encode_samples(np.arange(10, dtype=np.int16))
    for n in (9, 11):
        with pytest.raises(ChunkDamaged):
            decode_samples(payload, n)
    with pytest.raises(ChunkDamaged):
        decode_samples(payload + b"x", 10)


@pytest.mark.parametrize(
    "change",
    [
        {"samples": b""},
        {"samples": b"\0"},
        {"samples": bytes(2 * 500 * 61)},
        {"rate_hz": 0.0},
        {"rate_hz": float("nan")},
        {"gain": float("inf")},
        {"source": ""},
    ],
)
def test_a_block_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        encode_chunk(SESSION, BOOT, msgspec.structs.replace(block(beat()), **change))


def test_blocks_are_joined_to_chunks_of_a_second() -> None:
    subject = ChunkAssembler(SESSION, BOOT)
    whole = np.arange(500, dtype=np.int16)
    chunks: list[WaveChunk] = []
    for i in range(10):
        chunks += subject.add(block(whole[i * 50 : (i + 1) * 50], START.plus(0.1 * (i + 1))))
    (made,) = chunks
    header, samples = decode_chunk(made.data)
    assert np.array_equal(samples, whole)
    assert header.mono_ns == START.plus(1.0).mono_ns
    assert header.duration_ns == NS_PER_S
    assert subject.flush() == ()


def test_a_gap_and_a_changed_scale_begin_a_new_chunk() -> None:
    subject = ChunkAssembler(SESSION, BOOT)
    part = np.ones(50, np.int16)
    assert subject.add(block(part)) == ()
    (before_gap,) = subject.add(block(part, gap=True))
    (before_scale,) = subject.add(block(part, gain=0.01))
    (last,) = subject.flush()
    assert [decode_chunk(one.data)[0].gap for one in (before_gap, before_scale, last)] == [False, True, False]
    assert last.header.gain == 0.01


def test_signals_and_sources_are_kept_apart() -> None:
    subject = ChunkAssembler(SESSION, BOOT)
    subject.add(block(np.ones(50, np.int16)))
    subject.add(block(np.ones(20, np.int16), wave=Wave.CO2, rate_hz=25.0))
    assert sorted(one.header.wave for one in subject.flush()) == [Wave.CO2, Wave.ECG]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=30))
def test_joining_neither_drops_nor_repeats_a_sample(sizes: list[int]) -> None:
    subject = ChunkAssembler(SESSION, BOOT)
    whole = np.arange(sum(sizes), dtype=np.int64).astype(np.int16)
    chunks: list[WaveChunk] = []
    place = 0
    for size in sizes:
        chunks += subject.add(block(whole[place : place + size], START.plus(place)))
        place += size
    chunks += subject.flush()
    assert np.array_equal(np.concatenate([decode_chunk(one.data)[1] for one in chunks]), whole)


def test_no_chunk_needs_the_record(path: Path) -> None:
    made = encode_chunk(SESSION, BOOT, block(beat()))
    path.write_bytes(made.data)
    assert chunk_from(path.read_bytes()).header.unit == "mV"
