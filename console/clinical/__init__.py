"""Pure clinical knowledge: what is dosed, measured, scored and allowed, with its source beside it.

Nothing here does I/O, starts a thread or reads a clock; every function gives the same answer for the
same arguments. Text of library files and instants of time are handed in.

- ``finding``      one judgement of an order: how grave, which rule, which library, what to do
- ``protocol``     the shapes of the drug library; ``library`` and ``toml_table`` read them from TOML
- ``order``        what is asked for, for whom and with what; ``dosing`` makes a checked plan of it;
                   ``order_checks`` holds the limits, ``slip_guards`` the guards against slips of the
                   finger and the unit; ``titration`` judges a rate change and knows the ceilings
- ``weight``       actual, ideal and adjusted body weight
- ``preparation``  vial strengths and how to dilute them
- ``entry``        the numeric keypad; ``spoken`` numbers in words; ``verify`` the second person's
                   blind re-entry
- ``vitals``       vital signs and their codes; ``limits`` alarm limits; ``hold`` when not to start,
                   when to tell the prescriber and when to suggest a pause
- ``arrival``      the arrival checklist and the baseline pressure; ``cadence`` when what is due
- ``scales``       sedation, dissociation and recovery scores; ``discharge`` the gate to going home
- ``pk``           ketamine concentration predicted by published models, never used to dose or alarm

Figures marked "site default" are proposals that need the medical director's signature.
"""
