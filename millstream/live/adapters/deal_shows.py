"""Answers deals: who directs a show, and which of its products can have a deal."""

from uuid import UUID

from millstream.deals.ports import ShowSeen
from millstream.live import api
from millstream.live.refusals import NoSuchShow
from millstream.live.types import ShowState
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
