"""What can be asked about a studio: its seats, and for which households a host may list."""

from datetime import datetime
from uuid import UUID

from millstream.live.models.studio import QuickListing, StudioSeat
from millstream.live.queries.shows import agreement_of
from millstream.live.types.studio import DeviceKind, FilmMode, FilmNote, Seat, SeatRecord
from millstream.shops import api as shops
from millstream.shops.types import ShopRecord


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
    """The shops that a host may list for during a show: the last one listed for, the host's own, then by name."""
    agreed = agreement_of(host, now)
    found = shops.open_shops(None if agreed.every_seller else agreed.sellers)
    last = QuickListing.objects.filter(show_id=show_id).order_by("-listed_at").values_list("shop_id", flat=True).first()
    return sorted(found, key=lambda shop: (shop.id != last, shop.actor != host, str(shop.name.get("en", shop.slug))))
