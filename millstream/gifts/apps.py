"""`gifts` as a Django app."""

from django.apps import AppConfig


class GiftsConfig(AppConfig):
    """Coupons, red packets and draws."""

    name = "millstream.gifts"
    label = "gifts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register wordings and handlers."""
        from millstream.gifts import handlers  # noqa: F401 - importing registers what it hears
        from millstream.gifts.web.wording import WORDING
        from millstream.kernel.wording import register

        register(WORDING)
