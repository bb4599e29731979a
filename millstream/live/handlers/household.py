"""What a household is told, and what follows when it takes something off sale."""

from millstream.kernel.facts import Heard, hears
from millstream.live.actions.tell_household import tell_household
from millstream.live.actions.unpin_withdrawn import unpin_withdrawn
from millstream.live.facts import ListedQuickly
from millstream.shops.facts import ProductWithdrawn


@hears(ListedQuickly, name="live.household")
def tell(heard: Heard[ListedQuickly]) -> None:
    """Tell the household; a host who listed own goods knows."""
    fact = heard.fact
    if fact.seller != fact.host:
        tell_household(fact.seller, fact.show, fact.variant, listed_at=heard.at, now=heard.now)


@hears(ProductWithdrawn, name="live.withdrawn")
def clear_tables(heard: Heard[ProductWithdrawn]) -> None:
    """What nobody can buy any more does not stay on the table."""
    unpin_withdrawn(heard.fact.product, now=heard.now)
