"""Logistics as a Django app."""

from django.apps import AppConfig


class LogisticsConfig(AppConfig):
    """Parcels, custody, bags, runs, carriers."""

    name = "millstream.logistics"
    label = "logistics"

    def ready(self) -> None:
        """Give the refusals their words."""
        from millstream.kernel import wording
        from millstream.logistics.web.wording import WORDING

        wording.register(WORDING)
