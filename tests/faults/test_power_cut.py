"""A power cut at any instant leaves a record that opens, verifies and holds what was acknowledged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults import power_cut
from tests.faults.bench import Scale
from tests.faults.power_cut import cut_power, ops_of, read_trace
from tests.faults.power_cut_disk import Ack, Disk, Op, What

WRITES = st.lists(
    st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=1500), st.booleans()), max_size=12
)


def disk_of(*ops: Op, honest: bool = True) -> Disk:
    disk = Disk(honest)
    for op in ops:
        disk.carry_out(op)
    return disk


@pytest.mark.req("HST-02")
def test_no_power_cut_corrupts_the_record_or_loses_what_was_acknowledged() -> None:
    seen = power_cut.run(Scale.LIGHT)
    assert seen.ok, seen.text


@pytest.mark.req("HST-02")
def test_the_bench_notices_a_drive_that_only_pretends_to_sync(tmp_path: Path) -> None:
    tally = cut_power(read_trace(), 20, 2, tmp_path, honest=False)
    assert tally.corrupt > 0
    assert tally.lost > 0


def test_the_trace_holds_what_a_power_cut_has_to_be_tried_on() -> None:
    ops = read_trace()
    assert {op.what for op in ops} == set(What)
    assert [op.place for op in ops if op.what is What.ACK] == sorted(
        op.place for op in ops if op.what is What.ACK
    )
    assert sum(op.what is What.SYNC for op in ops) > 300


@given(WRITES, st.integers(0, 1000))
def test_what_was_synced_is_there_whatever_became_of_the_rest(
    writes: list[tuple[int, bytes, bool]], seed: int
) -> None:
    synced = bytearray()
    ops = [Op(What.MAKE, "f"), Op(What.SYNC_FOLDER)]
    for place, data, sync in writes:
        ops.append(Op(What.WRITE, "f", place, data))
        if sync:
            ops.append(Op(What.SYNC, "f"))
    last_sync = max((index for index, op in enumerate(ops) if op.what is What.SYNC), default=0)
    for op in ops[: last_sync + 1]:
        if op.what is What.WRITE:
            synced += bytes(max(0, op.place + len(op.data) - len(synced)))
            synced[op.place : op.place + len(op.data)] = op.data
    found = disk_of(*ops).after_cut(random.Random(seed))["f"]
    touched = [range(op.place, op.place + len(op.data)) for op in ops[last_sync + 1 :]]
    for place, byte in enumerate(synced):
        assert found[place] == byte or any(place in written for written in touched)


def test_a_name_that_was_not_synced_may_be_gone_and_a_synced_one_never_is() -> None:
    ops = [Op(What.MAKE, "kept"), Op(What.SYNC_FOLDER), Op(What.MAKE, "new"), Op(What.DELETE, "kept")]
    disk, chance = disk_of(*ops), random.Random(1)
    seen = {frozenset(disk.after_cut(chance)) for _ in range(200)}
    assert seen == {frozenset({"kept"}), frozenset({"kept", "new"}), frozenset({"new"})}


def test_writes_are_kept_torn_reordered_or_dropped() -> None:
    ops = [Op(What.MAKE, "f"), Op(What.SYNC_FOLDER)]
    ops += [Op(What.WRITE, "f", 0, b"a" * 1024), Op(What.WRITE, "f", 1024, b"b" * 1024)]
    disk, chance = disk_of(*ops), random.Random(1)
    seen = {disk.after_cut(chance)["f"] for _ in range(400)}
    assert b"" in seen
    assert b"a" * 1024 + b"b" * 1024 in seen
    assert bytes(1024) + b"b" * 1024 in seen
    assert b"a" * 512 in seen


def test_the_words_of_strace_are_understood() -> None:
    hexed = "".join(f"\\x{byte:02x}" for byte in b"/d/record.db")
    folder = "".join(f"\\x{byte:02x}" for byte in b"/d")
    ack = "".join(f"\\x{byte:02x}" for byte in b"ACK 7 ab\n")
    lines = [
        f'9 openat(AT_FDCWD<{folder}>, "{hexed}", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 4<{hexed}>',
        f'9 pwrite64(4<{hexed}>, "\\x01\\x02", 2, 4096) = 2',
        f"9 ftruncate(4<{hexed}>, 100) = 0",
        f"9 fdatasync(4<{hexed}>) = 0",
        f"9 fsync(5<{folder}>) = 0",
        f'9 write(1<\\x70>, "{ack}", 9) = 9',
        f'9 unlink("{hexed}") = -1 ENOENT (No such file or directory)',
        "9 +++ exited with 0 +++",
    ]
    assert list(ops_of(lines, Path("/d"))) == [
        Op(What.MAKE, "record.db"),
        Op(What.WRITE, "record.db", 4096, b"\1\2"),
        Op(What.CUT, "record.db", 100),
        Op(What.SYNC, "record.db"),
        Op(What.SYNC_FOLDER),
        Op(What.ACK, "ab", 7),
    ]


def test_a_drive_that_pretends_keeps_its_acknowledgements_alone() -> None:
    ops = (Op(What.MAKE, "f"), Op(What.WRITE, "f", 0, b"x"), Op(What.SYNC, "f"), Op(What.ACK, "ab", 1))
    assert disk_of(*ops, honest=False).unsynced
    assert disk_of(*ops).acknowledged == Ack(1, "ab")
