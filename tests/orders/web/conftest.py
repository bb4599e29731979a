"""A gateway process for tests of pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from millstream.kernel.settings import conf
from millstream.orders import ports
from millstream.orders.adapters.sandbox_gateway import SandboxGateway
from millstream.orders.till.till import till
from tests.sim.process import SimProcess


def keys() -> dict[str, str]:
    """The keys that this installation shares with the simulators."""
    place = conf()
    return {
        "GATEWAY_REQUEST_KEY": place.gateway_request_key.decode(),
        "GATEWAY_WEBHOOK_KEY": place.gateway_webhook_key.decode(),
        "CARRIER_KEY": place.carrier_key.decode(),
    }


def plug(sim: SimProcess) -> None:
    """Let this process collect through that gateway."""
    place = conf()
    ports.plug_gateway(
        SandboxGateway(origin=sim.origin, request_key=place.gateway_request_key, webhook_key=place.gateway_webhook_key)
    )


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[SimProcess]:
    """A gateway whose messages reach nobody."""
    process = SimProcess(tmp_path / "sim", web_origin="http://127.0.0.1:9", keys=keys())
    process.start()
    plug(process)
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def _quiet_till() -> Iterator[None]:
    """The till's thread lets go of its connection at the end of a test."""
    yield
    till.stop()
