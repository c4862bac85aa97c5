"""Taking an infusion up again after a restart: it is kept going only when it is the one of the record.

Nothing is sent here but questions.
"""

from __future__ import annotations

from decimal import Decimal

from console.devices.ports import Link
from console.devices.pumps.alaris_delivery import LAST_DIGIT_RATE, LAST_DIGIT_VOLUME, agrees
from console.devices.pumps.alaris_exchange import AlarisExchange
from console.devices.pumps.alaris_words import Infusion, read_limit
from console.devices.pumps.command_endings import NoAnswer
from console.session.pump import Begun

SLOWEST_ANSWERS_S = 4
"""Between the counter and the limit, with repeated questions."""
MOST_LOOKS = 3


class TakingUp:
    """Waits for the first reading after a restart.

    Attributes:
        not_kept: Why what runs is not kept going, as part of a sentence; empty when it is, or nothing runs.
    """

    def __init__(self) -> None:
        self.not_kept = ""
        self._expected: Begun | None = None
        self._looks_left = MOST_LOOKS

    def expect(self, begun: Begun) -> None:
        """What the record says is running."""
        self._expected, self._looks_left = begun, MOST_LOOKS

    def drop(self) -> None:
        """Nothing is taken up any more: delivery is programmed, or stopped."""
        self._expected, self.not_kept = None, ""

    def look(self, exchange: AlarisExchange, link: Link, infusion: Infusion) -> Begun | None:
        """What is to be kept going from now on, if this is it.

        Raises:
            NoAnswer: its limit was not told; look again.
            LinkLost, Interrupted: from the exchange.
        """
        begun = self._expected
        if not infusion.running:
            self.drop()
        if begun is None or not infusion.running:
            return None
        self._looks_left -= 1
        try:
            limit_ml = exchange.ask(link, ("INF_VTBI",), read_limit)
        except NoAnswer:
            if self._looks_left > 0:
                raise
            limit_ml = None
        self._expected, self.not_kept = None, another_infusion(begun, infusion, limit_ml)
        return None if self.not_kept else begun


def another_infusion(begun: Begun, infusion: Infusion, limit_ml: Decimal | None) -> str:
    """Why what the pump gives is not what was begun from here; empty when it is.

    Whether the limit counts down is not documented: it has to be the whole volume, or what remains of it.
    """
    program = begun.program
    # The pump goes on between the two answers, for as long as a question may take.
    slack_ml = infusion.rate_ml_h * SLOWEST_ANSWERS_S / 3600 + 2 * LAST_DIGIT_VOLUME
    if infusion.serial != begun.serial:
        return f"the pump {infusion.serial} answers instead of {begun.serial}"
    if not agrees(begun.rate_ml_h, infusion.rate_ml_h, LAST_DIGIT_RATE):
        return f"the pump gives {infusion.rate_ml_h} mL/h instead of {begun.rate_ml_h}"
    if not begun.infused_ml - LAST_DIGIT_VOLUME <= infusion.infused_ml <= program.volume_ml:
        return f"its counter stands at {infusion.infused_ml} mL, last read was {begun.infused_ml}"
    whole = limit_ml is not None and agrees(program.volume_ml, limit_ml, LAST_DIGIT_VOLUME)
    left = limit_ml is not None and -slack_ml <= infusion.infused_ml + limit_ml - program.volume_ml <= 0
    if not whole and not left:
        found = "has no volume limit" if limit_ml is None else f"stops after {limit_ml} mL"
        return f"the pump {found}, programmed were {program.volume_ml} mL"
    return ""
