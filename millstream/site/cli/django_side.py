"""Step into Django with the settings of this installation."""

from __future__ import annotations

import os

from millstream.site.config import Config


def in_django(settings: Config) -> None:
    """Make Django ready in this process."""
    os.environ.update(settings.children_env())
    import django

    django.setup()
