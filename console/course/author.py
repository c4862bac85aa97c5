"""Who tells the course something; the session's own people are unknown here."""

from __future__ import annotations

import msgspec

NURSE = "nurse"
PHYSICIAN = "physician"
ADMIN = "admin"


class Author(msgspec.Struct, frozen=True):
    """The author of a line.

    Attributes:
        user_id: As in the accounts.
        name: As printed.
        role: ``"nurse"``, ``"physician"``, ``"technician"``, ``"admin"`` or ``"room"``.
        by_pin: The PIN was entered for this very act, which makes it a signature.
    """

    user_id: str
    name: str
    role: str
    by_pin: bool = False
