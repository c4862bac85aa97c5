"""The record: one SQLite file a workstation, append-only, hash-chained, written by one connection.

What an event means is not known here: it is stored as ``(kind, version, body)`` bytes with its
author, its times and its place in the chain (:mod:`console.storage.chain`). Read in this order:

- :mod:`~console.storage.rows`: the values that go in and come out;
- :mod:`~console.storage.record`: the one writer (:class:`~console.storage.record.Record`);
- :mod:`~console.storage.waves`: waveform chunks, content-addressed, with their min/max pyramid;
- :mod:`~console.storage.queries`: the readers of the review page;
- :mod:`~console.storage.accounts`: people and their PINs;
- :mod:`~console.storage.verify`, :mod:`~console.storage.backup`, :mod:`~console.storage.migrate`:
  proof, copies and new schemas;
- :mod:`~console.storage.trouble`: what can go wrong, as sentences.
"""
