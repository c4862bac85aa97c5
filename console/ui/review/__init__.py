"""The physician's review: a page of the window and a printed report, both drawn from the record alone.

- ``page``      the page: list, header, cards, timeline, side panel
- ``timeline``  the picture with its shared cursor; curves by pyqtgraph, everything else by the painters
- ``paint_*``   painters in plain logical pixels, the same for the screen and for paper
- ``report``    the printed report (PDF), also without a window
"""
