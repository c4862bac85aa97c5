"""The site director's approval of the interlock rules, from the command line.

What is kept is the SHA-256 of the approved file, in ``room.toml``. It shows that the file is the one that
was approved; it does not prove who approved it, as a cryptographic signature would.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from console.app.config import RoomConfig, read_config
from console.app.folder import CONFIG, data_folder
from console.app.site_files import interlocks_of
from console.app.troubles import NotPossible
from console.clinical.interlock_file import read_rules
from console.clinical.interlock_rules import InterlockRules

Say = Callable[[str], None]
Ask = Callable[[str], str]

DIGEST_TYPED: Final = 12
"""Characters of the digest that are typed at least: enough to tell two files of a clinic apart."""

_LINE: Final = re.compile(r"^approved_sha256[ \t]*=.*$", re.MULTILINE)
_FIRST_TABLE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)

NO_FILE: Final = (
    "There is no interlock file: copy resources/interlocks.toml beside room.toml and name it there, "
    'interlocks = "interlocks.toml".'
)


def show_interlocks(data: str | None, say: Say) -> int:
    """Say whether the rules are in force, and what they are."""
    folder = data_folder(data)
    rules = interlocks_of(read_config(folder / CONFIG), folder)
    say(rules.words)
    _say_rules(rules, say)
    return 0


def approve_interlocks(data: str | None, say: Say, ask: Ask) -> int:
    """Let the site director approve the file as it is now.

    Raises:
        NotPossible: it is not ready to be approved, or name or digest were typed otherwise.
        ConfigWrong: room.toml cannot be used.
        LibraryError: the file contradicts itself.
        OSError: a file cannot be read or written.
    """
    folder = data_folder(data)
    config = read_config(folder / CONFIG)
    rules = _ready(config, folder)
    _say_rules(rules, say)
    say(f"Signed in the file by {rules.signed_by} on {rules.signed_on}.")
    say(f"Digest (SHA-256): {rules.digest}")
    name = ask("Your name, as in the file: ").strip()
    if name.casefold() != rules.signed_by.casefold():
        raise NotPossible(
            f"The file names {rules.signed_by}: only that person approves it. Nothing was changed."
        )
    typed = ask(f"The digest, at least its first {DIGEST_TYPED} characters: ").strip().lower()
    if len(typed) < DIGEST_TYPED or not rules.digest.startswith(typed):
        raise NotPossible("That is not the digest of this file. Nothing was changed.")
    _write(folder / CONFIG, rules.digest)
    say("Approved. The rules are in force when the console is next started.")
    return 0


def _ready(config: RoomConfig, folder: Path) -> InterlockRules:
    if not config.interlocks:
        raise NotPossible(NO_FILE)
    enabled, rules = read_rules((folder / config.interlocks).read_bytes(), config.interlocks)
    if not enabled:
        raise NotPossible(f"{config.interlocks} is switched off: set enabled = true in it, then approve it.")
    if not rules.signed_by or not rules.signed_on:
        raise NotPossible(
            f"{config.interlocks} names nobody: fill in signed_by and signed_on, then approve it."
        )
    return rules


def _say_rules(rules: InterlockRules, say: Say) -> None:
    for step in rules.steps:
        after = f", {step.countdown_s:g} s to cancel" if step.countdown_s else ""
        say(f"  {step.rule}  {step.title}: {step.words} -> {step.action.value}{after}")


def _write(path: Path, digest: str) -> None:
    """Put the digest into ``room.toml`` and leave every other line as it is."""
    text, line = path.read_text(encoding="utf-8"), f'approved_sha256 = "{digest}"'
    if _LINE.search(text):
        text = _LINE.sub(line, text, count=1)
    else:
        table = _FIRST_TABLE.search(text)
        place = len(text) if table is None else table.start()
        head = text[:place]
        gap = "" if not head or head.endswith("\n") else "\n"
        text = f"{head}{gap}{line}\n{text[place:]}"
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
