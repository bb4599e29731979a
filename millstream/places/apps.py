"""Places as a Django app."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """The administrative registry."""

    name = "millstream.places"
    label = "places"

    def ready(self) -> None:
        """Register how this context says no."""
        from millstream.kernel import wording
        from millstream.places.web.wording import WORDING

        wording.register(WORDING)
