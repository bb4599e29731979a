"""Pure decisions about people: contacts, masks, roles."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import phonenumbers

from millstream.people.refusals import BadAddress, BadContact, LastOperator, StillUnderWay
from millstream.people.types import AddressLines, AddressMasked, ContactKind, Role, UnderWay

_EMAIL: Final = re.compile(r"^[^@\s\"<>()\\,;:]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?\.[a-z]{2,24}$")
LONGEST_EMAIL: Final = 254
SHORTEST_NUMBER: Final = 8
LONGEST_NAME: Final = 60
LONGEST_LINES: Final = 300
SEES_DESK: Final = frozenset({Role.OWNER, Role.MAKER, Role.HOST, Role.KEEPER, Role.DRIVER, Role.STAFF})


def normalise_contact(typed: str, region: str = "CN") -> tuple[ContactKind, str]:
    """A phone number as E.164 or an e-mail address in lower case; refuses what is neither."""
    text = typed.strip()
    if "@" in text:
        address = text.lower()
        if len(address) <= LONGEST_EMAIL and _EMAIL.match(address) and ".." not in address:
            return ContactKind.EMAIL, address
        raise BadContact(typed=text[:80])
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise BadContact(typed=text[:80]) from None
    if not phonenumbers.is_possible_number(number):
        raise BadContact(typed=text[:80])
    return ContactKind.PHONE, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def checked_address(address: AddressLines) -> AddressLines:
    """The address with its ends trimmed; refuses one that lacks a name or lines, or is too long for a label."""
    name, lines = address.name.strip(), address.lines.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadAddress(field="name")
    if not lines or len(lines) > LONGEST_LINES:
        raise BadAddress(field="lines")
    return AddressLines(name, address.phone.strip(), lines, address.place_id)


def mask_contact(contact: str) -> str:
    """A contact that its owner recognises and nobody else can use: `138****5678`, `a***@example.com`."""
    if "@" in contact:
        before, after = contact.split("@", 1)
        return f"{before[:1]}***@{after}"
    digits = contact[-11:] if contact.startswith("+86") else contact
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= SHORTEST_NUMBER else "****"


def masked(address: AddressLines) -> AddressMasked:
    """An address for labels and screens: the family name, the phone's ends, the lines."""
    return AddressMasked(mask_name(address.name), mask_contact(address.phone), address.lines)


def mask_name(name: str) -> str:
    """The first letter of a name and stars for the rest."""
    return name[:1] + "*" * min(3, max(1, len(name) - 1)) if name else ""


def may_work(roles: Iterable[Role], wanted: Iterable[Role]) -> bool:
    """Whether somebody with `roles` in an actor may do what takes one of `wanted`; an owner may do all."""
    held = set(roles)
    return Role.OWNER in held or bool(held & set(wanted))


def check_erasable(under_way: Sequence[UnderWay], *, is_last_operator: bool) -> None:
    """Refuse to erase a person whom something still needs, or who runs the installation alone."""
    if is_last_operator:
        raise LastOperator
    if under_way:
        first = under_way[0]
        raise StillUnderWay(what=first.what, next=first.next, things=tuple(under_way))
