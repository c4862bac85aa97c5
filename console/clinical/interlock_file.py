"""Reads the interlock rules of a site and says whether they are in force.

The file is switched on in itself, named by the site director, and approved by the SHA-256 of its bytes:
an approval digest that is kept in ``room.toml``, not a cryptographic signature. A file that is switched
off, unnamed, unapproved or altered since gives no rules in force, and a sentence that says why.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

from console.clinical import scales
from console.clinical.interlock_rules import (
    CUFF_VITALS,
    OFF,
    Action,
    Beyond,
    Gates,
    InterlockRules,
    LinkLost,
    Lost,
    ScoredAtMost,
    Sign,
    Step,
    Trigger,
)
from console.clinical.toml_table import LibraryError, Table, parse_toml
from console.clinical.vitals import VITALS, Vital

COUNTDOWN_S = (1, 30)
"""Shortest and longest time a person has to cancel a proposed pause (site default)."""

LONGEST_HOLD_S = 600
LONGEST_CUFF_S = 60
LONGEST_CANCEL_S = 300


def digest_of(text: bytes) -> str:
    """The approval digest of a file: SHA-256 of its bytes, as hex."""
    return hashlib.sha256(text).hexdigest()


def load_interlocks(text: bytes, approved_sha256: str = "", what: str = "interlock file") -> InterlockRules:
    """The rules of a file, in force only if it is switched on, named and approved.

    A file that cannot be used never keeps a room from opening: the rules are then off, and say so.

    Args:
        text: The file.
        approved_sha256: The digest that was approved; empty when none was.
        what: How the file is called in sentences.
    """
    digest = digest_of(text)
    try:
        enabled, rules = _parsed(text, what)
    except LibraryError as error:
        return replace(OFF, words=f"Interlocks are off: {error}", faulty=True, digest=digest)
    rules = replace(rules, digest=digest)
    approved = approved_sha256.strip().lower()
    if not enabled:
        return replace(rules, words=OFF.words if not approved else _off("it is switched off in the file"))
    if not rules.signed_by or not rules.signed_on:
        why = f"nobody has put a name and a date into the {what}"
    elif not approved:
        why = f"the {what} was not approved: run 'infusion-console interlocks approve'"
    elif approved != digest:
        why = f"the {what} was altered after it was approved: restore it, or have it approved again"
    else:
        return replace(rules, armed=True, words=_armed(rules))
    return replace(rules, words=_off(why), faulty=True)


def read_rules(text: bytes, what: str = "interlock file") -> tuple[bool, InterlockRules]:
    """What the file says, for whoever has to approve it: switched on or not, and its rules.

    Raises:
        LibraryError: the file contradicts itself; the text names the place and says what to do.
    """
    enabled, rules = _parsed(text, what)
    return enabled, replace(rules, digest=digest_of(text))


def _off(why: str) -> str:
    return f"Interlocks are off: {why}."


def _armed(rules: InterlockRules) -> str:
    return f"Interlocks in force: version {rules.version}, {rules.signed_by}, {rules.signed_on}."


def _parsed(text: bytes, what: str) -> tuple[bool, InterlockRules]:
    top = parse_toml(text, what)
    enabled, version = top.flag("enabled"), top.whole("version")
    signed_by = top.text("signed_by", may_be_empty=True).strip()
    signed_on = top.text("signed_on", may_be_empty=True).strip()
    gates = _gates(top.table("gates"))
    steps: list[Step] = []
    for table in top.tables("rule", "id"):
        rule = table.text("id")
        if any(step.rule == rule for step in steps):
            raise table.problem("id", f"{rule} is given twice. Give each rule its own.")
        title = table.text("title")
        for place, line in enumerate(table.tables("step", "action"), start=1):
            steps.append(_step(line, f"{rule}.{place}", rule, title))
        table.finish()
    top.finish()
    return enabled, InterlockRules(
        False, OFF.words, False, version, signed_by, signed_on, "", gates, tuple(steps)
    )


def _gates(table: Table) -> Gates:
    gates = Gates(
        samples=table.whole("samples"),
        pulse_apart=float(table.positive("pulse_apart")),
        cuff_after_s=float(table.number("cuff_after_s")),
        cuff_longest_s=float(table.number("cuff_longest_s")),
        repeat_after_s=float(table.positive("repeat_after_s")),
        cancel_holds_s=float(table.positive("cancel_holds_s")),
    )
    if gates.samples < 2:
        raise table.problem("samples", "must be 2 or more: one sample alone proves nothing. Correct it.")
    if gates.pulse_apart >= 1:
        raise table.problem("pulse_apart", "is a part of the heart rate: 0.10 is 10 %. Correct it.")
    if gates.cuff_longest_s > LONGEST_CUFF_S:
        raise table.problem("cuff_longest_s", f"may not be above {LONGEST_CUFF_S} s. Correct it.")
    if gates.cancel_holds_s > LONGEST_CANCEL_S:
        raise table.problem("cancel_holds_s", f"may not be above {LONGEST_CANCEL_S} s. Correct it.")
    table.finish()
    return gates


def _step(table: Table, key: str, rule: str, title: str) -> Step:
    trigger = _trigger(table)
    for_s = float(table.number("for_s")) if table.has("for_s") else 0.0
    if for_s > LONGEST_HOLD_S:
        raise table.problem("for_s", f"may not be above {LONGEST_HOLD_S} s. Correct it.")
    action = table.text("action")
    if action not in set(Action):
        raise table.problem("action", f"{action} is not known. There is: {', '.join(Action)}.")
    countdown_s = 0.0
    if action == Action.PROPOSE:
        countdown_s = float(table.positive("countdown_s"))
        low, high = COUNTDOWN_S
        if not low <= countdown_s <= high:
            raise table.problem("countdown_s", f"is {low} to {high} seconds. Correct it.")
    table.finish()
    return Step(key, rule, title, trigger, for_s, Action(action), countdown_s)


def _trigger(table: Table) -> Trigger:
    given = [key for key in ("signs", "lost", "link_lost", "score") if table.has(key)]
    if len(given) != 1:
        raise table.problem("step", "needs exactly one of: signs, lost, link_lost, score. Correct it.")
    match given[0]:
        case "signs":
            return _beyond(table)
        case "lost":
            return Lost(_vital(table, "lost"))
        case "link_lost":
            if not table.flag("link_lost"):
                raise table.problem("link_lost", "can only be true. Remove the step instead.")
            return LinkLost()
        case _:
            limit = table.number("at_or_below")
            if limit != int(limit):
                raise table.problem("at_or_below", f"must be a whole number, not {limit}. Correct it.")
            return ScoredAtMost(_scale(table), int(limit))


def _beyond(table: Table) -> Beyond:
    signs = tuple(_sign(one) for one in table.tables("signs", "vital"))
    need = table.whole("need") if table.has("need") else 1
    if need > len(signs):
        raise table.problem("need", f"is {need}, but there are {len(signs)} signs. Correct it.")
    measurements = table.whole("measurements") if table.has("measurements") else 1
    of_the_cuff = [sign.vital in CUFF_VITALS for sign in signs]
    if any(of_the_cuff) and not all(of_the_cuff):
        raise table.problem("signs", "mixes the cuff with continuous values. Make two steps of it.")
    if measurements > 1 and not all(of_the_cuff):
        raise table.problem("measurements", "is for the cuff alone; others use for_s. Remove it.")
    return Beyond(signs, need, measurements)


def _sign(table: Table) -> Sign:
    vital = _vital(table, "vital")
    below, above = _bound(table, "below", vital), _bound(table, "above", vital)
    if below is None and above is None:
        raise table.problem("vital", "needs a bound: below, above or both. Add it.")
    if below is not None and above is not None and below >= above:
        raise table.problem("below", "must be under above: every value would pass. Correct it.")
    table.finish()
    return Sign(vital, below, above)


def _vital(table: Table, key: str) -> Vital:
    name = table.text(key)
    if name not in set(Vital):
        raise table.problem(key, f"{name} is no vital sign. There is: {', '.join(Vital)}.")
    return Vital(name)


def _bound(table: Table, key: str, vital: Vital) -> float | None:
    if not table.has(key):
        return None
    bound: Decimal = table.number(key)
    kind = VITALS[vital]
    if not kind.lowest <= bound <= kind.highest:
        raise table.problem(key, f"{bound} is outside {kind.lowest:g} to {kind.highest:g}. Correct it.")
    return float(bound)


def _scale(table: Table) -> str:
    name = table.text("score")
    try:
        scales.scale(name)
    except scales.ScaleError:
        raise table.problem("score", f"{name} is no scale of this console. Correct it.") from None
    return name
