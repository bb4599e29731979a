"""The tags that put deals into the room and the studio."""

from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context

from millstream.deals.web import parts

register = template.Library()


@register.inclusion_tag("deals/_room.html", takes_context=True)
def deals_in_room(context: Context, show: UUID) -> dict[str, Any]:
    """What viewers of a show see."""
    request = context["request"]
    return {"request": request, "csrf_token": context.get("csrf_token"), **parts.in_room(request, show)}


@register.inclusion_tag("deals/_studio.html", takes_context=True)
def deals_in_studio(context: Context, show: UUID) -> dict[str, Any]:
    """What the director of a show presses."""
    request = context["request"]
    return {"request": request, "csrf_token": context.get("csrf_token"), **parts.in_studio(request, show)}
