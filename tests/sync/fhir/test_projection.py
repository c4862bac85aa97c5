"""What a session becomes: doses from the counter, times with a zone, corrections that take nothing away."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest

from console.clinical.vitals import Vital
from console.session import events as ev
from console.session import intents as ask
from console.session.codec import decode
from console.session.people import ROOM, Patient
from console.session.pump import PumpAlarm, PumpReading, PumpState
from console.sync.fhir.papers import AUDITED
from console.sync.fhir.projection import project
from console.sync.fhir.scope import NoSession
from console.sync.fhir.source import Document, Resource, Source, naming
from console.sync.fhir.values import encode, instant, number, period
from tests.session.bench import NURSE, PHYSICIAN, Bench
from tests.sync.fhir.sessions import NAMES, PDF, connected, every_kind, everything, numerics, source_of, whole


def made(source: Source, type_: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(encode(one.body)) for one in project(source) if one.type == type_]


def exact(source: Source, type_: str) -> list[Resource]:
    return [one for one in project(source) if one.type == type_]


@cache
def taken() -> Source:
    """A whole session, to look at alone."""
    return source_of(whole())


def coded(found: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    return [one for one in found if any(c.get("code") == code for c in one["code"].get("coding", []))]


@pytest.mark.req("FHIR-02")
def test_what_was_given_is_one_total_and_a_child_for_each_rate() -> None:
    source = taken()
    given = made(source, "MedicationAdministration")
    total = next(one for one in given if one["partOf"][0]["reference"].startswith("Procedure/"))
    parts = [one for one in given if "rateQuantity" in one.get("dosage", {})]
    assert total["status"] == "completed"
    assert total["dosage"]["dose"]["value"] == 35.0
    assert [one["dosage"]["rateQuantity"]["value"] for one in parts] == [26.25, 20, 20, 20]
    assert sum(Decimal(str(one["dosage"]["dose"]["value"])) for one in parts) == Decimal(35)
    assert all(one["effectivePeriod"]["start"] <= one["effectivePeriod"]["end"] for one in parts)
    assert "0.75 mg/kg/h" in parts[0]["dosage"]["text"]
    assert parts[0]["dosage"]["rateQuantity"]["code"] == "mL/h"
    assert all(one["performer"][0]["actor"]["display"] == "Nurse One" for one in (total, *parts))


def test_a_pause_keeps_its_reason_with_the_stretch_that_it_ended() -> None:
    notes = [one["note"][0]["text"] for one in made(taken(), "MedicationAdministration") if "note" in one]
    assert "Halted: paused from the console" in notes
    assert "Halted: the patient asked to stop" in notes


def test_a_rate_set_at_the_pump_is_told_with_what_was_said_of_it() -> None:
    bench = Bench()
    bench.infuse(5)
    bench.pump.rate_ml_h = Decimal(10)
    bench.run(10)
    bench.tell(ask.ExplainPanelRate("asked for by the prescriber"))
    last = [
        one for one in made(source_of(bench), "MedicationAdministration") if "rateQuantity" in one["dosage"]
    ][-1]
    assert last["status"] == "in-progress"
    assert "performer" not in last
    assert any("asked for by the prescriber" in one["text"] for one in last["note"])


def test_an_early_stop_is_stopped_everywhere_with_its_reason() -> None:
    bench = Bench()
    bench.infuse(10)
    bench.tell(ask.PressStop("chest pain"))
    bench.run(2)
    source = source_of(bench)
    (request,) = made(source, "MedicationRequest")
    (procedure,) = made(source, "Procedure")
    assert (request["status"], procedure["status"]) == ("stopped", "stopped")
    assert request["statusReason"]["text"] == "chest pain"
    total = made(source, "MedicationAdministration")[0]
    assert 0 < total["dosage"]["dose"]["value"] < 35


def test_a_lost_counter_is_said() -> None:
    bench = Bench()
    bench.infuse(10)
    bench.pump.infused_ml = Decimal(0)
    bench.run(30)
    bench.tell(ask.PressStop("counter"))
    bench.run(2)
    total = made(source_of(bench), "MedicationAdministration")[0]
    assert "counter was lost" in total["note"][0]["text"]


@pytest.mark.req("FHIR-02")
def test_a_volume_that_nobody_knows_has_no_dose() -> None:
    bench = Bench()
    bench.infuse(10)
    bench.commit(ev.InfusionEnded(ev.EndReason.PUMP_FAILED, "the pump died", None, None, False), NURSE)
    total = made(source_of(bench), "MedicationAdministration")[0]
    assert "dosage" not in total
    assert "not known" in total["note"][0]["text"]


def test_an_order_that_was_never_infused_is_told_as_not_done() -> None:
    bench = Bench()
    bench.arrive()
    bench.order()
    assert made(source_of(bench), "MedicationRequest")[0]["status"] == "draft"
    assert not bench.tell(ask.AbortSession("fever")).refusals
    source = source_of(bench)
    (given,) = made(source, "MedicationAdministration")
    assert given["status"] == "not-done"
    assert given["statusReason"][0]["text"] == "fever"
    (visit,) = made(source, "Encounter")
    assert visit["status"] == "cancelled"
    assert "fever" in visit["hospitalization"]["dischargeDisposition"]["text"]


def test_an_order_taken_back_is_cancelled_and_names_the_one_before() -> None:
    bench = Bench()
    bench.arrive()
    bench.order()
    bench.tell(ask.WithdrawOrder("other dose"))
    bench.order()
    first, second = made(source_of(bench), "MedicationRequest")
    assert (first["status"], first["statusReason"]["text"]) == ("cancelled", "other dose")
    assert second["status"] == "draft"
    assert second["priorPrescription"]["reference"].startswith("MedicationRequest/")


def test_a_minute_of_numerics_is_one_observation_with_its_lowest_and_highest() -> None:
    bench = connected()
    bench.arrive()
    start = bench.clock.now()
    bench.clock.advance(10)
    values = (98.0, 97.0, 82.0, 90.0, 95.0, 96.0, None, 97.0, 97.0, 97.0)
    bench.commit(ev.NumericsSealed(start, {"spo2": values}, {"spo2": "s5"}), ROOM)
    (spo2,) = coded(made(source_of(bench), "Observation"), "59408-5")
    assert {one["code"] for one in spo2["code"]["coding"]} == {"2708-6", "59408-5"}
    assert spo2["valueQuantity"] == {
        "value": 97, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%",
    }  # fmt: skip
    spread = {one["code"]["coding"][0]["code"]: one["valueQuantity"]["value"] for one in spo2["component"]}
    assert spread == {"minimum": 82, "maximum": 98}


def test_a_minute_without_a_figure_says_so_and_a_sign_never_seen_is_not_missed() -> None:
    bench = connected()
    bench.arrive()
    numerics(bench, 10, spo2=98.0, etco2=None)
    bench.clock.advance(120)
    numerics(bench, 10, spo2=None, etco2=None)
    found = made(source_of(bench), "Observation")
    saturations = coded(found, "59408-5")
    assert [one.get("valueQuantity", {}).get("value") for one in saturations] == [98, 98, None, None]
    assert saturations[-1]["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert coded(found, "19891-1") == []


def test_decimals_keep_the_figures_they_were_given_with() -> None:
    bench = connected()
    bench.arrive()
    numerics(bench, 10, temp=36.60)
    bodies = b"".join(encode(one.body) for one in project(source_of(bench)))
    assert b'"value":36.6,' in bodies or b'"value":36.6}' in bodies
    assert encode(number(Decimal("72.50"))) == b"72.50"
    assert encode(number(Decimal("1E+2"))) == b"100"
    assert encode(number(Decimal(1) / Decimal(3))) == b"0.333333333333333"


def test_every_time_carries_its_zone_and_no_period_runs_backwards() -> None:
    bench = Bench()
    bench.infuse(5)
    bench.clock.step_wall(-86_400)
    bench.run(60)
    bench.tell(ask.PressStop("enough"))
    bench.run(2)
    for one in project(source_of(bench)):
        for key, value in _times(one.body):
            assert value.endswith("Z"), (one.key, key, value)
    segment = made(source_of(bench), "MedicationAdministration")[-1]["effectivePeriod"]
    assert segment["start"] < segment["end"]
    assert period(10**18, 1) == {"start": instant(10**18), "end": instant(10**18)}


def _times(value: object, key: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, one in value.items() for pair in _times(one, name)]
    if isinstance(value, list):
        return [pair for one in value for pair in _times(one, key)]
    named = key in {"start", "end", "issued", "authoredOn", "recorded", "time", "when", "authored"}
    return [(key, value)] if isinstance(value, str) and (named or key.endswith("DateTime")) else []


def test_an_alarm_has_its_value_its_limit_its_end_and_who_saw_it() -> None:
    source = taken()
    (alarm,) = coded(made(source, "Observation"), "spo2_low_extreme")
    assert alarm["valueQuantity"]["value"] == 84
    assert alarm["referenceRange"][0]["low"]["value"] == 88
    assert alarm["effectivePeriod"]["end"] > alarm["effectivePeriod"]["start"]
    assert any("Acknowledged by Nurse One" in one["text"] for one in alarm["note"])
    issue = next(one for one in made(source, "DetectedIssue") if "SpO" in one["detail"])
    assert issue["severity"] in {"high", "moderate"}
    assert issue["implicated"][0]["reference"].startswith("MedicationAdministration/")


def test_an_alarm_that_sounds_again_says_so() -> None:
    bench = Bench()
    bench.infuse(2)
    bench.vitals[Vital.SPO2] = 80.0
    bench.run(60, every_s=2)
    raised = next(e.event for e in bench.entries if isinstance(e.event, ev.AlarmRaised))
    bench.commit(ev.AlarmReminded(raised.alarm_id), NURSE)
    alarm = coded(made(source_of(bench), "Observation"), raised.code)[0]
    assert any("Sounded again" in one["text"] for one in alarm["note"])


def test_a_halt_of_the_pump_is_told_by_the_stretch_it_ended() -> None:
    bench = Bench()
    bench.infuse(5)
    said = PumpReading(
        bench.clock.now(), PumpState.ALARM, bench.pump.rate_ml_h, bench.pump.infused_ml, PumpAlarm.STALL
    )
    bench.tell(ask.PumpSeen(said))
    given = made(source_of(bench), "MedicationAdministration")
    assert given[0]["status"] == "on-hold"
    assert "blocked" in given[1]["note"][0]["text"]


def test_scores_come_with_their_items_and_their_total() -> None:
    source = taken()
    answers = [one for one in made(source, "QuestionnaireResponse") if ":aldrete|1" in one["questionnaire"]]
    assert {one["linkId"]: one["answer"][0]["valueInteger"] for one in answers[-1]["item"]} == dict.fromkeys(
        ("activity", "respiration", "circulation", "consciousness", "oxygen"), 2
    )
    pain = coded(made(source, "Observation"), "72514-3")[0]
    assert pain["valueQuantity"] == {
        "value": 3, "unit": "score", "system": "http://unitsofmeasure.org", "code": "{score}",
    }  # fmt: skip
    assert pain["derivedFrom"][0]["reference"].startswith("QuestionnaireResponse/")


@pytest.mark.req("FHIR-06")
def test_a_correction_amends_and_takes_nothing_away() -> None:
    bench = whole()
    before = {one.key for one in project(source_of(bench))}
    weighed = next(e for e in bench.entries if isinstance(e.event, ev.WeightRecorded))
    bench.commit(ev.Corrected(weighed.seq, "72 kg", "misread"), PHYSICIAN)
    after = {one.key: one for one in project(source_of(bench))}
    assert before < after.keys()
    weight = next(one for one in after.values() if weighed.seq in one.seqs and one.type == "Observation")
    assert weight.body["status"] == "amended"
    (provenance,) = [one for one in after.values() if one.type == "Provenance" and one.key not in before]
    assert {"reference": weight.key} in provenance.body["target"]  # type: ignore[operator]


def test_a_correction_of_what_has_no_resource_points_at_the_visit() -> None:
    bench = whole()
    bench.commit(ev.Corrected(1, "It was another day", "clock"), PHYSICIAN)
    source = source_of(bench)
    (visit,) = exact(source, "Encounter")
    last = exact(source, "Provenance")[-1]
    assert {"reference": visit.key} in last.body["target"]  # type: ignore[operator]


def test_a_signature_names_who_when_and_the_hash_it_covers() -> None:
    source = everything()
    signed = next(one for one in made(source, "Provenance") if "signature" in one)
    assert signed["signature"][0]["who"]["display"] == "Physician One"
    assert signed["entity"][0]["what"]["identifier"]["value"] == "ab" * 32
    assert any(one["reference"].startswith("DocumentReference/") for one in signed["target"])


def test_two_printings_of_one_record_are_the_same_document() -> None:
    source = everything()
    first = exact(source, "DocumentReference")[0]
    second = exact(replace(source, document=Document(PDF + b" later", 5)), "DocumentReference")[0]
    assert (first.key, first.stamp) == (second.key, second.stamp)
    assert first.body != second.body


def test_ids_are_the_same_each_time_and_differ_between_streams() -> None:
    source = everything()
    keys = [one.key for one in project(source)]
    assert keys == [one.key for one in project(source)]
    assert len(set(keys)) == len(keys)
    other = {one.key for one in project(replace(source, naming=naming("another", "clinic-7")))}
    common = {key.partition("/")[0] for key in other & set(keys)}
    assert common == {"Patient", "Practitioner", "EpisodeOfCare", "Device"}


def test_a_patient_is_told_as_known_now() -> None:
    now = Patient("pt-1", "Bianchi", "Mara", "not a date", "204-118")
    (patient,) = made(replace(everything(), patient=now), "Patient")
    assert patient["name"][0]["family"] == "Bianchi"
    assert "birthDate" not in patient


def test_a_training_is_marked_as_test_data() -> None:
    bench = Bench()
    bench.arrive()
    opened = next(e for e in bench.entries if isinstance(e.event, ev.SessionOpened))
    entries = tuple(
        msgspec.structs.replace(e, event=msgspec.structs.replace(opened.event, training=True))
        if e is opened
        else e
        for e in source_of(bench).entries
    )
    for one in project(Source(NAMES, entries)):
        assert ("HTEST" in encode(one.body).decode()) is (one.type != "Practitioner")


def test_entries_without_a_session_are_refused_with_a_sentence() -> None:
    with pytest.raises(NoSession, match="no such session"):
        project(Source(NAMES, ()))


@pytest.mark.parametrize("kind", [kind for kind in AUDITED if kind in every_kind()])
def test_who_was_there_and_who_looked_is_an_audit_event(kind: str) -> None:
    bench = whole()
    what = str(next(iter(getattr(ev, "Access", ("looked",)))))
    body = msgspec.json.encode({"type": kind, "reason": "a fall", "what": what})
    before = {one.key for one in project(source_of(bench))}
    bench.commit(decode(kind, 1, body), PHYSICIAN)
    source = source_of(bench, document=Document(PDF, 5))
    (audit,) = [one for one in project(source) if one.type == "AuditEvent" and one.key not in before]
    assert audit.body["agent"][0]["name"] == "Physician One"  # type: ignore[index,call-overload]
    # To have looked at a session makes no new report of it.
    entries = replace(source, entries=source.entries[:-1])
    stamps = {exact(one, "DocumentReference")[0].stamp for one in (source, entries)}
    assert len(stamps) == 1
