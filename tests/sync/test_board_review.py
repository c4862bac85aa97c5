"""From a room's record through the archive to the board: the same sessions, the same samples."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from console.app.archive_source import RecordSource
from console.app.board_feed import BoardFeed, Picture
from console.app.board_reader import ArchiveReader
from console.app.board_status import RecordStatus
from console.clock import Instant, ManualClock
from console.storage.chain import uuid7
from console.storage.queries import RecordReader
from console.sync.board_line import Line, open_line
from console.sync.board_teller import Teller
from console.sync.connecting import Door
from console.sync.memory import MemoryFile
from console.sync.outbox import Outbox
from console.sync.outbox_parts import Parts
from console.sync.ports import Origin, Unreachable
from console.ui.board.review import ArchiveReview
from console.ui.theme import Theme, load_fonts
from console.ui.viewmodels.review_fold import SessionUnknown
from console.ui.viewmodels.review_record import read_entries, read_timeline
from tests.sync.postgres_server import Server, Site
from tests.ui.review_records import START_NS
from tests.ui.synthetic_record import RUNNING, open_rehearsal, play_running

pytestmark = pytest.mark.req("NET-14")


class AtSite:
    """A record as if it had been made at this site."""

    def __init__(self, source: RecordSource, site_id: str) -> None:
        self._source, self._site_id = source, site_id
        self.head, self.page, self.of_kinds, self.chunk = (
            source.head,
            source.page,
            source.of_kinds,
            source.chunk,
        )

    def origin(self) -> Origin | None:
        found = self._source.origin()
        return None if found is None else Origin(found.stream_id, self._site_id, "bed-1")


def carried(server: Server, site: Site, record: Path, folder: Path) -> None:
    """Everything of a record into the archive."""
    source = RecordSource(record)
    clock = ManualClock()
    outbox = Outbox(
        Parts(
            source=AtSite(source, site.site_id),
            open=Door(server.parameters(site.workstation("bed-1"))).open,
            file=MemoryFile(folder / "sync.json"),
            clock=clock,
            random=Random(1),
            mint=lambda: uuid7(clock.now().wall_utc_ns),
        )
    )
    outbox.turn(lambda: False)
    assert outbox.view.waiting == 0, outbox.view
    outbox.close()
    source.close()


@pytest.fixture(scope="module")
def whole(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    """A session in its second minute of infusion, with its waveforms, in a record and in the archive."""
    site, record = server.site(), tmp_path_factory.mktemp("record") / "record.sqlite"
    room = open_rehearsal(record, START_NS)
    play_running(room, RUNNING, 1)
    room.record.close()
    carried(server, site, record, tmp_path_factory.mktemp("whole"))
    return site, record


@pytest.fixture
def line(server: Server, whole: tuple[Site, Path]) -> Callable[[], Line]:
    role = whole[0].reader()
    return lambda: open_line(server.parameters(role))


@pytest.fixture
def reader(whole: tuple[Site, Path], line: Callable[[], Line]) -> Iterator[ArchiveReader]:
    opened = ArchiveReader(line, whole[0].site_id)
    yield opened
    opened.close()


def test_a_session_reads_the_same_from_the_archive_as_from_its_record(
    whole: tuple[Site, Path], reader: ArchiveReader
) -> None:
    with RecordReader(whole[1]) as own:
        assert read_entries(reader, RUNNING) == read_entries(own, RUNNING)
        here, there = read_timeline(own, RUNNING), read_timeline(reader, RUNNING)
        assert there.state == here.state
        assert there.audit == here.audit
        assert (there.head_hash, len(there.pins)) == (here.head_hash, len(here.pins))
        reader.relist()
        assert {one.session_id for one in reader.sessions()} == {one.session_id for one in own.sessions()}
        assert {one.summary for one in reader.sessions()} == {one.summary for one in own.sessions()}
        sources = own.wave_sources(RUNNING)
        assert reader.wave_sources(RUNNING) == sources
        begin = own.spans(RUNNING)[0].wall_utc_ns + 100_000_000_000
        for one in sources:
            mine = own.wave_samples(RUNNING, one.wave, one.source, begin, begin + 20_000_000_000)
            theirs = reader.wave_samples(RUNNING, one.wave, one.source, begin, begin + 20_000_000_000)
            assert len(mine.value) > 100
            assert abs(len(theirs.value) - len(mine.value)) <= 2 + len(mine.value) // 10
            shared = min(len(mine.value), len(theirs.value)) // 2
            assert np.isfinite(theirs.value[:shared]).mean() > 0.5
    proof = reader.verify(RUNNING)
    assert proof.ok, proof.sentence
    assert proof.events >= here.head_seq


def test_only_the_chunks_of_the_stretch_are_fetched(reader: ArchiveReader) -> None:
    (source, *_) = reader.wave_sources(RUNNING)
    begin = reader.spans(RUNNING)[0].wall_utc_ns + 300_000_000_000
    fetched = len(reader._kept)
    reader.wave_samples(RUNNING, source.wave, source.source, begin, begin + 10_000_000_000)
    assert 0 < len(reader._kept) - fetched < 20


def test_what_the_archive_does_not_have_or_cannot_give_is_a_sentence(
    reader: ArchiveReader, whole: tuple[Site, Path]
) -> None:
    assert list(reader.events("nothing")) == []
    with pytest.raises(SessionUnknown):
        read_timeline(reader, "nothing")

    def nobody() -> Line:
        raise Unreachable("The archive is not reached: no route.")

    away = ArchiveReader(nobody, whole[0].site_id)
    with pytest.raises(SessionUnknown, match="no route"):
        list(away.events(RUNNING))
    assert away.verify(RUNNING).refused.startswith("The archive is not reached")
    assert away.sessions() == ()


def test_the_review_page_shows_a_session_of_the_archive_and_can_only_look(
    qapp: QApplication, reader: ArchiveReader
) -> None:
    gc.disable()
    load_fonts()
    page = ArchiveReview(Theme(), reader, reader, "0.1.0", ManualClock())
    page.resize(1600, 900)
    page.show()
    page.open_session(RUNNING)
    for _ in range(600):
        page.poll()
        qapp.processEvents()
        if not page.busy:
            break
        page._work._closed.wait(0.02)
    assert page.line is not None
    assert page.line.session_id == RUNNING
    assert page._proof is not None
    assert page._proof.ok
    assert not page.sign_button.isEnabled()
    assert not page.report_button.isEnabled()
    page.close_page()
    page.close()
    page.deleteLater()
    gc.enable()


def test_the_board_folds_a_running_session_and_hears_what_the_room_tells(
    server: Server, whole: tuple[Site, Path]
) -> None:
    live_site, record = whole
    role, clock = live_site.reader(), ManualClock()
    feed = BoardFeed(lambda: open_line(server.parameters(role)), live_site.site_id, clock, Random(1))
    feed.turn()
    (room,) = feed.picture.rooms
    assert (room.session_id, room.open, room.state.phase.value) == (RUNNING, True, "infusing")
    assert room.state.user is not None
    with RecordReader(record) as own:
        assert room.state.session == folded_state(own)
    assert feed.picture.link(clock.now()) == ""
    status = RecordStatus(record, "Room 9", lambda: 3)
    found = status.status()
    assert found is not None
    assert {figure.vital for figure in found[2].figures} >= {"hr", "spo2"}
    assert found[2].session_id == RUNNING
    stream = feed.picture.rooms[0].stream_id

    class Here:
        def status(self) -> tuple[str, str, object]:
            assert found is not None
            return live_site.site_id, stream, found[2]

    teller = Teller(Here(), server.parameters(live_site.workstation("bed-1")), Random(1))  # type: ignore[arg-type]
    teller.turn()
    teller.close()
    status.close()
    feed.turn()
    assert feed.picture.rooms[0].status == found[2]
    feed.close()


def folded_state(own: RecordReader) -> object:
    return read_timeline(own, RUNNING).state.session and _state(own)


def _state(own: RecordReader) -> object:
    from console.room.entries import entry_of
    from console.session.apply import fold
    from console.session.state import State

    return fold(State(), tuple(map(entry_of, own.events()))).session


def test_a_lost_archive_is_said_and_found_again(server: Server, whole: tuple[Site, Path]) -> None:
    live_site = whole[0]
    role, clock = live_site.reader(), ManualClock()
    feed = BoardFeed(lambda: open_line(server.parameters(role)), live_site.site_id, clock, Random(1))
    feed.turn()
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", role)
    assert feed.turn() >= 1.0
    assert feed.picture.trouble
    assert feed.picture.link(clock.now()) == ""
    clock.advance(130)
    assert feed.picture.link(clock.now()).startswith("The archive has not been reached for 2 min")
    feed.turn()
    assert feed.picture.link(clock.now()) == ""
    feed.close()


def test_a_board_that_never_reached_its_archive_says_why() -> None:
    assert Picture(trouble="The archive is not reached: no route.").link(Instant(0, 0)).endswith("no route.")
