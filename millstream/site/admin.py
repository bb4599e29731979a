"""Django's admin for the operator: looking, not editing what has rules."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class OperatorAdmin(AdminSite):
    """Only operators come in."""

    site_header = "Millstream"
    site_title = "Millstream"
    index_title = "Operator"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this request's user runs the installation."""
        return bool(request.user.is_active and request.user.is_staff)
