"""Finding a session among very many: words of names, record numbers and protocols, by their beginnings.

The index lives in memory alone, so that no name stands in a second file. It is built on the reading thread.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.room.projections import read_summary
from console.storage.rows import SessionIndexRow

MOST_FOUND: Final = 200
_WORD: Final = re.compile(r"[^\s,;]+")
_LAST: Final = "\U0010ffff"

Places = NDArray[np.int32]


def words_of(text: str) -> tuple[str, ...]:
    """Words as they are compared: without case."""
    return tuple(_WORD.findall(text.casefold()))


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Sessions by the words that find them.

    Attributes:
        ids: Session ids, newest first.
        words: Every word once, in order.
        starts: Where the places of each word begin; one more than there are words.
        places: Places in ``ids``, word by word.
        numbers: Which session of its patient each is; trainings and aborted ones are not in it.
    """

    ids: tuple[str, ...]
    words: tuple[str, ...]
    starts: NDArray[np.int64]
    places: Places
    numbers: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many sessions."""
        return len(self.ids)

    def find(self, text: str, limit: int = MOST_FOUND) -> tuple[str, ...]:
        """Sessions that have, for every word typed, a word beginning with it; newest first."""
        wanted = words_of(text)
        if not wanted:
            return self.ids[:limit]
        kept: Places | None = None
        # The longest word is the rarest: what it leaves makes the others cheap.
        for word in sorted(wanted, key=len, reverse=True):
            found = self._beginning(word)
            kept = found if kept is None else kept[np.isin(kept, found)]
            if not len(kept):
                return ()
        if kept is None:
            return ()
        first = np.unique(kept) if len(kept) <= 4 * limit else _smallest(kept, limit)
        return tuple(self.ids[place] for place in first[:limit])

    def _beginning(self, word: str) -> Places:
        first, last = bisect_left(self.words, word), bisect_left(self.words, word + _LAST)
        return self.places[self.starts[first] : self.starts[last]]


def _smallest(places: Places, limit: int) -> Places:
    """The first of them in order, each once, without sorting all."""
    seen = np.zeros(int(places.max()) + 1, np.bool_)
    seen[places] = True
    return np.flatnonzero(seen)[:limit].astype(np.int32)


def index_of(rows: Iterable[SessionIndexRow]) -> SearchIndex:
    """The index of these sessions."""
    ordered = sorted(rows, key=lambda one: one.opened_wall_ns, reverse=True)
    number: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    counted: dict[str, int] = {}
    numbered: dict[str, int] = {}
    summaries = [read_summary(row.summary) for row in ordered]
    for row, summary in zip(reversed(ordered), reversed(summaries), strict=True):
        if not row.training and not summary.aborted:
            counted[row.patient_id] = numbered[row.session_id] = counted.get(row.patient_id, 0) + 1
    for place, summary in enumerate(summaries):
        for word in set(words_of(f"{summary.patient} {summary.mrn} {summary.protocol_id}")):
            pairs.append((number.setdefault(word, len(number)), place))
    words = tuple(sorted(number))
    rank = np.empty(len(words), np.int64)
    rank[[number[word] for word in words]] = np.arange(len(words))
    table = np.array(pairs, np.int64).reshape(-1, 2)
    of_word = rank[table[:, 0]] if len(words) else np.empty(0, np.int64)
    order = np.lexsort((table[:, 1], of_word))
    starts = np.searchsorted(of_word[order], np.arange(len(words) + 1))
    ids = tuple(row.session_id for row in ordered)
    return SearchIndex(ids, words, starts, table[order, 1].astype(np.int32), numbered)


NO_INDEX: Final = index_of(())
