"""Commands on files: verify a record, decode a recording, print a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from console.app.troubles import NotPossible
from console.devices.capture import Direction, read_capture
from console.devices.catalogue import decode_recording
from console.session.codec import decode
from console.session.events import ReviewSigned, WavesSealed
from console.storage.queries import RecordReader
from console.storage.rows import StoredEvent
from console.storage.verify import report_json as verify_json
from console.storage.verify import report_text as verify_text
from console.storage.verify import verify_record

Say = Callable[[str], None]
CAPTURE_SUFFIX = ".jsonl"


def vouched_chunks(stored: StoredEvent) -> Iterable[str]:
    """Addresses of the waveform chunks an event vouches for."""
    if stored.kind != "waves_sealed":
        return ()
    event = decode(stored.kind, stored.version, stored.body)
    if not isinstance(event, WavesSealed):
        return ()
    return tuple(address for addresses in event.chunks.values() for address in addresses)


def signed_heads(stored: StoredEvent) -> Iterable[str]:
    """Chain hashes of earlier events that a signature vouches for."""
    if stored.kind != "review_signed":
        return ()
    event = decode(stored.kind, stored.version, stored.body)
    return (event.record_hash,) if isinstance(event, ReviewSigned) else ()


def verify_file(path: Path, as_json: bool, say: Say, head: str = "") -> int:
    """Check a record, also against a ``head`` that was printed or archived; 0 when nothing was found.

    Raises:
        NotPossible: there is no such file.
    """
    if not path.exists():
        raise NotPossible(f"There is no record at {path}. Name the file, or the data folder with --data.")
    report = verify_record(path, vouched_chunks, head, signed_heads)
    say(verify_json(report).decode() if as_json else verify_text(report))
    return 0 if report.ok else 1


def decode_file(device: str, path: Path, as_json: bool, say: Say) -> int:
    """Decode a recording of a device, raw bytes or a capture of this console; 0 when it held a good frame.

    Raises:
        OSError: the file cannot be read.
        UnknownDevice: there is no device of that name.
    """
    report = decode_recording(device, _received(path))
    say(report.to_json() if as_json else report.to_text().rstrip())
    return 0 if report.good_frames else 1


def _received(path: Path) -> bytes:
    """What the device sent: of a capture, the incoming half."""
    data = path.read_bytes()
    if path.suffix != CAPTURE_SUFFIX:
        return data
    captured = read_capture(data.decode("utf-8", "replace").splitlines())
    return b"".join(one.data for one in captured if one.direction is Direction.RECEIVED)


def print_report(record: Path, session: str, pdf: Path | None, table: Path | None, say: Say) -> int:
    """Print the report of a session to PDF, write it as a CSV table, or both.

    Raises:
        NotPossible: there is no such session, or no file was named.
        RecordRefused: the record cannot be read.
    """
    if pdf is None and table is None:
        raise NotPossible("Name a file to write: --pdf FILE, --csv FILE, or both.")

    with RecordReader(record) as reader:
        rows = reader.sessions(limit=1) if session == "last" else ()
        session_id = rows[0].session_id if rows else session
        if reader.session(session_id) is None:
            raise NotPossible(f"There is no session {session} in {record}.")
    if pdf is not None:
        from console.ui.review.report import write_report

        write_report(record, session_id, pdf)
        say(f"Written: {pdf}")
    if table is not None:
        from console.ui.viewmodels.review_csv import write_csv

        write_csv(record, session_id, table)
        say(f"Written: {table}")
    return 0
