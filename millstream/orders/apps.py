"""Orders as a Django app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Holds, orders, payments, refunds, release."""

    name = "millstream.orders"
    label = "orders"

    def ready(self) -> None:
        """Register wordings and handlers."""
        from millstream.kernel.wording import register
        from millstream.orders import handlers  # noqa: F401 - importing registers what it hears
        from millstream.orders.web.wording import WORDING

        register(WORDING)
