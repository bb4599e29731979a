"""A sandbox payment gateway: collects and refunds, signs everything, and misbehaves as its payer chooses."""

from __future__ import annotations

from millstream_sim.gateway.counter import Gateway
from millstream_sim.gateway.payer import payer_routes
from millstream_sim.gateway.wire import wire_routes
from millstream_sim.http_server import Handler
from millstream_sim.state import SimState

__all__ = ["routes"]


def routes(state: SimState) -> dict[tuple[str, str], Handler]:
    """Open the gateway's journal, take up what a killed process left, and return its routes."""
    gateway = Gateway(state)
    gateway.take_up()
    return {**wire_routes(gateway), **payer_routes(gateway)}
