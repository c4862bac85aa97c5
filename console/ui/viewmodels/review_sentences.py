"""Every event of the record as one sentence, for the list of who did what and for the printed report."""

from __future__ import annotations

from decimal import Decimal

from console.clinical import arrival, discharge, scales
from console.clinical.vitals import VITALS
from console.session import events as ev
from console.session.pump import (
    Confirmed,
    Outcome,
    Pause,
    Program,
    PumpCommand,
    Refused,
    Resume,
    SetRate,
    Start,
    Stop,
)
from console.units import plain

ORDERS, DELIVERY, CARE, ALARMS, PEOPLE, SAMPLES = (
    "Order",
    "Pump",
    "Patient",
    "Alarm",
    "Record",
    "Samples",
)
GROUPS = (ORDERS, DELIVERY, CARE, ALARMS, PEOPLE)
"""Groups the list can be filtered by; samples are left out unless asked for."""

CARE_WORDS = {
    ev.Care.NAUSEA: "Nausea",
    ev.Care.DIZZINESS: "Dizzy",
    ev.Care.ANXIETY: "Anxious",
    ev.Care.DISSOCIATION: "Dissociation",
    ev.Care.VOMITING: "Vomiting",
    ev.Care.BP_DRUG: "Pressure drug",
    ev.Care.ANTIEMETIC: "Antiemetic",
    ev.Care.OXYGEN: "Oxygen",
    ev.Care.NOTE: "Note",
    ev.Care.ASKED_TO_STOP: "Asked to stop",
}
GRADES = ("", "mild", "moderate", "severe")
PROMPTS = {
    ev.PromptKind.NIBP: "Blood pressure",
    ev.PromptKind.MOAAS: "Sedation",
    ev.PromptKind.DISSOCIATION: "Dissociation",
    ev.PromptKind.ALDRETE: "Aldrete",
}
SCALES = {scale.id: scale.title.partition(" (")[0] for scale in scales.SCALES}
_ITEMS = {item.id: item.question for item in arrival.ARRIVAL_ITEMS}
_CRITERIA = {item.id: item.label for item in discharge.CONFIRMATIONS}


def care_text(care: ev.CareNoted) -> str:
    """``Nausea, mild`` or the note itself where one was written."""
    word = CARE_WORDS[care.care]
    grade = GRADES[care.grade] if 0 <= care.grade < len(GRADES) else ""
    if care.note and care.care in {ev.Care.BP_DRUG, ev.Care.ANTIEMETIC, ev.Care.NOTE}:
        return care.note
    return ", ".join(part for part in (word, grade, care.note) if part)


def score_words(scale_id: str, items: dict[str, int]) -> str:
    """What the level means, for scales of one item with words; empty otherwise."""
    known = next((scale for scale in scales.SCALES if scale.id == scale_id), None)
    if known is None or len(known.items) != 1:
        return ""
    item = known.items[0]
    return dict(item.levels).get(items.get(item.id, item.lowest - 1), "")


def sentence(event: ev.Event) -> tuple[str, str]:
    """The group of an event and its sentence."""
    if isinstance(event, ev.NumericsSealed):
        # Four of ten entries are these: told first, so that a long session opens quickly.
        return SAMPLES, "Numerics sealed"
    if isinstance(event, ev.WavesSealed):
        return SAMPLES, f"{sum(map(len, event.chunks.values()))} waveform chunks sealed"
    for tell in (_ordered, _delivered, _cared, _alarmed, _kept):
        told = tell(event)
        if told is not None:
            return told
    return PEOPLE, str(event.__struct_config__.tag).replace("_", " ")


