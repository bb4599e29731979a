"""The door of `live`."""

from millstream.live.actions.add_caption import add_caption
from millstream.live.actions.appeal import appeal, decide_appeal
from millstream.live.actions.change_price import change_price
from millstream.live.actions.change_rundown import add_to_rundown, order_rundown, take_from_rundown
from millstream.live.actions.change_show import change_show
from millstream.live.actions.count_audience import note_attendance, note_opening, note_visit
from millstream.live.actions.end_show import end_show
from millstream.live.actions.follow_host import follow_host, unfollow_host
from millstream.live.actions.forget_person import forget_person
from millstream.live.actions.invite_crew import invite_crew, join_crew, leave_crew, take_back_invitation
from millstream.live.actions.keep_preview import drop_preview, keep_preview, make_preview
from millstream.live.actions.let_talk import let_talk
from millstream.live.actions.like_show import like_show
from millstream.live.actions.list_quickly import list_quickly
from millstream.live.actions.make_clips import make_clips, remove_product_clip, wish_download
from millstream.live.actions.moderate import ban_speaker, delete_message, lift_ban, time_out_speaker
from millstream.live.actions.object_to_listing import allow_listing, object_to_listing
from millstream.live.actions.pin_product import pin_product, unpin_product
from millstream.live.actions.plan_now import plan_now
from millstream.live.actions.plan_show import plan_show
from millstream.live.actions.promise_price import promise_price, promises_of
from millstream.live.actions.repeat_show import copy_rundown, make_due_shows, repeat_show, stop_repeating
from millstream.live.actions.report_harm import decide_reports, report_harm
from millstream.live.actions.say import say
from millstream.live.actions.set_talk_rules import set_blocked_words, set_talk_rules
from millstream.live.actions.start_show import start_show
from millstream.live.actions.take_seat import keep_seats, leave_seat, note_filming, take_seat
from millstream.live.actions.throw_switch import throw_switch
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
from millstream.live.queries.after import (
    audience,
    clips_of_variants,
    has_captions,
    product_clips,
    promise,
    promised_clips,
    promises_of_order,
)
from millstream.live.queries.crew import (
    crew_of,
    invitation,
    may_direct,
    may_moderate,
    open_invitations,
    role_in,
    shows_worked_on,
)
from millstream.live.queries.keeping import (
    acts,
    bans,
    captions,
    captions_vtt,
    follower_count,
    followers,
    follows,
    holding,
    open_appeals,
    open_reports,
    report_count,
    slug_of_room,
    switches,
    why_ended,
)
from millstream.live.queries.order import sale_is_open, talk_rules, video_is_open, words_of
from millstream.live.queries.plans import (
    agenda,
    calendar_of,
    following,
    preview_of,
    series,
    shows_with_rundown,
)
from millstream.live.queries.report import report, shows_sold_in, slips, slips_of_seller
from millstream.live.queries.standing import last_appeal, standing
from millstream.live.queries.studio import households_of, listed_for, objections_of, quick_listed, seats

__all__ = [
    "acts",
    "add_caption",
    "add_to_rundown",
    "agenda",
    "agreement_of",
    "allow_listing",
    "appeal",
    "audience",
    "ban_speaker",
    "bans",
    "calendar_of",
    "captions",
    "captions_vtt",
    "change_price",
    "change_show",
    "chapters",
    "clips_of_variants",
    "copy_rundown",
    "crew_of",
    "decide_appeal",
    "decide_reports",
    "delete_message",
    "drop_preview",
    "end_show",
    "follow_host",
    "follower_count",
    "followers",
    "following",
    "follows",
    "forget_person",
    "has_captions",
    "holding",
    "households_of",
    "invitation",
    "invite_crew",
    "join_crew",
    "keep_preview",
    "keep_seats",
    "last_appeal",
    "leave_crew",
    "leave_seat",
    "let_talk",
    "lift_ban",
    "like_show",
    "list_quickly",
    "listed_for",
    "live_now",
    "make_clips",
    "make_due_shows",
    "make_preview",
    "may_direct",
    "may_moderate",
    "note_attendance",
    "note_filming",
    "note_opening",
    "note_visit",
    "object_to_listing",
    "objections_of",
    "open_appeals",
    "open_invitations",
    "open_reports",
    "order_rundown",
    "page_of_shows",
    "pin_product",
    "pinned",
    "pins",
    "plan_now",
    "plan_show",
    "preview_of",
    "product_clips",
    "promise",
    "promise_price",
    "promised_clips",
    "promises_of",
    "promises_of_order",
    "quick_listed",
    "remove_product_clip",
    "repeat_show",
    "replays",
    "report",
    "report_count",
    "report_harm",
    "role_in",
    "rundown",
    "sale_is_open",
    "say",
    "seats",
    "series",
    "set_blocked_words",
    "set_talk_rules",
    "show",
    "show_by_slug",
    "shows_of",
    "shows_sold_in",
    "shows_with_rundown",
    "shows_worked_on",
    "slips",
    "slips_of_seller",
    "slug_of_room",
    "standing",
    "start_show",
    "stop_repeating",
    "switches",
    "take_back_invitation",
    "take_from_rundown",
    "take_seat",
    "talk",
    "talk_rules",
    "tallies",
    "tally",
    "throw_switch",
    "time_out_speaker",
    "trade_after",
    "unfollow_host",
    "unpin_product",
    "upcoming",
    "video_is_open",
    "why_ended",
    "wish_download",
    "words_of",
]
