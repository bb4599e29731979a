"""Shoppers that do not give up: every request is sent again until it is answered, with the same key."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.browser.programs import buy, choose, wish
from tests.browser.town import DemoTown, until

REST_SECONDS = 0.15
AGAIN_SECONDS = 0.2
PATIENCE_SECONDS = 120.0


@dataclass
class Shopper:
    """Buys one after another until told to stop; what was answered is kept."""

    town: DemoTown
    variants: Sequence[str]
    answered: list[dict[str, Any]] = field(default_factory=list)
    expired: list[dict[str, Any]] = field(default_factory=list)
    lost: int = 0
    trouble: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """The thread's whole life; an error is kept for the test to tell."""
        try:
            turn = 0
            while not self._stop.wait(REST_SECONDS):
                self._purchase(self.variants[turn % len(self.variants)])
                turn += 1
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            self.trouble = repr(error)

    def stop(self) -> None:
        self._stop.set()

    def _purchase(self, variant: str) -> None:
        """One purchase from the first request to the approved payment."""
        key = uuid.uuid4().hex
        order = self._insist(lambda: self._placed(variant, key))
        if order["state"] == "expired":
            self.expired.append(order)
            return
        self._insist(lambda: self._approved(order["pay_url"]))
        self.answered.append(order)

    def _placed(self, variant: str, key: str) -> dict[str, Any]:
        answer = buy(self.town, wish(variant), key=key)
        if answer.status_code >= 500:
            return {}
        assert answer.status_code in (200, 201), f"{answer.status_code} {answer.text}"
        order: dict[str, Any] = answer.json()
        # While the gateway is away the order stands with our own page; ask again for the gateway's.
        ready = order["pay_url"].startswith(self.town.gateway) or order["state"] == "expired"
        return order if ready else {}

    def _approved(self, pay_url: str) -> bool:
        choose(pay_url)
        return True

    def _insist[T](self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer; a connection that broke or timed out says nothing about what was done."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                if answer := ask():
                    return answer
            except httpx.TransportError:
                pass
            self.lost += 1
            time.sleep(AGAIN_SECONDS)
        raise AssertionError(f"no answer within {PATIENCE_SECONDS:.0f} s")


@dataclass
class Crowd:
    """All shoppers of a test."""

    shoppers: list[Shopper]

    @property
    def answered(self) -> list[dict[str, Any]]:
        return [order for shopper in self.shoppers for order in shopper.answered]

    @property
    def expired(self) -> list[dict[str, Any]]:
        return [order for shopper in self.shoppers for order in shopper.expired]

    @property
    def lost(self) -> int:
        """How many requests had to be sent again."""
        return sum(shopper.lost for shopper in self.shoppers)

    def until_more(self, count: int, seconds: float) -> None:
        """Wait until so many more purchases were answered."""
        enough = len(self.answered) + count

        def more() -> bool:
            assert not any(shopper.trouble for shopper in self.shoppers), [one.trouble for one in self.shoppers]
            return len(self.answered) >= enough

        until(more, seconds, f"{count} more purchases")


@contextmanager
def shopping(town: DemoTown, variants: list[str], *, how_many: int) -> Iterator[Crowd]:
    """Shoppers that buy inside the block; at its end each finishes what it began."""
    crowd = Crowd([Shopper(town, variants[number:] + variants[:number]) for number in range(how_many)])
    threads = [threading.Thread(target=shopper.run) for shopper in crowd.shoppers]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        for shopper in crowd.shoppers:
            shopper.stop()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert [shopper.trouble for shopper in crowd.shoppers] == [""] * how_many
