"""The interlocks: a rule that holds proposes a pause, a person may cancel it, the room asks for it.

They only ever pause. Nothing here starts, raises or resumes delivery, and after a pause nothing but a
person does. A pause that was asked for is asked again until the pump has halted.
"""

from __future__ import annotations

from collections.abc import Iterator

from console.clinical.interlock_rules import (
    PAUSING,
    Action,
    Beyond,
    LinkLost,
    Lost,
    ScoredAtMost,
    Sign,
    Step,
)
from console.clinical.vitals import VITALS, Vital
from console.clock import Instant
from console.session import intents as ask
from console.session.alarms import Condition
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import (
    CommandRequested,
    CommandResolved,
    Event,
    HandworkAsked,
    PauseProposalCancelled,
    PauseProposalEnded,
    PauseProposed,
    Priority,
)
from console.session.holds import Truth
from console.session.interlock_senses import beyond_now, satisfied, trusted
from console.session.pump import LinkState, Pause, Unknown
from console.session.site import PUMP, Site
from console.session.state import IN_TREATMENT, OPEN, PauseAsked, Phase, Session, State
from console.session.unattended import lease_words, not_kept_words
from console.session.watch import Watch

PAUSE_CONFIRMED_S = 2.0
"""A pause the pump has not confirmed after this is an alarm (reliability target)."""

ASKED_AGAIN_S = 1.0
URGENT_EXPIRES_S = 5.0
"""A pause may wait for an exchange that is under way: late, it still only lowers delivery."""

BY_HAND_S = 15.0
"""How long a pause a nurse asked for may take at the pump itself before it alarms (site default, needs the
medical director's signature)."""

GIVEN_UP = "a pause was more urgent than its answer"


# --- deciding -------------------------------------------------------------------------------------


def interlock_events(ctx: Context) -> tuple[Event, ...]:
    """What the rules decide now: propose, end a proposal, ask for the pause, ask again."""
    session = ctx.state.session
    if session is None:
        return ()
    if session.proposal is not None:
        over = _over(ctx, session)
        if over:
            return (PauseProposalEnded(session.proposal.proposed.proposal_id, over),)
        if ctx.now.mono_ns >= session.proposal.ends.mono_ns:
            return _pause_now(ctx, session.proposal.proposed)
    elif session.pause_asked is not None and ctx.phase is Phase.INFUSING:
        return _asked_again(ctx, session)
    return _proposed(ctx, session)


def urgent_pause(ctx: Context, reason: str = "") -> tuple[Event, ...]:
    """A pause that waits for nothing: an answer that is still due becomes unknown.

    A pump that can only be read is paused by a person: it is asked for, loudly, and nothing is sent.
    """
    if ctx.state.supervised:
        task = ctx.session.handwork
        asked = task is not None and isinstance(task.asked.command, Pause)
        return () if asked else (HandworkAsked(ctx.new_id(), Pause(), reason),)
    flight = ctx.state.in_flight
    if flight is not None and isinstance(flight.request.command, Pause):
        return ()
    given_up = () if flight is None else (CommandResolved(flight.request.command_id, Unknown(GIVEN_UP)),)
    return (*given_up, CommandRequested(ctx.new_id(), Pause(), URGENT_EXPIRES_S))


def cancel_proposal(ctx: Context, intent: ask.CancelPauseProposal) -> Decision:
    """A person keeps the infusion going, with a reason; the rules that spoke are quiet for a while."""
    session = ctx.state.session
    proposal = None if session is None else session.proposal
    if proposal is None or proposal.proposed.proposal_id != intent.proposal_id:
        return refuse("This pause is no longer proposed: look at the pump's state.")
    if not intent.reason.strip():
        return refuse("Say why the infusion goes on.")
    wanted = (step.rule for step in _wanting(ctx.state, ctx.watch, ctx.site))
    rules = tuple(dict.fromkeys((proposal.proposed.rule, *wanted)))
    return accept(PauseProposalCancelled(intent.proposal_id, intent.reason.strip(), rules))


def resume_objections(ctx: Context) -> tuple[str, ...]:
    """Why nothing may be resumed: a rule that asks for a pause is not over, or cannot be judged."""
    rules = ctx.site.interlocks
    if not rules.armed:
        return ()
    said = {
        step.rule: f"{step.title} ({step.rule}: {step.trigger.words}) is not over: wait until it is, "
        "or end the infusion."
        for step in rules.steps
        if step.action in PAUSING and step.key in ctx.watch.gates.held
    }
    watched = any(isinstance(s.trigger, Lost) and s.trigger.vital is Vital.SPO2 for s in rules.steps)
    if watched and trusted(ctx.watch, Vital.SPO2, ctx.site, ctx.now) is None and not said:
        return ("There is no SpO₂ that can be trusted: put the probe on and wait for a value.",)
    return tuple(said.values())


