"""People in the operator's admin: actors, users and who works where. Personal data is not shown here."""

from django.contrib import admin
from django.http import HttpRequest

from millstream.people.models import Actor, Membership, User


@admin.register(Actor)
class ActorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Makers, stations, a centre, a park: opened here, never deleted."""

    list_display = ("slug", "kind", "name", "place", "is_public")
    list_filter = ("kind", "is_public")
    search_fields = ("slug",)
    raw_id_fields = ("place",)
    exclude = ("opened_at",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """An actor owns money and parcels: it stays."""
        return False


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who works where, and as what."""

    list_display = ("user", "actor", "role")
    list_filter = ("role",)
    raw_id_fields = ("user", "actor")
    exclude = ("since",)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Accounts; people sign in by code, so there is no password to set."""

    list_display = ("email", "phone", "name", "is_staff", "is_active")
    search_fields = ("email", "phone", "name")
    fields = ("email", "phone", "name", "language", "is_staff", "is_active")
