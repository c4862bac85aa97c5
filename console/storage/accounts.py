"""People and their PINs: Argon2id, a blocklist, and a lockout that never stands before STOP."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, insert, select, update

from console.clock import NS_PER_S, Instant
from console.session.people import Role
from console.storage.keys import check_of
from console.storage.pins import pin_fault
from console.storage.record import Record
from console.storage.schema import account

# RFC 9106 section 4 (second recommended option: 64 MiB, t=3); one lane for a two-core workstation.
ARGON2_MEMORY_KIB = 65_536
ARGON2_TIME = 3
ARGON2_LANES = 1

# Site defaults, need the clinic's security officer's signature. The ceiling of 100 consecutive
# failures is NIST SP 800-63B section 5.2.2.
FREE_FAILURES = 5
FIRST_LOCK_S = 30.0
LONGEST_LOCK_S = 900.0
DISABLED_AT_FAILURES = 100

ANOTHER_COMPUTER = (
    "The PINs in this record were made on another computer or under another key: an administrator must give "
    "new ones (infusion-console people pin)."
)

STAFF = frozenset({Role.NURSE, Role.PHYSICIAN, Role.TECHNICIAN, Role.ADMIN})


class AccountRefused(Exception):
    """An account cannot be made or changed like this; the text says why."""


class PinResult(StrEnum):
    """What became of a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    """Too many wrong PINs: not even looked at."""
    DISABLED = "disabled"
    """Only an administrator can let this person in again."""
    UNKNOWN = "unknown"
    """There is no such active person."""


@dataclass(frozen=True, slots=True)
class PinVerdict:
    """The answer to a PIN.

    Attributes:
        result: What became of it.
        wait_s: Seconds until the next try counts.
        sentence: For the person; empty when right.
    """

    result: PinResult
    wait_s: float = 0.0
    sentence: str = ""

    @property
    def right(self) -> bool:
        """Whether the person is who they say."""
        return self.result is PinResult.RIGHT


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may use the console.

    Attributes:
        user_id: Short, unique, never given to somebody else.
        name: As printed.
        role: What the person may do.
        active: False once the person has left; the name stays for old entries.
        failures: Wrong PINs in a row.
    """

    user_id: str
    name: str
    role: Role
    active: bool
    failures: int


class PinHasher:
    """Hashes PINs slowly. Pure and thread-safe: may run outside the thread that owns the record."""

    def __init__(
        self,
        memory_kib: int = ARGON2_MEMORY_KIB,
        time_cost: int = ARGON2_TIME,
        lanes: int = ARGON2_LANES,
        pepper: bytes = b"",
    ) -> None:
        """A ``pepper`` kept outside the record makes a stolen file useless for guessing."""
        self._argon2 = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=lanes)
        self._pepper = pepper
        self._mark = f"{_PEPPERED}{check_of(pepper)}" if pepper else ""

    def hash(self, pin: str) -> str:
        """The salted hash that is stored, marked with the key it was made under."""
        secret = hmac.digest(self._pepper, pin.encode(), "sha256") if self._pepper else pin.encode()
        return self._mark + self._argon2.hash(secret)

    def matches(self, stored: str, pin: str) -> bool:
        """Whether the PIN is the one that was hashed; a damaged hash matches nothing."""
        mark, argon2 = _parted(stored)
        if mark != self._mark and mark:
            return False
        secret = hmac.digest(self._pepper, pin.encode(), "sha256") if mark else pin.encode()
        try:
            return self._argon2.verify(argon2, secret)
        except (VerificationError, InvalidHashError):
            return False

    def knows(self, stored: str) -> bool:
        """Whether a hash can be compared here: not one that was made under another computer's key."""
        return _parted(stored)[0] in {"", self._mark}

    def renewed(self, stored: str, pin: str) -> str:
        """The hash as it is made today, for a PIN that was right; empty when the stored one is up to date."""
        mark, argon2 = _parted(stored)
        if mark == self._mark and not self._argon2.check_needs_rehash(argon2):
            return ""
        return self.hash(pin)


