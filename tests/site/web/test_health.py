"""`/healthz` asks media processes where this machine reaches them, jobs and facts; it names what is not well."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.facts import record
from millstream.kernel.facts.sequencer import place_facts
from millstream.kernel.ids import new_id
from millstream.pacts.facts import PactEnded
from millstream.site.engines.ports import free_port
from millstream.site.web import views


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of a test before is kept."""
    monkeypatch.setattr(views, "_kept", {"at": 0.0, "answer": None})


@contextmanager
def media_process(status: int = 200) -> Iterator[str]:
    """Something that answers `/healthz` like a media process; gives its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"ok": true}'
            self.send_response(status if self.path == "/healthz" else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def parts(client: Client, settings: Any, *inside: str) -> dict[str, Any]:
    """What health says of media processes at these addresses, with a proxy in front of them."""
    public = tuple(f"https://shop.example/media/{shard}" for shard in range(len(inside)))
    places = replace(settings.MILLSTREAM.media, origins=public, inside=inside)
    settings.MILLSTREAM = replace(settings.MILLSTREAM, media=places, media_origin=public[0])
    found: dict[str, Any] = client.get("/healthz").json()["parts"]
    return {name: part for name, part in found.items() if name.startswith("media")}


@pytest.mark.django_db(transaction=True)
def test_every_media_process_is_asked_past_the_proxy(client: Client, settings: Any) -> None:
    """Of three, the second hangs up and the third is ill: each by its name, with what it said."""
    with media_process() as well, media_process(500) as ill:
        found = parts(client, settings, well, f"http://127.0.0.1:{free_port()}", ill)
    assert {name: part["ok"] for name, part in found.items()} == {"media": True, "media-1": False, "media-2": False}
    assert "500" in found["media-2"]["says"]
    assert "Connect" in found["media-1"]["says"]


@pytest.mark.django_db(transaction=True)
def test_one_media_process_keeps_the_plain_name(client: Client, settings: Any) -> None:
    """As the supervisor calls it."""
    with media_process() as well:
        assert list(parts(client, settings, well)) == ["media"]


def part(client: Client, name: str) -> dict[str, Any]:
    """What health says of one part."""
    found: dict[str, Any] = client.get("/healthz").json()["parts"][name]
    return found


def put_in_line(*, seconds_ago: int) -> None:
    """A job that comes round was put in line so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)"
            " VALUES ('deals.tend', 'deals.tend', extract(epoch FROM now())::bigint - %s)",
            [seconds_ago],
        )


def job_under_way(name: str, *, seconds: int) -> None:
    """A job that a worker began so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status)"
            " VALUES ('default', %s, %s, 'doing') RETURNING id)"
            " INSERT INTO procrastinate_events (job_id, type, at)"
            " SELECT id, 'started', now() - make_interval(secs => %s) FROM job",
            [name, name, seconds],
        )


@pytest.mark.django_db(transaction=True)
def test_jobs_that_are_put_in_line_and_done_are_well(client: Client) -> None:
    """One that is under way for a minute may be, and a whole show is cut for longer."""
    put_in_line(seconds_ago=1)
    job_under_way("media.cut_clips", seconds=600)
    job_under_way("notices.send", seconds=60)
    told = part(client, "jobs")
    assert told["ok"], told
    assert "notices.send is doing since 6" in told["says"]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_does_not_end_is_named(client: Client) -> None:
    """Its kind does not come round any more: holds would never expire."""
    put_in_line(seconds_ago=1)
    job_under_way("deals.tend", seconds=10)
    job_under_way("orders.expire", seconds=600)
    told = part(client, "jobs")
    assert not told["ok"]
    assert "orders.expire is doing since 60" in told["says"]


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_puts_nothing_in_line_is_not_well(client: Client) -> None:
    """Nothing is late then, for nothing is begun."""
    assert not part(client, "jobs")["ok"]
    put_in_line(seconds_ago=600)
    views._kept.update(at=0.0, answer=None)
    told = part(client, "jobs")
    assert not told["ok"]
    assert "600 s ago" in told["says"] or "601 s ago" in told["says"]


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_gets_no_place_is_seen_though_no_handler_is_behind(client: Client) -> None:
    """A transaction that writes in another database of the same server holds the horizon back."""
    with psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres") as other:
        other.execute("SELECT pg_current_xact_id()")
        now = read_now()
        with transaction.atomic():
            record(PactEnded(pact=new_id(), valid_to=now), now=now - timedelta(minutes=2))
        assert place_facts() == 0
        told = part(client, "facts")
        assert not told["ok"]
        assert told["says"].startswith("0 behind; the oldest without a place waits 12")
    assert place_facts() == 1
    views._kept.update(at=0.0, answer=None)
    assert part(client, "facts")["ok"]
