"""Who may sign in: set up and changed from the command line while the console is closed."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from console.app.compose import timebase
from console.app.folder import RECORD, data_folder, make_folder
from console.app.pin_hasher import hasher_of
from console.app.troubles import NotPossible
from console.clock import Instant
from console.room.entries import draft_of
from console.session.badges import badge_digest
from console.session.events import Entry, Event, PersonChanged, PersonDeed
from console.session.people import Actor, Authn, Role
from console.storage.accounts import Account, Accounts
from console.storage.chain import uuid7
from console.storage.record import Record

Say = Callable[[str], None]
AskPin = Callable[[str], str]

OWNER: Final = Actor("computer-owner", "Whoever set up this computer", Role.ADMIN, Authn.NONE)
"""Author of what is done before there is an administrator."""

NO_ADMIN: Final = "There is no administrator yet: infusion-console people setup ID NAME"


@dataclass(frozen=True, slots=True)
class Office:
    """The accounts of an open record, and who changes them."""

    record: Record
    accounts: Accounts
    words: str
    by: Actor
    now: Instant

    def person(self, user_id: str) -> Account:
        """Somebody who has or had an account.

        Raises:
            NotPossible: there is no such person.
        """
        found = next((one for one in self.accounts.users() if one.user_id == user_id), None)
        if found is None:
            raise NotPossible(f"There is no user {user_id}: infusion-console people list.")
        return found

    def note(self, deed: PersonDeed, person: Account, badge: str = "") -> None:
        """Leave what was done in the chain, with its author."""
        event: Event = PersonChanged(person.user_id, person.name, person.role, deed, badge)
        entry = Entry(0, uuid7(self.now.wall_utc_ns), "", self.now, self.record.boot_id, self.by, event)
        self.record.append([draft_of(entry)])


@contextmanager
def _office(data: str | None, by: str, ask_pin: AskPin, *, founding: bool = False) -> Iterator[Office]:
    """The accounts, opened by an administrator's PIN once there is one.

    Raises:
        NotPossible: an administrator's PIN is needed, or was wrong.
    """
    times = timebase(1.0, None)
    folder = data_folder(data)
    make_folder(folder)
    path = folder / RECORD
    with Record.open(path, times.clock, times.boot_id) as record:
        hasher, words = hasher_of(path)
        accounts = Accounts(record, hasher)
        now = times.clock.now()
        admins = {one.user_id: one for one in accounts.users() if one.active and one.role is Role.ADMIN}
        author = OWNER
        if admins and founding:
            raise NotPossible(f"There is an administrator already: {', '.join(sorted(admins))}.")
        if admins:
            if by not in admins:
                raise NotPossible(
                    "Only an administrator changes who may sign in: "
                    f"add --as ID ({', '.join(sorted(admins))})."
                )
            verdict = accounts.verify_pin(by, ask_pin(f"PIN of {by}: "), now)
            if not verdict.right:
                raise NotPossible(verdict.sentence)
            author = Actor(by, admins[by].name, Role.ADMIN, Authn.PIN)
        yield Office(record, accounts, words, author, now)


def ask_for_pin(words: str = "New PIN (6 digits): ") -> str:
    """A PIN, typed unseen; from standard input when that is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(words)
    return sys.stdin.readline().strip()


def nobody_yet(data: str | None) -> bool:
    """Whether the console was never set up here."""
    path = data_folder(data) / RECORD
    if not path.exists():
        return True
    from console.storage.queries import RecordReader

    with RecordReader(path) as reader:
        return not reader.users()


def list_people(data: str | None, say: Say) -> int:
    """List everybody."""
    times = timebase(1.0, None)
    path = data_folder(data) / RECORD
    make_folder(path.parent)
    with Record.open(path, times.clock, times.boot_id) as record:
        hasher, words = hasher_of(path)
        users = Accounts(record, hasher).users()
    for user in users:
        say(f"{user.user_id:12} {user.role.value:12} {'' if user.active else '(left) '}{user.name}")
    if not any(one.active and one.role is Role.ADMIN for one in users):
        say(NO_ADMIN)
    say(words)
    return 0


