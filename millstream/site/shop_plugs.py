"""What other contexts put beside a shop's goods: where the money goes, what to pack, the other desks."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from millstream.kernel.clock import read_now
from millstream.live import api as live
from millstream.live.ports import SellerWay
from millstream.live.types.studio import HOUSEHOLD_NEWS_FOR
from millstream.logistics.api import count_of_seller
from millstream.logistics.types import ParcelState
from millstream.people.acting import Acting
from millstream.people.api import may_work
from millstream.people.types import ActorId
from millstream.shops.ports import DeskLink, DeskRow, Extra
from millstream.shops.types import ProductRecord
from millstream.shops.web.desk_frame import KINDS, PAGES, ROLES


def product_extras(request: HttpRequest, product: ProductRecord) -> Sequence[Extra]:
    """What was shown of it live, and where the money goes that its maker is paid."""
    clips = live.clips_of_variants([variant.id for variant in product.variants])
    shown = (Extra("live/after/_clips.html", {"clips": clips}),) if clips else ()
    return (*shown, Extra("product_money.html", {"seller": product.shop.actor}))


def desk_links(actor: ActorId) -> Sequence[DeskLink]:
    """What shows brought this shop: the slips of what was sold in them, and beside it what hosts listed for it."""
    return (DeskLink(_("Shows"), "/desk/slips/", "live"),)


def seller_ways(acting: Acting) -> Sequence[SellerWay]:
    """The shop's own navigation for whoever works at its desk, then what `desk_links` puts beside it."""
    assert acting.actor is not None, "a seller's desk lets nobody without an actor in"
    keeps_shop = acting.actor.kind in KINDS and may_work(acting.roles, ROLES)
    own = [SellerWay(str(label), reverse(f"shops:{name}"), icon) for name, label, icon in PAGES] if keeps_shop else []
    return [*own, *(SellerWay(link.label, link.url, link.icon) for link in desk_links(acting.actor.id))]


def desk_rows(actor: ActorId) -> Sequence[DeskRow]:
    """Paid parcels that wait to be packed; what hosts listed for this shop since yesterday."""
    waiting = count_of_seller(actor).get(ParcelState.ANNOUNCED, 0)
    listed = len(live.listed_for(actor, since=read_now() - HOUSEHOLD_NEWS_FOR))
    told = _("By a host during a show. Look whether it is right.")
    return (
        DeskRow(_("To pack"), "/desk/parcels/", waiting, "box", _("Paid, and not yet handed to the station.")),
        DeskRow(_("Listed for you since yesterday"), "/desk/listed/", listed, "live", told),
    )
