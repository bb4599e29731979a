"""Rows of talk's order: rules, words, bans, followers, reports, the log, appeals, switches, captions."""

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.live.models.shows import Message, Show
from millstream.live.types.talk import ActKind, AppealState, Reason, ReportState, SwitchKind, Talkers

NETWORK_MARK = 32


class TalkSetting(Row):
    """How a room talks; the row without a show is the installation's. `version` rises with every change of order."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, null=True, related_name="+")
    slow_seconds = models.IntegerField(default=0)
    who = models.CharField(max_length=10, default=Talkers.ALL.value)
    emoji_only = models.BooleanField(default=False)
    off = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)
    has_rules = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show"], nulls_distinct=False, name="talk_setting_once_a_show"),
            models.CheckConstraint(condition=Q(who__in=[who.value for who in Talkers]), name="talkers_known"),
            models.CheckConstraint(condition=Q(slow_seconds__gte=0, slow_seconds__lte=600), name="slow_mode_bounded"),
        ]


class BlockedWord(Row):
    """A word that nobody may say: in a room, or (without a show) anywhere. `normal` is what is compared."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, null=True, related_name="+")
    word = models.CharField(max_length=40)
    normal = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "normal"], nulls_distinct=False, name="blocked_word_once"),
            models.CheckConstraint(condition=~Q(normal=""), name="blocked_word_not_empty"),
        ]


class ModerationAct(Row):
    """One line of the log of moderation: who did what to whom, as what, and why. Never changed, never removed."""

    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    show = models.ForeignKey(Show, on_delete=models.PROTECT, null=True, related_name="+")
    host = models.UUIDField(null=True)
    user = models.UUIDField(null=True)
    actor = models.UUIDField(null=True)
    role = models.CharField(max_length=10)
    visitor = models.UUIDField(null=True)
    speaker = models.CharField(max_length=40, blank=True)
    message = models.UUIDField(null=True)
    quoted = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in ActKind]), name="moderation_act_known"),
        ]
        indexes = [
            models.Index(fields=["show", "-id"], name="moderation_by_show"),
            models.Index(fields=["host", "-id"], name="moderation_by_host"),
        ]


class Ban(Row):
    """Somebody who may not talk: in the shows of a host, or (without a host) anywhere."""

    host = models.ForeignKey("people.Actor", on_delete=models.PROTECT, null=True, related_name="+")
    visitor = models.UUIDField()
    actor = models.UUIDField(null=True)
    network = models.CharField(max_length=NETWORK_MARK, blank=True)
    network_until = models.DateTimeField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    act = models.ForeignKey(ModerationAct, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "visitor"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="banned_once_by_a_host",
            ),
            models.CheckConstraint(
                condition=Q(network="", network_until__isnull=True) | (~Q(network="") & Q(network_until__isnull=False)),
                name="network_ban_has_an_end",
            ),
        ]


class Follow(Row):
    """A visitor, and the actor behind it if there is one, who wants to hear of a host."""

    host = models.ForeignKey("people.Actor", on_delete=models.CASCADE, related_name="+")
    visitor = models.UUIDField()
    actor = models.ForeignKey("people.Actor", on_delete=models.CASCADE, null=True, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "visitor"], name="follows_once"),
            models.UniqueConstraint(
                fields=["host", "actor"], condition=Q(actor__isnull=False), name="actor_follows_once"
            ),
        ]


class Report(Row):
    """Somebody finds that a show, a product or a message does harm; a product also outside of any show."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, null=True, related_name="+")
    variant = models.UUIDField(null=True)
    message = models.UUIDField(null=True)
    quoted = models.CharField(max_length=200, blank=True)
    speaker = models.CharField(max_length=40, blank=True)
    visitor = models.UUIDField()
    reason = models.CharField(max_length=8)
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, default=ReportState.OPEN.value)
    decided_at = models.DateTimeField(null=True)
    act = models.ForeignKey(ModerationAct, on_delete=models.PROTECT, null=True, related_name="+")
    operator_decides = models.BooleanField(default=True)
    turn = models.SmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "show", "variant", "message", "turn"],
                nulls_distinct=False,
                name="reported_once_a_turn_by_a_visitor",
            ),
            models.UniqueConstraint(
                fields=["visitor", "show", "variant", "message"],
                condition=Q(state=ReportState.OPEN.value),
                nulls_distinct=False,
                name="one_open_report_by_a_visitor",
            ),
            models.CheckConstraint(condition=Q(turn__in=[1, 2]), name="reported_twice_at_most"),
            models.CheckConstraint(
                condition=Q(operator_decides=True) | Q(message__isnull=False),
                name="operator_decides_on_shows_and_goods",
            ),
            models.CheckConstraint(
                condition=Q(variant__isnull=True) | Q(message__isnull=True), name="report_is_about_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(show__isnull=False) | Q(variant__isnull=False), name="report_is_about_something"
            ),
            models.CheckConstraint(condition=Q(reason__in=[one.value for one in Reason]), name="report_reason_known"),
            models.CheckConstraint(
                condition=Q(state=ReportState.OPEN.value, decided_at__isnull=True, act__isnull=True)
                | Q(
                    state__in=[ReportState.DISMISSED.value, ReportState.UPHELD.value],
                    decided_at__isnull=False,
                    act__isnull=False,
                ),
                name="report_decided_by_an_act",
            ),
        ]
        indexes = [models.Index(fields=["state", "show"], name="report_by_state")]


class Appeal(Row):
    """Somebody who was silenced asks, once, to be heard again; with a `network`, as one of its guests."""

    act = models.ForeignKey(ModerationAct, on_delete=models.PROTECT, related_name="+")
    visitor = models.UUIDField()
    network = models.CharField(max_length=NETWORK_MARK, blank=True, default="")
    text = models.CharField(max_length=500)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, default=AppealState.OPEN.value)
    answer = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act"], condition=Q(network=""), name="one_appeal_of_the_silenced"),
            models.UniqueConstraint(fields=["act", "visitor"], name="one_appeal_each"),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN.value, decided_at__isnull=True)
                | Q(state__in=[AppealState.GRANTED.value, AppealState.REFUSED.value], decided_at__isnull=False),
                name="appeal_decided_with_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="appeal_by_state")]


class Switch(Row):
    """A counter or a picture that is closed, of a show or (without one) of all shows, until it is opened again."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=5)
    why = models.CharField(max_length=300)
    closed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["show", "kind"],
                condition=Q(opened_at__isnull=True),
                nulls_distinct=False,
                name="closed_once_at_a_time",
            ),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in SwitchKind]), name="switch_known"),
        ]


class Caption(Row):
    """What was said in a show, as text."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["show", "at"], name="caption_by_show")]


__all__ = [
    "Appeal",
    "Ban",
    "BlockedWord",
    "Caption",
    "Follow",
    "Message",
    "ModerationAct",
    "Report",
    "Switch",
    "TalkSetting",
]