def _wanting(state: State, watch: Watch, site: Site) -> tuple[Step, ...]:
    """The steps that ask for a pause now."""
    rules = site.interlocks
    if not rules.armed or state.phase is not Phase.INFUSING:
        return ()
    return tuple(
        step for step in rules.steps if step.action in PAUSING and satisfied(step, watch.gates, rules.gates)
    )


def _proposed(ctx: Context, session: Session) -> tuple[Event, ...]:
    if ctx.state.stop is not None and not ctx.state.stop.confirmed:
        return ()
    wanting = [step for step in _wanting(ctx.state, ctx.watch, ctx.site) if not _is_cancelled(ctx, step)]
    if not wanting:
        return ()
    step = min(wanting, key=lambda one: one.countdown_s)
    pending = session.proposal
    ended: tuple[Event, ...] = ()
    if pending is not None:
        if ctx.now.plus(step.countdown_s).mono_ns >= pending.ends.mono_ns:
            return ()
        ended = (PauseProposalEnded(pending.proposed.proposal_id, "something more urgent came up"),)
    proposed = PauseProposed(ctx.new_id(), step.rule, _message(ctx, step), step.countdown_s)
    if step.countdown_s > 0:
        return (*ended, proposed)
    return (*ended, proposed, *_pause_now(ctx, proposed))


def _is_cancelled(ctx: Context, step: Step) -> bool:
    cancelled = ctx.session.cancelled.get(step.rule)
    return cancelled is not None and ctx.seconds_since(cancelled) < ctx.site.interlocks.gates.cancel_holds_s


def _pause_now(ctx: Context, proposed: PauseProposed) -> tuple[Event, ...]:
    # The request first: it takes its reason from the proposal that is still there.
    why = "a person was asked to pause at the pump" if ctx.state.supervised else "the pause was sent"
    return (*urgent_pause(ctx, proposed.message), PauseProposalEnded(proposed.proposal_id, why))


def _asked_again(ctx: Context, session: Session) -> tuple[Event, ...]:
    asked, link = session.pause_asked, ctx.state.links.get(PUMP)
    if asked is None or not asked.by_room or ctx.state.in_flight is not None:
        return ()
    if ctx.state.stop is not None or ctx.seconds_since(asked.last_at) < ASKED_AGAIN_S:
        return ()
    if ctx.state.supervised:
        return ()  # its alarm goes on until the pump reads as paused
    answering = link is not None and link.state is LinkState.ANSWERING
    return urgent_pause(ctx) if answering else ()


def _over(ctx: Context, session: Session) -> str:
    """Why a proposal comes to its end without a pause; empty while it stands."""
    if session.proposal is None or ctx.phase is not Phase.INFUSING:
        return "the infusion is not running"
    if ctx.state.stop is not None and not ctx.state.stop.confirmed:
        return "STOP was pressed"
    if session.pause_asked is not None:
        return "a pause was asked for"
    rules = ctx.site.interlocks
    if not rules.armed:
        return "the interlocks are off"
    steps = [s for s in rules.of(session.proposal.proposed.rule) if s.action in PAUSING]
    holds = ctx.watch.gates
    normal = all(s.key not in holds.held and holds.truths.get(s.key) is Truth.FALSE for s in steps)
    return "its reason is over" if normal else ""


def _message(ctx: Context, step: Step) -> str:
    session = ctx.session
    beyond = beyond_now(step, ctx.watch, session, ctx.site, ctx.now)
    found = ", ".join(_figure(sign, value) for sign, value in beyond.items()) or step.trigger.words
    return f"{step.title}: {found} (rule {step.rule}: {step.words})"


def _figure(sign: Sign, value: float) -> str:
    kind = VITALS[sign.vital]
    return f"{kind.label} {value:.{kind.places}f} {kind.shown_unit}"


# --- what is wrong --------------------------------------------------------------------------------


