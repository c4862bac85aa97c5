"""Mutants nobody has to notice, and why."""

from __future__ import annotations

import tomllib
from pathlib import Path


def known_survivors() -> dict[str, str]:
    """Id and reason of each.

    Raises:
        ValueError: one has no reason.
    """
    text = Path(__file__).with_name("survivors.toml").read_text(encoding="utf-8")
    found = {str(entry["id"]): str(entry["why"]).strip() for entry in tomllib.loads(text).get("survivor", ())}
    for one, why in found.items():
        if not why:
            raise ValueError(f"{one} has no reason")
    return found
