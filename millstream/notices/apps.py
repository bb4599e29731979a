"""`notices` as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Telling people: by e-mail and web push."""

    name = "millstream.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say refusals in words."""
        from millstream.kernel.wording import register
        from millstream.notices.web.wording import WORDING

        register(WORDING)