def interlock_conditions(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    """Alarm conditions of the rules, of the pause that was asked for, and of the lease."""
    session, rules = state.session, site.interlocks
    if rules.faulty and state.phase in OPEN:
        yield Condition("interlocks_off", Priority.MEDIUM, rules.words, False)
    if watch.lease_withheld and state.phase is Phase.INFUSING:
        words = lease_words(state, site, watch.lease_withheld)
        yield Condition("lease_withheld", Priority.HIGH, words, False, latched=True)
    if watch.pump is not None and watch.pump.not_kept and state.phase is Phase.INFUSING:
        words = not_kept_words(state, site, watch.pump.not_kept)
        yield Condition("not_kept", Priority.HIGH, words, False, latched=True)
    if session is None or state.phase not in IN_TREATMENT:
        return
    asked = session.pause_asked
    infusing = state.phase is Phase.INFUSING
    if infusing and asked is not None and state.supervised:
        yield from _by_hand(asked, now)
    elif infusing and asked is not None and now.seconds_since(asked.first_at) >= PAUSE_CONFIRMED_S:
        yield Condition(
            "pause_unconfirmed", Priority.HIGH, "PAUSE NOT CONFIRMED - PAUSE OR STOP AT THE PUMP", False,
            latched=True,
        )  # fmt: skip
    proposed = None if session.proposal is None else session.proposal.proposed
    if proposed is not None and infusing:
        yield Condition(
            f"proposal_{proposed.rule}", Priority.HIGH,
            f"{'Pause at the pump' if state.supervised else 'The infusion will be paused'}: "
            f"{proposed.message}", True,
        )  # fmt: skip
    if rules.armed:
        yield from _of_rules(watch, site, session, now, quiet=proposed is not None and infusing)


def _by_hand(asked: PauseAsked, now: Instant) -> Iterator[Condition]:
    """A pause only a person can make: at once when a rule or the patient asks, else after a while."""
    if asked.reason or now.seconds_since(asked.first_at) >= BY_HAND_S:
        words = f": {asked.reason}" if asked.reason else ""
        yield Condition(
            "pause_unconfirmed", Priority.HIGH, f"PAUSE AT THE PUMP, it still infuses{words}", False,
            latched=True,
        )  # fmt: skip


def _of_rules(watch: Watch, site: Site, session: Session, now: Instant, quiet: bool) -> Iterator[Condition]:
    """One alarm a rule, its gravest step; none where an alarm limit or a lamp says the same already.

    While values are missing nothing is asserted of them, so that the alarm sounds anew when they return.
    ``quiet``: a pause is being proposed, which is an alarm of its own.
    """
    gravest: dict[str, tuple[Step, Priority]] = {}
    for step in site.interlocks.steps:
        if watch.gates.truths.get(step.key) is Truth.UNKNOWN:
            continue
        if (quiet and step.action in PAUSING) or not satisfied(step, watch.gates, site.interlocks.gates):
            continue
        priority = Priority.MEDIUM if step.action is Action.MEDIUM else Priority.HIGH
        if _is_said(step, priority, watch):
            gravest.pop(step.rule, None)
        elif step.rule not in gravest or priority is Priority.HIGH:
            gravest[step.rule] = (step, priority)
    for rule, (step, priority) in gravest.items():
        beyond = beyond_now(step, watch, session, site, now)
        found = ", ".join(_figure(sign, value) for sign, value in beyond.items()) or step.trigger.words
        technical = isinstance(step.trigger, Lost | LinkLost)
        more = ": measure again after a minute" if _asks_for_the_cuff(step) else ""
        yield Condition(
            f"rule_{rule}", priority, f"{step.title}: {found}{more} (rule {rule})", not technical,
            latched=priority is Priority.HIGH,
        )  # fmt: skip


def _asks_for_the_cuff(step: Step) -> bool:
    trigger = step.trigger
    return isinstance(trigger, Beyond) and trigger.of_the_cuff and trigger.measurements == 1


def _is_said(step: Step, priority: Priority, watch: Watch) -> bool:
    """Whether another alarm of at least this priority is true for the same reason."""
    codes = set(watch.since)
    match step.trigger:
        case Beyond(signs=signs):
            grave = {f"{sign.vital}_{side}_extreme" for sign in signs for side in _sides(sign)}
            if any(sign.vital is Vital.RR for sign in signs):
                grave.add("apnoea")
            light = {f"{sign.vital}_{side}" for sign in signs for side in _sides(sign)}
            return bool(codes & (grave if priority is Priority.HIGH else grave | light))
        case Lost(vital=vital):
            return priority is Priority.MEDIUM and f"{vital}_none" in codes
        case LinkLost():
            return any(code.endswith("_link") or code == "blind" for code in codes)
        case ScoredAtMost(scale=scale):
            return f"{scale}_low" in codes


def _sides(sign: Sign) -> tuple[str, ...]:
    return tuple(side for side, bound in (("low", sign.below), ("high", sign.above)) if bound is not None)
