"""What the set-up steps read from the record: people and patients, by read-only queries."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from console.clock import Instant
from console.session.people import Patient, Sex
from console.ui.viewmodels.step_people import LastSession, Person

if TYPE_CHECKING:
    from console.storage.queries import RecordReader
    from console.storage.rows import PatientRow

RECENT: Final = 8


class RecordDirectory:
    """Opened at the first question, because the window may be there before the record is."""

    def __init__(self, record: Path, zone: tzinfo | None = None) -> None:
        """``zone`` is the clinic's, the machine's own when None."""
        self._record = record
        self._zone = zone
        self._open: RecordReader | None = None

    def people(self) -> tuple[Person, ...]:
        """Everybody with an active account; nobody while the record cannot be read."""
        reader = self._reader()
        if reader is None:
            return ()
        return tuple(Person(one.user_id, one.name, one.role) for one in reader.users() if one.active)

    def badges(self) -> dict[str, str]:
        """User ids by badge; none while the record cannot be read."""
        reader = self._reader()
        if reader is None:
            return {}
        from console.session.badges import badges_of
        from console.session.codec import decode

        stored = reader.events_of_room("person_changed")
        return badges_of(decode(one.kind, one.version, one.body) for one in stored)

    def search(self, text: str) -> tuple[Patient, ...]:
        """Patients whose names or record number begin with the words of ``text``."""
        reader = self._reader()
        return () if reader is None else tuple(map(_patient, reader.patients(text)))

    def recent(self) -> tuple[Patient, ...]:
        """Patients seen lately, the last one first; then those who were only entered."""
        reader = self._reader()
        if reader is None:
            return ()
        found: dict[str, Patient] = {}
        for row in reader.sessions(limit=RECENT * 4):
            known = reader.patient(row.patient_id)
            if known is not None:
                found.setdefault(row.patient_id, _patient(known))
        for known in reader.patients(limit=RECENT):
            found.setdefault(known.patient_id, _patient(known))
        return tuple(found.values())[:RECENT]

    def last_session(self, patient_id: str) -> LastSession | None:
        """The last closed session of a patient, None when there was none."""
        reader = self._reader()
        row = None if reader is None else reader.last_session(patient_id)
        if row is None:
            return None
        from console.room.projections import read_summary

        try:
            summary = read_summary(row.summary)
        except msgspec.DecodeError:
            return None
        opened = Instant(row.opened_wall_ns, 0).wall_utc.astimezone(self._zone)
        return LastSession(summary.weight_kg, summary.dose_mg, f"{opened:%d %b %Y}")

    def close(self) -> None:
        """Close the record."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _reader(self) -> RecordReader | None:
        if self._open is None:
            # Loading the storage takes a while, and a window that comes back in mid-session asks for nobody.
            from console.storage.queries import RecordReader
            from console.storage.trouble import RecordRefused

            try:
                self._open = RecordReader(self._record)
            except RecordRefused:
                return None
        return self._open


def _patient(row: PatientRow) -> Patient:
    return Patient(row.patient_id, row.family_name, row.given_name, row.birth_date, row.mrn, Sex(row.sex))
