"""The contract of doors sees a window when there is one."""

from __future__ import annotations

import grimp
import pytest

from tests.architecture.doors_contract import DoorsContract

OPTIONS = {
    "package": "town",
    "doors": ["api", "types"],
    "named_doors": ["people.acting"],
    "open": ["kernel"],
    "composer": "site",
    "composer_doors": ["web"],
}


def kept(importer: str, imported: str) -> bool:
    graph = grimp.ImportGraph()
    graph.add_module("town")
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="import")
    contract = DoorsContract(name="doors", session_options={"root_packages": ["town"]}, contract_options=OPTIONS)
    return bool(contract.check(graph, verbose=False).kept)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("town.orders.actions.buy", "town.shops.api"),
        ("town.orders.actions.buy", "town.orders.models"),
        ("town.orders.actions.buy", "town.kernel.money"),
        ("town.orders.web.views", "town.people.acting"),
        ("town.site.urls", "town.shops.web.urls"),
        ("town.orders.rules", "datetime"),
    ],
)
def test_who_comes_by_the_door_is_let_in(importer, imported):
    """Doors, one's own inside, open contexts and the composer's entries are kept."""
    assert kept(importer, imported)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("town.orders.actions.buy", "town.shops.models"),
        ("town.orders.actions.buy", "town.shops"),
        ("town.orders.web.views", "town.shops.web.views"),
        ("town.site.urls", "town.shops.models"),
        ("town.orders.actions.buy", "town.people.acting_less"),
    ],
)
def test_who_climbs_through_a_window_is_seen(importer, imported):
    """Models, bare packages and other contexts' pages are no doors, for the composer neither."""
    assert not kept(importer, imported)
