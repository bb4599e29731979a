"""The door of `live`."""

from millstream.live.actions.change_rundown import add_to_rundown, order_rundown, take_from_rundown
from millstream.live.actions.change_show import change_show
from millstream.live.actions.end_show import end_show
from millstream.live.actions.like_show import like_show
from millstream.live.actions.moderate import delete_message, mute_speaker
from millstream.live.actions.pin_product import pin_product, unpin_product
from millstream.live.actions.plan_show import plan_show
from millstream.live.actions.say import say
from millstream.live.actions.start_show import start_show
from millstream.live.queries import (
    agreement_of,
    chapters,
    live_now,
    page_of_shows,
    pinned,
    pins,
    replays,
    rundown,
    show,
    show_by_slug,
    shows_of,
    talk,
    tallies,
    tally,
    trade_after,
    upcoming,
)
from millstream.live.queries.crew import may_direct, may_moderate, role_in

__all__ = [
    "add_to_rundown",
    "agreement_of",
    "change_show",
    "chapters",
    "delete_message",
    "end_show",
    "like_show",
    "live_now",
    "may_direct",
    "may_moderate",
    "mute_speaker",
    "order_rundown",
    "page_of_shows",
    "pin_product",
    "pinned",
    "pins",
    "plan_show",
    "replays",
    "role_in",
    "rundown",
    "say",
    "show",
    "show_by_slug",
    "shows_of",
    "start_show",
    "take_from_rundown",
    "talk",
    "tallies",
    "tally",
    "trade_after",
    "unpin_product",
    "upcoming",
]
