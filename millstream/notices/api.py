"""The door of notices."""

from millstream.notices.actions.answer_wish import (
    confirm_wish,
    end_push,
    end_wish,
    forget_actor,
    forget_address,
    forget_person,
)
from millstream.notices.actions.ask_to_be_told import ask_to_be_told
from millstream.notices.actions.enlist_members import enlist_members
from millstream.notices.actions.enlist_person import enlist_person
from millstream.notices.actions.plan_occasion import cancel_occasions, plan_occasion
from millstream.notices.actions.send_notices import pick_up, send_batch, tell_occasions
from millstream.notices.actions.write_letter import write_letter
from millstream.notices.adapters.links import CONFIRM, STOP, stop_url, wish_of
from millstream.notices.adapters.vapid import public_key
from millstream.notices.queries import tally, wish, wished, wishes_of

__all__ = [
    "CONFIRM",
    "STOP",
    "ask_to_be_told",
    "cancel_occasions",
    "confirm_wish",
    "end_push",
    "end_wish",
    "enlist_members",
    "enlist_person",
    "forget_actor",
    "forget_address",
    "forget_person",
    "pick_up",
    "plan_occasion",
    "public_key",
    "send_batch",
    "stop_url",
    "tally",
    "tell_occasions",
    "wish",
    "wish_of",
    "wished",
    "wishes_of",
    "write_letter",
]
