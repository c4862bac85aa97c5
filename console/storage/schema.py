"""The tables as queries name them; their CREATE statements are frozen in ``migrations/versions``."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, Table, Text

# "ICRD": written into the file's header, so that a foreign database is never taken for a record.
APPLICATION_ID = 0x49435244
SCHEMA_VERSION = 1

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("stream_id", Text),
    Column("site_id", Text),
    Column("workstation_id", Text),
    Column("created_wall_ns", Integer),
)

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Text),
    Column("session_id", Text),
    Column("wall_utc_ns", Integer),
    Column("mono_ns", Integer),
    Column("boot_id", Text),
    Column("actor", Text),
    Column("kind", Text),
    Column("version", Integer),
    Column("body", LargeBinary),
    Column("prev", LargeBinary),
    Column("hash", LargeBinary),
)

# One run of samples of a session within one boot: the only place where monotonic times compare.
span = Table(
    "span",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", Text),
    Column("boot_id", Text),
    Column("wall_utc_ns", Integer),
    Column("mono_ns", Integer),
)

numeric = Table(
    "numeric",
    metadata,
    Column("span", Integer, primary_key=True),
    Column("mono_ns", Integer, primary_key=True),
    Column("vital", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("wall_utc_ns", Integer),
    Column("value", Float),
    Column("quality", Text),
    Column("measured_mono_ns", Integer),
    Column("device_time_s", Float),
)

# The chunks' bytes are kept apart, so that an overview reads only narrow rows.
wave_chunk = Table(
    "wave_chunk",
    metadata,
    Column("span", Integer, primary_key=True),
    Column("wave", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("mono_ns", Integer, primary_key=True),
    Column("wall_utc_ns", Integer),
    Column("rate_hz", Float),
    Column("n", Integer),
    Column("gain", Float),
    Column("offset", Float),
    Column("unit", Text),
    Column("gap", Integer),
    Column("usable", Integer),
    Column("low", Integer),
    Column("high", Integer),
    Column("pyramid", LargeBinary),
    Column("sha256", LargeBinary),
)

wave_bytes = Table(
    "wave_bytes",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("sha256", LargeBinary),
    Column("codec", Text),
    Column("bytes", LargeBinary),
)

session_index = Table(
    "session_index",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("patient_id", Text),
    Column("opened_wall_ns", Integer),
    Column("phase", Text),
    Column("closed_wall_ns", Integer),
    Column("training", Integer),
    Column("summary", LargeBinary),
)

patient = Table(
    "patient",
    metadata,
    Column("patient_id", Text, primary_key=True),
    Column("family_name", Text),
    Column("given_name", Text),
    Column("birth_date", Text),
    Column("mrn", Text),
    Column("sex", Text),
)

account = Table(
    "account",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("name", Text),
    Column("role", Text),
    Column("pin_hash", Text),
    Column("active", Integer),
    Column("failures", Integer),
    Column("locked_boot_id", Text),
    Column("locked_until_mono_ns", Integer),
    Column("locked_until_wall_ns", Integer),
)
