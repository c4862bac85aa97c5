"""The tables of the research export and what each column means; printed beside every export."""

from __future__ import annotations

TABLES: dict[str, dict[str, str]] = {
    "subjects": {
        "subject": "Pseudonym, the same in every export of this clinic",
        "age": "Years at the first infusion; 90 stands for 90 and above",
        "sex": "Administrative sex",
        "indications": "Codes of the indication catalogue, separated by spaces",
        "treatments_before": "How many earlier treatments were recorded",
        "suitability": "Last decision: suitable, with_conditions, deferred, not_suitable",
        "onward": "Last decision after a series: maintain, extend, stop",
        "interval_days": "Interval of maintenance",
    },
    "sessions": {
        "subject": "Pseudonym",
        "session": "Pseudonym of the session",
        "number": "Infusions of this person in order, 1 for the first",
        "date": "Day, moved by the person's own number of days",
        "day_of_course": "Days since the first infusion; true, not moved",
        "protocol": "Protocol of the drug library",
        "weight_kg": "Weight of the day",
        "ordered_mg": "Dose ordered, milligrams of ketamine base",
        "given_mg": "Dose given by the pump's own counter; empty when it was lost",
        "minutes": "From the start to the end of delivery, pauses included",
    },
    "outcomes": {
        "subject": "Pseudonym",
        "outcome": "Pseudonym of this filled-in questionnaire",
        "session": "Session it belongs to, empty for none",
        "date": "Day, moved",
        "day_of_course": "Days since the first infusion, below zero before it; true, not moved",
        "instrument": "Id of the questionnaire",
        "version": "Version of its file",
        "total": "Score; empty for an instrument without",
        "band": "Band of the score",
        "by_patient": "Answered by the person on the screen",
    },
    "answers": {
        "subject": "Pseudonym",
        "outcome": "Questionnaire it belongs to",
        "item": "Id of the item",
        "answer": "Value of the answer",
    },
    "effects": {
        "subject": "Pseudonym",
        "session": "Session it belongs to, empty for none",
        "kind": "expected or adverse",
        "effect": "Code of the effect catalogue",
        "grade": "Strength 1 to 3 of an expected effect; worst grade 1 to 5 of an adverse one",
        "serious": "Threatened life, needed hospital, or left harm behind",
        "minute": "Minutes since the start of the infusion",
        "lasted_min": "Minutes it lasted; empty while it goes on and for expected ones",
    },
    "vitals": {
        "subject": "Pseudonym",
        "session": "Pseudonym of the session",
        "date": "Day, moved",
        "part": "before, during or after the infusion; during counts pauses",
        "vital": "Which sign: hr, spo2, nibp_sys ... in beats, per cent, mmHg, breaths, degrees Celsius",
        "figures": "How many there are; seconds for what is measured all the time, inflations for a cuff",
        "mean": "Their mean",
        "lowest": "The lowest of them",
        "highest": "The highest of them",
        "first": "The first of them",
        "last": "The last of them",
    },
}

ABOUT = """De-identified export of the infusion-room console. Research software, not a medical device.

What is in it: the tables below, as CSV (UTF-8), as JSON, and as Parquet where pyarrow is installed.
What is not: names, record numbers, ids, true dates, any free text, and sessions of training.

Pseudonyms and the number of days by which a person's dates are moved (1 to 364 into the past) follow from
a key that stays in the clinic. Whoever has the key can undo both: never hand it over with an export.
Moved dates are more than the safe harbour of 45 CFR 164.514(b)(2) allows. Before this leaves the clinic it
needs an expert's determination (164.514(b)(1)) or a data use agreement (164.514(e)), and an ethics board.
"""


def about() -> str:
    """The text that is put beside the tables."""
    lines = [ABOUT]
    for table, columns in TABLES.items():
        lines.append(f"{table}")
        lines += [f"  {name:18} {meaning}" for name, meaning in columns.items()]
        lines.append("")
    return "\n".join(lines)
