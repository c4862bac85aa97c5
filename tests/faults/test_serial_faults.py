"""Every serial fault is answered as required; the same registry prints the table."""

from __future__ import annotations

import pytest

from tests.faults.bench import Fault, Scale
from tests.faults.serial_faults import FAULTS


@pytest.mark.parametrize("fault", [pytest.param(f, marks=pytest.mark.req(f.id), id=f.id) for f in FAULTS])
def test_fault_is_answered_as_required(fault: Fault) -> None:
    seen = fault.run(Scale.LIGHT)
    if not seen.ok:
        # A machine without a free processor misses a real-time figure once; a fault of ours is seen twice.
        seen = fault.run(Scale.LIGHT)
    assert seen.ok, f"required: {fault.required}; seen: {seen.text}"
