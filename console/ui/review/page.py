"""The physician's review: everything from the record by read-only queries, whatever the room does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from console.clock import Instant
from console.session import intents as ask
from console.session.codec import EventUnreadable
from console.session.events import Entry, LinkChanged
from console.storage.queries import RecordReader
from console.storage.trouble import RecordRefused
from console.storage.verify import VerifyReport, verify_record
from console.ui.bridge import Bridge
from console.ui.review.background import Background, Done
from console.ui.review.follow import Following
from console.ui.review.head import facts_of, title_of
from console.ui.review.look import review_sheet
from console.ui.review.page_asks import ReviewAsks, not_to_be_signed
from console.ui.review.page_jobs import first_look, news, written
from console.ui.review.page_parts import PageParts
from console.ui.review.report import report_name
from console.ui.review.session_list import place_in_series
from console.ui.review.sign import MEANING
from console.ui.review.wave_store import WaveStore
from console.ui.review.worklist import Worklist
from console.ui.theme import LIGHT, Theme
from console.ui.viewmodels.review_fold import SessionUnknown
from console.ui.viewmodels.review_record import (
    Flags,
    links_before,
    read_entries,
    read_timeline,
    vouched,
)
from console.ui.viewmodels.review_search import SearchIndex
from console.ui.viewmodels.review_shapes import Timeline

LOW_PX = 900
POLL_MS = 100
LIVE_EVERY_MS = 1000
LIST_EVERY_MS = 5000


def _no_series(_protocol_id: str) -> int | None:
    return None


class ReviewPage(QWidget):
    """The page. It reads the record, and asks the room to write.

    Args of the constructor: the window's theme (only its scale is used), the bridge, the folder reports are
    written to, the clinic's zone, and how many sessions a protocol's series has.
    """

    def __init__(
        self,
        theme: Theme,
        bridge: Bridge,
        reports_dir: Path,
        zone: tzinfo | None = None,
        series: Callable[[str], int | None] = _no_series,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("review")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._window_theme = theme
        self.theme = Theme(LIGHT, theme.scale)
        self._bridge, self._reports_dir, self._zone, self._series = bridge, reports_dir, zone, series
        self._path: Path | None = None
        self._reader: RecordReader | None = None
        self._entries: tuple[Entry, ...] = ()
        self._links: tuple[LinkChanged, ...] = ()
        self._store: WaveStore | None = None
        self._proof: VerifyReport | None = None
        self._work = Background()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)
        self._turns = 0
        self.parts = parts = PageParts(self, self.theme, zone, series)
        self.sessions, self.timeline, self.bar = parts.sessions, parts.timeline, parts.bar
        self.notes, self.audit, self.sign = parts.notes, parts.audit, parts.sign
        self.sign_button, self.report_button = parts.sign_button, parts.report_button
        self._asks = ReviewAsks(bridge, self.sign.set_answer, self)
        self._worklist = Worklist(self.sessions, self._now_ns, self._submit, self)
        self._following = Following(parts, zone, self.sign.set_answer, self._submit, self)
        self._wire()
        self.rescale()
        self._greeted()

    def _wire(self) -> None:
        self.sessions.chosen.connect(self.open_session)
        self.report_button.clicked.connect(self.print_report)
        self.sign_button.clicked.connect(self._offer_signing)
        self.parts.compare_button.clicked.connect(self.compare)
        self.parts.compare.closed.connect(self._end_comparison)
        self.parts.compare.wanted.connect(self._compare_with)
        self.notes.written.connect(self._comment)
        self.audit.corrected.connect(self._correct)
        self.sign.signed.connect(self._sign)
        self._asks.written.connect(self._written)
        self._bridge.greeted.connect(self._greeted)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close_page)

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.theme.scale = self._window_theme.scale
        self.setStyleSheet(review_sheet(self.theme))
        self.parts.follow_scale(low=self.height() < self.theme.px(LOW_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size; a low page gets tighter rows."""
        super().resizeEvent(event)
        self.rescale()

    # --- the record -----------------------------------------------------------------------------------

    def open_record(self, path: Path) -> None:
        """Read this record from now on."""
        self.close_record()
        try:
            self._reader = RecordReader(path)
        except RecordRefused as refusal:
            self.sign.set_proof(None, str(refusal))
            return
        self._path = path
        self._worklist.set_reader(self._reader)
        self.refresh_list()

    def close_record(self) -> None:
        """Give the file back."""
        if self._reader is not None:
            self._work.close()
            self._work = Background()
            self._reader.close()
        self._reader, self._path, self._proof = None, None, None
        self._entries, self._links, self._store = (), (), None
        self._worklist.set_reader(None)

    def close_page(self) -> None:
        """End the reading thread and give the file back; called once, before the window goes."""
        self._timer.stop()
        self._work.close()
        self.close_record()

    def _greeted(self) -> None:
        hello = self._bridge.hello
        if hello is None:
            return
        path = Path(hello.record_path)
        if self._path != path and path.is_file():
            self.open_record(path)
        for part in (self.notes, self.audit):
            part.set_allowed(not hello.read_only)

    @property
    def busy(self) -> bool:
        """The reading thread has something to tell yet."""
        return self._work.busy

    @property
    def line(self) -> Timeline | None:
        """The session shown."""
        return self.timeline.line

    def refresh_list(self) -> None:
        """Read the list anew; what is to be known of each session follows from the reading thread."""
        self._worklist.refresh(self._current)

    @property
    def _current(self) -> str:
        return "" if self.line is None else self.line.session_id

    def open_session(self, session_id: str) -> None:
        """Show a session, and begin to verify the record."""
        reader = self._reader
        if reader is None:
            return
        try:
            self._entries = read_entries(reader, session_id)
            self._links = ()
            line = read_timeline(reader, session_id, self._now(), self._entries, self._links)
        except (SessionUnknown, EventUnreadable) as problem:
            self.sign.set_answer(str(problem))
            return
        if session_id != self._current:
            self._asks.viewed(session_id)
        self._store = WaveStore(reader, session_id)
        self._end_comparison()
        self.sign.close_form()
        self.sign.set_answer("")
        self._show(line)
        self._following.read_waves()
        self._worklist.show(session_id)
        # The devices' names stand before the session in the record; finding them may take a while.
        self._work.submit(f"links {session_id}", partial(links_before, reader, self._entries[0].seq))
        self.verify()

    def verify(self) -> None:
        """Verify the whole record on the reading thread."""
        if self._path is not None:
            self.sign.set_proof(None)
            self._proof = None
            self._work.submit("verify", partial(verify_record, self._path, vouched))

    def _now_ns(self) -> int:
        return self._bridge.now().wall_utc_ns

    def _submit(self, key: str, job: Callable[[], object]) -> None:
        self._work.submit(key, job)

    def _now(self) -> tuple[str, Instant] | None:
        hello = self._bridge.hello
        return None if hello is None else (hello.boot_id, self._bridge.now())

    def _show(self, line: Timeline) -> None:
        same = self.line is not None and self.line.session_id == line.session_id
        listing = self._worklist.listing(line.session_id)
        place = "" if listing is None else place_in_series(listing, self._series)
        marks = [
            word
            for word, wanted in (
                ("SIMULATED", line.simulated),
                ("TRAINING", listing is not None and listing.training),
                ("GOING ON", line.open),
            )
            if wanted
        ]
        self.parts.head.set_head(title_of(line), facts_of(line, place, self._zone), tuple(marks))
        self.parts.show_figures(line)
        self.timeline.set_line(line, self._store)
        self.notes.set_line(line)
        self.audit.set_line(line)
        self.sign.set_line(line)
        self.sign_button.setEnabled(not line.open and not self._bridge.read_only)
        if not same:
            self.timeline.set_cursor(first_look(line))
        self._following.all()

    # --- turns ----------------------------------------------------------------------------------------

    def poll(self) -> None:
        """Take what the reading thread finished; look for news of an open session once a second."""
        for done in self._work.take():
            self._finished(done)
        self._turns += 1
        if self._turns % (LIVE_EVERY_MS // POLL_MS) == 0 and self.line is not None and self.line.open:
            self._look_for_news()
        if self._turns % (LIST_EVERY_MS // POLL_MS) == 0:
            self.refresh_list()

    def _finished(self, done: Done) -> None:
        kind, _, session_id = done.key.partition(" ")
        result = done.result
        if kind == "flags" and isinstance(result, Flags):
            self._worklist.take_flags(session_id, result, self._current)
        elif kind == "index" and isinstance(result, SearchIndex):
            self._worklist.take_index(result, self._current)
        elif kind == "verify":
            self._proof = result if isinstance(result, VerifyReport) else None
            self.sign.set_proof(self._proof, done.trouble)
        elif kind == "bins" and isinstance(result, dict):
            self._following.take_waves(session_id, result)
        elif kind == "links" and isinstance(result, tuple):
            self._take_links(session_id, result)
        elif kind == "news" and isinstance(result, tuple):
            self._take_news(*result)
        elif kind == "report":
            self.report_button.setEnabled(True)
            self.sign.set_answer(done.trouble or f"Report written: {result}")

    def _look_for_news(self) -> None:
        reader, line = self._reader, self.line
        if reader is None or line is None or self._work.busy:
            return
        self._work.submit(
            "news",
            partial(news, reader, line.session_id, self._entries, self._links, line.head_seq, self._now()),
        )

    def _take_links(self, session_id: str, links: tuple[LinkChanged, ...]) -> None:
        if self._reader is not None and self.line is not None and self.line.session_id == session_id:
            self._links = links
            self._show(read_timeline(self._reader, session_id, self._now(), self._entries, links))

    def _take_news(self, entries: tuple[Entry, ...], line: Timeline | None) -> None:
        if line is not None and self.line is not None and line.session_id == self.line.session_id:
            self._entries = entries
            if self._store is not None:
                self._store.forget()
            self._show(line)

    def _reload(self) -> None:
        if self._reader is not None and self.line is not None:
            session_id, head = self.line.session_id, self.line.head_seq
            self._take_news(*news(self._reader, session_id, self._entries, self._links, head, self._now()))

    # --- asking ---------------------------------------------------------------------------------------

    def _comment(self, text: str) -> None:
        if self.line is not None:
            at = self.line.ns_of(self.timeline.cursor_s)
            self._asks.ask("comment", ask.Comment(self.line.session_id, text, at))

    def _correct(self, seq: int, text: str, reason: str) -> None:
        if self.line is not None:
            self._asks.ask("correction", ask.Correct(self.line.session_id, seq, text, reason))

    def _offer_signing(self) -> None:
        if self._reader is None or self.line is None:
            return
        if self.sign.form_open:
            self.sign.close_form()
            return
        user = self._bridge.state.user
        self.sign.open_form(self._reader.users(), "" if user is None else user.user_id)
        if self._proof is not None and self._proof.events < self.line.head_seq:
            self.verify()

    def _sign(self, user_id: str, pin: str) -> None:
        line, proof = self.line, self._proof
        if line is None:
            return
        objection = not_to_be_signed(proof, line)
        if objection:
            self.sign.set_answer(objection)
            if proof is not None and proof.ok:
                self.verify()
            return
        self._asks.ask("signature", ask.SignReview(line.session_id, line.head_hash, MEANING), user_id, pin)

    def _written(self, what: str) -> None:
        if what == "signature":
            self.sign.close_form()
        self._reload()
        self.refresh_list()
        if what == "signature":
            self.verify()

    def print_report(self) -> None:
        """Write the report of the session shown; the answer stands beside the signature."""
        if self.line is None or self._path is None:
            return
        target = self._reports_dir / report_name(self.line, self._zone)
        self.report_button.setEnabled(False)
        self.sign.set_answer("Writing the report…")
        path, session_id, zone = self._path, self.line.session_id, self._zone
        self._work.submit("report", partial(written, path, session_id, target, zone))

    def compare(self) -> None:
        """Put another session beside the one shown: those of the same patient are offered first."""
        line = self.line
        if line is None or self._reader is None:
            return
        self.parts.compare.offer(self._worklist.offered(line.session_id, self._zone))
        self.parts.compare.set_line(1, None, None)
        self.parts.compare.set_line(0, line, self._store)
        self.parts.show_comparison(on=True)

    def _compare_with(self, session_id: str) -> None:
        if self._reader is not None:
            try:
                line = read_timeline(self._reader, session_id, self._now())
            except (SessionUnknown, EventUnreadable) as problem:
                self.sign.set_answer(str(problem))
                return
            self.parts.compare.set_line(1, line, WaveStore(self._reader, session_id))

    def _end_comparison(self) -> None:
        self.parts.show_comparison(on=False)

    # --- showing --------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look at the record again."""
        super().showEvent(event)
        self._timer.start()
        self.refresh_list()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is read for a page nobody sees."""
        super().hideEvent(event)
        self._timer.stop()
