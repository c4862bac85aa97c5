"""The registry of what can go wrong on a serial line and in a device: SER-01 to SER-22."""

from __future__ import annotations

from typing import Final

from tests.faults import (
    serial_answers,
    serial_commands,
    serial_monitor,
    serial_noise,
    serial_ports,
    serial_pulls,
    serial_pump,
    serial_stop,
    serial_streams,
)
from tests.faults.bench import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "SER-01",
        "cable pulled at a random byte, at either end",
        "0 wrong values shown, stale <= 3 s, alarm <= 5 s, back <= 3 s",
        serial_pulls.pulls,
    ),
    Fault(
        "SER-02",
        "USB re-enumeration, two adapters swapped",
        "0 mis-bindings in 200",
        serial_ports.re_enumerations,
    ),
    Fault(
        "SER-03",
        "bits flipped on the wire",
        "CRC: 0 accepted; no checksum: two equal reads, 0 believed; 8-bit sum with parity: 0 wrong values, "
        "<= 0.01 % accepted; > 5 % a minute alarms",
        serial_noise.noise,
    ),
    Fault(
        "SER-04",
        "half frame, no end",
        "next good frame <= 1 s, <= 4096 bytes held",
        serial_streams.half_frames,
    ),
    Fault(
        "SER-05",
        "glued frames, garbage, fuzz",
        "no exception, no call > 50 ms, every glued frame found",
        serial_streams.fuzzed,
    ),
    Fault(
        "SER-06",
        "answers up to 5 s late",
        "0 mistaken in 10^5 interleavings",
        serial_answers.interleavings,
    ),
    Fault("SER-07", "every answer twice", "0 double transitions", serial_commands.duplicates),
    Fault(
        "SER-08",
        "answer lost after START or a rate was carried out",
        "never sent twice, known again <= 3 s after the line is back",
        serial_commands.lost_answers,
    ),
    Fault("SER-09", "answer to STOP lost", "alarm <= 2.0 s in all", serial_stop.lost_answers),
    Fault(
        "SER-10",
        "wrong device at the port",
        "20 devices: 0 control writes to one not identified",
        serial_ports.wrong_devices,
    ),
    Fault("SER-11", "second program at the port", "the second opener fails", serial_ports.second_openers),
    Fault(
        "SER-12",
        "wrong baud rate or parity",
        "said <= 5 s, no other speed tried",
        serial_ports.mismatches,
    ),
    Fault(
        "SER-13",
        "pump reset in mid-infusion",
        "high alarm <= 3 s, held, nothing sent, volume within a poll",
        serial_pump.resets,
    ),
    Fault(
        "SER-14",
        "pump off the mains",
        "notice <= 5 s, medium at 30 min, high at 10 min (+- 1)",
        serial_pump.batteries,
    ),
    Fault(
        "SER-15",
        "occlusion",
        "all mirrored <= 2 s, volume frozen, warning of the bolus",
        serial_pump.occlusions,
    ),
    Fault("SER-16", "near the end, and the end", "notice and end within 10 s", serial_pump.ends),
    Fault("SER-17", "another syringe set at the pump", "0 starts", serial_pump.syringes),
    Fault("SER-18", "rate turned at the pump", "high alarm <= 3 s", serial_pump.panel_rates),
    Fault(
        "SER-19",
        "probe off, vendor codes",
        "0 codes become figures, none shown, alarm in 10 to 15 s",
        serial_monitor.probes_off,
    ),
    Fault(
        "SER-20",
        "monitor repeats itself",
        "told after 30 +- 2 s, < 1 false in 1000 h",
        serial_monitor.freezes,
    ),
    Fault("SER-21", "ten times the data", "< 60 % of a core, lag <= 1 s", serial_monitor.floods),
    Fault("SER-22", "both devices lost", "one high alarm <= 5 s", serial_monitor.blindness),
)
