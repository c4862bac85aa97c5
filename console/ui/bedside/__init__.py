"""The bedside: set-up steps before the infusion, the live page from START to discharge.

- ``live_page``     the page: chooses between steps and live view
- ``live_asks``     what the live view asks of the room in place, and what came of it
- ``live_columns``  traces, numerics and delivery, always in the same places
- ``live_idle``     what stands there while nobody is signed in
- ``step_*``        one panel a set-up step, registered with ``BedsidePage.set_step_widget``
"""
