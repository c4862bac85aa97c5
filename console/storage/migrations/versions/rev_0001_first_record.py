"""The first record: chained events, samples, projections, accounts.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  stream_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  workstation_id TEXT NOT NULL,
  created_wall_ns INTEGER NOT NULL
) STRICT""",
    """CREATE TABLE event (
  seq INTEGER PRIMARY KEY CHECK (seq > 0),
  id TEXT NOT NULL UNIQUE,
  session_id TEXT,
  wall_utc_ns INTEGER NOT NULL,
  mono_ns INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  body BLOB NOT NULL,
  prev BLOB NOT NULL CHECK (length(prev) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT""",
    "CREATE INDEX event_session ON event (session_id, seq)",
    """CREATE TABLE span (
  id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  wall_utc_ns INTEGER NOT NULL,
  mono_ns INTEGER NOT NULL,
  UNIQUE (session_id, boot_id)
) STRICT""",
    """CREATE TABLE numeric (
  span INTEGER NOT NULL REFERENCES span (id),
  mono_ns INTEGER NOT NULL,
  vital TEXT NOT NULL,
  source TEXT NOT NULL,
  wall_utc_ns INTEGER NOT NULL,
  value REAL,
  quality TEXT NOT NULL,
  measured_mono_ns INTEGER,
  device_time_s REAL,
  PRIMARY KEY (span, mono_ns, vital, source)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE wave_bytes (
  n INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  codec TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT""",
    """CREATE TABLE wave_chunk (
  span INTEGER NOT NULL REFERENCES span (id),
  wave TEXT NOT NULL,
  source TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  wall_utc_ns INTEGER NOT NULL,
  rate_hz REAL NOT NULL,
  n INTEGER NOT NULL,
  gain REAL NOT NULL,
  offset REAL NOT NULL,
  unit TEXT NOT NULL,
  gap INTEGER NOT NULL,
  usable INTEGER NOT NULL,
  low INTEGER,
  high INTEGER,
  pyramid BLOB NOT NULL,
  sha256 BLOB NOT NULL REFERENCES wave_bytes (sha256),
  PRIMARY KEY (span, wave, source, mono_ns)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE session_index (
  session_id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL,
  opened_wall_ns INTEGER NOT NULL,
  phase TEXT NOT NULL,
  closed_wall_ns INTEGER,
  training INTEGER NOT NULL,
  summary BLOB NOT NULL
) STRICT""",
    "CREATE INDEX session_opened ON session_index (opened_wall_ns)",
    "CREATE INDEX session_patient ON session_index (patient_id, opened_wall_ns)",
    """CREATE TABLE patient (
  patient_id TEXT PRIMARY KEY,
  family_name TEXT NOT NULL,
  given_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  mrn TEXT NOT NULL,
  sex TEXT NOT NULL
) STRICT""",
    "CREATE INDEX patient_name ON patient (family_name, given_name)",
    "CREATE INDEX patient_mrn ON patient (mrn)",
    """CREATE TABLE account (
  user_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('nurse', 'physician', 'technician', 'admin')),
  pin_hash TEXT NOT NULL,
  active INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  locked_boot_id TEXT,
  locked_until_mono_ns INTEGER,
  locked_until_wall_ns INTEGER
) STRICT""",
)

_APPEND_ONLY = ("meta", "event", "span", "numeric", "wave_bytes", "wave_chunk")

_NEXT_IN_CHAIN = """CREATE TRIGGER event_in_order BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
  OR NEW.prev IS NOT (SELECT coalesce((SELECT hash FROM event ORDER BY seq DESC LIMIT 1), zeroblob(32)))
BEGIN SELECT RAISE(ABORT, 'event does not continue the chain'); END"""


def upgrade() -> None:
    """Create the tables, the triggers that keep them append-only, and mark the file as a record."""
    for statement in _TABLES:
        op.execute(statement)
    for table in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}\n"
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(_NEXT_IN_CHAIN)
    op.execute("PRAGMA application_id = 1229148740")
    op.execute("PRAGMA user_version = 1")
