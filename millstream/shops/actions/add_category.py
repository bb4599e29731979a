"""Add a shelf to the storefront."""

from uuid import UUID

from django.db import transaction

from millstream.kernel.texts import Text
from millstream.shops.models import Category


@transaction.atomic
def add_category(category_id: UUID, *, slug: str, name: Text, position: int = 0) -> UUID:
    """Add a category, or give the one with this address a new name and place; returns its id."""
    row, made = Category.objects.get_or_create(
        slug=slug, defaults={"id": category_id, "name": dict(name), "position": position}
    )
    if not made:
        Category.objects.filter(id=row.id).update(name=dict(name), position=position)
    return row.id
