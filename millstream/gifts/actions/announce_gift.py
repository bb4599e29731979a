"""Announce a gift, with a commitment to the seed that decides who gets what."""

from datetime import datetime

from django.db import transaction

from millstream.gifts.facts import GiftAnnounced
from millstream.gifts.models import Gift
from millstream.gifts.queries import gift_record
from millstream.gifts.refusals import GiftWrong, TooManyGifts
from millstream.gifts.rules import commitment_of, mistakes_in
from millstream.gifts.types import GiftId, GiftRecord, GiftSpec
from millstream.kernel.facts import record
from millstream.kernel.sealing import seal

MOST_IN_A_SHOW = 50


@transaction.atomic
def announce_gift(gift_id: GiftId, spec: GiftSpec, *, seed: bytes, now: datetime) -> GiftRecord:
    """Announce a gift: its budget, pieces and window stand from now on, and so does the seed nobody can read.

    Announcing the same id again changes nothing. Refuses what cannot be (`GiftWrong`) and too many in one show.
    """
    wrong = mistakes_in(spec, now)
    if wrong:
        raise GiftWrong(fields=", ".join(wrong))
    known = Gift.objects.filter(id=gift_id).first()
    if known is not None:
        return gift_record(known, now)
    if Gift.objects.filter(show=spec.show).count() >= MOST_IN_A_SHOW:
        raise TooManyGifts(most=MOST_IN_A_SHOW)
    row = Gift.objects.create(
        id=gift_id,
        show=spec.show,
        host_id=spec.host,
        kind=spec.kind.value,
        title=spec.title,
        currency=spec.currency,
        budget_minor=spec.budget_minor,
        pieces=spec.pieces,
        minimum_minor=spec.minimum_minor,
        most_wins=spec.most_wins,
        verified_only=spec.verified_only,
        announced_at=now,
        opens_at=spec.opens_at,
        closes_at=spec.closes_at,
        usable_until=spec.usable_until,
        commitment=commitment_of(seed),
        sealed_seed=seal(seed.hex()),
    )
    record(GiftAnnounced(gift=gift_id, show=spec.show, host=spec.host, commitment=row.commitment), now=now)
    return gift_record(row, now)
