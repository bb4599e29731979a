"""Rows of shows, rundowns, pins, trade and talk."""

from django.db import models
from django.db.models import Q

from millstream.kernel.ids import new_id
from millstream.kernel.models import Row
from millstream.live.types import LONGEST_NOTE, ShowState, TalkRole, TradeKind
from millstream.live.types.plans import LONGEST_SHOW, SHORTEST_SHOW, USUAL_LENGTH


class Show(Row):
    """A scheduled, running or past live show. Its `last_trade` moves under the row's lock, by one writer."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.JSONField()
    story = models.JSONField(default=dict)
    host = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    poster = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, default=ShowState.PLANNED.value)
    starts_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stream = models.OneToOneField("media.Stream", on_delete=models.PROTECT, related_name="+")
    room = models.UUIDField(unique=True, default=new_id)
    scene_seed = models.IntegerField(default=1)
    last_trade = models.BigIntegerField(default=0)
    likes = models.BigIntegerField(default=0)
    planned_at = models.DateTimeField()
    lasts_minutes = models.IntegerField(default=USUAL_LENGTH)
    changes = models.IntegerField(default=0)
    series = models.ForeignKey("live.ShowSeries", on_delete=models.SET_NULL, related_name="+", null=True)
    occurrence = models.DateField(null=True)
    stands_alone = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=Q(state=ShowState.LIVE.value), name="host_in_one_live_show"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ShowState]), name="show_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ShowState.LIVE.value) | Q(started_at__isnull=False, ended_at__isnull=True),
                name="live_show_has_started",
            ),
            models.CheckConstraint(condition=Q(likes__gte=0), name="likes_not_negative"),
            models.UniqueConstraint(fields=["series", "occurrence"], name="series_once_a_day"),
            models.CheckConstraint(
                condition=Q(lasts_minutes__gte=SHORTEST_SHOW, lasts_minutes__lte=LONGEST_SHOW),
                name="show_length_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="show_by_state"),
            models.Index(fields=["host", "-starts_at"], name="show_by_host"),
        ]


class RundownItem(Row):
    """One product that a show is to present, and how many units of it were paid for there."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey("shops.Variant", on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField()
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    sold = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "variant"], name="product_once_in_rundown"),
            models.UniqueConstraint(
                fields=["show", "position"], name="rundown_position_once", deferrable=models.Deferrable.DEFERRED
            ),
        ]


class Pin(Row):
    """A product being explained, from when until when."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("shops.Variant", on_delete=models.PROTECT, related_name="+")
    pinned_at = models.DateTimeField()
    unpinned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show"], condition=Q(unpinned_at__isnull=True), name="one_pin_in_a_show"),
            models.CheckConstraint(
                condition=Q(unpinned_at__isnull=True) | Q(unpinned_at__gte=models.F("pinned_at")),
                name="pin_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["show", "pinned_at"], name="pin_by_show")]


class Trade(models.Model):
    """One numbered item of what a room trades."""

    id = models.BigAutoField(primary_key=True)
    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    room = models.UUIDField()
    number = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "number"], name="trade_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="trade_counts_from_one"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in TradeKind]), name="trade_kind_known"),
        ]


class Message(Row):
    """Something said in a room; visitor, actor and network are kept so that who said it can be asked to be silent."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    visitor = models.UUIDField()
    actor = models.UUIDField(null=True)
    network = models.CharField(max_length=32, blank=True)
    reply = models.UUIDField(null=True)
    mentions = models.JSONField(default=list)
    name = models.CharField(max_length=40)
    role = models.CharField(max_length=10)
    text = models.CharField(max_length=200)
    at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[role.value for role in TalkRole]), name="talk_role_known"),
        ]
        indexes = [models.Index(fields=["show", "-id"], name="message_by_show")]


class Mute(Row):
    """A visitor who may not talk in a show until a moment."""

    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="+")
    visitor = models.UUIDField()
    until = models.DateTimeField()
    act = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["show", "visitor"], name="mute_once_a_show")]


class Tally(models.Model):
    """What a show has sold, counted from paid orders."""

    show = models.OneToOneField(Show, on_delete=models.PROTECT, related_name="+", primary_key=True)
    orders = models.IntegerField(default=0)
    units = models.IntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
