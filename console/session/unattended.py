"""What the pump does when the console is gone, in the words a nurse has to read before START.

Each driver says it when the pump is identified. A pump that runs on is stopped by the console while the
console lives; when the console dies nobody stops it but a person.
"""

from __future__ import annotations

from console.session.pump import RunsOn, StopsAsSet, StopsWithin
from console.session.site import Site
from console.session.state import Phase, State

RUNS_ON = "goes on to its target volume: be ready to stop it at the pump"


def stops_within_s(state: State, site: Site) -> int | None:
    """Seconds of silence after which the pump stops by itself; None when it does not, or nobody knows."""
    match state.unattended:
        case StopsWithin(seconds=seconds):
            return seconds
        case StopsAsSet() if site.watchdog_s > 0:
            return site.watchdog_s
        case _:
            return None


def runs_on(state: State) -> bool:
    """Whether the pump is known to go on when the console is gone."""
    return state.supervised or isinstance(state.unattended, RunsOn)


def without_console(state: State, site: Site) -> str:
    """What becomes of the infusion when the console fails, to follow "without the console it ..."."""
    seconds = stops_within_s(state, site)
    if state.supervised:
        return "goes on as it was set: only a person stops it, at the pump"
    if seconds is not None:
        return f"stops by itself within {seconds} s"
    if isinstance(state.unattended, RunsOn):
        return RUNS_ON
    return "may go on, that is not known: be ready to stop it at the pump"


def lease_words(state: State, site: Site, why: str) -> str:
    """The alarm while the console no longer keeps the pump going."""
    seconds = stops_within_s(state, site)
    if seconds is not None:
        told = f"The pump stops by itself within {seconds} s."
    elif isinstance(state.unattended, RunsOn):
        told = "It has no time-out of its own: the console sends STOP. Look at the pump."
    else:
        told = "Whether it stops by itself is not known: stop it at the pump."
    return f"The console no longer keeps the pump going: {why} {told}"


def not_kept_words(state: State, site: Site, why: str) -> str:
    """The alarm while the pump runs and the console cannot or may not keep it going."""
    seconds = stops_within_s(state, site)
    told = "Stop it at the pump" if seconds is None else f"The pump stops by itself within {seconds} s"
    return f"The infusion is not kept going: {why}. {told}. LOOK AT THE PUMP"


def silence_words(state: State, site: Site) -> str:
    """What follows for the infusion from a pump that does not answer; empty when none is running."""
    if state.phase is not Phase.INFUSING:
        return ""
    seconds = stops_within_s(state, site)
    if seconds is None and not runs_on(state):
        return ""
    return f"Left alone it {without_console(state, site)}"


def abandoned_words(state: State, site: Site) -> str:
    """What the pump does while the room does not answer, as a sentence; empty when nothing was running."""
    if state.phase is not Phase.INFUSING:
        return ""
    return f"The pump {without_console(state, site)}."
