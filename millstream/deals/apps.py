"""`deals` as a Django app."""

from django.apps import AppConfig


class DealsConfig(AppConfig):
    """Deals for a window and auctions by bids."""

    name = "millstream.deals"
    label = "deals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say refusals in words."""
        from millstream.deals import handlers  # noqa: F401 - importing registers what it hears
        from millstream.deals.web.wording import WORDING
        from millstream.kernel.wording import register

        register(WORDING)
