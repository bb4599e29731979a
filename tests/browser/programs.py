"""A program that buys over the REST door and pays at the gateway's page, as a payer's browser would."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from tests.browser.town import DemoTown


def variant_of(town: DemoTown, slug: str) -> dict[str, Any]:
    """The one variant of a product: id, price_minor, left."""
    told = httpx.get(f"{town.web}/api/v1/products/{slug}", timeout=20).raise_for_status().json()
    found: dict[str, Any] = told["variants"][0]
    return found


def wish(variant: str, *, quantity: int = 1, contact: str = "wei@example.org") -> dict[str, Any]:
    """The body of a purchase."""
    return {
        "variant": variant,
        "quantity": quantity,
        "contact": contact,
        "name": "Wei",
        "address": "Lane 7, Anning Road 12, Hangzhou",
    }


def buy(town: DemoTown, body: dict[str, Any], *, key: str = "") -> httpx.Response:
    """Ask for a purchase once; the same key is the same purchase."""
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return httpx.post(f"{town.web}/api/v1/buy", json=body, headers=headers, timeout=20)


def choose(pay_url: str, choice: str = "approve") -> None:
    """Press a button on the gateway's page."""
    answer = httpx.post(pay_url, data={"choice": choice}, timeout=20)
    assert answer.status_code == 303, answer.text


def paid(town: DemoTown, slug: str) -> dict[str, Any]:
    """Buy one of a product and approve; the order as the program was told."""
    answer = buy(town, wish(variant_of(town, slug)["id"]))
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    choose(order["pay_url"])
    return order
