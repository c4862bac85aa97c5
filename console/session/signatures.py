"""What a signature covers, whether it still holds, and who may add one or correct an entry."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from console.session.codec import encode
from console.session.events import Corrected, Entry, Meaning, ReviewSigned
from console.session.people import Actor, Role

CHANGED = "The session was added to since you looked: read what is new, then sign."


class Covered(msgspec.Struct, frozen=True):
    """What a signature is given for.

    Attributes:
        seq: Last event it covers.
        digest: Hash over the hashes of all of the session's events up to there, as hex.
    """

    seq: int
    digest: str


def digest_of(entries: Sequence[Entry]) -> str:
    """SHA-256 over the chain hashes of these entries in their order, as hex.

    The chain hash of each entry stands for its bytes, its author and its place, so that none of them can be
    changed, left out or exchanged under the signature, even where the whole chain were computed anew.
    """
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(bytes.fromhex(entry.hash))
    return digest.hexdigest()


def covered(entries: Sequence[Entry]) -> Covered:
    """What a signature given now on the session of these entries covers."""
    return Covered(entries[-1].seq, digest_of(entries))


def signatures_in(entries: Sequence[Entry]) -> tuple[tuple[Entry, ReviewSigned], ...]:
    """The signatures among a session's entries, oldest first."""
    return tuple((one, one.event) for one in entries if isinstance(one.event, ReviewSigned))


def fault_of(entries: Sequence[Entry], at: Entry, signature: ReviewSigned) -> str:
    """Why a signature does not hold for these entries of its session; empty when it does."""
    if not signature.session_digest:
        return ""  # older than the digest: the chain alone vouches for it
    if signature.covers_seq >= at.seq:
        return f"The signature in entry {at.seq} says that it covers what came after it."
    under = [one for one in entries if one.seq <= signature.covers_seq]
    if not under or under[-1].seq != signature.covers_seq:
        return f"The signature in entry {at.seq} covers entry {signature.covers_seq}, which is not there."
    if digest_of(under) != signature.session_digest:
        return f"What the signature in entry {at.seq} was given for has been changed since."
    return ""


def objection_to_signing(
    entries: Sequence[Entry], actor: Actor, meaning: str, record_hash: str, knows: bool
) -> str:
    """Why this person cannot sign this session with this meaning now; empty when possible.

    Args:
        entries: The session's entries, in order.
        actor: Who signs.
        meaning: What the signature is to say.
        record_hash: The last entry as the signer saw it.
        knows: That entry is in the record, and not before the session's last.
    """
    if not entries:
        return "There is no such session in this record."
    if not knows and record_hash != entries[-1].hash:
        return CHANGED
    given = signatures_in(entries)
    after = max((one.seq for one, _ in given), default=0)
    mine = [event.meaning for one, event in given if one.actor.user_id == actor.user_id]
    if meaning in mine and not any(one.seq > after for one in entries):
        return "You have signed this already, and nothing was added since."
    if meaning in {Meaning.REVIEWED, Meaning.APPROVED, Meaning.WITNESSED} and Meaning.AUTHORED in mine:
        return "You signed this as its author: another person reviews, approves or witnesses it."
    return ""


def objection_to_correcting(entries: Sequence[Entry], actor: Actor, seq: int) -> str:
    """Why this person cannot correct this entry; empty when possible. What the room wrote, anybody may."""
    found = next((one for one in entries if one.seq == seq), None)
    if found is None:
        return "That entry does not belong to this session."
    if isinstance(found.event, ReviewSigned):
        return "A signature is not corrected: add a comment, and sign again."
    if found.actor.role is Role.ROOM:
        return ""
    if found.actor.user_id not in {
        actor.user_id,
        "unattributed",
        "emergency",
    }:
        return f"Only {found.actor.name} may correct this entry: add a comment instead."
    return ""


def words_of(entries: Sequence[Entry], seq: int) -> str:
    """What an entry says as stored, or as it was last corrected to read; empty when it is not there."""
    for one in reversed(entries):
        if isinstance(one.event, Corrected) and one.event.seq == seq:
            return one.event.text
    found = next((one for one in entries if one.seq == seq), None)
    return "" if found is None else encode(found.event).body.decode()
