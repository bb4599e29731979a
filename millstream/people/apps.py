"""People as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Actors, memberships, consent."""

    name = "millstream.people"
    label = "people"

    def ready(self) -> None:
        """Give the refusals their words."""
        from millstream.kernel import wording
        from millstream.people.web.wording import WORDING

        wording.register(WORDING)
