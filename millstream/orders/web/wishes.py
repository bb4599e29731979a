"""What a form or a program asked, as a wish for the till."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from millstream.kernel.ids import new_id, tidy_code
from millstream.kernel.sealing import sign
from millstream.kernel.texts import fits_a_row
from millstream.orders import rules
from millstream.orders.refusals import ContactMissing, Malformed
from millstream.orders.types import OrderId, OrderWish, PaymentId
from millstream.people.api import checked_address, guest_of, newest_contact, normalise_contact
from millstream.people.types import AddressLines, ContactKind

LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, read and normalised. No address means the newest on file."""

    variant_id: UUID
    quantity: int
    show_id: UUID | None
    contact_kind: ContactKind
    contact: str
    name: str
    address: AddressLines | None
    price_seen_minor: int | None = None
    coupon: str = ""


def wish_of(asked: Asked, *, key: str, visitor: UUID, language: str, buyer_id: UUID | None = None) -> OrderWish:
    """The wish for the till: new ids, and hashes by which the same wish is known when it comes again."""
    rules.check_quantity(asked.quantity)
    return OrderWish(
        order_id=OrderId(new_id()),
        payment_id=PaymentId(new_id()),
        visitor=visitor,
        key=rules.key_hash(key),
        body=body_hash(asked),
        contact_kind=asked.contact_kind,
        contact=asked.contact,
        name=asked.name,
        address=asked.address,
        variant_id=asked.variant_id,
        quantity=asked.quantity,
        language=language,
        show_id=asked.show_id,
        price_seen_minor=asked.price_seen_minor,
        buyer_id=buyer_id,
        coupon=asked.coupon,
    )


def body_hash(asked: Asked) -> bytes:
    """The SHA-256 of what was asked, whatever the order or spelling of the request."""
    address = (asked.address.name, asked.address.phone, asked.address.lines) if asked.address else None
    told: tuple[object, ...] = (
        str(asked.variant_id),
        asked.quantity,
        str(asked.show_id),
        asked.contact,
        asked.name,
        address,
    )
    if asked.coupon:
        told = (*told, asked.coupon)
    return sha256(json.dumps(told, ensure_ascii=False).encode()).digest()


def visitor_of_key(key: str) -> UUID:
    """The visitor that a program without a cookie is: its idempotency key, so that a second try is the same one."""
    return UUID(hex=sign("buyer by key", key))


def read_asked(told: Mapping[str, Any], *, visitor: UUID | None) -> Asked:
    """Read the JSON of a purchase: variant, quantity, show, contact, name, address (text), price_minor.

    Refuses what cannot be read, by field. Contact and address may be left out by a visitor who bought before.
    """
    typed = _text(told, "contact")
    if typed:
        kind, contact = normalise_contact(typed)
    else:
        kind, contact = saved_contact(visitor)
    name, lines = _text(told, "name"), _text(told, "address")
    address = None
    if lines:
        phone = contact if kind is ContactKind.PHONE else _text(told, "phone")
        address = checked_address(AddressLines(name, phone, lines))
    return Asked(
        variant_id=_uuid(told, "variant"),
        quantity=_number(told, "quantity", 1),
        show_id=_uuid(told, "show") if told.get("show") else None,
        contact_kind=kind,
        contact=contact,
        name=name[:60],
        address=address,
        price_seen_minor=_number(told, "price_minor", None) if told.get("price_minor") is not None else None,
        coupon=tidy_code(_text(told, "coupon")),
    )


def saved_contact(visitor: UUID | None) -> tuple[ContactKind, str]:
    """The contact that a visitor gave last; refuses a visitor who never gave one."""
    actor = guest_of(visitor) if visitor else None
    known = newest_contact(actor) if actor else None
    if known is None:
        raise ContactMissing
    return ContactKind(known[0]), known[1]


def _text(told: Mapping[str, Any], field: str) -> str:
    value = told.get(field) or ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not fits_a_row(value):
        raise Malformed(field=field)
    return value.strip()


def _uuid(told: Mapping[str, Any], field: str) -> UUID:
    try:
        return UUID(str(told.get(field)))
    except ValueError:
        raise Malformed(field=field) from None


def _number(told: Mapping[str, Any], field: str, default: int | None) -> int:
    value = told.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**53:
        raise Malformed(field=field)
    return value
