"""The two columns that say who holds something, and links to actors, spelled once."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models

from millstream.logistics.types import HolderKind

LONGEST_KIND = 28


def choice_field(kinds: type[StrEnum], **options: Any) -> models.CharField[Any, Any]:
    """A column for one of a closed list."""
    return models.CharField(max_length=LONGEST_KIND, choices=[(kind.value, kind.value) for kind in kinds], **options)


def holder_kind_field(**options: Any) -> models.CharField[Any, Any]:
    """The kind of a holder."""
    return choice_field(HolderKind, **options)


def actor_field(**options: Any) -> models.ForeignKey[Any, Any]:
    """A link to an actor; actors with custody behind them are never deleted."""
    return models.ForeignKey("people.Actor", models.PROTECT, related_name="+", **options)
