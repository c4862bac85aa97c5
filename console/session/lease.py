"""The pump's lease: the console keeps a pump going only while it is fit to watch over it.

A pump with a host time-out stops by itself when nothing is sent to it. The port owner sends only while
it holds a lease, and the lease is renewed only while alarms are judged, events are kept and somebody
attends. Without it nothing but STOP and a pause is sent. Stopping is the safe state: ketamine sustains
no life.
"""

from __future__ import annotations

from console.clock import Instant
from console.session.site import Site
from console.session.state import State


def lease_objection(state: State, site: Site, now: Instant, *, faulty: bool, let_go: bool) -> str:
    """Why the lease is not renewed, as a sentence; empty when it is.

    Args:
        state: The room.
        site: Configuration.
        now: Now.
        faulty: A fault in the console kept it from judging alarms.
        let_go: The record failed for so long that memory no longer holds what happens.
    """
    if faulty:
        return "A fault keeps it from judging alarms."
    if let_go:
        return "It can neither store nor remember what happens."
    session = state.session
    if session is None:
        return ""
    attended = session.attended_at or session.started_at
    longest_s = site.attendance.lease_s
    if attended is not None and now.seconds_since(attended) > longest_s:
        return f"Nobody has entered anything for {longest_s / 60:.0f} min."
    return ""
