"""HST-02: the power goes at any instant; the record must open, verify and hold what was acknowledged.

``python -m tests.faults.power_cut --record`` records the system calls of the product's writer anew (needs
strace); without an argument 2 000 power cuts are tried on the recorded trace.
"""

from __future__ import annotations

import lzma
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from console.storage.trouble import DiskTrouble, RecordRefused
from console.storage.verify import verify_record
from tests.faults.bench import Fault, Scale, Seen
from tests.faults.power_cut_disk import Ack, Disk, Op, What
from tests.faults.power_cut_writer import NAME
from tests.storage.record_makers import ROOT, draft, open_record

TRACE: Final = Path(__file__).parents[1] / "data" / "power_cut" / "record-writer.trace.xz"
CALLS: Final = "pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename,openat"
LONGEST_WRITE: Final = 1 << 20
LIGHT, HEAVY = 100, 2000
IN_MEMORY: Final = ("-shm", ".lock")
"""The log's index is a memory map that SQLite builds anew, the lock holds no data."""

_CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)")
_HEX = re.compile(r"\\x([0-9a-f]{2})")
_ON_FILE = re.compile(r"^\d+<([^>]*)>(?:, (.*))?$")
_WRITTEN = re.compile(r'^"([^"]*)", \d+(?:, (\d+))?$')


# --- recording ------------------------------------------------------------------------------------


def _text(escaped: str) -> str:
    return _bytes(escaped).decode("utf-8", "surrogateescape")


def _bytes(escaped: str) -> bytes:
    return bytes(int(pair, 16) for pair in _HEX.findall(escaped))


def ops_of(lines: Iterable[str], folder: Path) -> Iterator[Op]:
    """The steps in strace's output that touch ``folder``, and the acknowledgements.

    Raises:
        ValueError: a line of it is not understood.
    """
    for line in lines:
        call = _CALL.match(line)
        if call is not None and int(call[3]) >= 0:
            op = _op(call[1], call[2], folder)
            if op is not None and not op.name.endswith(IN_MEMORY):
                yield op


def _op(call: str, arguments: str, folder: Path) -> Op | None:
    if call in {"unlink", "rename", "openat"}:
        names = [_text(name) for name in re.findall(r'"([^"]*)"', arguments)]
        if Path(names[0]).parent != folder or (call == "openat" and "O_CREAT" not in arguments):
            return None
        what = {"unlink": What.DELETE, "rename": What.RENAME, "openat": What.MAKE}[call]
        return Op(what, Path(names[0]).name, other=Path(names[1]).name if call == "rename" else "")
    on = _ON_FILE.match(arguments)
    if on is None:
        raise ValueError(f"not understood: {call}({arguments[:80]}")
    path, rest = Path(_text(on[1])), on[2] or ""
    if call == "write":
        return _acknowledgement(rest)
    if path == folder:
        return Op(What.SYNC_FOLDER)
    if path.parent != folder:
        return None
    match call:
        case "fsync" | "fdatasync":
            return Op(What.SYNC, path.name)
        case "ftruncate":
            return Op(What.CUT, path.name, int(rest))
        case _:
            written = _WRITTEN.match(rest)
            if written is None:
                raise ValueError(f"not understood: {call}({arguments[:80]}")
            return Op(What.WRITE, path.name, int(written[2]), _bytes(written[1]))


def _acknowledgement(rest: str) -> Op | None:
    written = _WRITTEN.match(rest)
    words = b"" if written is None else _bytes(written[1])
    if not words.startswith(b"ACK "):
        return None
    _, seq, found = words.decode("ascii").split()
    return Op(What.ACK, found, int(seq))


