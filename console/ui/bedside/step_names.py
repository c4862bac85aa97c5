"""Object names of what a nurse touches in the set-up steps; the autopilot and tests find widgets by them.

Every step is a widget named as below. Inside a step:

- ``primary``                 the one action, bottom right
- ``answer``                  what the room said to it
- ``key_0`` .. ``key_9``, ``key_point``, ``key_back``, ``key_clear``   pads (PIN, date, figures)
- ``abort``, ``reason_<text>``, ``reason_text``, ``reason_act``, ``reason_back``   leaving a session early

Sign-in: ``person_<user_id>``, ``pin_pad``.
Patient: ``patient_search``, ``patient_<patient_id>``, ``patient_add``, ``patient_back``, ``family_name``,
``given_name``, ``record_number``, ``sex_<sex>``, ``birth_date``, ``training``.
Arrival: ``arrival_identity``, ``arrival_checks``, ``arrival_weight``, ``arrival_baseline``, ``birth_date``,
``record_number``, ``yes_<item>``, ``no_<item>``, ``override_text``, ``override``, ``confirm_weight``,
``weight_pad``, ``baseline_reason``, ``by_hand``, ``systolic``, ``diastolic``, ``pressure_pad``,
``to_order`` (back in the order phase).
Order: ``protocol_<id>``, ``concentration_<mg/mL>``, ``brand_<brand>``, ``syringe_<name>``, ``order_amount``,
``order_minutes``, ``order_pad``, ``finding_<rule>``, ``back_to_arrival``.
Second person: ``person_<user_id>``, ``pin_pad``, ``check_weight``, ``check_concentration``, ``check_amount``,
``check_minutes``, ``check_pad``, ``withdraw``.
Program: ``withdraw``. Start: ``start`` (held), ``check_again``, ``program_again``, ``withdraw``.
Pause: ``resume`` (held), ``end``.
Observation: ``release_<scale>``, ``release_pressure``, ``release_gate``, ``release_stop_reason``,
``level_<item>_<score>``, ``confirm_<criterion>``.
"""

from __future__ import annotations

from typing import Final

SIGN_IN: Final = "step_sign_in"
PATIENT: Final = "step_patient"
ARRIVAL: Final = "step_arrival"
ORDER: Final = "step_order"
VERIFY: Final = "step_verify"
PROGRAM: Final = "step_program"
READY: Final = "step_ready"
PAUSED: Final = "step_paused"
RELEASE: Final = "step_release"
CLOSE: Final = "step_close"
