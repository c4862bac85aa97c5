"""How this computer stands with the archive, for a technician: from files alone, without the network."""

from __future__ import annotations

from pathlib import Path

from console.app.archive_source import RecordSource
from console.app.archive_sync import address_of
from console.app.config import read_config
from console.app.folder import CONFIG, RECORD
from console.app.troubles import NotPossible
from console.sync.backlog import ArchiveView, view_of
from console.sync.connecting import certificate_age
from console.sync.memory import NAME, MemoryFile
from console.sync.ports import Rejected, Unreachable
from console.sync.retention import KEPT_DAYS, objection_to_pruning


def archive_status(folder: Path, wall_utc_ns: int) -> str:
    """Several lines for a technician.

    Raises:
        ConfigWrong: ``room.toml`` cannot be used.
        NotPossible: there is no record, or it cannot be read.
    """
    config = read_config(folder / CONFIG).archive
    if config is None:
        return ArchiveView().sentence
    address = address_of(config, folder)
    source = RecordSource(folder / RECORD)
    try:
        origin = source.origin()
        if origin is None:
            raise NotPossible("The room has never been started here: there is nothing to send yet.")
        memory = MemoryFile(folder / NAME).read(origin.stream_id)
        waiting = max(0, source.head().seq - memory.acked.seq)
        oldest = source.page(memory.acked.seq, 1) if waiting else ()
    except Unreachable as error:
        raise NotPossible(str(error)) from error
    finally:
        source.close()
    first = oldest[0].at.wall_utc_ns if oldest else None
    view = view_of(waiting, memory.bytes_per_event, first, wall_utc_ns, "", False)
    kept = [
        objection_to_pruning(one, memory.acked.seq, None, wall_utc_ns) for one in memory.receipts.values()
    ]
    lines = [
        f"Archive: {address}",
        f"Site {origin.site_id}, workstation {origin.workstation_id}, stream {memory.segments[-1].stream_id}",
        view.sentence,
        f"Up to entry {memory.acked.seq}; waveforms up to entry {memory.chunk_seq}.",
        f"Sessions archived: {len(memory.receipts)}, not in agreement: {len(memory.differing)}, "
        f"younger than {KEPT_DAYS} days there: {sum('days' in objection for objection in kept)}.",
    ]
    if memory.failures:
        lines.append(f"The last {memory.failures} attempts failed.")
    try:
        lines.append(certificate_age(address.certificate, wall_utc_ns).sentence or "The certificate is good.")
    except Rejected as error:
        lines.append(str(error))
    return "\n".join(lines)
