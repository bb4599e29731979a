"""REST of shows: lists, one show with its rundown, a room's trade."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from millstream.kernel.pages import LARGEST_PAGE
from millstream.kernel.refusals import Invalid
from millstream.live import api
from millstream.live.queries import trade_item
from millstream.live.types import ShowRecord, ShowState
from millstream.live.web.room_page import goods_of, pin_of, player, rundown_rows
from millstream.media import api as media

router = Router(tags=["shows"], auth=None)


class ShowOut(Schema):
    """A show. Times are ISO 8601 with their offset; texts are by language."""

    id: UUID
    slug: str
    title: dict[str, str]
    story: dict[str, str]
    host: UUID
    state: ShowState
    starts_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    room: UUID
    likes: int


class ShowsOut(Schema):
    """A page of shows; ask again with `after` = `next_after` for more."""

    items: list[ShowOut]
    next_after: str | None


class GoodsOut(Schema):
    """A product of a rundown as it sells now; money in minor units of `currency`."""

    variant: UUID
    title: dict[str, str]
    price_minor: int
    currency: str
    left: int
    url: str
    buy_url: str
    state: str


class ShowWithRundownOut(ShowOut):
    """A show with what it sells, what is on the table, and where its picture plays."""

    rundown: list[GoodsOut]
    pin: dict[str, Any] | None
    playlist: str
    last_trade: int


class TradeOut(Schema):
    """Trade items after a number; `last` is the number to ask from next time."""

    items: list[dict[str, Any]]
    last: int


def _out(show: ShowRecord) -> dict[str, Any]:
    return {name: getattr(show, name) for name in ShowOut.model_fields}


@router.get("/shows", response=ShowsOut, summary="Shows by state, the newest first")
def shows(
    request: HttpRequest,
    state: ShowState = ShowState.LIVE,
    after: str = "",
    size: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> Any:
    """A page of shows in one state."""
    try:
        page = api.page_of_shows(state, after, size)
    except ValueError:
        raise Invalid(field="after", why="after is the next_after of a page") from None
    return {"items": [_out(show) for show in page.items], "next_after": page.next_after}


@router.get("/shows/{slug}", response=ShowWithRundownOut, summary="One show with its rundown")
def show(request: HttpRequest, slug: str) -> Any:
    """A show, its rundown at today's prices, and what is pinned."""
    found = api.show_by_slug(slug)
    goods = goods_of(found)
    return {
        **_out(found),
        "rundown": rundown_rows(found, goods),
        "pin": pin_of(found, goods),
        "playlist": player(media.stream(found.stream), found)["src"],
        "last_trade": found.last_trade,
    }


@router.get("/shows/{slug}/trade", response=TradeOut, summary="A room's trade after a number")
def trade(request: HttpRequest, slug: str, after: Annotated[int, Query(ge=0)] = 0) -> Any:
    """At most 200 items of trade; ask again from `last` for more."""
    found = api.show_by_slug(slug)
    missed = api.trade_after(found.room, after)
    items = [trade_item(item.number, item.kind.value, item.at, item.data) for item in missed]
    return {"items": items, "last": items[-1]["n"] if items else max(after, found.last_trade)}
