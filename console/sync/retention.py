"""When something may be given up locally: only what is archived, old, and backed up besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from console.clock import NS_PER_S
from console.sync.memory import Receipt

KEPT_DAYS: Final = 90
"""An archive restored from a backup of up to this age gets everything again (site default)."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the record that was verified after it was made.

    Attributes:
        verified_wall_ns: When it verified.
        head_seq: Last event in it.
    """

    verified_wall_ns: int
    head_seq: int


def objection_to_pruning(
    receipt: Receipt | None, acked_seq: int, backup: Backup | None, now_wall_ns: int
) -> str:
    """Why a session must stay on this computer, empty when its waveforms may go.

    Args:
        receipt: That both sides counted the session and agreed, None when they did not.
        acked_seq: Last event the archive holds by its own word, now.
        backup: The newest verified backup, None without one.
        now_wall_ns: Wall clock.
    """
    if receipt is None or acked_seq < receipt.last_seq:
        return "It is not in the archive."
    days = (now_wall_ns - receipt.archived_wall_ns) / (86400 * NS_PER_S)
    if days < KEPT_DAYS:
        return f"It has been in the archive for {max(0, int(days))} of {KEPT_DAYS} days."
    if backup is None or backup.head_seq < receipt.last_seq:
        return "No verified backup holds it."
    if backup.verified_wall_ns > now_wall_ns:
        return "The backup was verified in the future: look at this computer's clock."
    return ""
