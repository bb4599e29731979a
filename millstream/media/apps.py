"""`media` as a Django app."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Streams, keys, recordings."""

    name = "millstream.media"
    label = "media"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from millstream.kernel.wording import register
        from millstream.media.web.wording import WORDING

        register(WORDING)
