"""From room.toml to the archive: the real record, the real thread, TLS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.app.archive_source import RecordSource
from console.app.archive_status import archive_status
from console.app.archive_sync import THREAD, archive_link
from console.app.commands import run
from console.app.config import ArchiveConfig, ConfigWrong, read_config
from console.clock import ManualClock, SystemClock
from console.room.supervisor import Supervisor
from console.session.intents import ArchiveSeen, Intent
from console.storage.record import Record
from console.sync.backlog import Standing
from console.sync.ports import Unreachable
from tests.storage.record_makers import BOOT, draft, second
from tests.sync.certificates import Authority
from tests.sync.postgres_server import Server, Site
from tests.sync.tls_front import Front, tls_front


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def front(server: Server, authority: Authority) -> Iterator[Front]:
    with tls_front(server.port, authority.issue("archive"), authority.certificate) as opened:
        yield opened


def room_toml(folder: Path, port: int, role: str, authority: Authority) -> ArchiveConfig:
    own = authority.issue(role, client=True)
    (folder / "room.toml").write_text(
        "[archive]\n"
        f'url = "postgresql://{role}@localhost:{port}/archive"\n'
        f'ca = "{authority.certificate}"\ncertificate = "{own.certificate}"\nkey = "{own.key}"\n'
    )
    config = read_config(folder / "room.toml").archive
    assert config is not None
    return config


def record_of(folder: Path, site: Site) -> Record:
    return Record.open(folder / "record.sqlite", ManualClock(), BOOT, site.site_id, "bed-1")


@pytest.mark.req("NET-09")
def test_a_room_sends_its_record_by_itself_over_tls(
    tmp_path: Path, server: Server, site: Site, front: Front, authority: Authority
) -> None:
    config = room_toml(tmp_path, front.port, site.workstation("bed-1"), authority)
    with record_of(tmp_path, site) as record:
        record.append([draft() for _ in range(50)])
        link = archive_link(config, tmp_path, tmp_path / "record.sqlite", SystemClock())
        fell: list[str] = []
        supervisor = Supervisor(lambda _name, sentence: fell.append(sentence))
        seen: list[Intent] = []
        link.reporter(seen.append)
        supervisor.start(link.extra.name, link.extra.run, link.extra.wake)
        wait = threading.Event()
        for _ in range(200):
            if link.view().standing is Standing.CURRENT and not link.view().waiting:
                break
            wait.wait(0.05)
        assert link.view().sentence == "Everything is in the archive."
        assert THREAD in supervisor.alive()
        assert supervisor.close() == ()
        link.close()
        assert fell == []
    assert server.sql("SELECT count(*) FROM archive.event WHERE site_id = %s", site.site_id) == [(50,)]
    assert all(isinstance(intent, ArchiveSeen) for intent in seen)
    status = archive_status(tmp_path, SystemClock().now().wall_utc_ns)
    assert "Up to entry 50" in status
    assert "The certificate is good." in status


def test_what_is_not_there_yet_is_waited_for(tmp_path: Path, site: Site) -> None:
    source = RecordSource(tmp_path / "record.sqlite")
    with pytest.raises(Unreachable, match="cannot be read for the archive"):
        source.origin()
    with record_of(tmp_path, site) as record:
        origin = source.origin()
        assert origin is not None
        assert (origin.site_id, origin.workstation_id) == (site.site_id, "bed-1")
        assert source.head().seq == 0
        record.append([draft()])
        record.write(second(ManualClock().now()))
        assert source.head().seq == 1
        assert [one.seq for one in source.page(0, 10)] == [1]
        assert source.chunk("00" * 32) is None
    source.close()


@pytest.mark.req("NET-09")
def test_an_address_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    config = ArchiveConfig("postgresql://ws:secret@host/archive", "ca.pem", "own.pem", "own.key")
    with pytest.raises(ConfigWrong, match=r"room.toml, archive: url must not hold a password") as wrong:
        archive_link(config, tmp_path, tmp_path / "record.sqlite", SystemClock())
    assert "secret" not in str(wrong.value)


def test_the_administrator_founds_admits_and_shuts_out(
    server: Server, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    url, role = server.url(), f"ws_{site.site_id}_x".replace("-", "_")
    assert run(["archive", "init", url]) == 0
    assert run(["archive", "workstation", url, role, site.site_id, "bed-9"]) == 0
    assert run(["archive", "workstation", url, role, site.site_id, "bed-8"]) == 2
    assert run(["archive", "workstation", url, "Bad Name", site.site_id, "bed-8"]) == 2
    assert run(["archive", "reader", url, f"{role}_r", site.site_id]) == 0
    assert run(["archive", "shut-out", url, role]) == 0
    assert run(["archive", "shut-out", url, "nobody_here"]) == 2
    assert run(["archive", "init", "postgresql://postgres@127.0.0.1:1/none"]) == 2
    out, err = capsys.readouterr()
    assert "The archive is there already; nothing was changed." in out
    assert "may push as workstation bed-9" in out
    assert "may push no more" in out
    assert "belongs to another workstation already" in err
    assert "is no role name" in err
    assert "The server is not reached" in err


def test_status_without_an_archive_says_that_everything_stays_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["archive", "status", "--data", str(tmp_path)]) == 0
    assert "No archive is set up" in capsys.readouterr().out
