"""The ledger as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Accounts, entries, payouts, statements."""

    name = "millstream.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Say refusals in words."""
        from millstream.kernel.wording import register
        from millstream.ledger.web.wording import WORDING

        register(WORDING)
