"""What shops ask of contexts above them; `site` plugs the answers in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest

from millstream.people.types import ActorId
from millstream.shops.types import ProductRecord, VariantId


@dataclass(frozen=True, slots=True)
class Extra:
    """A fragment for a product's page: a template and what it shows."""

    template: str
    context: Mapping[str, Any]


class ProductExtras(Protocol):
    """What else belongs on a product's page, such as where its money goes or the show it is in."""

    def __call__(self, request: HttpRequest, product: ProductRecord) -> Sequence[Extra]:
        """The fragments, in their order."""
        ...


class BuyAddress(Protocol):
    """Where buying a variant begins."""

    def __call__(self, variant_id: VariantId) -> str:
        """A path of this site."""
        ...


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A line of the desk's today page that another context knows, such as orders to pack."""

    title: str
    url: str
    count: int
    icon: str = "box"
    note: str = ""


class DeskRows(Protocol):
    """What needs a hand of the acting actor elsewhere."""

    def __call__(self, actor: ActorId) -> Sequence[DeskRow]:
        """The lines, in their order; those with nothing to do are left out."""
        ...


@dataclass(frozen=True, slots=True)
class DeskLink:
    """A further entry of the desk's navigation, such as orders."""

    label: str
    url: str
    icon: str


class DeskLinks(Protocol):
    """Which other desks of the same actor stand beside the shop's."""

    def __call__(self, actor: ActorId) -> Sequence[DeskLink]:
        """The entries, in their order."""
        ...


def _no_extras(request: HttpRequest, product: ProductRecord) -> Sequence[Extra]:
    return ()


def _buy_page(variant_id: VariantId) -> str:
    return f"/buy/{variant_id}/"


def _no_rows(actor: ActorId) -> Sequence[DeskRow]:
    return ()


def _no_links(actor: ActorId) -> Sequence[DeskLink]:
    return ()


@dataclass(slots=True)
class _Plugs:
    extras: ProductExtras = _no_extras
    buy_address: BuyAddress = _buy_page
    desk_rows: DeskRows = _no_rows
    desk_links: DeskLinks = _no_links


PLUGS = _Plugs()


def plug_product_extras(give: ProductExtras) -> None:
    """Say what else belongs on a product's page."""
    PLUGS.extras = give


def plug_buy_address(give: BuyAddress) -> None:
    """Say where buying begins; `/buy/<variant>/` unless told."""
    PLUGS.buy_address = give


def plug_desk_rows(give: DeskRows) -> None:
    """Say what else needs a hand on the shop's today page."""
    PLUGS.desk_rows = give


def plug_desk_links(give: DeskLinks) -> None:
    """Say which other desks stand beside the shop's."""
    PLUGS.desk_links = give
