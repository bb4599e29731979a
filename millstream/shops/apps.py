"""Shops as a Django app."""

from django.apps import AppConfig


class ShopsConfig(AppConfig):
    """Products and their stock."""

    name = "millstream.shops"
    label = "shops"

    def ready(self) -> None:
        """Give the refusals their words."""
        from millstream.kernel import wording
        from millstream.shops.web.wording import WORDING

        wording.register(WORDING)
