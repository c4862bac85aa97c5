"""Where a room keeps reference data: every bundle it took, the one in force, the newest it ever had."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from console.sync.reference import Bundle, ReferenceRefused, Signed, opened, taken

FOLDER: Final = "reference"
PUBLIC: Final = "reference.pub"
_STATE: Final = "state.json"


class ShelfState(msgspec.Struct, frozen=True):
    """What is remembered.

    Attributes:
        active: Version in force, 0 for none.
        newest: Newest version ever taken: nothing older is taken again.
        refused: What was last refused and why, empty while nothing was.
    """

    active: int = 0
    newest: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The reference data of one data folder."""

    folder: Path

    @property
    def public(self) -> str:
        """The clinic's public key; empty where none was installed."""
        try:
            return (self.folder / PUBLIC).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise ReferenceRefused("The clinic's public key (reference.pub) cannot be read.") from error

    def state(self) -> ShelfState:
        """What is remembered; nothing yet on a new computer.

        Raises:
            ReferenceRefused: the memory is damaged.
        """
        try:
            return msgspec.json.decode((self.folder / FOLDER / _STATE).read_bytes(), type=ShelfState)
        except FileNotFoundError:
            return ShelfState()
        except (OSError, msgspec.MsgspecError) as error:
            raise ReferenceRefused(
                "The memory of the reference data (reference/state.json) is damaged. Delete the folder "
                "'reference' and run 'infusion-console reference pull'."
            ) from error

    def take(self, signed: Signed, site_id: str) -> Bundle | None:
        """Check a bundle and keep it; it comes into force with :meth:`activate`.

        Returns:
            The bundle, None when this room has it already.

        Raises:
            ReferenceRefused: it is not signed, not for this clinic, or older; that is remembered.
            OSError: the disk refuses.
        """
        state = self.state()
        try:
            bundle = opened(signed, self.public, site_id)
            if not taken(bundle, state.newest):
                self._remember(msgspec.structs.replace(state, refused=""))
                return None
        except ReferenceRefused as refusal:
            self._remember(msgspec.structs.replace(state, refused=str(refusal)))
            raise
        _write(self._path(bundle.version), msgspec.msgpack.encode(signed))
        self._remember(ShelfState(state.active, bundle.version))
        return bundle

    def activate(self) -> None:
        """Bring the newest into force; called only while no session is open.

        Raises:
            ReferenceRefused: the memory is damaged.
            OSError: the disk refuses.
        """
        state = self.state()
        if state.active != state.newest:
            self._remember(msgspec.structs.replace(state, active=state.newest))

    def in_force(self, site_id: str) -> Bundle | None:
        """The bundle in force, its signature checked once more; None where there is none.

        Raises:
            ReferenceRefused: it was changed on this computer, or the key is gone.
        """
        state = self.state()
        if not state.active:
            return None
        if not self.public:
            raise ReferenceRefused(
                "The clinic's public key (reference.pub) is missing: the reference data cannot be checked. "
                "Copy it again from whoever publishes."
            )
        try:
            signed = msgspec.msgpack.decode(self._path(state.active).read_bytes(), type=Signed)
        except (OSError, msgspec.MsgspecError) as error:
            raise ReferenceRefused(
                f"The reference data version {state.active} of this computer is gone or damaged. Run "
                "'infusion-console reference pull --again'."
            ) from error
        bundle = opened(signed, self.public, site_id)
        if bundle.version != state.active:
            raise ReferenceRefused(
                f"The reference data on this computer is version {bundle.version} in the place of version "
                f"{state.active}: it is not used. Run 'infusion-console reference pull --again'."
            )
        return bundle

    def forget(self) -> None:
        """Fetch the newest again at the next pull; what was ever newest stays remembered."""
        state = self.state()
        self._remember(msgspec.structs.replace(state, newest=max(0, state.newest - 1)))

    def words(self) -> str:
        """How the room stands, as a sentence for a technician."""
        state = self.state()
        if state.refused:
            return state.refused
        if not state.active and not state.newest:
            return "unsigned local: no signed reference data was pulled"
        waiting = "" if state.active == state.newest else f", version {state.newest} at the next start"
        return f"signed, version {state.active}{waiting}"

    def _path(self, version: int) -> Path:
        return self.folder / FOLDER / f"bundle-{version}.msgpack"

    def _remember(self, state: ShelfState) -> None:
        _write(self.folder / FOLDER / _STATE, msgspec.json.encode(state))


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
