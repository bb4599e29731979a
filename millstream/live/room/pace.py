"""How fast is talked and liked: the measures of one process, the same for the socket and for the page's forms."""

import time
from collections.abc import Callable

from millstream.kernel.limits import RateLimit
from millstream.live.room import bounds


class Pace:
    """Counts what is said and liked by visitor and by network, in memory; the oldest of too many are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_visitor = RateLimit("live.say", per_minute=bounds.SAY_PER_MINUTE, burst=bounds.SAY_BURST)
        self._by_network = RateLimit(
            "live.say_network", per_minute=bounds.SAY_PER_MINUTE_NETWORK, burst=bounds.SAY_BURST_NETWORK
        )
        self._guests_of_network = RateLimit(
            "live.guest_say_network",
            per_minute=bounds.GUEST_SAY_PER_MINUTE_NETWORK,
            burst=bounds.GUEST_SAY_BURST_NETWORK,
        )
        self._likes = RateLimit("live.likes", per_minute=bounds.LIKES_PER_MINUTE, burst=bounds.LIKES_BURST)
        self._likes_of_network = RateLimit(
            "live.likes_network", per_minute=bounds.LIKES_PER_MINUTE_NETWORK, burst=bounds.LIKES_BURST_NETWORK
        )

    def say(self, visitor: str, network: str, *, role: str, verified: bool) -> int:
        """Count a message; 0 when it may be said, else the seconds to wait. Guests whom nobody knows share less."""
        at = self._clock()
        wait = self._by_visitor.take(visitor, at=at) or self._by_network.take(network, at=at)
        if not wait and role == "guest" and not verified:
            wait = self._guests_of_network.take(network, at=at)
        return wait

    def like(self, visitor: str, network: str) -> bool:
        """Count a like; False for one too many."""
        at = self._clock()
        return not (self._likes.take(visitor, at=at) or self._likes_of_network.take(network, at=at))
