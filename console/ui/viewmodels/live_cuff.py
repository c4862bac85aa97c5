"""The cuff as it stands, and what may be asked of it from here."""

from __future__ import annotations

from dataclasses import dataclass

from console.clinical.vitals import NibpState
from console.room.wire import Live
from console.session.cuff import CUFF_PHASES, cuff_monitor
from console.session.pump import LinkState
from console.session.site import Site
from console.session.state import State


@dataclass(frozen=True, slots=True)
class CuffFace:
    """The keys under the pressure.

    Attributes:
        shown: A monitor of this room takes it, and there is a patient.
        take: Words of the key that measures or cancels.
        cancels: That key lets the air out.
        may_take: It can be pressed.
        by_itself: The cuff follows the protocol's times by itself.
        words: What the last request met; empty when there is nothing to say.
        under_way: A measurement was asked for or goes on.
    """

    shown: bool = False
    take: str = "Take NIBP now"
    cancels: bool = False
    may_take: bool = False
    by_itself: bool = False
    words: str = ""
    under_way: str = ""


def cuff_face(state: State, live: Live | None, site: Site) -> CuffFace:
    """The keys from the record and from what the monitor says its cuff is doing."""
    device, session = cuff_monitor(site), state.session
    if not device or session is None or state.phase not in CUFF_PHASES:
        return CuffFace()
    link = state.links.get(device)
    answering = link is not None and link.state is LinkState.ANSWERING
    measuring = live is not None and live.nibp is NibpState.MEASURING
    run = session.cuff
    under_way = ""
    if run is not None and run.cancelling:
        under_way = "cancelling…"
    elif measuring:
        under_way = "measuring…"
    elif run is not None:
        under_way = "asked…"
    busy = measuring or run is not None
    return CuffFace(
        shown=True,
        take="Cancel NIBP" if busy else "Take NIBP now",
        cancels=busy,
        may_take=answering,
        by_itself=session.cuff_by_itself,
        words="" if busy else session.cuff_said,
        under_way=under_way,
    )
