"""Reads one table of a library file key by key and says precisely what is wrong with it.

Keys that nobody asked for are an error too: a misspelt limit would otherwise vanish in silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal

MOST_DIGITS = 9
"""No figure of a site's files has more than ten digits before the point, or zeros behind it."""


class LibraryError(Exception):
    """A library file cannot be used; the message names the key and says what to do."""


def parse_toml(text: str | bytes, what: str) -> Table:
    """The top table of a TOML text, numbers kept exact.

    Raises:
        LibraryError: when the text is no UTF-8 or no TOML.
    """
    try:
        content = tomllib.loads(text if isinstance(text, str) else text.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise LibraryError(f"The {what} is not UTF-8 text. Restore it from the signed copy.") from error
    except RecursionError as error:
        raise LibraryError(
            f"The {what} cannot be read: it is nested too deeply. Restore it from the signed copy."
        ) from error
    except (ValueError, ArithmeticError) as error:
        # Not only the parser's own: also whole numbers of thousands of digits and exponents of dozens.
        raise LibraryError(f"The {what} cannot be read: {error}. Restore it from the signed copy.") from error
    return Table(content, what)


class Table:
    """One table; remembers which keys were read so that ``finish`` can refuse the rest."""

    def __init__(self, content: dict[str, object], where: str) -> None:
        self._content = content
        self._where = where
        self._read: set[str] = set()

    def problem(self, key: str, what_to_do: str) -> LibraryError:
        """The error for ``key`` of this table."""
        return LibraryError(f"{self._where}: {key} {what_to_do}")

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._content

    def _take(self, key: str) -> object:
        self._read.add(key)
        if key not in self._content:
            raise self.problem(key, "is missing. Add it, or restore the file from the signed copy.")
        return self._content[key]

    def number(self, key: str) -> Decimal:
        """A number of zero or more, exact."""
        return self._exact(key, self._take(key))

    def _exact(self, key: str, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.problem(key, f"must be a number, not {value!r}. Correct it.")
        number = Decimal(value)
        if not number.is_finite() or number < 0:
            raise self.problem(key, f"must be zero or more, not {value}. Correct it.")
        if number and abs(number.adjusted()) > MOST_DIGITS:
            # The digits of a figure like 1e999999999 would be written out, which takes for ever.
            raise self.problem(key, "has far too many digits. Correct it.")
        return number

    def positive(self, key: str) -> Decimal:
        """A number above zero, exact."""
        number = self.number(key)
        if number == 0:
            raise self.problem(key, "must be above zero. Correct it.")
        return number

    def optional(self, key: str) -> Decimal | None:
        """A number above zero, or None when the key is absent."""
        return self.positive(key) if self.has(key) else None

    def numbers(self, key: str) -> tuple[Decimal, ...]:
        """A list of numbers."""
        value = self._take(key)
        if not isinstance(value, list):
            raise self.problem(key, "must be a list of numbers. Correct it.")
        return tuple(self._exact(key, item) for item in value)

    def whole(self, key: str) -> int:
        """A whole number of one or more."""
        number = self.positive(key)
        if number != int(number):
            raise self.problem(key, f"must be a whole number, not {number}. Correct it.")
        return int(number)

    def text(self, key: str, *, may_be_empty: bool = False) -> str:
        """A text."""
        value = self._take(key)
        if not isinstance(value, str) or (not value.strip() and not may_be_empty):
            raise self.problem(key, "must be a text that says something. Correct it.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts with at least one."""
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            raise self.problem(key, "must be a list of texts with at least one. Correct it.")
        return tuple(str(item) for item in value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.problem(key, "must be true or false. Correct it.")
        return value

    def table(self, key: str) -> Table:
        """A table inside this one."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.problem(key, "must be a table of values. Correct it.")
        return Table(value, f"{self._where}, {key}")

    def tables(self, key: str, named_by: str) -> Iterator[Table]:
        """Tables of a list; each is called by its ``named_by`` in errors."""
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.problem(key, f"must be given at least once as [[{key}]]. Add it.")
        for position, item in enumerate(value, start=1):
            name = item.get(named_by, f"number {position}")
            yield Table(item, f"{self._where}, {key} {name}")

    def finish(self) -> None:
        """Refuse keys nobody asked for.

        Raises:
            LibraryError: when a key is not known here.
        """
        for key in self._content:
            if key not in self._read:
                raise self.problem(key, "is not known here. Check its spelling, or remove it.")
