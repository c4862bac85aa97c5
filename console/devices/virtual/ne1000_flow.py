"""Which phase of an NE-1000 program comes next: jumps, loops, conditions and event traps.

Source: the function list of New Era NE-1000 Series User Manual #1200-01 (command ``FUN``). What each
loop function does in detail is not in the sources; the open choices are named where they are made.
"""

from __future__ import annotations

from typing import Final

from console.devices.virtual.ne1000_memory import Phase

PLAIN: Final = frozenset({"RAT", "FIL", "INC", "DEC", "STP", "PRI", "LPS", "LPE", "EVR", "CLD", "BEP"})
WITH_PHASE: Final = frozenset({"JMP", "IF", "EVN", "EVS"})
WITH_COUNT: Final = frozenset({"PRL", "LOP", "TRG"})
FUNCTIONS: Final = PLAIN | WITH_PHASE | WITH_COUNT | {"PAS", "OUT"}

_PASSED_THROUGH: Final = frozenset({"PRI", "PRL", "TRG"})
# Open choice: PRI asks at the keypad which labelled program (PRL) to go on with, and TRG sets the
# trigger mode by number. The virtual pump has no keypad dialogue and goes on with the next phase.


class Flow:
    """Loops in progress and the armed event trap of one program run.

    Attributes:
        trap: Phase an event jumps to, None when no trap is armed.
    """

    __slots__ = ("_loops", "trap")

    def __init__(self) -> None:
        self._loops: list[tuple[int, int]] = []
        self.trap: int | None = None

    def after(self, number: int, phase: Phase, input_high: bool) -> int | None:
        """The phase to go to after a phase that takes no time; None if this one is not flow control.

        Args:
            number: Number of ``phase``.
            phase: The phase being executed.
            input_high: Level of the program's TTL input, for ``IF``.
        """
        argument = 0 if phase.argument is None else int(phase.argument)
        following = number + 1
        match phase.function:
            case "JMP":
                return argument
            case "IF":
                return following if input_high else argument
            case "LPS":
                self._loops.append((number, 1))
                return following
            case "LOP":
                return self._loop_back(following, argument)
            case "LPE":
                return self._loop_back(following, None)
            case "EVN" | "EVS":
                self.trap = argument
                return following
            case "EVR":
                self.trap = None
                return following
            case function if function in _PASSED_THROUGH:
                return following
        return None

    def _loop_back(self, following: int, times: int | None) -> int:
        """Open choices: a loop body runs ``times`` times in all; without ``LPS`` it starts at phase 1."""
        start, done = self._loops.pop() if self._loops else (0, 1)
        if times is not None and done >= times:
            return following
        self._loops.append((start, done + 1))
        return start + 1
