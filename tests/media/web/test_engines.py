"""Hooks of MediaMTX and SRS, replaying the bodies that their documentation shows; not run against the real engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.settings import MediaPlaces, conf
from millstream.media.api import close_stream, end_engine_streams, ingest_for, issue_key, playback_of, stream
from millstream.media.ports import plug_streams
from millstream.media.types import StreamRecord, StreamState
from tests.media.studio import NOW, OneStream, make_camera, make_host

pytestmark = pytest.mark.django_db

MEDIAMTX = """{"user": "dao", "password": "KEY", "token": "", "ip": "198.51.100.7", "action": "publish",
 "path": "PLAYBACK", "protocol": "rtmp", "id": "7b1f2f0e-4f9c-4a0e-9d0f-9d3a2f0f3a11", "query": "QUERY"}"""
SRS = """{"server_id": "vid-0xk989d", "service_id": "382k3sis", "action": "ACTION", "client_id": "341w361a",
 "ip": "198.51.100.7", "vhost": "__defaultVhost__", "app": "live",
 "tcUrl": "rtmp://video.test.com/live", "stream": "PLAYBACK", "param": "?key=KEY",
 "stream_url": "video.test.com/live/PLAYBACK", "stream_id": "vid-124q9y3"}"""


@pytest.fixture
def dao() -> tuple[str, StreamRecord]:
    """Dao's key and stream."""
    host = make_host()
    camera = make_camera(host)
    plug_streams(OneStream(camera.stream))
    return issue_key(host, now=NOW), stream(camera.stream)


@pytest.fixture
def an_engine() -> Iterator[None]:
    """The installation plays from an engine of others."""
    before = settings.MILLSTREAM
    places = MediaPlaces(engine="srs", engine_hls="https://cdn.example/live/{playback}.m3u8")
    settings.MILLSTREAM = replace(before, media=places)
    yield
    settings.MILLSTREAM = before


def post(client: Client, name: str, body: str, **values: str) -> Any:
    for word, value in values.items():
        body = body.replace(word, value)
    path = f"/hooks/media/{name}?secret={conf().media_hook_secret}"
    return client.post(path, json.dumps(json.loads(body)), content_type="application/json")


def state_of(record: StreamRecord) -> StreamState:
    return stream(UUID(str(record.id))).state


@pytest.mark.parametrize("place", ["password", "query"])
def test_mediamtx_not_run_for_real_publishes_by_key_under_the_token(
    client: Client, dao: tuple[str, StreamRecord], place: str
) -> None:
    """The key comes as the password or in the query; a wrong key, no key and another path are 401."""
    key, record = dao
    right = {"KEY": key, "QUERY": ""} if place == "password" else {"KEY": "", "QUERY": f"key={key}"}
    assert post(client, "mediamtx", MEDIAMTX, PLAYBACK=record.playback, KEY="", QUERY="").status_code == 401
    assert post(client, "mediamtx", MEDIAMTX, PLAYBACK=record.playback, KEY="wrong", QUERY="").status_code == 401
    assert post(client, "mediamtx", MEDIAMTX, PLAYBACK="another-name", **right).status_code == 401
    assert state_of(record) is StreamState.IDLE
    assert post(client, "mediamtx", MEDIAMTX, PLAYBACK=record.playback, **right).status_code == 200
    assert state_of(record) is StreamState.LIVE
    gone = f"/hooks/media/mediamtx/gone?secret={conf().media_hook_secret}"
    assert client.post(gone, {"path": record.playback}).status_code == 204
    assert state_of(record) is StreamState.STALLED


def test_mediamtx_not_run_for_real_reads_open_streams_only(client: Client, dao: tuple[str, StreamRecord]) -> None:
    """Reading needs a stream with a picture; the engine's own interfaces are refused."""
    key, record = dao
    read = MEDIAMTX.replace("publish", "read")
    assert post(client, "mediamtx", read, PLAYBACK=record.playback, KEY="", QUERY="").status_code == 401
    post(client, "mediamtx", MEDIAMTX, PLAYBACK=record.playback, KEY=key, QUERY="")
    assert post(client, "mediamtx", read, PLAYBACK=record.playback, KEY="", QUERY="").status_code == 200
    for action in ("api", "metrics", "pprof"):
        body = MEDIAMTX.replace("publish", action)
        assert post(client, "mediamtx", body, PLAYBACK="", KEY=key, QUERY="").status_code == 401


