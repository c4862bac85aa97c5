"""What a virtual S/5 monitor makes of the patient: parameter groups, status bits, alarm texts.

Source of offsets, scales and bits: GE "S/5 Datex-Ohmeda Record Interface" 8005313, 12th edition,
sections 3 and 4. The alarm limits are this simulator's own and stand for a monitor's defaults.
"""

from __future__ import annotations

from console.clinical.vitals import NibpState
from console.devices.virtual.body import Numerics
from console.devices.virtual.s5_wire import ACTIVE, EXISTS, NO_VALUE, NOT_UPDATED, Block, count

AMBIENT_MMHG = 760.0
"""Sea level, standard atmosphere."""

SOURCE_ECG = 1 << 3
SOURCE_PLETH = 6 << 3
ECG_ARTEFACT = 1 << 8
CHANNELS_OFF = 0b111 << 11
LEAD_II = 2 << 8
CO2_APNOEA = 1 << 2
NIBP_MEASURING = 1 << 5
NIBP_OLD = 1 << 8
OLD_AFTER_S = 60.0

WHITE, YELLOW, RED = 1, 2, 3
SPO2_LOW, SPO2_VERY_LOW = 90.0, 85.0
HR_HIGH, HR_LOW = 130.0, 45.0
RR_LOW = 8.0
SYS_HIGH = 180.0


def groups(seen: Numerics) -> tuple[Block, ...]:
    """The groups of the modules this monitor has: ECG, NIBP, T1, SpO2 and CO2."""
    return (*_ecg(seen), _nibp(seen), _temperature(seen), _spo2(seen), _co2(seen))


def _ecg(seen: Numerics) -> tuple[Block, Block]:
    """With the leads off the monitor shows the pulse rate as heart rate, and says so in the source."""
    source = SOURCE_ECG if seen.hr is not None else CHANNELS_OFF | (SOURCE_PLETH if seen.pr else 0)
    status = EXISTS | ACTIVE | source | (ECG_ARTEFACT if seen.artefact else 0)
    rate = seen.pr if seen.hr is None else seen.hr
    impedance = None if seen.hr is None else seen.rr
    flat = 0 if seen.hr is not None else NO_VALUE
    main = Block(0, (count(rate, 1), flat, flat, flat, count(impedance, 1)), status, LEAD_II)
    hr = count(seen.hr, 1)
    return main, Block(226, (hr, hr, hr), status=None)


def _nibp(seen: Numerics) -> Block:
    cuff, label = seen.cuff, 0
    if seen.cuff_state is NibpState.MEASURING:
        return Block(72, (NOT_UPDATED,) * 4, label=NIBP_MEASURING)
    if seen.cuff_state is NibpState.FAILED or cuff is None:
        return Block(72, (NO_VALUE,) * 4)
    if cuff.age_s > OLD_AFTER_S:
        label = NIBP_OLD
    pressures = (count(value, 100) for value in (cuff.systolic, cuff.diastolic, cuff.mean))
    return Block(72, (*pressures, count(cuff.pulse, 1)), label=label)


def _temperature(seen: Numerics) -> Block:
    return Block(86, (count(seen.temp, 100),), EXISTS | (0 if seen.temp is None else ACTIVE))


def _spo2(seen: Numerics) -> Block:
    values = (count(seen.spo2, 100), count(seen.pr, 1), count(seen.perfusion, 100), NO_VALUE)
    return Block(118, values, EXISTS | (0 if seen.spo2 is None else ACTIVE))


def _co2(seen: Numerics) -> Block:
    connected = seen.etco2 is not None or seen.rr is not None
    status = EXISTS | (ACTIVE if connected else 0) | (CO2_APNOEA if seen.apnoea and connected else 0)
    per_mmhg = 10_000 / AMBIENT_MMHG
    values = (
        count(seen.etco2, per_mmhg),
        count(seen.fico2, per_mmhg),
        count(seen.rr, 1),
        count(AMBIENT_MMHG, 10),
    )
    return Block(132, values, status)


def alarm_texts(seen: Numerics) -> dict[str, int]:
    """The texts on the monitor's alarm lines with their colours."""
    told: dict[str, int] = {}
    if seen.apnoea:
        told["APNEA"] = RED
    if seen.spo2 is None:
        told["SpO2 PROBE OFF"] = YELLOW
    elif seen.spo2 < SPO2_LOW:
        told["SpO2 LOW"] = RED if seen.spo2 < SPO2_VERY_LOW else YELLOW
    if seen.hr is None:
        told["ECG LEADS OFF"] = YELLOW
    elif not HR_LOW <= seen.hr <= HR_HIGH:
        told["HR HIGH" if seen.hr > HR_HIGH else "HR LOW"] = YELLOW
    if seen.rr is not None and not seen.apnoea and seen.rr < RR_LOW:
        told["RESP RATE LOW"] = YELLOW
    if seen.cuff_state is NibpState.FAILED:
        told["NIBP: UNABLE TO MEASURE"] = WHITE
    elif seen.cuff is not None and seen.cuff.systolic > SYS_HIGH:
        told["NIBP SYS HIGH"] = YELLOW
    if seen.artefact:
        told["ARTEFACT"] = WHITE
    return told