def _ordered(event: ev.Event) -> tuple[str, str] | None:
    match event:
        case ev.SessionOpened(patient=patient, training=training):
            kind = "training session" if training else "session"
            return CARE, f"Opened the {kind} of {patient.full_name}, {patient.birth_date}, {patient.mrn}"
        case ev.IdentityConfirmed():
            return CARE, "Confirmed both identifiers with the patient"
        case ev.ArrivalAnswered(item=item, ok=ok, note=note, overridden=overridden):
            word = "yes" if ok else "not met, overridden" if overridden else "not met"
            return CARE, _joined(f"{_ITEMS.get(item, item)}: {word}", note)
        case ev.WeightRecorded(kg=kg, confirmed_change=confirmed):
            return CARE, f"Weight {kg} kg{', change confirmed' if confirmed else ''}"
        case ev.BaselineAccepted(systolic=s, diastolic=d, override_reason=reason):
            return CARE, _joined(f"Baseline pressure {s:.0f}/{d:.0f} mmHg accepted", reason)
        case ev.OrderWritten(order=order):
            amount, minutes = plain(order.inputs.amount), plain(order.inputs.minutes)
            return ORDERS, (
                f"Ordered {order.inputs.protocol_id}: {plain(order.dose_mg)} mg ({amount} per kg) in "
                f"{minutes} min, {plain(order.rate_ml_h)} mL/h of "
                f"{plain(order.inputs.concentration_mg_ml)} mg/mL"
            )
        case ev.OrderRefused(sentences=sentences):
            return ORDERS, "Order refused: " + " ".join(sentences)
        case ev.OrderVerified(verifier=verifier):
            return ORDERS, f"{verifier.name} verified the order blind"
        case ev.VerificationFailed(verifier=verifier, fields=fields):
            return ORDERS, f"{verifier.name}'s re-entry disagreed: {', '.join(fields)}"
        case ev.OrderWithdrawn(reason=reason):
            return ORDERS, _joined("Order withdrawn", reason)
        case ev.SessionAborted(reason=reason):
            return ORDERS, _joined("Session aborted before the infusion", reason)
        case _:
            return None


def _delivered(event: ev.Event) -> tuple[str, str] | None:
    match event:
        case ev.CommandRequested(command=command):
            return DELIVERY, f"Asked the pump: {_command(command)}"
        case ev.CommandResolved(outcome=outcome):
            return DELIVERY, _outcome(outcome)
        case ev.PumpChanged(state=state, rate_ml_h=rate, infused_ml=infused, alarm=alarm):
            told = f"Pump {state.value}, {_ml(rate, 'mL/h')}, counter {_ml(infused, 'mL')}"
            return SAMPLES if alarm is None else DELIVERY, told if alarm is None else f"{told}, alarm {alarm}"
        case ev.StopPressed(reason=reason):
            return DELIVERY, _joined("Pressed STOP", reason)
        case ev.StopConfirmed(attempts=0, seconds=seconds, infused_ml=infused):
            return DELIVERY, (
                f"Pump stopped by hand, read as stopped after {seconds:.0f} s, counter {_ml(infused, 'mL')}"
            )
        case ev.StopConfirmed(attempts=attempts, seconds=seconds, infused_ml=infused):
            return DELIVERY, (
                f"Pump reads back as stopped after {seconds:.1f} s and {attempts} "
                f"{'try' if attempts == 1 else 'tries'}, counter {_ml(infused, 'mL')}"
            )
        case ev.StopUnconfirmed(attempts=0):
            return DELIVERY, "STOP was not sent: this pump can only be stopped by hand"
        case ev.StopUnconfirmed(attempts=attempts, seconds=seconds):
            return DELIVERY, f"STOP NOT CONFIRMED after {seconds:.1f} s and {attempts} tries"
        case ev.PumpSetByHand(words=words, by_eye=by_eye):
            seen = f" Seen by eye: {', '.join(one.value for one in by_eye)}." if by_eye else ""
            return DELIVERY, f"Set the pump by hand and confirmed it. {'; '.join(words)}.{seen}"
        case ev.HandworkAsked(command=command, reason=reason):
            return DELIVERY, _joined(f"To be done at the pump by hand: {_command(command)}", reason)
        case ev.HandworkDone(seconds=seconds):
            return DELIVERY, f"Done at the pump by hand after {seconds:.0f} s"
        case ev.HandworkDropped(reason=reason):
            return DELIVERY, _joined("No longer to be done at the pump", reason)
        case ev.VolumeReckoned(volume_ml=volume):
            return SAMPLES, f"Given by rate and time, the pump tells no counter: {plain(volume)} mL"
        case ev.InfusionStarted(rate_ml_h=rate, at_pump=at_pump, despite=despite):
            where = " at the pump by hand" if at_pump else ""
            missing = f" although: {' '.join(despite)}" if despite else ""
            return DELIVERY, f"Infusion started{where} at {plain(rate)} mL/h{missing}"
        case ev.InfusionPaused(reason=reason, by_pump=by_pump):
            return DELIVERY, _joined("The pump paused by itself" if by_pump else "Infusion paused", reason)
        case ev.InfusionResumed(rate_ml_h=rate):
            return DELIVERY, f"Infusion resumed at {plain(rate)} mL/h"
        case ev.RateChanged(from_ml_h=old, to_ml_h=new, reason=reason, at_pump=at_pump):
            where = " at the pump's panel" if at_pump else ""
            return DELIVERY, _joined(f"Rate {plain(old)} to {plain(new)} mL/h{where}", reason)
        case ev.CuffAsked(device=device, deed=deed, automatic=automatic):
            asked = "Started" if deed is ev.CuffDeed.START else "Cancelled"
            return (
                CARE,
                f"{asked} the cuff of {device}{' at the protocol time, by itself' if automatic else ''}",
            )
        case ev.CuffAnswered(refusal=refusal):
            return SAMPLES, f"The cuff was not asked: {refusal}" if refusal else "The monitor was told"
        case ev.CuffEnded(result=result, words=words):
            return CARE, _joined(f"Cuff: {result.value.replace('_', ' ')}", words)
        case ev.CuffCadenceSet(on=on):
            return CARE, f"The cuff by itself at the protocol's times: {'on' if on else 'off'}"
        case ev.SourceChanged(vital=vital, before=before, after=after, why=why):
            moved = f"{before or 'nobody'} to {after}" if after else f"{before} to nobody"
            return SAMPLES if not before else CARE, _joined(f"{VITALS[vital].label} from {moved}", why)
        case ev.PanelRateExplained(reason=reason):
            return DELIVERY, _joined("Rate set at the pump's panel taken over", reason)
        case ev.InfusionEnded(why=why, reason=reason, infused_ml=ml, dose_mg=mg, counter_trusted=trusted):
            ended = {
                ev.EndReason.COMPLETE: "Infusion complete",
                ev.EndReason.STOPPED: "Infusion stopped early",
                ev.EndReason.PUMP_FAILED: "Infusion ended: the pump failed",
            }[why]
            by = "by the pump's counter" if trusted else "larger estimate, the counter was lost"
            return DELIVERY, _joined(f"{ended}: {_ml(mg, 'mg')} in {_ml(ml, 'mL')}, {by}", reason)
        case _:
            return None