def test_srs_not_run_for_real_publishes_plays_and_leaves(client: Client, dao: tuple[str, StreamRecord]) -> None:
    """Always 200: code 0 goes on, any other is refused with the reason."""
    key, record = dao
    wrong = post(client, "srs", SRS, ACTION="on_publish", PLAYBACK=record.playback, KEY="wrong")
    assert (wrong.status_code, wrong.json()["code"]) == (200, 403)
    assert "not known here" in wrong.json()["msg"]
    assert post(client, "srs", SRS, ACTION="on_play", PLAYBACK=record.playback, KEY="").json()["code"] == 403
    right = post(client, "srs", SRS, ACTION="on_publish", PLAYBACK=record.playback, KEY=key)
    assert (right.status_code, right.json()) == (200, {"code": 0})
    assert post(client, "srs", SRS, ACTION="on_play", PLAYBACK=record.playback, KEY="").json()["code"] == 0
    assert client.get(f"/video/{record.playback}/state.json").json()["state"] == "live"
    post(client, "srs", SRS, ACTION="on_unpublish", PLAYBACK=record.playback, KEY=key)
    assert client.get(f"/video/{record.playback}/state.json").json()["state"] == "stalled"
    post(client, "srs", SRS, ACTION="on_publish", PLAYBACK=record.playback, KEY=key)
    assert state_of(record) is StreamState.LIVE
    assert client.get("/video/no-such-token/state.json").status_code == 404


@pytest.mark.parametrize("name", ["mediamtx", "srs"])
@pytest.mark.parametrize("body", ["", "[]", "{", '{"action": {"a": 1}}', '{"x": "' + "y" * 20_000 + '"}'])
def test_nonsense_is_no_mistake_of_ours(client: Client, name: str, body: str) -> None:
    """Neither is anything let in, nor does anything break."""
    path = f"/hooks/media/{name}?secret={conf().media_hook_secret}"
    answer = client.post(path, body, content_type="application/json")
    assert answer.status_code in (200, 400, 401)
    assert client.post(f"/hooks/media/{name}?secret=x", body, content_type="application/json").status_code == 403


def test_a_publisher_that_does_not_come_back_ends_the_stream(client: Client, dao: tuple[str, StreamRecord]) -> None:
    """After the grace, as our own plane does; not before, and once."""
    key, record = dao
    post(client, "srs", SRS, ACTION="on_publish", PLAYBACK=record.playback, KEY=key)
    post(client, "srs", SRS, ACTION="on_unpublish", PLAYBACK=record.playback, KEY=key)
    now = read_now()
    assert end_engine_streams(now=now + timedelta(seconds=40)) == 0
    assert end_engine_streams(now=now + timedelta(seconds=50)) == 1
    assert end_engine_streams(now=now + timedelta(seconds=60)) == 0
    assert state_of(record) is StreamState.ENDED


def test_nginx_rtmp_renames_to_the_token_and_drops_what_is_over(client: Client, dao: tuple[str, StreamRecord]) -> None:
    """302 with the token, so that viewers never see a key; updates of a closed show are 403."""
    key, record = dao
    base, secret = "/hooks/media/nginx-rtmp", f"?secret={conf().media_hook_secret}"
    form = {"call": "publish", "name": key, "addr": "198.51.100.7", "clientid": "12", "app": "live"}
    answer = client.post(f"{base}/publish{secret}", form)
    assert (answer.status_code, answer["Location"]) == (302, record.playback)
    pushed = client.post(f"{base}/publish{secret}&push=127.0.0.1:1935/show", form)
    assert pushed["Location"] == f"rtmp://127.0.0.1:1935/show/{record.playback}"
    strange = client.post(f"{base}/publish{secret}&push=evil.example/show", form)
    assert strange["Location"] == record.playback
    update = {"call": "update_publish", "clientid": "12"}
    assert client.post(f"{base}/update{secret}", update).status_code == 204
    close_stream(record.id, now=read_now())
    assert client.post(f"{base}/update{secret}", update).status_code == 403
    assert client.post(f"{base}/update{secret}", {"call": "update_play", "clientid": "12"}).status_code == 204
    assert client.post(f"{base}/publish{secret}", {**form, "name": "wrong"}).status_code == 403
    assert client.post(f"{base}/done{secret}", {"clientid": "12"}).status_code == 204


@pytest.mark.usefixtures("an_engine")
def test_pages_are_told_the_engines_playlist(dao: tuple[str, StreamRecord]) -> None:
    """One place decides: the engine's playlist, our own state, no low latency, no WHIP."""
    place = playback_of(dao[1])
    assert place.src == place.plain == f"https://cdn.example/live/{dao[1].playback}.m3u8"
    assert place.state_url == f"/video/{dao[1].playback}/state.json"
    assert (place.audio, place.replay, place.low_latency) == (None, None, False)
    assert ingest_for(dao[1].owner).whip is None
    assert "https://cdn.example" in conf().media.sources
