"""What can be asked about a studio: its seats, for which households a host may list, and what was listed for them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from millstream.live.models.studio import ListingObjection, QuickListing, StudioSeat
from millstream.live.queries.shows import agreement_of
from millstream.live.types.studio import DeviceKind, FilmMode, FilmNote, ListedFor, Seat, SeatRecord
from millstream.people.types import ActorId
from millstream.shops import api as shops
from millstream.shops.types import ShopRecord

MOST_LISTED: Final = 40


def seats(show_id: UUID, now: datetime) -> dict[Seat, SeatRecord]:
    """Who films and who directs now; free seats are left out."""
    rows = StudioSeat.objects.filter(show_id=show_id, until__gt=now)
    return {Seat(row.seat): _record(row) for row in rows}


def _record(row: StudioSeat) -> SeatRecord:
    return SeatRecord(
        seat=Seat(row.seat),
        device=row.device,
        kind=DeviceKind(row.kind),
        actor=row.actor_id,
        since=row.since,
        until=row.until,
        turn=row.turn,
        note=FilmNote(FilmMode(row.mode), row.kbit, row.away),
    )


def quick_listed(show_id: UUID) -> dict[UUID, int]:
    """What was listed during a show: variants with their numbers."""
    return dict(QuickListing.objects.filter(show_id=show_id).values_list("variant_id", "number"))


def households_of(host: UUID, show_id: UUID, now: datetime) -> list[ShopRecord]:
    """The shops that a host may list for during a show: the last one listed for, the host's own, then by name.

    Without those of households that do not want this host to.
    """
    agreed = agreement_of(host, now)
    unwilling = set(ListingObjection.objects.filter(host_id=host).values_list("seller_id", flat=True))
    known = shops.open_shops(None if agreed.every_seller else agreed.sellers)
    found = [shop for shop in known if shop.actor not in unwilling]
    last = QuickListing.objects.filter(show_id=show_id).order_by("-listed_at").values_list("shop_id", flat=True).first()
    return sorted(found, key=lambda shop: (shop.id != last, shop.actor != host, str(shop.name.get("en", shop.slug))))


def objects(seller: UUID, host: UUID) -> bool:
    """Whether a household does not let a host list in its name."""
    return ListingObjection.objects.filter(seller_id=seller, host_id=host).exists()


def objections_of(seller: UUID) -> set[UUID]:
    """The hosts that a household does not let list in its name."""
    return set(ListingObjection.objects.filter(seller_id=seller).values_list("host_id", flat=True))


def listed_for(seller: UUID, *, since: datetime | None = None, show_id: UUID | None = None) -> list[ListedFor]:
    """What other hosts listed for a household, the newest first; since a moment, in one show, when given."""
    theirs = [shop.id for shop in shops.shops_of(ActorId(seller))]
    rows = QuickListing.objects.filter(shop_id__in=theirs).exclude(show__host_id=seller)
    if since is not None:
        rows = rows.filter(listed_at__gte=since)
    if show_id is not None:
        rows = rows.filter(show_id=show_id)
    told = rows.order_by("-listed_at", "-id").values_list(
        "variant__product_id", "variant_id", "number", "show_id", "listed_at"
    )
    return [ListedFor(*row) for row in told[:MOST_LISTED]]
