"""The outbox: the record itself, and a cursor on it. One short step at a time, each safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from console.clock import NS_PER_S, Instant
from console.sync import attendance
from console.sync.backlog import ArchiveView, view_of
from console.sync.carrier import Carrier, Outcome
from console.sync.findings import (
    Finding,
    Found,
    clock_finding,
    fork_finding,
    lost_finding,
    restored_finding,
)
from console.sync.lineage import fitting, gone_on, last_in_common, mark_at
from console.sync.memory import Memory, Receipt
from console.sync.outbox_parts import Parts
from console.sync.pacing import LONGEST_RETRY_S, Portion, portioned, retry_s, weight_of
from console.sync.ports import (
    START,
    Archive,
    ChainedEvent,
    Greeted,
    Greeting,
    Mark,
    Origin,
    Pushed,
    Rejected,
    Segment,
    Unreachable,
)

IDLE_S: Final = 1.0
"""How often the record is asked for something new while everything is in the archive."""

CLOCK_APART_S: Final = 120.0
_LONGEST_ASKED_S: Final = 3600.0
_KEEP_EVERY_S: Final = 10.0
_WORDS: Final = {
    Greeted.NEWER: "The archive is older than this console and must be updated first.",
    Greeted.OLDER: "This console is too old for the archive and must be updated.",
}


class Outbox:
    """Sends what the archive does not hold. All of it runs on the sync's own thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._carrier = Carrier(parts.source, parts.clock)
        self._origin: Origin | None = None
        self._memory: Memory | None = None
        self._kept: tuple[Memory, Instant] | None = None
        self._archive: Archive | None = None
        self._index = 0
        self._cursor = START
        self._portion = Portion()
        self._each_bytes = 600.0
        self._ahead: tuple[ChainedEvent, ...] = ()
        self._retry_at: Instant | None = None
        self._trouble, self._stopped = "", False
        self._attendant = attendance.Attendant(parts.tell)
        self._clock_told = False
        self._shown_at: Instant | None = None
        self.view = ArchiveView()

    # --- one turn ---------------------------------------------------------------------------------

    def turn(self, stopping: Callable[[], bool]) -> float:
        """Send what there is; returns the seconds to wait before the next turn. No network makes it raise."""
        now = self._parts.clock.now()
        try:
            if self._memory is None and not self._wake_up(now):
                return IDLE_S
            left_s = 0.0 if self._retry_at is None else -now.seconds_since(self._retry_at)
            if left_s > 0:
                self._show(now)
                return min(left_s, LONGEST_RETRY_S)
            self._work(stopping)
            self._succeeded()
        except (Unreachable, Rejected) as error:
            self._failed(error)
        now = self._parts.clock.now()
        self._keep(now)
        self._show(now)
        return IDLE_S if self._retry_at is None else max(0.0, -now.seconds_since(self._retry_at))

    def close(self) -> None:
        """Let go of the archive and remember where it was."""
        self._hang_up()
        if self._memory is not None:
            self._write(self._memory, self._parts.clock.now())

    @property
    def memory(self) -> Memory | None:
        """What is remembered; None before the record was ever opened."""
        return self._memory

    def _wake_up(self, now: Instant) -> bool:
        self._origin = self._parts.source.origin()
        if self._origin is None:
            return False
        memory = self._parts.file.read(self._origin.stream_id)
        segments = fitting(self._parts.source, memory.segments)
        if segments != memory.segments:
            memory = replace(memory, segments=segments, acked=segments[-1].base)
        self._memory, self._cursor = memory, memory.acked
        left_s = (memory.retry_wall_ns - now.wall_utc_ns) / NS_PER_S
        # A wait longer than any the sync would choose comes from a clock that was set.
        if memory.failures and 0 < left_s <= _LONGEST_ASKED_S:
            self._retry_at = now.plus(left_s)
        return True

    def _work(self, stopping: Callable[[], bool]) -> None:
        if self._origin is None:
            return
        if self._archive is None:
            self._archive = self._parts.open(self._origin)
            self._index = 0
            self._greet(self._archive)
        # Not trusted over a pause: a record may have been put back meanwhile.
        self._ahead = ()
        while not stopping():
            archive = self._archive
            self._breathe()
            if self._push_some(archive) or self._next_segment(archive) or self._carry(archive):
                continue
            self._attend(archive)
            return

    def _succeeded(self) -> None:
        self._trouble, self._stopped, self._retry_at = "", False, None
        reached_ns = self._parts.clock.now().wall_utc_ns
        self._remember(failures=0, retry_wall_ns=0, reached_wall_ns=reached_ns, acked=self._cursor)

    def _failed(self, error: Unreachable | Rejected) -> None:
        self._hang_up()
        self._portion = self._portion.smaller()
        self._carrier.give_way()
        now = self._parts.clock.now()
        failures = 1 if self._memory is None else self._memory.failures + 1
        asked_s = error.retry_after_s if isinstance(error, Unreachable) else LONGEST_RETRY_S
        wait_s = min(_LONGEST_ASKED_S, retry_s(failures, self._parts.random, asked_s))
        self._retry_at = now.plus(wait_s)
        self._trouble, self._stopped = str(error), isinstance(error, Rejected)
        self._remember(failures=failures, retry_wall_ns=self._retry_at.wall_utc_ns)

    def _hang_up(self) -> None:
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def _breathe(self) -> None:
        """Show and remember how far a long backlog has come."""
        now = self._parts.clock.now()
        if self._shown_at is not None and now.seconds_since(self._shown_at) >= IDLE_S:
            self._keep(now)
            self._show(now)

    # --- events -----------------------------------------------------------------------------------

    @property
    def _segments(self) -> tuple[Segment, ...]:
        return () if self._memory is None else self._memory.segments

    def _greet(self, archive: Archive) -> None:
        """Ask how far the archive is with this stream, and go on from there."""
        segment = self._segments[self._index]
        greeting = archive.hello(segment)
        if greeting.status in _WORDS:
            raise Rejected(_WORDS[greeting.status])
        self._compare_clocks(greeting.now_ns)
        source, mark = self._parts.source, greeting.watermark
        head = source.head().seq
        same = greeting.status is Greeted.OK and mark_at(source, mark.seq, segment.base) == mark
        if segment.end_seq is not None and (mark.seq >= segment.end_seq or not same):
            end = mark_at(source, segment.end_seq, segment.base)
            if end is not None and archive.in_common(segment.stream_id, [end]) == end.seq:
                self._cursor = end
                return
        if not same:
            parted = self._part_ways(archive, segment, min(mark.seq, head))
            if greeting.status is Greeted.OK and mark.seq > parted.seq:
                self._bear_witness(archive, segment, parted)
            return
        self._note_restored(segment, greeting)
        self._cursor = mark
        if segment.end_seq is None:
            known = 0 if self._memory is None else self._memory.chunk_seq
            self._carrier.begin(min(greeting.chunk_seq, known))

    def _part_ways(self, archive: Archive, segment: Segment, high: int) -> Mark:
        """End this stream at the last event in common and go on with another."""
        source, index = self._parts.source, self._index
        head, acked = source.head().seq, 0 if self._memory is None else self._memory.acked.seq
        parted = last_in_common(archive, source, segment, high)
        ended, following, new = gone_on(archive, source, segment, parted, self._parts.mint)
        segments = (*self._segments[:index], ended, following, *self._segments[index + 1 :])
        self._remember(segments=segments, acked=parted, chunk_seq=min(parted.seq, self._chunk_seq))
        # Kept before anything is sent under the new name, so that a crash cannot forget it.
        if self._memory is not None:
            self._write(self._memory, self._parts.clock.now())
        self._cursor = mark_at(source, ended.end_seq or 0, ended.base) or parted
        if new:
            lost = parted.seq == head or acked > head
            self._parts.tell(lost_finding(parted.seq) if lost else fork_finding(parted.seq))
        return parted

    def _bear_witness(self, archive: Archive, segment: Segment, parted: Mark) -> None:
        """Show the archive the first entry of the other history: it keeps it aside for the administrator."""
        other = self._parts.source.page(parted.seq, 1)
        if other:
            archive.push(segment.stream_id, other)

    def _note_restored(self, segment: Segment, greeting: Greeting) -> None:
        memory, seq = self._memory, greeting.watermark.seq
        expected = 0 if memory is None else memory.acked.seq
        if segment.end_seq is not None:
            expected = min(expected, segment.end_seq)
        if memory is None or seq >= expected or expected <= segment.base.seq:
            return
        kept = {key: one for key, one in memory.receipts.items() if one.last_seq <= greeting.chunk_seq}
        chunk_seq = min(memory.chunk_seq, greeting.chunk_seq)
        self._remember(receipts=kept, chunk_seq=chunk_seq, acked=greeting.watermark)
        self._parts.tell(restored_finding(seq, expected))

    def _push_some(self, archive: Archive) -> bool:
        segment, source = self._segments[self._index], self._parts.source
        limit = source.head().seq if segment.end_seq is None else segment.end_seq
        if self._cursor.seq >= limit:
            return False
        events = self._read(self._cursor.seq, limit)
        if not events:
            raise Unreachable("The record could not be read; it is tried again.")
        self._each_bytes = weight_of(events) / len(events)
        last = Mark(events[-1].seq, events[-1].hash)
        before = self._parts.clock.now()
        answer = archive.push(segment.stream_id, events, lambda: self._read_ahead(archive, last.seq, limit))
        self._portion = self._portion.after(self._parts.clock.now().seconds_since(before))
        if answer.status in {Pushed.OK, Pushed.DUPLICATE}:
            if answer.watermark == last:
                self._cursor = last
            else:
                self._greet(archive)
            if self._memory is not None and self._origin is not None:
                told = attendance.after(self._memory.attending, events, self._origin.site_id)
                self._remember(acked=self._cursor, attending=told)
        elif answer.status is Pushed.FORK:
            high = min(answer.watermark.seq, (answer.at_seq or last.seq) - 1)
            self._part_ways(archive, segment, high)
        elif answer.status is Pushed.GAP:
            stood = self._cursor
            self._greet(archive)
            if self._cursor == stood:
                raise Unreachable("The archive contradicts itself about what it holds; it is asked again.")
        else:
            raise Rejected(
                f"Entry {answer.at_seq} or one after it was changed after it was stored: the record of this "
                "computer is damaged. Run 'infusion-console record verify'."
            )
        return True

    def _read(self, after_seq: int, limit: int) -> tuple[ChainedEvent, ...]:
        ahead, self._ahead = self._ahead, ()
        if ahead and ahead[0].seq == after_seq + 1 and ahead[-1].seq <= limit:
            return ahead
        page = self._parts.source.page(after_seq, self._portion.events(self._each_bytes))
        return portioned(page, limit, self._portion.bytes)

    def _read_ahead(self, archive: Archive, after_seq: int, limit: int) -> None:
        """While the archive works on one batch the next one is read; a busy record is read when needed."""
        with suppress(Unreachable):
            self._ahead = self._read(after_seq, limit) if after_seq < limit else ()
            if self._ahead:
                archive.expect(self._ahead)

    def _next_segment(self, archive: Archive) -> bool:
        if self._index + 1 >= len(self._segments):
            return False
        self._index += 1
        self._greet(archive)
        return True

    # --- what comes after the events --------------------------------------------------------------

    def _carry(self, archive: Archive) -> bool:
        unheld, sent = len(self._carrier.unheld), self._carrier.sent_bytes
        busy, outcome = self._carrier.step(archive, self._segments, self._cursor.seq)
        self._weigh(self._carrier.sent_bytes - sent)
        if len(self._carrier.unheld) > unheld:
            self._parts.tell(
                Finding(
                    Found.DAMAGED,
                    "A piece of a waveform is neither on this computer any more nor in the archive.",
                )
            )
        if outcome is not None:
            self._note_outcome(outcome)
        self._remember(chunk_seq=self._carrier.reached)
        return busy

    def _weigh(self, chunk_bytes: int) -> None:
        """Keep the average weight of an event: what still waits is told by it."""
        if chunk_bytes and self._memory is not None and self._cursor.seq:
            seen = 600.0 + self._carrier.sent_bytes / max(1, self._carrier.reached)
            self._remember(bytes_per_event=0.95 * self._memory.bytes_per_event + 0.05 * seen)

    def _note_outcome(self, outcome: Outcome) -> None:
        memory, session_id = self._memory, outcome.session_id
        if memory is None:
            return
        if outcome.difference:
            self._remember(differing={**memory.differing, session_id: outcome.difference})
            sentence = f"A session is not archived yet. {outcome.difference}"
            self._parts.tell(Finding(Found.SESSION_DIFFERS, sentence, session_id))
            return
        receipt = Receipt(
            session_id, outcome.last_seq, outcome.events, outcome.chunks, self._parts.clock.now().wall_utc_ns
        )
        differing = {key: text for key, text in memory.differing.items() if key != session_id}
        new = session_id not in memory.receipts
        self._remember(receipts={**memory.receipts, session_id: receipt}, differing=differing)
        if new:
            sentence = (
                f"{outcome.events} entries and {outcome.chunks} waveform pieces are equal on both sides."
            )
            self._parts.tell(Finding(Found.SESSION_ARCHIVED, sentence, session_id))

    def _attend(self, archive: Archive) -> None:
        memory = self._memory
        if memory is not None and memory.attending:
            now = self._parts.clock.now()
            self._remember(attending=self._attendant.attend(archive, memory.attending, now))

    def _compare_clocks(self, archive_ns: int) -> None:
        apart_s = (self._parts.clock.now().wall_utc_ns - archive_ns) / NS_PER_S
        if abs(apart_s) < CLOCK_APART_S:
            self._clock_told = False
        elif not self._clock_told:
            self._clock_told = True
            self._parts.tell(clock_finding(apart_s))

    # --- remembering and showing ------------------------------------------------------------------

    @property
    def _chunk_seq(self) -> int:
        return 0 if self._memory is None else self._memory.chunk_seq

    def _remember(self, **changes: object) -> None:
        if self._memory is not None:
            self._memory = replace(self._memory, **changes)

    def _keep(self, now: Instant) -> None:
        """Write the memory when something a person would miss changed, else now and then."""
        if self._memory is None:
            return
        if self._kept is not None:
            kept, at = self._kept
            small = replace(
                self._memory,
                acked=kept.acked,
                chunk_seq=kept.chunk_seq,
                reached_wall_ns=kept.reached_wall_ns,
                bytes_per_event=kept.bytes_per_event,
            )
            if small == kept and now.seconds_since(at) < _KEEP_EVERY_S:
                return
            if self._memory == kept:
                return
        self._write(self._memory, now)

    def _write(self, memory: Memory, now: Instant) -> None:
        try:
            self._parts.file.write(memory)
            self._kept = (memory, now)
        except OSError as error:
            # The archive knows how far it is: a full disk costs questions, no data.
            self._trouble = f"The sync cannot remember where it was: {error.strerror}."

    def _show(self, now: Instant) -> None:
        source, memory, self._shown_at = self._parts.source, self._memory, now
        if memory is None:
            return
        try:
            waiting = max(0, source.head().seq - self._cursor.seq)
            first = source.page(self._cursor.seq, 1) if waiting else ()
        except Unreachable:
            # The record is busy: what was said last stays until it can be read again.
            return
        oldest = first[0].at.wall_utc_ns if first else None
        words = " ".join(filter(None, (self._trouble, self._parts.caution(now.wall_utc_ns))))
        self.view = view_of(waiting, memory.bytes_per_event, oldest, now.wall_utc_ns, words, self._stopped)