def _cared(event: ev.Event) -> tuple[str, str] | None:
    match event:
        case ev.PressureTaken(systolic=s, diastolic=d, mean=mean, source=source, baseline=baseline):
            middle = "" if mean is None else f" ({mean:.0f})"
            use = ", counted as baseline" if baseline else ""
            return CARE, f"Pressure {s:.0f}/{d:.0f}{middle} mmHg from {source}{use}"
        case ev.CareNoted() as care:
            word = CARE_WORDS[care.care]
            text = care_text(care)
            return CARE, text if text.startswith(word) else f"{word}: {text}"
        case ev.ScoreRecorded(scale=scale, items=items, total=total):
            return CARE, _joined(f"{SCALES.get(scale, scale)} {total}", score_words(scale, items))
        case ev.PromptCameDue(prompt=prompt):
            return CARE, f"{PROMPTS[prompt]} fell due"
        case ev.PresenceConfirmed():
            return CARE, "Somebody is with the patient"
        case ev.DischargeConfirmed(item=item, ok=ok):
            return CARE, f"{_CRITERIA.get(item, item)}: {'confirmed' if ok else 'withdrawn'}"
        case ev.Discharged(observed_min=minutes):
            return CARE, f"Discharged after {minutes:.0f} min of observation"
        case ev.SessionClosed():
            return CARE, "Closed the session"
        case _:
            return None


