"""What the lists of sessions and patients show, worked out from the state after a commit."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from console.session.events import Entry, PatientAdded, SessionOpened
from console.session.people import Patient
from console.session.state import State
from console.storage.rows import PatientRow, SessionIndexRow


class SessionSummary(msgspec.Struct, frozen=True):
    """What a line in the list of sessions says beside its columns.

    Attributes:
        patient: Full name.
        birth_date: ISO 8601 date.
        mrn: The clinic's record number.
        protocol_id: Protocol ordered, empty before the order.
        weight_kg: Today's weight.
        dose_mg: Dose ordered.
        infused_ml: Given by the pump's own counter once it ended.
        given_mg: The same as drug.
        started_wall_ns: Start of the infusion.
        ended_wall_ns: End of the infusion.
        nurse: Who opened the session.
        aborted: Reason of an aborted session.
    """

    patient: str
    birth_date: str
    mrn: str
    protocol_id: str = ""
    weight_kg: Decimal | None = None
    dose_mg: Decimal | None = None
    infused_ml: Decimal | None = None
    given_mg: Decimal | None = None
    started_wall_ns: int | None = None
    ended_wall_ns: int | None = None
    nurse: str = ""
    aborted: str = ""


_encoder = msgspec.json.Encoder(decimal_format="string")


def read_summary(summary: bytes) -> SessionSummary:
    """Decode the summary of a session row.

    Raises:
        msgspec.DecodeError: it was not written by this product.
    """
    return msgspec.json.decode(summary, type=SessionSummary)


def session_row(before: State, after: State) -> tuple[SessionIndexRow, ...]:
    """The list's row of the session, when the entry changed anything it shows."""
    session = after.session
    if session is None or _row(before) == _row(after):
        return ()
    row = _row(after)
    return () if row is None else (row,)


def _row(state: State) -> SessionIndexRow | None:
    session = state.session
    if session is None:
        return None
    order, ended = session.order, session.ended
    summary = SessionSummary(
        patient=session.patient.full_name,
        birth_date=session.patient.birth_date,
        mrn=session.patient.mrn,
        protocol_id="" if order is None else order.inputs.protocol_id,
        weight_kg=session.weight_kg,
        dose_mg=None if order is None else order.dose_mg,
        infused_ml=None if ended is None else ended.infused_ml,
        given_mg=None if ended is None else ended.dose_mg,
        started_wall_ns=None if session.started_at is None else session.started_at.wall_utc_ns,
        ended_wall_ns=None if session.ended_at is None else session.ended_at.wall_utc_ns,
        nurse=session.opened_by.name,
        aborted=session.aborted,
    )
    return SessionIndexRow(
        session_id=session.session_id,
        patient_id=session.patient.patient_id,
        opened_wall_ns=session.opened_at.wall_utc_ns,
        phase=state.phase.value,
        closed_wall_ns=None if session.closed_at is None else session.closed_at.wall_utc_ns,
        training=session.training,
        summary=_encoder.encode(summary),
    )


def patient_rows(entries: tuple[Entry, ...]) -> tuple[PatientRow, ...]:
    """Patients named by new entries."""
    return tuple(
        _patient(entry.event.patient)
        for entry in entries
        if isinstance(entry.event, PatientAdded | SessionOpened)
    )


def _patient(patient: Patient) -> PatientRow:
    return PatientRow(
        patient_id=patient.patient_id,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        mrn=patient.mrn,
        sex=patient.sex.value,
    )
