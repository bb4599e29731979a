"""Rows of notices: who wants to be told, what there is to tell, and each notice on its way."""

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.notices.types import LONGEST_NAME, LONGEST_TOPIC, AskState, Channel, NoticeState

CHANNELS = [channel.value for channel in Channel]


class Subscription(Row):
    """Somebody's wish to be told about a subject. The address is sealed, and gone when the wish is over."""

    topic = models.CharField(max_length=LONGEST_TOPIC)
    subject = models.UUIDField()
    channel = models.CharField(max_length=5)
    sealed = models.BinaryField(null=True)
    lookup = models.BinaryField(max_length=32)
    language = models.CharField(max_length=10)
    visitor = models.UUIDField()
    actor = models.ForeignKey("people.Actor", on_delete=models.CASCADE, related_name="+", null=True)
    state = models.CharField(max_length=12)
    letters = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "subject", "channel", "lookup"], name="one_wish_each"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="wish_channel_known"),
            models.CheckConstraint(condition=Q(state__in=[state.value for state in AskState]), name="wish_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[AskState.ACTIVE.value, AskState.UNCONFIRMED.value]) | Q(sealed__isnull=False),
                name="open_wish_has_address",
            ),
        ]
        indexes = [
            models.Index(fields=["topic", "subject", "state"], name="wish_by_subject"),
            models.Index(fields=["lookup", "asked_at"], name="wish_by_address"),
        ]


class Occasion(Row):
    """Something to tell about a subject, when it is due."""

    topic = models.CharField(max_length=LONGEST_TOPIC)
    subject = models.UUIDField()
    name = models.CharField(max_length=LONGEST_NAME)
    due_at = models.DateTimeField()
    useless_at = models.DateTimeField()
    words = models.JSONField()
    told_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "subject", "name"], name="occasion_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(told_at__isnull=True, cancelled_at__isnull=True),
                name="occasion_due",
            ),
        ]


class Notice(Row):
    """One notice to one address. `once` makes a second one of the same effect impossible."""

    once = models.CharField(max_length=120, unique=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+", null=True)
    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="+", null=True)
    channel = models.CharField(max_length=5)
    sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=10)
    words = models.JSONField(null=True)
    state = models.CharField(max_length=8, default=NoticeState.WAITING.value)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    useless_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="notice_channel_known"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in NoticeState]), name="notice_state_known"
            ),
            models.CheckConstraint(
                condition=Q(occasion__isnull=False) | Q(words__isnull=False), name="notice_has_words"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=[NoticeState.WAITING.value, NoticeState.TAKEN.value, NoticeState.HANDED.value]),
                name="notice_due",
            ),
        ]