def set_up(data: str | None, user_id: str, name: str, ask_pin: AskPin, say: Say) -> int:
    """First start: make the administrator. No PIN is ever given by the product.

    Raises:
        NotPossible: there is one already, or the two PINs differ.
        AccountRefused: the PIN is too easy.
    """
    with _office(data, "", ask_pin, founding=True) as office:
        pin = ask_pin(f"New PIN for {name} (6 digits): ")
        if ask_pin("The same once more: ") != pin:
            raise NotPossible("The two PINs differ: nothing was set up.")
        office.note(PersonDeed.ADDED, office.accounts.add_account(user_id, name, Role.ADMIN, pin))
        say(f"{name} is the administrator. {office.words}")
    say("Now add the people who work here: infusion-console people add ID NAME ROLE --as " + user_id)
    return 0


def add_person(
    data: str | None, user_id: str, name: str, role: str, pin: str, say: Say, by: str = "",
    ask_pin: AskPin = ask_for_pin,
) -> int:  # fmt: skip
    """Add a person; an empty ``pin`` is asked for.

    Raises:
        NotPossible: an administrator's PIN is needed.
        AccountRefused: the id is taken or the PIN too easy.
    """
    with _office(data, by, ask_pin) as office:
        added = office.accounts.add_account(
            user_id, name, Role(role), pin or ask_pin(f"New PIN for {name}: ")
        )
        office.note(PersonDeed.ADDED, added)
    say(f"{name} may sign in as a {role}.")
    return 0


def give_pin(
    data: str | None, user_id: str, pin: str, say: Say, by: str = "", ask_pin: AskPin = ask_for_pin
) -> int:
    """Give a new PIN, which also unlocks; an empty ``pin`` is asked for.

    Raises:
        NotPossible: an administrator's PIN is needed.
        AccountRefused: there is no such person or the PIN is too easy.
    """
    with _office(data, by, ask_pin) as office:
        office.accounts.set_pin(user_id, pin or ask_pin(f"New PIN for {user_id}: "))
        office.note(PersonDeed.NEW_PIN, office.person(user_id))
    say(f"{user_id} has a new PIN.")
    return 0


def change_person(
    data: str | None, user_id: str, deed: PersonDeed, role: str, by: str, ask_pin: AskPin, say: Say
) -> int:
    """Retire, bring back, unlock, or give another role or badge.

    Raises:
        NotPossible: an administrator's PIN is needed, there is no such person, or nobody would be left to
            administer.
        AccountRefused: the role is none.
    """
    with _office(data, by, ask_pin) as office:
        person, accounts = office.person(user_id), office.accounts
        badge = ""
        if person.role is Role.ADMIN and (
            deed is PersonDeed.RETIRED or (deed is PersonDeed.NEW_ROLE and role != Role.ADMIN.value)
        ):
            _somebody_stays(accounts, user_id)
        match deed:
            case PersonDeed.RETIRED | PersonDeed.RETURNED:
                accounts.set_active(user_id, deed is PersonDeed.RETURNED)
            case PersonDeed.UNLOCKED:
                accounts.unlock(user_id)
            case PersonDeed.NEW_ROLE:
                accounts.set_role(user_id, Role(role))
            case PersonDeed.NEW_BADGE:
                typed = ask_pin(f"Hold the badge of {person.name} to the reader: ")
                badge = badge_digest(typed) if typed else ""
            case _:
                raise NotPossible(f"{deed.value} is not done like this.")
        office.note(deed, office.person(user_id), badge)
    say(_DONE[deed].format(name=person.name, role=role))
    return 0


_DONE: Final = {
    PersonDeed.RETIRED: "{name} can no longer sign in; the name stays in the record.",
    PersonDeed.RETURNED: "{name} may sign in again.",
    PersonDeed.UNLOCKED: "{name} may try the PIN again.",
    PersonDeed.NEW_ROLE: "{name} is a {role} from now on.",
    PersonDeed.NEW_BADGE: "The badge belongs to {name}.",
}


def _somebody_stays(accounts: Accounts, leaving: str) -> None:
    others = [
        one for one in accounts.users() if one.active and one.role is Role.ADMIN and one.user_id != leaving
    ]
    if not others:
        raise NotPossible("Nobody would be left to administer: make somebody else an administrator first.")
