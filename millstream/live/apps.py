"""`live` as a Django app."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Shows, rooms, talk, replay, studio."""

    name = "millstream.live"
    label = "live"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from millstream.kernel.wording import register
        from millstream.live import handlers  # noqa: F401 - importing registers what it hears
        from millstream.live.web.wording import WORDING

        register(WORDING)
