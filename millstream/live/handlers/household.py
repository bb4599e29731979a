"""What a household is told, and what follows when it takes something off sale."""

from millstream.kernel.facts import Heard, hears
from millstream.live.actions.tell_household import tell_household
from millstream.live.actions.tell_taken_off import tell_taken_off
from millstream.live.actions.unpin_withdrawn import unpin_withdrawn
from millstream.live.facts import ListedQuickly
from millstream.shops.facts import ProductWithdrawn, TakenOffSale


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


@hears(TakenOffSale, name="live.taken_off")
def tell_maker(heard: Heard[TakenOffSale]) -> None:
    """A maker does not find out by its silence."""
    fact = heard.fact
    tell_taken_off(fact.seller, fact.product, why=fact.why, once=str(heard.fact_id), now=heard.now)
