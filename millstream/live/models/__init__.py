"""Rows of shows, rundowns, pins, trade and talk."""

from millstream.live.models.after import Attendance, Footfall, Opening, ProductClip, Promise
from millstream.live.models.crew import CrewInvitation, ShowCrew
from millstream.live.models.plans import Preview, ShowSeries
from millstream.live.models.shows import (
    Message,
    Mute,
    Pin,
    RundownItem,
    Show,
    Tally,
    Trade,
)
from millstream.live.models.studio import ListingObjection, QuickListing, StudioSeat
from millstream.live.models.talk import (
    Appeal,
    Ban,
    BlockedWord,
    Caption,
    Follow,
    ModerationAct,
    Report,
    Switch,
    TalkSetting,
)

__all__ = [
    "Appeal",
    "Attendance",
    "Ban",
    "BlockedWord",
    "Caption",
    "CrewInvitation",
    "Follow",
    "Footfall",
    "ListingObjection",
    "Message",
    "ModerationAct",
    "Mute",
    "Opening",
    "Pin",
    "Preview",
    "ProductClip",
    "Promise",
    "QuickListing",
    "Report",
    "RundownItem",
    "Show",
    "ShowCrew",
    "ShowSeries",
    "StudioSeat",
    "Switch",
    "TalkSetting",
    "Tally",
    "Trade",
]