_PEPPERED = "key-"


def _parted(stored: str) -> tuple[str, str]:
    """The mark of the key a hash was made under, empty for none, and the hash."""
    mark, dollar, rest = stored.partition("$")
    return (mark, dollar + rest) if mark.startswith(_PEPPERED) else ("", stored)


def lock_s(failures: int) -> float:
    """Seconds the next try must wait after this many wrong PINs in a row."""
    if failures < FREE_FAILURES:
        return 0.0
    return float(min(FIRST_LOCK_S * 2 ** min(failures - FREE_FAILURES, 10), LONGEST_LOCK_S))


class Accounts:
    """The people of this workstation, on the record's own connection."""

    def __init__(self, record: Record, hasher: PinHasher) -> None:
        self._record = record
        self._hasher = hasher

    def users(self) -> tuple[Account, ...]:
        """Everybody, by name."""
        with self._record.transaction() as connection:
            return tuple(
                account_of(row) for row in connection.execute(select(account).order_by(account.c.name))
            )

    def add_account(self, user_id: str, name: str, role: Role, pin: str) -> Account:
        """Add a person.

        Raises:
            AccountRefused: the id is taken or empty, the role is not a person's, or the PIN is weak.
            DiskTrouble: it cannot be stored.
        """
        if not user_id.strip() or not name.strip() or "\0" in user_id + name:
            raise AccountRefused("Enter a short user id and the full name.")
        if role not in STAFF:
            raise AccountRefused(f"{role} is not a role a person can have.")
        fields = {"user_id": user_id, "name": name, "role": role.value, "active": 1, "failures": 0}
        pin_hash = self._hashed(pin)
        with self._record.transaction() as connection:
            if connection.execute(select(account.c.user_id).where(account.c.user_id == user_id)).first():
                raise AccountRefused(f"The user id {user_id} is taken; ids are never given twice.")
            connection.execute(insert(account), {**fields, "pin_hash": pin_hash})
        return Account(user_id, name, role, active=True, failures=0)

    def set_pin(self, user_id: str, pin: str) -> None:
        """Give a new PIN and forget earlier failures.

        Raises:
            AccountRefused: there is no such person, or the PIN is weak.
            DiskTrouble: it cannot be stored.
        """
        self._change(user_id, pin_hash=self._hashed(pin), **_UNLOCKED)

    def set_active(self, user_id: str, active: bool) -> None:
        """Let a person in, or no longer; nobody is ever deleted.

        Raises:
            AccountRefused: there is no such person.
            DiskTrouble: it cannot be stored.
        """
        self._change(user_id, active=int(active))

    def set_role(self, user_id: str, role: Role) -> None:
        """Give a person another role.

        Raises:
            AccountRefused: there is no such person, or the role is not a person's.
            DiskTrouble: it cannot be stored.
        """
        if role not in STAFF:
            raise AccountRefused(f"{role} is not a role a person can have.")
        self._change(user_id, role=role.value)

    def unlock(self, user_id: str) -> None:
        """Forget a person's failures (an administrator's act).

        Raises:
            AccountRefused: there is no such person.
            DiskTrouble: it cannot be stored.
        """
        self._change(user_id, **_UNLOCKED)

    def verify_pin(self, user_id: str, pin: str, now: Instant) -> PinVerdict:
        """Check a PIN and count the failure; takes about 0.2 s by design.

        Raises:
            DiskTrouble: the record cannot be read, or the count cannot be stored.
        """
        found = self.ask(user_id, now)
        if isinstance(found, PinVerdict):
            return found
        matched = self._hasher.matches(found, pin)
        return self.settle(user_id, matched, now, self._hasher.renewed(found, pin) if matched else "")

    def ask(self, user_id: str, now: Instant) -> PinVerdict | str:
        """The stored hash to compare with, or the verdict if no PIN is to be looked at.

        With :class:`PinHasher` and :meth:`settle` the slow comparison can run in another thread.

        Raises:
            DiskTrouble: the record cannot be read.
        """
        row = self._row(user_id)
        if row is None or not row.active:
            return PinVerdict(
                PinResult.UNKNOWN, sentence="This person cannot sign in here. Choose another name."
            )
        if row.failures >= DISABLED_AT_FAILURES:
            return PinVerdict(
                PinResult.DISABLED, sentence="Too many wrong PINs. An administrator must unlock you."
            )
        wait_s = self._wait_s(row, now)
        if wait_s > 0:
            return PinVerdict(
                PinResult.LOCKED, wait_s, f"Too many wrong PINs. Try again in {_spoken(wait_s)}."
            )
        if not self._hasher.knows(row.pin_hash):
            return PinVerdict(PinResult.UNKNOWN, sentence=ANOTHER_COMPUTER)
        return str(row.pin_hash)

    def settle(self, user_id: str, matched: bool, now: Instant, renewed: str = "") -> PinVerdict:
        """Count the outcome of a comparison; a right PIN whose hash is out of date is stored anew.

        Raises:
            DiskTrouble: the count cannot be stored.
        """
        row = self._row(user_id)
        if row is None:
            return PinVerdict(
                PinResult.UNKNOWN, sentence="This person cannot sign in here. Choose another name."
            )
        if matched:
            if row.failures or renewed:
                self._change(user_id, **_UNLOCKED, **({"pin_hash": renewed} if renewed else {}))
            return PinVerdict(PinResult.RIGHT)
        failures = row.failures + 1
        wait_s = lock_s(failures)
        self._change(user_id, failures=failures, **self._lock_until(now, wait_s))
        wait = f" Wait {_spoken(wait_s)} before the next try." if wait_s else ""
        return PinVerdict(PinResult.WRONG, wait_s, f"That PIN is wrong.{wait}")

    def _lock_until(self, now: Instant, wait_s: float) -> dict[str, str | int | None]:
        if not wait_s:
            return dict(_NO_LOCK)
        until = now.plus(wait_s)
        return {
            "locked_boot_id": self._record.boot_id,
            "locked_until_mono_ns": until.mono_ns,
            "locked_until_wall_ns": until.wall_utc_ns,
        }

    def _wait_s(self, row: Row[tuple[object, ...]], now: Instant) -> float:
        """By the monotonic clock within one boot, so that setting the clock opens nothing."""
        if row.locked_boot_id is None:
            return 0.0
        if row.locked_boot_id == self._record.boot_id:
            left_ns = row.locked_until_mono_ns - now.mono_ns
        else:
            left_ns = row.locked_until_wall_ns - now.wall_utc_ns
        return float(min(max(left_ns / NS_PER_S, 0.0), lock_s(row.failures)))

    def _hashed(self, pin: str) -> str:
        fault = pin_fault(pin)
        if fault:
            raise AccountRefused(fault)
        return self._hasher.hash(pin)

    def _row(self, user_id: str) -> Row[tuple[object, ...]] | None:
        with self._record.transaction() as connection:
            return connection.execute(select(account).where(account.c.user_id == user_id)).first()

    def _change(self, user_id: str, **fields: str | int | None) -> None:
        with self._record.transaction() as connection:
            changed = connection.execute(update(account).where(account.c.user_id == user_id).values(**fields))
            if changed.rowcount != 1:
                raise AccountRefused(f"There is no user {user_id}.")


_NO_LOCK: dict[str, str | int | None] = {
    "locked_boot_id": None,
    "locked_until_mono_ns": None,
    "locked_until_wall_ns": None,
}
_UNLOCKED: dict[str, str | int | None] = {"failures": 0, **_NO_LOCK}


def account_of(row: Row[tuple[object, ...]]) -> Account:
    """The person in a row, without the hash."""
    return Account(row.user_id, row.name, Role(row.role), bool(row.active), row.failures)


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{max(seconds, 1):.0f} s"
