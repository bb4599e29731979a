"""The kernel as a Django app: tables of facts, template tags."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Ids, money, clock, refusals, facts, pagination."""

    name = "millstream.kernel"
    label = "kernel"
