"""Answers deals: who directs a show, on which device, and which of its products can have a deal."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from millstream.deals.ports import Pressing, ShowSeen
from millstream.kernel.refusals import Refusal
from millstream.live import api
from millstream.live.adapters.gift_shows import closed_counters
from millstream.live.refusals import NoSuchShow
from millstream.live.rules import device_kind
from millstream.live.types import ShowId, ShowState
from millstream.live.types.studio import Device, Seat
from millstream.people.types import ActorId


class DealShows:
    """Implements `deals.ports.Shows`."""

    def show(self, show_id: UUID, *, actor: UUID | None) -> ShowSeen | None:
        """The show with its rundown and what is pinned; None for an unknown one."""
        try:
            record = api.show(show_id)
        except NoSuchShow:
            return None
        pinned = api.pinned(show_id)
        return ShowSeen(
            id=show_id,
            host=ActorId(record.host),
            title=record.title,
            url=f"/shows/{record.slug}/",
            studio_url=f"/studio/{record.slug}/live/",
            is_live=record.state is ShowState.LIVE,
            is_over=record.state in (ShowState.ENDED, ShowState.CANCELLED),
            may_direct=api.may_direct(record, actor),
            variants=tuple(item.variant for item in api.rundown(show_id)),
            pinned=pinned.variant if pinned else None,
        )

    def closed_counters(self, shows: Iterable[UUID]) -> Mapping[UUID, Refusal]:
        """Why nothing is sold in those of these shows whose counter the operator closed, alone or with every other."""
        return closed_counters(shows)

    def sit_to_direct(self, show_id: UUID, device: Pressing, *, now: datetime) -> None:
        """Take the direction's seat for the device as every press of the studio does."""
        sits = Device(device.id, device_kind(device.agent), device.actor)
        api.take_seat(ShowId(show_id), Seat.DIRECTION, sits, now=now)
