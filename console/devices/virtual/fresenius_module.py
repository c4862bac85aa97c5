"""One virtual Fresenius module: its drive and the application layer of its protocol.

Written from the facts of a public client. What those leave open is chosen here and said: ``PR`` takes the
rate in hexadecimal steps of 0.1 mL/h and starts, ``PV`` the limit in hexadecimal microlitres, the rate told
in a pause is zero unless ``keeps_rate``, the mode is told as 1 or 2.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

_HEX = re.compile(r"[0-9A-F]{1,8}")
HIGHEST_STEPS = 12000
MANUAL, REMOTE = "1", "2"
DONE = "C"


class VirtualModule:
    """A syringe pump in its place in the base."""

    def __init__(self, kind: str = "SIM ORCHESTRA DPS", *, keeps_rate: bool = False) -> None:
        """``keeps_rate``: in a pause it still tells the rate that is set."""
        self.kind = kind
        self.open = False
        self.running = False
        self.alarm = 0
        self.mode = MANUAL
        self.rate_steps = 0
        self.delivered_ul = 0.0
        self.watched = ""
        self._counted_from_ul = 0.0
        self._limit_ul = math.inf
        self._keeps_rate = keeps_rate
        self._told = ""

    def set_rate(self, rate_ml_h: Decimal) -> None:
        """Turn the rate at the panel; the pump works in steps of 0.1 mL/h and never goes above."""
        self.rate_steps = int(rate_ml_h * 10)

    def run(self) -> None:
        """Press start at the panel."""
        self.running = self.rate_steps > 0 and not self.alarm

    def advance(self, dt_s: float) -> None:
        """Deliver."""
        if not self.running:
            return
        step_ul = self.rate_steps * 100.0 * dt_s / 3600
        left_ul = self._counted_from_ul + self._limit_ul - self.delivered_ul
        self.delivered_ul += min(step_ul, max(0.0, left_ul))
        if step_ul >= left_ul:
            self.running = False

    def answer(self, message: str) -> str:
        """The reply to a message, without the address."""
        word, _, rest = message.partition(";")
        if word == "DC":
            self.open = True
            return DONE
        if not self.open:
            return "I;1E"
        if word == "FC":
            self.open = False
            return DONE
        if word in ("LE", "DE"):
            return self._tell(word, rest)
        if word == "LF":
            return f"C;b{self.kind}" if rest == "b" else "I;0B"
        if word in ("AE", "SI"):
            self.watched = "" if word == "AE" else self.watched
            return DONE
        return self._command(word, rest)

    def changed(self) -> str:
        """What a watched variable says now, empty when it says what it said before."""
        now = ";".join(self._value(letter) for letter in self.watched)
        before, self._told = self._told, now
        return now if now != before else ""

    def _tell(self, word: str, letters: str) -> str:
        if not letters or any(letter not in "aemdrks" for letter in letters):
            return "I;0B"
        if word == "DE":
            self.watched, self._told = letters, ""
            return DONE
        return "C;" + ";".join(self._value(letter) for letter in letters)

    def _value(self, letter: str) -> str:
        flow = self.rate_steps if self.running or self._keeps_rate else 0
        given = int(self.delivered_ul - self._counted_from_ul)
        values = {"a": self.alarm, "e": 0, "d": flow, "r": given, "k": 0, "s": 0}
        return letter + (self.mode if letter == "m" else f"{values[letter]:04X}")

    def _command(self, word: str, rest: str) -> str:
        if word == "MO":
            if rest not in (MANUAL, REMOTE):
                return "I;04"
            if rest == self.mode:
                return "I;06"
            self.mode = rest
            return DONE
        if word not in ("PR", "PO", "PV", "RV"):
            return "I;01"
        if self.mode != REMOTE:
            return "I;02"
        if word == "PO":
            self.running = False
        elif word == "RV":
            self._counted_from_ul = self.delivered_ul
        elif _HEX.fullmatch(rest) is None:
            return "I;04"
        elif word == "PV":
            self._limit_ul = float(int(rest, 16)) or math.inf
        elif self.alarm:
            return "I;12"
        elif not 0 < int(rest, 16) <= HIGHEST_STEPS:
            return "I;08"
        else:
            self.rate_steps, self.running = int(rest, 16), True
        return DONE
