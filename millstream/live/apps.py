"""`live` as a Django app."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Shows, rooms, talk, replay, studio."""

    name = "millstream.live"
    label = "live"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from millstream.kernel.wording import register  # noqa: PLC0415 - apps are loaded first
        from millstream.live import handlers  # noqa: F401, PLC0415 - importing registers what it hears
        from millstream.live.web.wording import WORDING  # noqa: PLC0415

        register(WORDING)
