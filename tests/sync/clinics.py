"""Ten thousand clinics on paper: how many rooms each has, and what they send, as a loader can use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.sync.postgres_server import Server

CLINICS = 10_000
PARTITIONS = 16
SESSIONS_A_DAY = 4


@dataclass(frozen=True)
class Clinic:
    """One clinic.

    Attributes:
        site_id: Its key.
        rooms: How many rooms it has: most a few, some groups many.
    """

    site_id: str
    rooms: int


def clinics(count: int = CLINICS, seed: int = 7) -> Iterator[Clinic]:
    """Clinics whose rooms follow a long-tailed distribution: about four on average, no more than 60."""
    random = Random(seed)
    for n in range(count):
        rooms = min(60, max(1, round(random.lognormvariate(1.08, 0.75))))
        yield Clinic(f"clinic-{random.getrandbits(40):010x}-{n}", rooms)


def load(server: Server, some: list[Clinic], events_a_room: int) -> int:
    """Load the clinics' streams and their events with as many keys as real ones; returns the events.

    The bodies are short: what is looked at is where rows go, not how large they are.
    """
    sites = [clinic.site_id for clinic in some for _ in range(clinic.rooms)]
    server.sql(
        "INSERT INTO archive.stream (site_id, stream_id, role_name, workstation_id, base_seq, base_hash,"
        " head_seq, head_hash)"
        " SELECT u.site, gen_random_uuid(), 'loader', 'bed-' || u.n, 0, decode(repeat('00', 32), 'hex'), %s,"
        " decode(repeat('00', 32), 'hex') FROM unnest(%s::text[]) WITH ORDINALITY AS u(site, n)",
        events_a_room,
        sites,
    )
    server.sql(
        "INSERT INTO archive.event (site_id, stream_id, seq, id, session_id, wall_utc_ns, mono_ns, boot_id,"
        " actor, kind, version, body, prev, hash)"
        " SELECT s.site_id, s.stream_id, g, g::text, s.stream_id::text || (g / 100), g, g, 'boot', '{}',"
        " CASE WHEN g %% 100 = 1 THEN 'session_opened' ELSE 'pump_changed' END, 1, '{}', '', ''"
        " FROM archive.stream s, generate_series(1, %s) AS g WHERE s.role_name = 'loader'",
        events_a_room,
    )
    server.sql("ANALYZE archive.event")
    return len(sites) * events_a_room