def record_trace() -> tuple[Op, ...]:
    """Run the product's writer under strace.

    Raises:
        FileNotFoundError: there is no strace.
        CalledProcessError: the writer failed.
    """
    with tempfile.TemporaryDirectory(prefix="power-cut-") as name:
        folder, told = Path(name).resolve() / "disk", Path(name) / "strace.txt"
        folder.mkdir()
        traced = ["strace", "-f", "-y", "-xx", "-s", str(LONGEST_WRITE), "-e", f"trace={CALLS}"]
        writer = [sys.executable, "-m", "tests.faults.power_cut_writer", str(folder)]
        subprocess.run([*traced, "-o", str(told), *writer], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        with told.open(encoding="ascii") as lines:
            return tuple(ops_of(lines, folder))


def write_trace(ops: tuple[Op, ...]) -> None:
    """Keep a trace beside the tests."""
    TRACE.parent.mkdir(parents=True, exist_ok=True)
    TRACE.write_bytes(lzma.compress(msgspec.msgpack.encode(ops), preset=9 | lzma.PRESET_EXTREME))


def read_trace() -> tuple[Op, ...]:
    """The trace that is kept beside the tests."""
    return msgspec.msgpack.decode(lzma.decompress(TRACE.read_bytes()), type=tuple[Op, ...])


# --- cutting the power ----------------------------------------------------------------------------


@dataclass
class Tally:
    """What was found after the power came back.

    Attributes:
        states: Power cuts tried.
        corrupt: Records that did not open or verify, or that refused another event.
        lost: Records without an event their user was told is stored.
        unsynced: States in which something was written that was not synced.
        examples: What was wrong, the first few.
    """

    states: int = 0
    corrupt: int = 0
    lost: int = 0
    unsynced: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, corrupt: str, lost: str) -> None:
        """One state and what was wrong with it, empty when nothing was."""
        self.states += 1
        self.corrupt += bool(corrupt)
        self.lost += bool(lost)
        if (corrupt or lost) and len(self.examples) < 5:
            self.examples.append(corrupt or lost)


def judge(files: dict[str, bytes], acknowledged: Ack, folder: Path) -> tuple[str, str]:
    """Open what was found with the product: what is corrupt, and what is lost; empty when all is well."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    path = folder / NAME
    try:
        with open_record(path) as record:
            kept = next(record.events(max(0, acknowledged.seq - 1)), None)
            found = "" if kept is None else kept.hash.hex()
            last = record.append([draft()])[-1]
        report = verify_record(path)
    except (RecordRefused, DiskTrouble) as error:
        return f"after ACK {acknowledged.seq}: {error}", ""
    if acknowledged.seq and found != acknowledged.hash:
        return "", f"event {acknowledged.seq} was acknowledged; the record ended at {last.seq - 1}"
    return "" if report.ok else f"after ACK {acknowledged.seq}: {report.sentence}", ""


def cut_power(ops: tuple[Op, ...], states: int, seed: int, folder: Path, honest: bool = True) -> Tally:
    """Cut the power ``states`` times at random steps of the trace."""
    chance, disk, tally = random.Random(seed), Disk(honest), Tally()
    cuts = sorted(chance.randrange(len(ops) + 1) for _ in range(states))
    done = 0
    for number, cut in enumerate(cuts):
        for op in ops[done:cut]:
            disk.carry_out(op)
        done = cut
        here = folder / str(number)
        here.mkdir()
        files = disk.after_cut(chance)
        tally.unsynced += disk.unsynced
        if chance.random() < 0.3:
            # A stale index of the log may lie about; what is in it must not matter.
            files[f"{NAME}-shm"] = chance.randbytes(32768)
        tally.note(*judge(files, disk.acknowledged, here))
        for left in here.iterdir():
            left.unlink()
    return tally


def _fast_folder() -> str | None:
    """Where syncing costs nothing: these disks lose their power on paper only."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def run(scale: Scale) -> Seen:
    """The row HST-02; the heavy one also records today's writer where it can."""
    kept = _tried(read_trace(), scale.cases(LIGHT, HEAVY), "recorded trace")
    if scale is Scale.LIGHT or shutil.which("strace") is None:
        return kept
    fresh = _tried(record_trace(), HEAVY, "trace of today")
    return Seen(f"{kept.text}; {fresh.text}", kept.ok and fresh.ok)


def _tried(ops: tuple[Op, ...], states: int, called: str) -> Seen:
    with tempfile.TemporaryDirectory(prefix="power-cut-", dir=_fast_folder()) as name:
        tally = cut_power(ops, states, 2, Path(name))
    acknowledged = sum(op.what is What.ACK for op in ops)
    text = (
        f"{called}: {tally.states} cuts over {len(ops)} disk calls and {acknowledged} acknowledgements "
        f"({tally.unsynced} with unsynced writes), {tally.corrupt} corrupt, {tally.lost} lost"
    )
    return Seen("; ".join((text, *tally.examples)), tally.corrupt == 0 and tally.lost == 0)


HST_02: Final = Fault(
    "HST-02",
    "power lost at any instant",
    "2 000 replayed crash states: 0 corrupt, 0 acknowledged events lost",
    run,
)


def main() -> int:
    """Record, or cut the power many times."""
    if "--record" in sys.argv[1:]:
        ops = record_trace()
        write_trace(ops)
        print(f"{len(ops)} calls, {TRACE.stat().st_size} bytes in {TRACE}")
        return 0
    seen = run(Scale.HEAVY)
    print(seen.text)
    return 0 if seen.ok else 1


if __name__ == "__main__":
    sys.exit(main())
