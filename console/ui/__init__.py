"""The window: it shows and asks, and decides nothing.

- ``bridge``      the only crossing into Qt: drains the room's mailbox from one timer, folds entries, asks
- ``playout``     waveform buffers and the one-second trend history, free of Qt
- ``theme``       palette, fonts, icons and the style sheet
- ``window``      the shell: top bar, alarm strip, pages, STOP and Pause in the same corner of every page
- ``viewmodels``  pure functions from the state to what is shown; no Qt
- ``widgets``     painters and buttons; each is handed a frozen view
- ``bedside``     the set-up steps and the live page; ``review`` and ``technician`` are the other pages
"""
