"""The operator looks at money here; nothing can be changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from millstream.ledger.models import Entry, PayoutBatch


class LookingOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entries are posted, batches are made: never typed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing posted is ever edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor deleted."""
        return False


@admin.register(Entry)
class EntryAdmin(LookingOnly):
    """Entries by key and source."""

    list_display = ("posted_at", "kind", "key", "source_kind", "source_id", "memo")
    search_fields = ("key", "source_id")
    list_filter = ("kind",)
    ordering = ("-posted_at",)


@admin.register(PayoutBatch)
class PayoutBatchAdmin(LookingOnly):
    """Batches with their control sums."""

    list_display = ("made_at", "currency", "items", "total_minor", "made_by")
    ordering = ("-made_at",)
