"""Schemas: the first is frozen, an upgrade works on a copy, and a crash anywhere leaves old or new."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from console.storage import migrate, schema
from console.storage.engine import file_header, schema_of
from console.storage.migrate import Revisions, prepare
from console.storage.trouble import DiskTrouble, RecordNewer, RecordUnreadable
from console.storage.verify import verify_record
from tests.storage.record_makers import ROOT, START, draft, open_record, second

STEPS = ("back up", "copy", "upgrade", "verify", "swap", "done")

# What stands here is in the field. A changed statement needs a new revision, never an edited one.
FIRST_SCHEMA_SHA256 = "55654b65ac5b4feea91a5302223e8b33d2ab155e93bc68c7042d15e228f1cab1"

NEXT = """
from alembic import op
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

def upgrade():
    op.execute("CREATE TABLE room (name TEXT PRIMARY KEY) STRICT")
    op.execute("ALTER TABLE patient ADD COLUMN phone TEXT")
    {more}
    op.execute("PRAGMA user_version = 2")
"""


def next_revision(folder: Path, more: str = "pass") -> Revisions:
    folder.mkdir(exist_ok=True)
    (folder / "rev_0002_next.py").write_text(NEXT.format(more=more))
    return Revisions(2, (folder,))


@pytest.fixture
def filled(path: Path) -> Path:
    with open_record(path) as record:
        record.append([draft() for _ in range(20)])
        record.write(second(START))
    return path


def _statements(path: Path) -> str:
    query = (
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY type, name"
    )
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(row[0] for row in connection.execute(query))


def test_the_first_schema_is_frozen(filled: Path) -> None:
    statements = _statements(filled)
    assert hashlib.sha256(statements.encode()).hexdigest() == FIRST_SCHEMA_SHA256, statements


def test_the_tables_in_code_are_the_tables_in_the_file(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        for table in schema.metadata.sorted_tables:
            found = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            assert [row[1] for row in found] == [column.name for column in table.columns], table.name
            assert {row[1] for row in found if row[5]} == {column.name for column in table.primary_key}
    assert file_header(filled).application_id == schema.APPLICATION_ID
    assert schema_of(filled) == schema.SCHEMA_VERSION


def test_a_fresh_record_needs_nothing_in_the_working_folder(path: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from console.storage.migrate import prepare\n"
        "prepare(Path(sys.argv[1]))"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    root = str(Path(migrate.__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": root}
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=empty, env=environment)
    assert schema_of(path) == schema.SCHEMA_VERSION
    assert list(empty.iterdir()) == []


def test_a_record_of_this_schema_is_left_alone(filled: Path) -> None:
    before = filled.read_bytes()
    assert prepare(filled) is False
    assert filled.read_bytes() == before


def test_an_upgrade_keeps_every_row_and_a_backup(filled: Path, tmp_path: Path) -> None:
    revisions = next_revision(tmp_path / "next")
    with closing(sqlite3.connect(filled)) as connection:
        before = connection.execute("SELECT * FROM event").fetchall()
    assert prepare(filled, revisions) is True
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute("SELECT * FROM event").fetchall() == before
        assert connection.execute("SELECT count(*) FROM numeric").fetchone() == (12,)
        assert connection.execute("SELECT phone FROM patient").fetchall() == []
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("DELETE FROM event")
    assert verify_record(filled.with_name("record.db.schema-1")).ok
    assert not filled.with_name("record.db.migrating").exists()
    assert prepare(filled, revisions) is False


def test_events_still_in_the_log_of_a_crashed_console_are_upgraded_too(path: Path, tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from tests.storage.record_makers import draft, open_record\n"
        "open_record(Path(sys.argv[1])).append([draft()]); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, cwd=ROOT)
    assert Path(f"{path}-wal").stat().st_size > 0
    prepare(path, next_revision(tmp_path / "next"))
    assert not Path(f"{path}-wal").exists()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (1,)


def test_the_old_program_refuses_the_upgraded_record(filled: Path, tmp_path: Path) -> None:
    prepare(filled, next_revision(tmp_path / "next"))
    with pytest.raises(RecordNewer, match="schema 2; this one knows 1"):
        open_record(filled)


@pytest.mark.parametrize(
    "more",
    [
        'raise OSError(28, "no space")',
        'op.execute("DROP TABLE numeric")',
        'op.execute("SELECT broken FROM nowhere")',
    ],
)
def test_an_upgrade_that_fails_leaves_the_record_as_it_was(filled: Path, tmp_path: Path, more: str) -> None:
    before = filled.read_bytes()
    with pytest.raises((RecordUnreadable, DiskTrouble)):
        prepare(filled, next_revision(tmp_path / "next", more))
    with open_record(filled) as record:
        assert record.head().seq == 20
    assert hashlib.sha256(before[100:]).digest() == hashlib.sha256(filled.read_bytes()[100:]).digest()


def test_an_upgrade_that_loses_an_event_is_not_swapped_in(filled: Path, tmp_path: Path) -> None:
    more = 'op.execute("DROP TRIGGER event_no_delete"); op.execute("DELETE FROM event WHERE seq = 20")'
    with pytest.raises(RecordUnreadable, match="does not agree"):
        prepare(filled, next_revision(tmp_path / "next", more))
    with open_record(filled) as record:
        assert record.head().seq == 20


def test_an_upgrade_waits_until_nobody_else_has_the_record_open(filled: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled)) as window:
        window.execute("BEGIN")
        window.execute("SELECT * FROM meta").fetchall()
        with pytest.raises(DiskTrouble, match="locked"):
            prepare(filled, next_revision(tmp_path / "next"))
    assert prepare(filled, next_revision(tmp_path / "next"))


@pytest.mark.req("HST-13")
@pytest.mark.process
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_each_step_leaves_the_old_record_or_the_new(
    filled: Path, tmp_path: Path, step: str
) -> None:
    revisions = next_revision(tmp_path / "next")
    code = (
        "import os, sys; from pathlib import Path; from console.storage.migrate import Revisions, prepare\n"
        "def die(step):\n"
        "    if step == sys.argv[3]: os.kill(os.getpid(), 9)\n"
        "prepare(Path(sys.argv[1]), Revisions(2, (Path(sys.argv[2]),)), die)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(filled), str(tmp_path / "next"), step], check=False, cwd=ROOT
    )
    assert ended.returncode == -signal.SIGKILL
    assert file_header(filled).schema_version == (2 if step == "done" else 1)
    if step != "done":
        with open_record(filled) as old_program:
            assert old_program.head().seq == 20
    prepare(filled, revisions)
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute("SELECT max(seq) FROM event").fetchone() == (20,)
    assert file_header(filled).schema_version == 2
    assert not filled.with_name("record.db.migrating").exists()


@pytest.mark.req("HST-13")
@pytest.mark.parametrize("step", ["create", "upgrade", "verify", "swap", "done"])
def test_a_crash_while_the_first_record_is_made_is_healed_by_the_next_start(path: Path, step: str) -> None:
    class Died(BaseException):
        pass

    def die(at: str) -> None:
        if at == step:
            raise Died

    with pytest.raises(Died):
        prepare(path, step=die)
    assert path.exists() == (step == "done")
    with open_record(path) as record:
        record.append([draft()])
    assert verify_record(path).ok
