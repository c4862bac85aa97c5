"""The screen and its touch on the bench: answered in the window, kept with the workstation's run."""

from __future__ import annotations

from console.devices.bench.procedure import DECLINED, Ask, Deed, Procedure, Task, Wants, failed, passed


def screen_tasks() -> tuple[Task, ...]:
    """Checks that only a person in front of a window can answer."""
    return (
        Task("colours", "Colours", "Shows every colour of the bedside.", _colours, needs_hands=True),
        Task("touch", "Touch", "Every part of the touch screen is touched.", _touch, needs_hands=True),
    )


def _colours() -> Procedure:
    seen = yield Ask(
        Deed.SEE_COLOURS,
        "Can every colour be told from its neighbours, and every step of grey from the next?",
        Wants.YES_NO,
    )
    if seen is None or seen.yes is None:
        return DECLINED
    if seen.yes:
        return passed("The colours and greys were told apart.")
    return failed("Colours cannot be told apart: reset the screen's picture settings, or use another screen.")


def _touch() -> Procedure:
    done = yield Ask(Deed.TOUCH_GRID, "Draw a finger over every field until all carry a tick.", Wants.YES_NO)
    if done is None or done.yes is None:
        return DECLINED
    if done.yes:
        return passed("Every field was touched.")
    return failed("A part of the screen does not feel touches: use the mouse, and have the screen exchanged.")