def _alarmed(event: ev.Event) -> tuple[str, str] | None:
    match event:
        case ev.AlarmRaised(priority=priority, message=message):
            return ALARMS, f"{priority.value.capitalize()} alarm: {message}"
        case ev.AlarmCleared():
            return ALARMS, "Alarm condition gone"
        case ev.AlarmAcknowledged():
            return ALARMS, "Alarm acknowledged"
        case ev.AlarmReminded():
            return ALARMS, "High alarm sounds again: it was silent for two minutes"
        case ev.AudioPaused(for_s=for_s):
            return ALARMS, f"Alarm sound paused for {for_s:.0f} s"
        case ev.AudioResumed(reason=reason):
            return ALARMS, _joined("Alarm sound back", reason)
        case ev.PauseProposed(message=message, countdown_s=for_s):
            return ALARMS, f"Pause proposed in {for_s:.0f} s: {message}"
        case ev.PauseProposalCancelled(reason=reason):
            return ALARMS, f"Proposed pause cancelled: {reason}"
        case ev.PauseProposalEnded(why=why):
            return ALARMS, f"Proposed pause over: {why}"
        case ev.LimitsChanged(vital=vital, low=low, high=high):
            return ALARMS, f"{VITALS[vital].label} limits {_limit(low)} to {_limit(high)}"
        case ev.LimitsSwitchedOff(vital=vital, for_s=for_s, reason=reason):
            return ALARMS, _joined(f"{VITALS[vital].label} limits off for {for_s / 60:.0f} min", reason)
        case ev.LimitsSwitchedOn(vital=vital, reason=reason):
            return ALARMS, _joined(f"{VITALS[vital].label} limits on again", reason)
        case ev.TonesSounded():
            return ALARMS, "Alarm tones sounded for a test"
        case ev.TonesTested(heard=heard):
            return ALARMS, f"Alarm tones {'heard' if heard else 'NOT heard'}"
        case _:
            return None


def _kept(event: ev.Event) -> tuple[str, str] | None:
    match event:
        case ev.RoomStarted(app_version=version, down_s=down_s):
            gone = "" if down_s is None else f", down for {down_s:.0f} s"
            return PEOPLE, f"Console {version} started{gone}"
        case ev.RecordSetAside(file=file, why=why):
            return PEOPLE, _joined(f"The record was damaged and set aside as {file}; this one was begun", why)
        case ev.SignedIn():
            return PEOPLE, "Signed in"
        case ev.SignedOut():
            return PEOPLE, "Signed out"
        case ev.LinkChanged(device=device, state=state, reason=reason):
            return PEOPLE, _joined(f"{device}: {state.value.replace('_', ' ')}", reason)
        case ev.ClockStepped(by_s=by_s):
            return PEOPLE, f"The computer's clock was stepped by {by_s:+.1f} s; no timer changed"
        case ev.GapRecorded(what=what, seconds=seconds, reason=reason):
            return PEOPLE, _joined(f"{seconds:.0f} s of {what} missing", reason)
        case ev.Commented(text=text):
            return PEOPLE, f"Comment: {text}"
        case ev.Corrected(seq=seq, text=text, reason=reason):
            return PEOPLE, f"Correction of entry {seq}: {text} (reason: {reason})"
        case ev.ReviewSigned(meaning=meaning):
            return PEOPLE, f"Signed as {meaning}"
        case ev.DeviceTested(run=run):
            return PEOPLE, f"{run.device.model or run.device.kind.value} tested: {run.verdict.value}"
        case ev.ArchiveFound(sentence=sentence):
            return PEOPLE, sentence
        case ev.UnfitDeviceAccepted(objection=objection, reason=reason):
            return PEOPLE, f"{objection} All the same: {reason}"
        case _:
            return None


def _joined(text: str, more: str) -> str:
    return f"{text}: {more}" if more else text


def _limit(value: float | None) -> str:
    return "off" if value is None else f"{value:g}"


def _ml(value: Decimal | None, unit: str) -> str:
    return f"-- {unit}" if value is None else f"{plain(value)} {unit}"


def _command(command: PumpCommand) -> str:
    match command:
        case Program(rate_ml_h=rate, volume_ml=volume, syringe=syringe):
            return f"program {plain(volume)} mL at {plain(rate)} mL/h, {syringe}"
        case Start():
            return "start"
        case Pause():
            return "pause"
        case Resume():
            return "resume"
        case SetRate(rate_ml_h=rate):
            return f"rate {plain(rate)} mL/h"
        case Stop():
            return "stop"


def _outcome(outcome: Outcome) -> str:
    match outcome:
        case Confirmed(read_back=back):
            told = (
                ("rate", back.rate_ml_h, "mL/h"),
                ("volume", back.volume_ml, "mL"),
                ("counter", back.infused_ml, "mL"),
            )
            figures = [f"{name} {plain(value)} {unit}" for name, value, unit in told if value is not None]
            return f"Confirmed by read-back: {', '.join((back.state.value, *figures))}"
        case Refused(reason=reason):
            return f"Refused: {reason}"
        case _:
            return f"Unknown: {outcome.reason}"
