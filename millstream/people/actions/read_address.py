"""Read somebody's address in the clear, and leave a trace of it."""

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.kernel.sealing import unseal
from millstream.people.models import Address, AddressView
from millstream.people.types import AddressLines


@transaction.atomic
def address_lines(address_id: UUID, *, reader: UUID, reason: str, now: datetime) -> AddressLines:
    """The address in the clear; who read it, when and why is kept. Refuses one that was erased."""
    address = Address.objects.filter(id=address_id, erased_at__isnull=True).first()
    if address is None:
        raise NotFound(what="address")
    AddressView.objects.create(address=address, reader_id=reader, reason=reason, at=now)
    return opened(address)


def opened(address: Address) -> AddressLines:
    """The lines of an address row; the caller answers for why it reads them."""
    assert address.sealed is not None
    name, phone, lines = json.loads(unseal(address.sealed))
    return AddressLines(name, phone, lines, address.place_id)
