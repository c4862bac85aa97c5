"""Who may sign in: added from the command line while the console is closed."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console.app.compose import timebase
from console.app.folder import RECORD, data_folder
from console.session.people import Role
from console.storage.accounts import Accounts, PinHasher
from console.storage.record import Record

Say = Callable[[str], None]


@contextmanager
def _accounts(data: str | None) -> Iterator[Accounts]:
    times = timebase(1.0, None)
    with Record.open(data_folder(data) / RECORD, times.clock, times.boot_id) as record:
        yield Accounts(record, PinHasher())


def ask_for_pin() -> str:
    """The new PIN, typed unseen; from standard input when that is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass("New PIN (6 digits): ")
    return sys.stdin.readline().strip()


def list_people(data: str | None, say: Say) -> int:
    """List everybody."""
    with _accounts(data) as accounts:
        users = accounts.users()
    for user in users:
        say(f"{user.user_id:12} {user.role.value:12} {'' if user.active else '(left) '}{user.name}")
    if not users:
        say("Nobody yet: infusion-console people add ID NAME ROLE")
    return 0


def add_person(data: str | None, user_id: str, name: str, role: str, pin: str, say: Say) -> int:
    """Add a person.

    Raises:
        AccountRefused: the id is taken or the PIN too easy.
    """
    with _accounts(data) as accounts:
        accounts.add_account(user_id, name, Role(role), pin)
    say(f"{name} may sign in as a {role}.")
    return 0


def give_pin(data: str | None, user_id: str, pin: str, say: Say) -> int:
    """Give a new PIN.

    Raises:
        AccountRefused: there is no such person or the PIN is too easy.
    """
    with _accounts(data) as accounts:
        accounts.set_pin(user_id, pin)
    say(f"{user_id} has a new PIN.")
    return 0
