"""The command set of the New Era NE-1000: what each word does to the pump and what it answers.

Source: New Era NE-1000 Series Multi-Phaser User Manual #1200-01, section 10.4 and its command
summary (the NE-500 OEM and NE-4000 manuals list the same set). A query is the word alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from console.devices.virtual.ne1000_flow import FUNCTIONS, PLAIN, WITH_PHASE
from console.devices.virtual.ne1000_memory import (
    BAUD_RATES,
    ML_PER_VOLUME_UNIT,
    PHASES,
    TRIGGER_MODES,
    CommandError,
    format_number,
    parse_integer,
    parse_number,
)
from console.devices.virtual.ne1000_model import Ne1000Model
from console.devices.virtual.ne1000_settings import (
    change_diameter,
    change_direction,
    change_rate,
    change_volume,
    rate_phase,
    shown_rate,
)

Command = Callable[[Ne1000Model, str], str]

_RATE = re.compile(r"[CI]?([0-9.]+)(UM|MM|UH|MH)?")
_ADDRESS = re.compile(r"(\d{1,2})(?:B(\d+))?")


def _need(possible: bool) -> None:
    if not possible:
        raise CommandError("?NA")


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise CommandError("?")
    return text


def _diameter(model: Ne1000Model, text: str) -> str:
    if text:
        change_diameter(model, parse_number(text))
        return ""
    return format_number(model.ram.diameter_mm)


def _phase_number(model: Ne1000Model, text: str) -> str:
    if text:
        _need(not model.operating)
        model.program.phase = parse_integer(text, 1, PHASES)
        return ""
    return f"{model.program.phase:02d}"


def _function(model: Ne1000Model, text: str) -> str:
    if not text:
        phase = model.edited
        return phase.function + ("" if phase.argument is None else _argument(phase.argument))
    name = next((text[:size] for size in (3, 2) if text[:size] in FUNCTIONS), None)
    if name is None:
        raise CommandError("?")
    argument = _parse_argument(name, text[len(name) :])
    _need(not model.operating)
    model.store_phase(lambda phase: replace(phase, function=name, argument=argument))
    return ""


def _parse_argument(name: str, text: str) -> Decimal | None:
    if name in PLAIN:
        if text:
            raise CommandError("?")
        return None
    if name in WITH_PHASE:
        return Decimal(parse_integer(text, 1, PHASES))
    if name == "OUT":
        return Decimal(parse_integer(text, 0, 1))
    if name == "PAS" and "." in text:
        seconds = parse_number(text)
        # Source: whole seconds to 99, or tenths below 10 s ("n.n").
        if seconds >= 10 or seconds != round(seconds, 1):
            raise CommandError("?OOR")
        return seconds
    return Decimal(parse_integer(text, 0 if name == "PAS" else 1, 99))


def _argument(value: Decimal) -> str:
    return f"{int(value):02d}" if value == int(value) else f"{value:.1f}"


def _rate(model: Ne1000Model, text: str) -> str:
    if not text:
        return format_number(shown_rate(model)) + model.edited.rate_unit
    match = _RATE.fullmatch(text)
    if match is None:
        raise CommandError("?")
    # Open choice: what the prefixes C and I mean is not documented; they are taken and ignored.
    change_rate(model, parse_number(match.group(1)), match.group(2))
    return ""


def _volume(model: Ne1000Model, text: str) -> str:
    if not text:
        return format_number(rate_phase(model).volume) + model.ram.volume_unit
    if text in ML_PER_VOLUME_UNIT:
        _need(not model.operating)
        model.store(lambda memory: replace(memory, volume_unit=text))
        return ""
    change_volume(model, parse_number(text))
    return ""


def _direction(model: Ne1000Model, text: str) -> str:
    if text:
        change_direction(model, _one_of(text, ("INF", "WDR", "REV", "STK")))
        return ""
    return rate_phase(model).direction


def _run(model: Ne1000Model, text: str) -> str:
    model.run(parse_integer(text, 1, PHASES) if text else None)
    return ""


def _event(model: Ne1000Model, text: str) -> str:
    model.event(parse_integer(text, 1, PHASES) if text else None)
    return ""


def _purge(model: Ne1000Model, text: str) -> str:
    _no_parameter(text)
    model.purge()
    return ""


def _stop(model: Ne1000Model, text: str) -> str:
    _no_parameter(text)
    model.stop()
    return ""


def _no_parameter(text: str) -> None:
    if text:
        raise CommandError("?")


def _nothing(model: Ne1000Model, text: str) -> str:
    del model
    _no_parameter(text)
    return ""


def _dispensed(model: Ne1000Model, text: str) -> str:
    _no_parameter(text)
    unit = model.ram.volume_unit
    per_ml = 1.0 / float(ML_PER_VOLUME_UNIT[unit])
    infused = format_number(model.drive.infused_ml * per_ml)
    withdrawn = format_number(model.drive.withdrawn_ml * per_ml)
    return f"I{infused}W{withdrawn}{unit}"


def _clear(model: Ne1000Model, text: str) -> str:
    counter = _one_of(text, ("INF", "WDR"))
    _need(not model.operating)
    if counter == "INF":
        model.drive.infused_ml = 0.0
    else:
        model.drive.withdrawn_ml = 0.0
    return ""


def _safe(model: Ne1000Model, text: str) -> str:
    if not text:
        return str(model.ram.safe_s)
    seconds = parse_integer(text, 0, 255)
    model.store(lambda memory: replace(memory, safe_s=seconds))
    return ""


def _switch(name: str) -> Command:
    def command(model: Ne1000Model, text: str) -> str:
        if not text:
            return model.ram.switches[name]
        value = str(parse_integer(text, 0, 1))
        model.store(lambda memory: memory.with_switch(name, value))
        return ""

    return command


def _trigger_mode(model: Ne1000Model, text: str) -> str:
    if not text:
        return model.ram.trigger
    mode = _one_of(text, TRIGGER_MODES)
    model.store(lambda memory: replace(memory, trigger=mode))
    return ""


def _output(model: Ne1000Model, text: str) -> str:
    model.program.pins[5] = _one_of(text, ("50", "51")) == "51"
    return ""


def _input(model: Ne1000Model, text: str) -> str:
    return "1" if model.program.pins[int(_one_of(text, ("2", "3", "4", "6")))] else "0"


def _buzzer(model: Ne1000Model, text: str) -> str:
    if not text:
        return "1" if model.buzzing else "0"
    if text[0] not in "01" or (text[0] == "0" and len(text) > 1):
        raise CommandError("?")
    beeps = parse_integer(text[1:], 0, 99) if len(text) > 1 else 0
    # A counted number of beeps is over before anybody can look; only a lasting sound is kept.
    model.buzzing = text[0] == "1" and beeps == 0
    return ""


def _address(model: Ne1000Model, text: str) -> str:
    if not text:
        return f"{model.ram.address:02d}"
    if text in ("DUAL", "RECP", "ALTR"):
        model.store(lambda memory: replace(memory, network=text))
        return ""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise CommandError("?OOR" if text.isdigit() else "?")
    address = int(match.group(1))
    baud = model.ram.baud if match.group(2) is None else int(match.group(2)[:6])
    if baud not in BAUD_RATES:
        raise CommandError("?OOR")
    model.store(lambda memory: replace(memory, address=address, baud=baud, network=""))
    return ""


def _reset(model: Ne1000Model, text: str) -> str:
    _no_parameter(text)
    model.reset_memory()
    return ""


_COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "": _nothing,
        "VER": _nothing,
        "DIA": _diameter,
        "PHN": _phase_number,
        "FUN": _function,
        "RAT": _rate,
        "VOL": _volume,
        "DIR": _direction,
        "RUN": _run,
        "E": _event,
        "PUR": _purge,
        "STP": _stop,
        "DIS": _dispensed,
        "CLD": _clear,
        "SAF": _safe,
        "TRG": _trigger_mode,
        "OUT": _output,
        "IN": _input,
        "BUZ": _buzzer,
        "*ADR": _address,
        "*RESET": _reset,
        **{name: _switch(name) for name in ("LN", "AL", "PF", "DIN", "ROM", "LOC", "BP")},
    }
)


def split_command(text: str) -> tuple[str, str] | None:
    """The command word and its parameters; None when the pump does not know the word.

    The empty command asks for the status alone.
    """
    for size in (6, 4, 3, 2, 1, 0):
        word = text[:size]
        if word in _COMMANDS and (word or not text):
            return word, text[len(word) :]
    return None


def execute(model: Ne1000Model, version: str, word: str, parameters: str) -> str:
    """Carry out one command; the data of its answer.

    Args:
        model: The pump.
        version: What it answers to ``VER``.
        word: A word :func:`split_command` knows.
        parameters: What follows it.

    Raises:
        CommandError: it was not carried out.
    """
    data = _COMMANDS[word](model, parameters)
    return version if word == "VER" else data
