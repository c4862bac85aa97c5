"""What a decision is made from, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from console.clock import Instant
from console.session.events import Event
from console.session.people import Actor
from console.session.site import Site
from console.session.state import Phase, Session, State
from console.session.watch import Watch


@dataclass(frozen=True, slots=True)
class Decision:
    """Events to commit, or sentences that say why not. Notices may come with events.

    Attributes:
        events: What is to be committed, in order, in one transaction.
        refusals: Why nothing was decided; each says what to do.
        notices: What to heed although it was accepted.
    """

    events: tuple[Event, ...] = ()
    refusals: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def accept(*events: Event, notices: tuple[str, ...] = ()) -> Decision:
    """Decide for ``events``."""
    return Decision(events, (), notices)


def refuse(*sentences: str) -> Decision:
    """Decide for nothing, and say why."""
    return Decision((), sentences)


NOTHING = Decision()


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a decision may look at.

    Attributes:
        state: The fold of the record.
        watch: What is sensed now.
        actor: Who asks.
        now: The instant of the decision.
        site: Configuration.
        new_id: Mints ids for events (alarm occurrences, commands the room itself decides).
    """

    state: State
    watch: Watch
    actor: Actor
    now: Instant
    site: Site
    new_id: Callable[[], str]

    @property
    def phase(self) -> Phase:
        """Where the session stands."""
        return self.state.phase

    @property
    def session(self) -> Session:
        """The session.

        Raises:
            LookupError: there is none; callers check the phase first.
        """
        if self.state.session is None:
            raise LookupError("there is no session")
        return self.state.session

    def seconds_since(self, earlier: Instant) -> float:
        """Seconds from ``earlier`` to now."""
        return self.now.seconds_since(earlier)
