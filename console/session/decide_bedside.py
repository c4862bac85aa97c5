"""At the bedside and afterwards: notes, scores, alarms, discharge, comments, signatures."""

from __future__ import annotations

from console.clinical import discharge as gate
from console.clinical import scales
from console.session import intents as ask
from console.session import patient_limits
from console.session.alarms import AUDIO_PAUSE_MAX_S, in_order
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import (
    AlarmAcknowledged,
    AudioPaused,
    AudioResumed,
    Care,
    CareNoted,
    Commented,
    Corrected,
    DischargeConfirmed,
    Discharged,
    Event,
    PanelRateExplained,
    PresenceConfirmed,
    ReviewSigned,
    ScoreRecorded,
    SessionClosed,
)
from console.session.interlocks import urgent_pause
from console.session.release import unmet
from console.session.state import IN_TREATMENT, OPEN, Phase

CARE_PHASES = OPEN - {Phase.DISCHARGED}


def care(ctx: Context, intent: ask.PersonIntent) -> Decision:
    """Everything a nurse does beside pump and order."""
    match intent:
        case ask.NoteCare():
            return _note(ctx, intent)
        case ask.RecordScore():
            return _score(ctx, intent)
        case ask.SetLimits() | ask.SwitchLimitsOff() | ask.SwitchLimitsOn() | ask.UseAutoLimits():
            if ctx.phase not in CARE_PHASES:
                return refuse("Limits belong to a patient: there is no open session.")
            return patient_limits.limits(ctx, intent)
        case ask.ExplainStop():
            return _explain(ctx, intent)
        case ask.ConfirmPresence():
            if ctx.phase not in OPEN:
                return refuse("There is no open session.")
            return accept(PresenceConfirmed())
        case ask.ExplainPanelRate():
            return _panel_rate(ctx, intent)
        case ask.ConfirmDischarge():
            return _confirm(ctx, intent)
        case ask.Discharge():
            return _discharge(ctx)
        case ask.CloseSession():
            if ctx.phase is not Phase.DISCHARGED:
                return refuse("The session can be closed after discharge.")
            return accept(SessionClosed())
        case _:
            return refuse("The console does not know this request: update the window.")


def _note(ctx: Context, intent: ask.NoteCare) -> Decision:
    if ctx.phase not in CARE_PHASES:
        return refuse("There is no open session to note this in.")
    if intent.care is Care.NOTE and not intent.note.strip():
        return refuse("Write the note first.")
    if not 0 <= intent.grade <= 3:
        return refuse("A grade is 1 mild, 2 moderate or 3 severe.")
    noted = CareNoted(intent.care, intent.happened_at, intent.note.strip(), intent.grade)
    asks_to_stop = intent.care is Care.ASKED_TO_STOP and ctx.phase is Phase.INFUSING
    return accept(noted, *urgent_pause(ctx, "the patient asked to stop")) if asks_to_stop else accept(noted)


def _score(ctx: Context, intent: ask.RecordScore) -> Decision:
    if ctx.phase not in CARE_PHASES:
        return refuse("There is no open session to score in.")
    try:
        result = scales.score(scales.scale(intent.scale), intent.items)
    except (KeyError, ValueError) as problem:
        return refuse(str(problem.args[0]))
    return accept(ScoreRecorded(intent.scale, intent.items, result.total))


def _explain(ctx: Context, intent: ask.ExplainStop) -> Decision:
    if ctx.session.ended is None:
        return refuse("The infusion has not ended.")
    if not intent.reason.strip():
        return refuse("Say why the infusion was stopped.")
    text = f"Reason of the stop: {intent.reason.strip()}"
    return accept(Commented(text, ctx.now.wall_utc_ns))


def _panel_rate(ctx: Context, intent: ask.ExplainPanelRate) -> Decision:
    if not ctx.session.panel_rate:
        return refuse("No rate was changed at the pump, or it was explained already.")
    if not intent.reason.strip():
        return refuse("Say who changed the rate at the pump, and why.")
    return accept(PanelRateExplained(intent.reason.strip()))


def _confirm(ctx: Context, intent: ask.ConfirmDischarge) -> Decision:
    if ctx.phase is not Phase.OBSERVING:
        return refuse("Discharge is prepared during observation.")
    if intent.item not in {item.id for item in gate.CONFIRMATIONS}:
        return refuse(f"There is no discharge criterion called {intent.item}.")
    return accept(DischargeConfirmed(intent.item, intent.ok))


def _discharge(ctx: Context) -> Decision:
    if ctx.phase is not Phase.OBSERVING or ctx.session.ended_at is None:
        return refuse("Only a patient under observation can be discharged.")
    reasons = unmet(ctx.state, ctx.now)
    if reasons:
        return refuse(*reasons)
    return accept(Discharged(round(ctx.seconds_since(ctx.session.ended_at) / 60, 1)))


# --- alarms ---------------------------------------------------------------------------------------


def hush(ctx: Context, intent: ask.Acknowledge | ask.PauseAudio | ask.ResumeAudio) -> Decision:
    """Acknowledging and pausing the sound; neither needs a name."""
    match intent:
        case ask.Acknowledge(alarm_id=alarm_id):
            seen = [
                alarm.raised.alarm_id
                for alarm in in_order(ctx.state.alarms)
                if alarm_id in {"", alarm.raised.alarm_id} and not (alarm.acknowledged and alarm.condition)
            ]
            if not seen:
                return refuse("There is no such alarm any more.")
            return accept(*(AlarmAcknowledged(one) for one in seen))
        case ask.PauseAudio(for_s=for_s):
            if ctx.state.audio_paused_until is not None:
                return refuse("The sound is paused already; it comes back by itself.")
            return accept(AudioPaused(min(max(for_s, 1.0), AUDIO_PAUSE_MAX_S)))
        case ask.ResumeAudio():
            if ctx.state.audio_paused_until is None:
                return refuse("The alarm sound is not paused.")
            return accept(AudioResumed("by hand"))


def silence_over(ctx: Context) -> tuple[Event, ...]:
    """The sound returns by itself."""
    until = ctx.state.audio_paused_until
    if until is None or ctx.now.mono_ns < until.mono_ns:
        return ()
    return (AudioResumed("the pause is over"),)


# --- afterwards -----------------------------------------------------------------------------------


def afterwards(ctx: Context, intent: ask.Comment | ask.Correct | ask.SignReview) -> Decision:
    """Comments, corrections and signatures; the record only ever grows."""
    match intent:
        case ask.Comment(text=text, at_wall_utc_ns=at):
            return accept(Commented(text.strip(), at)) if text.strip() else refuse("Write the comment first.")
        case ask.Correct(seq=seq, text=text, reason=reason, old=old):
            if not text.strip() or not reason.strip():
                return refuse("A correction needs the right text and the reason.")
            if seq > ctx.state.seq or seq < 1:
                return refuse("There is no such entry to correct.")
            return accept(Corrected(seq, text.strip(), reason.strip(), old))
        case ask.SignReview(session_id=session_id, record_hash=record_hash):
            open_now = ctx.state.session is not None and ctx.state.session.session_id == session_id
            if open_now and ctx.phase in IN_TREATMENT | {Phase.OBSERVING}:
                return refuse("The session is still going on: sign after it is closed.")
            if len(record_hash) != 64:
                return refuse("The record of this session could not be verified: it cannot be signed.")
            return accept(ReviewSigned(intent.meaning, record_hash, intent.covers_seq, intent.session_digest))
