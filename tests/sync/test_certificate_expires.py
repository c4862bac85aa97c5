"""NET-08: this workstation's certificate runs out while the room goes on."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.app.archive_sync import archive_link, certificate_caution
from console.app.config import ArchiveConfig
from console.clock import NS_PER_S, ManualClock
from console.storage.record import Record
from console.sync.backlog import Standing
from console.sync.connecting import Door, read_address
from tests.storage.record_makers import draft
from tests.sync.certificates import Authority, Pair
from tests.sync.histories import BOOT, STREAM
from tests.sync.postgres_server import Server, Site
from tests.sync.sources import Bench, MemoryRecord, origin_of
from tests.sync.tls_front import tls_front

pytestmark = pytest.mark.req("NET-08")
DAY_S = 86400.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def standing(bench: Bench) -> Standing:
    return bench.outbox.view.standing


def test_an_expired_certificate_stops_the_sync_and_nothing_else(
    server: Server, site: Site, authority: Authority
) -> None:
    role = site.workstation("bed-1")
    theirs = authority.issue("archive")
    own = authority.issue(role, client=True)
    expired = authority.issue(role, days=-2, client=True)
    in_use = Pair(own.certificate.with_name("in-use.pem"), own.key.with_name("in-use.key"))

    def put(pair: Pair) -> None:
        in_use.certificate.write_bytes(pair.certificate.read_bytes())
        in_use.key.write_bytes(pair.key.read_bytes())
        in_use.key.chmod(0o600)

    put(expired)
    clock = ManualClock()
    with tls_front(server.port, theirs, authority.certificate) as front:
        address = read_address(
            f"postgresql://{role}@localhost:{front.port}/archive",
            authority.certificate,
            in_use.certificate,
            in_use.key,
        )
        bench = Bench(
            MemoryRecord(origin_of(site.site_id, "bed-1", STREAM), clock), Door.to(address).open, clock
        )
        bench.record.session("s-1")
        wait_s = bench.turn()
        assert wait_s > 0
        assert front.plain_bytes == 0
        assert standing(bench) is Standing.STOPPED
        assert "is kept on this computer" in bench.outbox.view.sentence
        # The room records on; the renewed certificate is used at the next attempt, without a restart.
        bench.record.session("s-2")
        put(own)
        bench.clock.advance(wait_s)
        bench.until_done()
    assert standing(bench) is Standing.CURRENT


def test_the_clock_forward_says_renew_renew_now_and_expired(authority: Authority) -> None:
    own = authority.issue("bed-1", days=90, client=True)
    caution = certificate_caution(own.certificate)
    now_ns = round(datetime.now(UTC).timestamp()) * NS_PER_S

    def said(days: float) -> str:
        return caution(now_ns + round(days * DAY_S) * NS_PER_S)

    assert said(0) == said(59) == ""
    assert said(60).endswith("in 30 days: renew it.")
    assert said(76).endswith("in 14 days: renew it now.")
    assert "has expired: put the renewed one in its place" in said(91)
    own.certificate.unlink()
    assert "cannot be read" in said(92)


def test_a_room_whose_certificate_is_gone_records_and_says_so(tmp_path: Path, site: Site) -> None:
    config = ArchiveConfig("postgresql://ws@localhost:1/archive", "ca.pem", "own.pem", "own.key")
    clock = ManualClock()
    with Record.open(tmp_path / "record.sqlite", clock, BOOT, site.site_id, "bed-1") as record:
        record.append([draft() for _ in range(3)])
        link = archive_link(config, tmp_path, tmp_path / "record.sqlite", clock)
        stopping, ended = threading.Event(), threading.Event()

        def run() -> None:
            link.extra.run(stopping)
            ended.set()

        threading.Thread(target=run, daemon=True).start()
        wait = threading.Event()
        for _ in range(200):
            if "certificate" in link.view().sentence:
                break
            wait.wait(0.02)
        record.append([draft()])
        stopping.set()
        assert ended.wait(10)
        assert "This workstation's certificate" in link.view().sentence
        assert "is kept on this computer" in link.view().sentence
        assert record.head().seq == 4
        link.close()
