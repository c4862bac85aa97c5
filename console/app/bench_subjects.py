"""What the room's own bench may be given: the room's devices, anything plugged in, the workstation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from console.app.archive_probe import archive_probe
from console.app.captures import Captures
from console.app.config import RoomConfig
from console.app.records import vouched_chunks
from console.app.selftest_devices import stand_of, wanted_devices
from console.app.troubles import NotPossible
from console.clinical.accuracy import Weighing
from console.clock import Clock
from console.devices.bench.stand import PumpTrial
from console.devices.bench.stepper import BenchRefused, checks_for
from console.devices.catalogue import UnknownDevice
from console.room.bench_host import Prepared
from console.room.bench_screen import screen_tasks
from console.room.bench_wire import WORKSTATION, BenchBegin
from console.room.speaker import Speaker
from console.room.workstation import Workstation
from console.storage.bench_records import last_entry_ns
from console.storage.trouble import RecordRefused


class BenchSubjects:
    """Puts on the bench what a window names."""

    def __init__(
        self,
        config: RoomConfig,
        record: Path,
        clock: Clock,
        captures: Captures,
        make_speaker: Callable[[], Speaker],
    ) -> None:
        """``make_speaker`` opens a sound device beside that of the alarms."""
        self._config = config
        self._record = record
        self._clock = clock
        self._captures = captures
        self._make_speaker = make_speaker

    def prepare(self, begin: BenchBegin) -> Prepared:
        """Something ready to be tested; its port is opened by the first check.

        Raises:
            BenchRefused: there is no such device or check; the text says which there are.
        """
        if begin.device == WORKSTATION:
            try:
                subject = self._workstation()
            except RecordRefused as error:
                raise BenchRefused(str(error)) from error
            tasks = (*subject.tasks(), *screen_tasks())
            return Prepared(subject, [one for one in tasks if _chosen(one.id, begin)])
        try:
            (wanted,) = wanted_devices(self._config, (begin.device,))
            wanted = replace(
                wanted,
                expected=begin.expected,
                serial=begin.serial,
                balance=begin.balance,
                weighings=tuple(Weighing(at_s, grams) for at_s, grams in begin.weights),
                trial=_trial(begin),
            )
            stand = stand_of(wanted, self._clock, self._captures)
        except (NotPossible, UnknownDevice) as error:
            raise BenchRefused(str(error)) from error
        return Prepared(stand, checks_for(stand, begin.checks), wanted.name, wanted.driver, stand.wire)

    def _workstation(self) -> Workstation:
        return Workstation(
            name=self._config.room_name,
            workstation_id=self._config.workstation_id,
            record=self._record,
            manifest=vouched_chunks,
            clock=self._clock,
            speaker=self._make_speaker(),
            last_entry_ns=last_entry_ns(self._record),
            archive=archive_probe(self._config, self._record.parent),
        )


def _trial(begin: BenchBegin) -> PumpTrial:
    usual = PumpTrial()
    return PumpTrial(flow_ml_h=begin.flow_ml_h or usual.flow_ml_h, flow_min=begin.flow_min or usual.flow_min)


def _chosen(check: str, begin: BenchBegin) -> bool:
    return not begin.checks or check in begin.checks
