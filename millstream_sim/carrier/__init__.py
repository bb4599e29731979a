"""A sandbox carrier: books, receives manifests, tracks in steps, pushes, answers polls, misbehaves on request."""

from __future__ import annotations

from millstream_sim.carrier.counter_page import page_routes
from millstream_sim.carrier.depot import Depot
from millstream_sim.carrier.wire import wire_routes
from millstream_sim.http_server import Handler
from millstream_sim.state import SimState

__all__ = ["routes"]


def routes(state: SimState) -> dict[tuple[str, str], Handler]:
    """Open the carrier's journal, take up what a killed process left, and return its routes."""
    depot = Depot(state)
    depot.take_up()
    return {**wire_routes(depot), **page_routes(depot)}
