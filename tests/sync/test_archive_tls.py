"""The way to the archive is trusted on both sides, or nothing goes over it."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.clock import NS_PER_S
from console.sync.connecting import (
    AddressWrong,
    ArchiveAddress,
    Door,
    certificate_age,
    read_address,
)
from console.sync.founding import admit_workstation
from console.sync.ports import START, Origin, Rejected, Segment, Unreachable
from tests.sync.certificates import Authority, Pair
from tests.sync.histories import STREAM
from tests.sync.postgres_server import Server, Site
from tests.sync.tls_front import tls_front

pytestmark = pytest.mark.req("NET-09")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"))


def address(port: int, role: str, ca: Path, pair: Pair, host: str = "localhost") -> ArchiveAddress:
    return read_address(f"postgresql://{role}@{host}:{port}/archive", ca, pair.certificate, pair.key)


def test_a_trusted_archive_is_reached(server: Server, site: Site, authority: Authority) -> None:
    role = site.workstation("bed-1")
    own = authority.issue(role, client=True)
    with tls_front(server.port, authority.issue("archive"), authority.certificate) as front:
        door = Door.to(address(front.port, role, authority.certificate, own))
        archive = door.open(Origin(STREAM, site.site_id, "bed-1"))
        assert archive.hello(Segment(STREAM, START)).watermark == START
        archive.close()
        assert (front.handshakes, front.plain_bytes) == (1, 0)


def test_the_certificate_names_the_role(server: Server, site: Site, authority: Authority) -> None:
    """By the server's own TLS where it was built with it, else by the front's alone."""
    admit_workstation(server.url(), "tls_bed_1", site.site_id, "bed-1")
    theirs = authority.issue("archive")
    own, other = (authority.issue(name, client=True) for name in ("tls_bed_1", "tls_bed_2"))
    origin = Origin(STREAM, site.site_id, "bed-1")
    if not server.has_tls:
        with tls_front(server.port, theirs, authority.certificate) as front:
            Door.to(address(front.port, "tls_bed_1", authority.certificate, own)).open(origin).close()
        return
    with server.own_tls(theirs.certificate, theirs.key, authority.certificate):
        Door.to(address(server.port, "tls_bed_1", authority.certificate, own)).open(origin).close()
        with pytest.raises(Rejected, match="refuses this workstation"):
            Door.to(address(server.port, "tls_bed_1", authority.certificate, other)).open(origin)
        with pytest.raises(Rejected):
            Door(server.parameters("tls_bed_1")).open(origin)


@pytest.mark.parametrize(
    "case",
    [
        "another authority",
        "another host",
        "expired",
        "no TLS",
        "old TLS",
        "own expired",
        "own of another authority",
        "no own certificate",
        "no authority file",
        "a key that does not fit",
    ],
)
def test_nothing_is_sent_when_trust_fails(
    server: Server, site: Site, authority: Authority, stranger: Authority, tmp_path: Path, case: str
) -> None:
    role = site.workstation("bed-1")
    theirs, own, ca = authority.issue("archive"), authority.issue(role, client=True), authority.certificate
    newest = ssl.TLSVersion.TLSv1_3
    match case:
        case "another authority":
            theirs = stranger.issue("archive")
        case "another host":
            theirs = authority.issue("archive", host="elsewhere.example")
        case "expired":
            theirs = authority.issue("archive", days=-2)
        case "old TLS":
            newest = ssl.TLSVersion.TLSv1_1
        case "own expired":
            own = authority.issue(role, days=-2, client=True)
        case "own of another authority":
            own = stranger.issue(role, client=True)
        case "no own certificate":
            own = Pair(tmp_path / "none.pem", tmp_path / "none.key")
        case "no authority file":
            ca = tmp_path / "none.pem"
        case "a key that does not fit":
            own = Pair(own.certificate, authority.issue("other", client=True).key)
    with tls_front(
        server.port, theirs, authority.certificate, willing=case != "no TLS", newest=newest
    ) as front:
        door = Door.to(address(front.port, role, ca, own))
        with pytest.raises((Rejected, Unreachable)) as refused:
            door.open(Origin(STREAM, site.site_id, "bed-1"))
        assert front.plain_bytes == 0
        assert front.carried == 0
    # A peer that only hangs up cannot be told from a bad line; every other case is for somebody to mend.
    assert isinstance(refused.value, Rejected) or case == "old TLS"


def test_an_address_holds_no_password_and_no_weaker_setting(tmp_path: Path) -> None:
    for url, words in (
        ("postgresql://ws:secret@host/archive", "must not hold a password"),
        ("postgresql://ws@host/archive?sslmode=disable", "takes no options"),
        ("http://ws@host/archive", "must read postgresql://"),
        ("postgresql://host/archive", "must read postgresql://"),
        ("postgresql://ws@host", "does not name a database"),
        ("postgresql://ws@host:port/archive", "no number"),
    ):
        with pytest.raises(AddressWrong, match=words) as wrong:
            read_address(url, tmp_path, tmp_path, tmp_path)
        assert "secret" not in str(wrong.value)
    known = read_address("postgresql://ws@host/archive", tmp_path, tmp_path, tmp_path, tmp_path / "pass")
    told = known.parameters()
    assert (told["sslmode"], told["port"]) == ("verify-full", "5432")
    assert str(known) == "ws@host:5432/archive"
    assert "pass" not in repr(Door.to(known))


@pytest.mark.req("NET-08")
@pytest.mark.parametrize(
    ("days", "words"),
    [(60, ""), (30, "in 30 days: renew it."), (14, "in 14 days: renew it now."), (-1, "has expired")],
)
def test_a_certificate_near_its_end_is_told(authority: Authority, days: int, words: str) -> None:
    pair = authority.issue("bed", days=days, client=True)
    age = certificate_age(pair.certificate, round(datetime.now(UTC).timestamp()) * NS_PER_S)
    assert age.days_left == days
    assert words in age.sentence
    assert bool(age.sentence) == bool(words)


@pytest.mark.req("NET-08")
def test_a_certificate_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        certificate_age(tmp_path / "none.pem", 0)
