"""The site as a Django app, and the operator's admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class SiteConfig(AppConfig):
    """Composes the contexts into one site."""

    name = "millstream.site"
    label = "site"

    def ready(self) -> None:
        """Plug the upper contexts into the ports of the lower ones."""
        from millstream.site.plugs import plug_all

        plug_all()


class OperatorAdminConfig(admin_apps.AdminConfig):
    """Django's admin, for the operator only."""

    default = False
    default_site = "millstream.site.admin.OperatorAdmin"
