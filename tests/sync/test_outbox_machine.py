"""Outbox x network x archive: whatever is cut, copied, restored or restarted, in whatever order."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from console.clock import ManualClock
from tests.sync.invariants import StreamHistory, breaches
from tests.sync.model_archive import Fault, ModelServer
from tests.sync.sources import Bench, HeldMemory, MemoryRecord, origin_of

FAULTS = (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.NONE, Fault.NONE, Fault.NONE)
MOST_BENCHES = 4


class OutboxMachine(RuleBasedStateMachine):
    """Benches share one identity: each after the first is a copied disk, or a restored one."""

    @initialize(seed=st.integers(0, 2**20))
    def begin(self, seed: int) -> None:
        self.clock = ManualClock()
        self.server = ModelServer(self.clock)
        self.random = Random(seed)
        self.faulty = False
        self.server.fault = lambda: self.random.choice(FAULTS) if self.faulty else Fault.NONE
        self.backup = self.server.backup()
        self.sessions = 0
        self.benches = [Bench(MemoryRecord(origin_of(), self.clock), self.server.open, self.clock)]

    def _one(self, index: int) -> Bench:
        return self.benches[index % len(self.benches)]

    @rule(index=st.integers(0, 9), n=st.integers(1, 40))
    def record(self, index: int, n: int) -> None:
        self._one(index).record.notes(n)

    @rule(index=st.integers(0, 9), waves=st.integers(0, 3), size=st.sampled_from((50, 90_000)))
    def hold_a_session(self, index: int, waves: int, size: int) -> None:
        self.sessions += 1
        self._one(index).record.session(f"s-{self.sessions}", waves, size)

    @rule(index=st.integers(0, 9), turns=st.integers(1, 4))
    def send(self, index: int, turns: int) -> None:
        for _ in range(turns):
            self.clock.advance(self._one(index).turn())

    @rule(faulty=st.booleans())
    def weather(self, faulty: bool) -> None:
        self.faulty = faulty

    @rule(index=st.integers(0, 9), forget=st.booleans())
    def restart(self, index: int, forget: bool) -> None:
        old = self._one(index)
        memory = HeldMemory() if forget else old.memory
        at = self.benches.index(old)
        self.benches[at] = Bench(old.record, self.server.open, self.clock, memory)

    @precondition(lambda self: len(self.benches) < MOST_BENCHES)
    @rule(index=st.integers(0, 9), back=st.integers(0, 30), with_memory=st.booleans())
    def copy_the_disk(self, index: int, back: int, with_memory: bool) -> None:
        old = self._one(index)
        kept = max(0, len(old.record.events) - back)
        twin = old.record.copy(up_to=kept, salt=f"twin {len(self.benches)}")
        memory = HeldMemory()
        if with_memory:
            memory.kept = old.memory.kept
        self.benches.append(Bench(twin, self.server.open, self.clock, memory))

    @rule()
    def back_the_archive_up(self) -> None:
        self.backup = self.server.backup()

    @rule()
    def restore_the_archive(self) -> None:
        self.server.restore(self.backup)

    @rule(days=st.integers(-2, 2))
    def step_the_clock(self, days: int) -> None:
        self.clock.step_wall(days * 86400.0)

    @invariant()
    def streams_are_whole(self) -> None:
        for stream in getattr(self, "server", ModelServer(ManualClock())).streams.values():
            base = stream.segment.base.seq
            numbers = [one.seq for one in stream.events]
            assert numbers == list(range(base + 1, base + 1 + len(numbers)))

    def teardown(self) -> None:
        if not hasattr(self, "benches"):
            return
        self.faulty = False
        for _ in range(2):
            for bench in self.benches:
                bench.record.notes(1)
                bench.until_done(turns=60)
        for bench in self.benches:
            memory = bench.outbox.memory
            assert memory is not None
            streams = self.server.streams
            histories = [StreamHistory(one, streams[one.stream_id].events) for one in memory.segments]
            assert breaches(bench.record.events, memory.acked, histories) == []
            assert memory.acked.seq == len(bench.record.events)
            # I8: no label without every chunk.
            for receipt in self.server.receipts.values():
                assert all(address in self.server.chunks for address in receipt.chunks)


OutboxMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestOutboxMachine = OutboxMachine.TestCase
