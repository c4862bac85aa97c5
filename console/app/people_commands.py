"""The command line of people; heavy parts are imported where they are needed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

ROLES = ("nurse", "physician", "technician", "admin")
AS_HELP = "administrator who does it; the PIN is asked for"
CHANGES = {
    "retire": ("retired", "let somebody in no longer; nobody is deleted"),
    "return": ("returned", "let somebody in again"),
    "unlock": ("unlocked", "forget somebody's wrong PINs"),
    "role": ("new_role", "give another role"),
    "badge": ("new_badge", "read a badge for somebody; an empty line takes it away"),
}


def add_people(parser: argparse.ArgumentParser, data: Callable[[argparse.ArgumentParser], None]) -> None:
    """``people`` with what can be done about somebody who may sign in."""
    deeds = parser.add_subparsers(title="deeds", metavar="", required=True)
    listing = deeds.add_parser("list", help="who there is")
    data(listing)
    listing.set_defaults(run=_list)
    setup = deeds.add_parser("setup", help="first start: make the administrator, with a PIN of their own")
    _who(setup)
    data(setup)
    setup.set_defaults(run=_set_up)
    add = deeds.add_parser("add", help="add a person; the PIN is asked for")
    _who(add)
    add.add_argument("role", choices=ROLES)
    _by(add, data)
    add.set_defaults(run=_add)
    pin = deeds.add_parser("pin", help="give a new PIN; it is asked for")
    pin.add_argument("user_id")
    _by(pin, data)
    pin.set_defaults(run=_pin)
    for name, (deed, words) in CHANGES.items():
        change = deeds.add_parser(name, help=words)
        change.add_argument("user_id")
        if name == "role":
            change.add_argument("role", choices=ROLES)
        _by(change, data)
        change.set_defaults(run=_change, deed=deed)


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user_id", help="short and unique, never given twice")
    parser.add_argument("name", help="full name as printed")


def _by(parser: argparse.ArgumentParser, data: Callable[[argparse.ArgumentParser], None]) -> None:
    parser.add_argument("--as", dest="by", metavar="ID", default="", help=AS_HELP)
    data(parser)


def offer_set_up(data: str | None, say: Callable[[str], None]) -> None:
    """At the very first start, ask who administers; without a terminal, say how it is done."""
    from console.app.people import ask_for_pin, nobody_yet, set_up

    if not nobody_yet(data):
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        say("Nobody can sign in yet. Make the administrator: infusion-console people setup ID NAME")
        return
    say("Nobody can sign in yet. First the administrator of this console:")
    user_id = input("A short user id: ").strip()
    name = input("The full name: ").strip()
    set_up(data, user_id, name, ask_for_pin, say)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _list(options: argparse.Namespace) -> int:
    from console.app.people import list_people

    return list_people(options.data, _say)


def _set_up(options: argparse.Namespace) -> int:
    from console.app.people import ask_for_pin, set_up

    return set_up(options.data, options.user_id, options.name, ask_for_pin, _say)


def _add(options: argparse.Namespace) -> int:
    from console.app.people import add_person

    return add_person(options.data, options.user_id, options.name, options.role, "", _say, options.by)


def _pin(options: argparse.Namespace) -> int:
    from console.app.people import give_pin

    return give_pin(options.data, options.user_id, "", _say, options.by)


def _change(options: argparse.Namespace) -> int:
    from console.app.people import ask_for_pin, change_person
    from console.session.events import PersonDeed

    role = getattr(options, "role", "")
    deed = PersonDeed(options.deed)
    return change_person(options.data, options.user_id, deed, role, options.by, ask_for_pin, _say)
