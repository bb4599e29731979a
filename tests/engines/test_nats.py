"""The embedded NATS server: opened by a token, JetStream kept through anything."""

from __future__ import annotations

import asyncio

import nats
import pytest
from nats.errors import Error as NatsError

from millstream.site.engines.nats import Nats
from millstream.site.engines.running import running, start


async def publish(url: str, subject: str) -> int:
    """Publish one message to a stream of that name; returns its number."""
    client = await nats.connect(url, allow_reconnect=False, connect_timeout=2)
    try:
        await client.jetstream().add_stream(name="KEPT", subjects=["kept.>"])
        return (await client.jetstream().publish(subject, b"x")).seq
    finally:
        await client.close()


def test_it_serves_streams_to_who_has_the_token(nats_url):
    """A client with the token publishes into JetStream."""
    assert asyncio.run(publish(nats_url, "kept.a")) >= 1


def test_it_refuses_who_has_no_token(own_nats):
    """A client with a wrong token gets nothing."""
    with pytest.raises(NatsError, match=r"(?i)authorization"):
        asyncio.run(publish(own_nats.url.replace(own_nats.token, "guess"), "kept.a"))


def test_messages_survive_kill_9_and_the_address_stays(tmp_path):
    """After kill -9 the stream goes on counting, at the same address."""
    engine = Nats(tmp_path / "nats", tmp_path / "run")
    process = start(engine, tmp_path / "log")
    address = engine.url
    assert asyncio.run(publish(address, "kept.a")) == 1
    process.kill()
    process.wait()
    with running(Nats(tmp_path / "nats", tmp_path / "run"), tmp_path / "log"):
        assert asyncio.run(publish(address, "kept.a")) == 2
