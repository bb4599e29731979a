"""Rows of streams, keys, recordings and their segments."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.media.types import SOURCE_RTMP, SOURCE_WHIP, ClipPurpose, ClipShape, ClipState, StreamState


class Stream(Row):
    """One continuous picture: what a show sends, with the unguessable token by which it is played."""

    playback = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=StreamState.IDLE.value)
    source = models.CharField(max_length=10, default="")
    peer = models.CharField(max_length=100, default="")
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    gop_ms = models.IntegerField(null=True)
    scene_seed = models.IntegerField(null=True)
    scene_title = models.CharField(max_length=200, default="")
    shard = models.SmallIntegerField(db_default=0)
    b_frames = models.BooleanField(db_default=False)
    session = models.UUIDField(null=True)
    last_number = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in StreamState]), name="stream_state_known"
            ),
            models.CheckConstraint(condition=Q(shard__gte=0), name="stream_shard_counts_from_zero"),
        ]
        indexes = [models.Index(fields=["owner", "opened_at"], name="stream_by_owner")]


class StreamKeys(OwnedQuerySet["StreamKey"]):
    """Keys are seen by the host they belong to."""

    def visible_to(self, actor: UUID) -> Self:
        return self.filter(host_id=actor)


class StreamKey(Row):
    """The keyed hash of a host's stream key; the key itself is shown once and kept nowhere."""

    host = models.ForeignKey("people.Actor", on_delete=models.PROTECT, related_name="+")
    key_hash = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=8)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = OwnedManager["StreamKey"].reading(StreamKeys)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=Q(revoked_at__isnull=True), name="one_working_key_per_host"
            ),
        ]


class Publications(OwnedQuerySet["Publication"]):
    """Where a host published from is seen by the host."""

    def visible_to(self, actor: UUID) -> Self:
        return self.filter(stream__owner_id=actor)


class Publication(Row):
    """One admitted publisher: who, from where, into what, by RTMP or WHIP; a studio's ticket leaves the key empty."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(StreamKey, on_delete=models.PROTECT, related_name="+", null=True)
    source = models.CharField(max_length=10, db_default=SOURCE_RTMP)
    address = models.CharField(max_length=100)
    client = models.CharField(max_length=200)
    client_id = models.CharField(max_length=100)
    admitted_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = OwnedManager["Publication"].reading(Publications)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(key__isnull=False) | Q(source=SOURCE_WHIP), name="publication_by_key_or_whip_ticket"
            ),
        ]
        indexes = [models.Index(fields=["client_id", "admitted_at"], name="publication_by_client")]


class StreamEvent(models.Model):
    """An event of the media plane, once; segments have a table of their own."""

    id = models.BigAutoField(primary_key=True)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+")
    session = models.UUIDField()
    number = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="stream_event_once")]
        indexes = [models.Index(fields=["stream", "at"], name="stream_event_by_time")]


class Recording(Row):
    """What is kept of a stream."""

    stream = models.OneToOneField(Stream, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    kept_for_ever = models.BooleanField(db_default=False)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(kept_for_ever=False), name="recording_kept_or_deleted"
            ),
        ]


class RecordingFile(Row):
    """One file of a recording: a new one begins when the picture's parameters change."""

    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    init_length = models.IntegerField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recording", "name"], name="recording_file_once")]


class Segment(models.Model):
    """Where a segment of the picture lies in its file, and when it was taken."""

    id = models.BigAutoField(primary_key=True)
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(RecordingFile, on_delete=models.PROTECT, related_name="+")
    session = models.UUIDField()
    number = models.BigIntegerField()
    sequence = models.BigIntegerField()
    offset = models.BigIntegerField()
    length = models.BigIntegerField()
    starts_at = models.DateTimeField()
    duration_ms = models.IntegerField()
    key = models.BooleanField()
    source = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="segment_once"),
            models.UniqueConstraint(fields=["file", "sequence"], name="segment_once_in_file"),
            models.CheckConstraint(
                condition=Q(offset__gte=0, length__gte=0, duration_ms__gte=0), name="segment_measures_positive"
            ),
        ]
        indexes = [models.Index(fields=["recording", "starts_at"], name="segment_by_time")]


class Clip(Row):
    """A piece of a recording as a file of its own, under an address that nobody guesses; wished first, then cut."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=10)
    shape = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default=ClipState.WISHED.value)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    most_ms = models.IntegerField(null=True)
    part = models.SmallIntegerField(default=1)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    duration_ms = models.IntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    permille = models.SmallIntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    wished_at = models.DateTimeField()
    due_at = models.DateTimeField()
    cut_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "purpose", "shape", "from_at", "to_at", "part"],
                condition=~Q(state=ClipState.GONE.value),
                name="clip_once",
            ),
            models.CheckConstraint(condition=Q(to_at__gt=models.F("from_at")), name="clip_of_some_time"),
            models.CheckConstraint(condition=Q(part__gte=1), name="clip_counts_from_one"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ClipState]), name="clip_state_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[purpose.value for purpose in ClipPurpose]), name="clip_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(shape__in=[shape.value for shape in ClipShape]), name="clip_shape_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClipState.READY.value)
                | Q(
                    sha256__regex="^[0-9a-f]{64}$",
                    size_bytes__gt=0,
                    duration_ms__gt=0,
                    starts_at__isnull=False,
                    ends_at__gt=models.F("starts_at"),
                    cut_at__isnull=False,
                ),
                name="ready_clip_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=ClipState.GONE.value, gone_at__isnull=False)
                | (~Q(state=ClipState.GONE.value) & Q(gone_at__isnull=True)),
                name="gone_clip_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="clip_to_cut", condition=Q(state=ClipState.WISHED.value)),
        ]
