"""What a room sends in a working week, made quickly: chained events of the sizes real sessions have."""

from __future__ import annotations

from console.storage.chain import chained, start_of_chain
from console.storage.rows import EventDraft, Head, StoredEvent
from tests.sync.histories import BEGAN, BOOT, event_id

SESSION_EVENTS = 1750
"""Events of a session of two hours (figures sealed every 10 s, as the recording benchmark counts them)."""

WEEK_SESSIONS = 28
"""Seven days of four sessions."""

ACTOR = '{"authn":"pin","name":"Nurse One","role":"nurse","type":"person","user_id":"n1"}'
SEALED = b'{"infused_ml":"12.345","sources":{"hr":"s5","spo2":"s5"},"type":"numerics_sealed","values":'


def events_of(count: int, salt: str) -> list[StoredEvent]:
    """``count`` chained events; every third is a seal of figures, the others are short."""
    head, made = start_of_chain(), []
    for seq in range(1, count + 1):
        if seq % 3:
            kind, body = (
                "pump_changed",
                b'{"infused_ml":"12.%05d","rate_ml_h":"30.0","type":"pump_changed"}' % seq,
            )
        else:
            kind, body = "numerics_sealed", SEALED + b"%d" % seq * 90 + b"}"
        event = chained(
            EventDraft(
                id=event_id(seq, salt),
                kind=kind,
                version=1,
                body=body,
                at=BEGAN.plus(seq),
                actor=ACTOR,
                session_id=f"{salt}-{seq // SESSION_EVENTS}",
            ),
            BOOT,
            head,
        )
        head = Head(event.seq, event.hash)
        made.append(event)
    return made


def row_of(site_id: str, stream_id: str, one: StoredEvent) -> tuple[object, ...]:
    """An event in the order of the archive's columns."""
    return (
        site_id, stream_id, one.seq, one.id, one.session_id, one.at.wall_utc_ns, one.at.mono_ns, one.boot_id,
        one.actor, one.kind, one.version, one.body, one.prev, one.hash,
    )  # fmt: skip
