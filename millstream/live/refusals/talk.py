"""What `live` says no with when it keeps order."""

from typing import Final

from millstream.kernel.refusals import Refusal
from millstream.live.refusals.shows import (
    BadMessage,
    ShowNotLive,
    TalkClosed,
    TalkEmpty,
    TalkMuted,
    TalkRepeated,
    TalkTooFast,
    TalkTooLong,
)


class TalkBanned(Refusal):
    """The visitor may not talk here, or anywhere."""

    code = "live.banned"


class TalkOff(Refusal):
    """Only who works on the show talks now."""

    code = "live.talk_off"


class TalkSlow(Refusal):
    """The room is in slow mode: one message in `seconds`; `retry_after` is in seconds."""

    code = "live.slow_mode"


class OnlyVerified(Refusal):
    """Guests read along here until they have signed in or verified a contact."""

    code = "live.only_verified"


class OnlyFollowers(Refusal):
    """Only who follows the host talks here."""

    code = "live.only_followers"


class OnlyBuyers(Refusal):
    """Only who has bought from the host talks here."""

    code = "live.only_buyers"


class EmojiOnly(Refusal):
    """The room takes nothing but emoji now."""

    code = "live.emoji_only"


class NoLinks(Refusal):
    """Messages lead nowhere else."""

    code = "live.no_links"


class WordsBlocked(Refusal):
    """The message holds a word that is not said here."""

    code = "live.blocked_words"


class NotThisOne(Refusal):
    """Who keeps order in a show is not silenced by it."""

    code = "live.not_this_one"


class MayNotModerate(Refusal):
    """Only who keeps order in this show may do this."""

    code = "live.may_not_moderate"


class WordsFull(Refusal):
    """A list holds `most` blocked words."""

    code = "live.words_full"


class NotAWord(Refusal):
    """There is nothing in the word that could be compared."""

    code = "live.not_a_word"


class WhyMissing(Refusal):
    """Whoever closes a counter or a picture, or decides an appeal, says why."""

    code = "live.why_missing"


class NoSuchAct(Refusal):
    """There is nothing here that could be decided."""

    code = "live.no_such_act"


class NotSilenced(Refusal):
    """Nobody has silenced this speaker here, or not any more."""

    code = "live.not_silenced"


class AlreadyReported(Refusal):
    """This visitor has reported this before."""

    code = "live.already_reported"


class OperatorDecides(Refusal):
    """What the crew of a show is reported for, its operator decides."""

    code = "live.operator_decides"


class NothingToAppeal(Refusal):
    """Nobody silenced this visitor here."""

    code = "live.nothing_to_appeal"


class AppealedBefore(Refusal):
    """There is one appeal against each decision."""

    code = "live.appealed_before"


class AppealsFull(Refusal):
    """`most` of a network have appealed against this decision already."""

    code = "live.appeals_full"


class SaleClosed(Refusal):
    """The operator has closed the counter of this show."""

    code = "live.sale_closed"


class NotBegun(Refusal):
    """Nothing is sold or given in this room before its show begins."""

    code = "live.not_begun"


class SaleOver(Refusal):
    """The show is over, and with it what its room sells and gives at once."""

    code = "live.sale_over"


class VideoClosed(Refusal):
    """The operator has closed the picture of this show."""

    code = "live.video_closed"


class ContactNeeded(Refusal):
    """Who buys over the socket has a contact and an address on file; the buy sheet asks for them."""

    code = "live.contact_needed"


class CounterBusy(Refusal):
    """More is asked than can be answered; `retry_after` is in seconds."""

    code = "live.counter_busy"


class NothingToAsk(Refusal):
    """Nobody answers this kind of ask in this process."""

    code = "live.nothing_to_ask"


REFUSED_TALK: Final[dict[str, type[Refusal]]] = {
    refusal.code: refusal
    for refusal in (
        BadMessage,
        EmojiOnly,
        NoLinks,
        OnlyBuyers,
        OnlyFollowers,
        OnlyVerified,
        ShowNotLive,
        TalkBanned,
        TalkClosed,
        TalkEmpty,
        TalkMuted,
        TalkOff,
        TalkRepeated,
        TalkSlow,
        TalkTooFast,
        TalkTooLong,
        WordsBlocked,
    )
}
