"""Rows of streams, keys, recordings and their segments."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from millstream.kernel.models import Row
from millstream.kernel.scoping import OwnedManager, OwnedQuerySet
from millstream.media.types import StreamState


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
    """One admitted publisher: who, from where, into what."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(StreamKey, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=100)
    client = models.CharField(max_length=200)
    client_id = models.CharField(max_length=100)
    admitted_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = OwnedManager["Publication"].reading(Publications)

    class Meta:
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
