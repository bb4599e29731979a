"""Owned models: read as an actor, or without scope for a stated reason; a bare query raises."""

from typing import Any, NoReturn, Self
from uuid import UUID

from django.db import models


class BareQueryError(AssertionError):
    """A model that has an owner was queried without saying for whom."""


class OwnedQuerySet[M: models.Model](models.QuerySet[M, M]):
    """A query set of rows that somebody owns; a subclass says in `visible_to` who sees what."""

    def visible_to(self, actor: UUID) -> Self:
        """The rows that this actor may see."""
        raise NotImplementedError

    def unscoped(self, reason: str) -> Self:
        """All rows; the reason tells the reader of the code why no owner is asked."""
        assert reason, "say why no owner is asked"
        return self._chain()  # type: ignore[no-any-return, attr-defined]


class OwnedManager[M: models.Model](models.Manager[M]):
    """A manager that answers only `visible_to(actor)` and `unscoped(reason)`."""

    _scoped: type[OwnedQuerySet[M]]

    @classmethod
    def reading(cls, queryset_class: type[OwnedQuerySet[M]]) -> "OwnedManager[M]":
        """A manager for this query set class."""
        manager = cls()
        manager._scoped = queryset_class
        return manager

    def get_queryset(self) -> NoReturn:
        raise BareQueryError(f"{self.model.__name__}: say visible_to(actor) or unscoped(reason)")

    def _fresh(self) -> OwnedQuerySet[M]:
        return self._scoped(model=self.model, using=self._db, hints=getattr(self, "_hints", {}))

    def visible_to(self, actor: UUID) -> OwnedQuerySet[M]:
        """The rows that this actor may see."""
        return self._fresh().visible_to(actor)

    def unscoped(self, reason: str) -> OwnedQuerySet[M]:
        """All rows, for a stated reason."""
        assert reason, "say why no owner is asked"
        return self._fresh()

    def deconstruct(self) -> Any:
        raise NotImplementedError("owned managers are not written into migrations")
