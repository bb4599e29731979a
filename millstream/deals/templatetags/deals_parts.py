"""The tags that put deals into the room and the studio."""

from uuid import UUID

from django import template
from django.template.context import Context

register = template.Library()


@register.inclusion_tag("deals/_room.html", takes_context=True)
def deals_in_room(context: Context, show: UUID) -> dict[str, object]:
    """What viewers of a show see."""
    return {"request": context.get("request"), "show": show}


@register.inclusion_tag("deals/_studio.html", takes_context=True)
def deals_in_studio(context: Context, show: UUID) -> dict[str, object]:
    """What the host of a show presses."""
    return {"request": context.get("request"), "show": show}
