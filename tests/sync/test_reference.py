"""Reference data: only what the clinic's own key signed, never older, never changed on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from console.sync.board_line import Line, open_line
from console.sync.ports import Unreachable
from console.sync.reference import ReferenceRefused, Signed, new_key, opened, sign, taken
from console.sync.reference_pull import EVERY_S, ReferencePuller, publish, pull
from console.sync.reference_shelf import FOLDER, PUBLIC, Shelf
from tests.sync.postgres_server import Server, Site

pytestmark = pytest.mark.req("NET-15")
PRIVATE, LINE_OF_KEY = new_key()
FILES = {"library.toml": b'name = "x"\n', "instruments/phq9.toml": b"id = 1\n"}


def shelf_in(folder: Path, key: str = LINE_OF_KEY) -> Shelf:
    folder.mkdir(exist_ok=True)
    (folder / PUBLIC).write_text(key)
    return Shelf(folder)


def bundle(version: int, site_id: str = "clinic-7", private: bytes = PRIVATE) -> Signed:
    return sign(private, site_id, version, FILES, "Dr A")


def test_what_was_signed_opens_with_the_clinic_s_key() -> None:
    found = opened(bundle(3), LINE_OF_KEY, "clinic-7")
    assert (found.version, found.data, found.by) == (3, FILES, "Dr A")


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=60)
def test_no_changed_bit_is_taken(place: int, bit: int) -> None:
    signed = bundle(1)
    for name in ("bundle", "signature"):
        data = bytearray(getattr(signed, name))
        data[place % len(data)] ^= 1 << bit
        with pytest.raises(ReferenceRefused, match="not signed"):
            opened(replace(signed, **{name: bytes(data)}), LINE_OF_KEY, "clinic-7")


def test_another_key_another_clinic_and_an_older_version_are_refused() -> None:
    with pytest.raises(ReferenceRefused, match="not signed"):
        opened(bundle(1, private=new_key()[0]), LINE_OF_KEY, "clinic-7")
    with pytest.raises(ReferenceRefused, match="is for clinic-8"):
        opened(bundle(1, "clinic-8"), LINE_OF_KEY, "clinic-7")
    with pytest.raises(ReferenceRefused, match="damaged"):
        opened(bundle(1), "no key", "clinic-7")
    found = opened(bundle(4), LINE_OF_KEY, "clinic-7")
    assert taken(found, 3)
    assert not taken(found, 4)
    with pytest.raises(ReferenceRefused, match="version 4, older than version 5"):
        taken(found, 5)
    with pytest.raises(ReferenceRefused, match="no private key"):
        sign(b"nothing", "clinic-7", 1, FILES)
    with pytest.raises(ReferenceRefused, match="UTF-8"):
        sign(PRIVATE, "clinic-7", 1, {"library.toml": b"\xff"})


def test_a_new_version_comes_into_force_only_when_it_is_activated(tmp_path: Path) -> None:
    shelf = shelf_in(tmp_path)
    assert shelf.in_force("clinic-7") is None
    assert shelf.words().startswith("unsigned local")
    assert shelf.take(bundle(1), "clinic-7") is not None
    assert shelf.in_force("clinic-7") is None
    shelf.activate()
    first = shelf.in_force("clinic-7")
    assert first is not None
    assert first.version == 1
    shelf.take(bundle(2), "clinic-7")
    assert shelf.in_force("clinic-7") == first
    assert shelf.words() == "signed, version 1, version 2 at the next start"
    shelf.activate()
    assert shelf.words() == "signed, version 2"
    assert shelf.take(bundle(2), "clinic-7") is None


def test_an_older_or_unsigned_one_is_refused_and_that_is_said(tmp_path: Path) -> None:
    shelf = shelf_in(tmp_path)
    shelf.take(bundle(5), "clinic-7")
    shelf.activate()
    with pytest.raises(ReferenceRefused, match="older than version 5"):
        shelf.take(bundle(4), "clinic-7")
    assert "refused" in shelf.words()
    assert shelf.in_force("clinic-7") is not None
    with pytest.raises(ReferenceRefused, match="not signed"):
        shelf.take(bundle(9, private=new_key()[0]), "clinic-7")
    assert "not signed" in shelf.words()
    shelf.take(bundle(6), "clinic-7")
    assert shelf.words() == "signed, version 5, version 6 at the next start"


def test_what_was_changed_on_the_disk_is_not_used(tmp_path: Path) -> None:
    shelf = shelf_in(tmp_path)
    shelf.take(bundle(1), "clinic-7")
    old = (tmp_path / FOLDER / "bundle-1.msgpack").read_bytes()
    shelf.take(bundle(2), "clinic-7")
    shelf.activate()
    path = tmp_path / FOLDER / "bundle-2.msgpack"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"phq9", b"phq8"))
    with pytest.raises(ReferenceRefused, match="not signed"):
        shelf.in_force("clinic-7")
    path.write_bytes(old)
    with pytest.raises(ReferenceRefused, match="version 1 in the place of version 2"):
        shelf.in_force("clinic-7")
    path.unlink()
    with pytest.raises(ReferenceRefused, match="gone or damaged"):
        shelf.in_force("clinic-7")
    (tmp_path / PUBLIC).unlink()
    with pytest.raises(ReferenceRefused, match="key"):
        shelf.in_force("clinic-7")
    (tmp_path / FOLDER / "state.json").write_text("{")
    with pytest.raises(ReferenceRefused, match="damaged"):
        shelf.state()


@pytest.fixture
def room(server: Server, site: Site) -> Iterator[Line]:
    opened_line = open_line(server.parameters(site.workstation("bed-1")))
    yield opened_line
    opened_line.close()


def test_it_is_published_and_pulled_through_the_archive(
    server: Server, site: Site, room: Line, tmp_path: Path
) -> None:
    shelf = shelf_in(tmp_path)
    assert pull(room, shelf, site.site_id) is None
    publish(server.url(), site.site_id, 1, bundle(1, site.site_id))
    found = pull(room, shelf, site.site_id)
    assert found is not None
    assert found.data == FILES
    assert pull(room, shelf, site.site_id) is None
    with pytest.raises(ReferenceRefused, match="has version 1 already"):
        publish(server.url(), site.site_id, 1, bundle(1, site.site_id))
    with pytest.raises(ReferenceRefused, match="did not take it"):
        publish("postgresql://postgres@127.0.0.1:1/none", site.site_id, 1, bundle(1))


def test_an_archive_rolled_back_is_noticed_by_the_room(
    server: Server, site: Site, room: Line, tmp_path: Path
) -> None:
    shelf = shelf_in(tmp_path)
    for version in (1, 2):
        publish(server.url(), site.site_id, version, bundle(version, site.site_id))
    pull(room, shelf, site.site_id)
    server.sql("DELETE FROM archive.reference WHERE site_id = %s AND version = 2", site.site_id)
    with pytest.raises(ReferenceRefused, match="older than version 2"):
        pull(room, shelf, site.site_id)


def test_the_room_s_thread_never_raises(server: Server, site: Site, tmp_path: Path) -> None:
    role = site.workstation("bed-1")

    def there() -> Line:
        return open_line(server.parameters(role))

    def away() -> Line:
        raise Unreachable("no route")

    def puller(line: Callable[[], Line]) -> ReferencePuller:
        return ReferencePuller(line, shelf, site.site_id, Random(1))

    shelf = Shelf(tmp_path)
    assert puller(away).turn() == EVERY_S
    shelf = shelf_in(tmp_path)
    assert 1.0 <= puller(away).turn() < 2.0
    publish(server.url(), site.site_id, 1, bundle(1, site.site_id, new_key()[0]))
    assert puller(there).turn() == EVERY_S
    assert "not signed" in shelf.words()
