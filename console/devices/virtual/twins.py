"""The virtual twin of every device, found by the device's name."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, runtime_checkable

import msgspec

from console.devices.ports import Emulator
from console.devices.virtual.patient import VirtualPatient


class VirtualSetting(msgspec.Struct, frozen=True):
    """Where a virtual device stands.

    Attributes:
        patient: Who lies at its sensors or its line; somebody else advances him.
        clock_s: What the device's clock shows, Unix seconds.
        seed: Of everything random in it.
    """

    patient: VirtualPatient
    clock_s: float
    seed: int = 0


@runtime_checkable
class Delivers(Protocol):
    """A virtual pump: what has left its line towards the patient, mL; never falls."""

    @property
    def delivered_ml(self) -> float:
        """Millilitres since it was made."""
        ...


def make_twin(name: str, setting: VirtualSetting) -> Emulator:
    """The virtual device called ``name``.

    Raises:
        ModuleNotFoundError: there is none; ask :func:`console.devices.catalogue.device_names` first.
    """
    twin: Emulator = import_module(f"console.devices.virtual.{name}").virtual(setting)
    return twin
