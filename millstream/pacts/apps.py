"""The pacts as a Django app."""

from django.apps import AppConfig


class PactsConfig(AppConfig):
    """Who shares a sale."""

    name = "millstream.pacts"
    label = "pacts"

    def ready(self) -> None:
        """Say refusals in words."""
        from millstream.kernel.wording import register
        from millstream.pacts.web.wording import WORDING

        register(WORDING)
