"""The hooks of a media engine: secret, form fields, reasons."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.settings import conf
from millstream.media.api import close_stream, issue_key, show_scene, studio_ticket
from millstream.media.ports import plug_streams
from millstream.media.refusals import ShowNotOpen
from millstream.media.types import ActorId
from millstream.media.web import views
from tests.media.studio import NOW, Camera, OneStream, make_camera, make_host

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera() -> Camera:
    return make_camera(make_host())


def publish(client: Client, *, secret: str | None = None, **form: str) -> Any:
    told = conf().media_hook_secret if secret is None else secret
    return client.post(f"/hooks/media/publish?secret={told}", {"call": "publish", "app": "live"} | form)


def test_a_good_key_is_answered_with_stream_and_limits(client: Client) -> None:
    """The body is what our media plane reads; its status is all that another engine needs."""
    dao = make_host()
    camera = make_camera(dao)
    plug_streams(OneStream(camera.stream))
    answer = publish(client, name=issue_key(dao, now=NOW), addr="10.0.0.9", clientid="3", flashver="FMLE/3.0")
    assert answer.status_code == 200
    body = answer.json()
    assert body["stream"] == str(camera.stream)
    assert len(body["playback"]) >= 20
    assert (body["max_kbit"], body["max_hours"]) == (8000, 12)


def test_a_key_may_stand_beside_the_name_of_the_show(client: Client) -> None:
    """`live/spring-kiln?key=KEY` names the show."""
    dao = make_host()
    streams = OneStream(make_camera(dao).stream)
    plug_streams(streams)
    assert publish(client, name="spring-kiln", key=issue_key(dao, now=NOW)).status_code == 200
    assert streams.asked == [(dao, "spring-kiln")]


def test_our_own_plane_tells_the_show_apart(client: Client) -> None:
    """RTMP as `live/spring-kiln?key=KEY` and WHIP as `?slug=spring-kiln` arrive as fields of their own."""
    dao = make_host()
    streams = OneStream(make_camera(dao).stream)
    plug_streams(streams)
    key = issue_key(dao, now=NOW)
    assert publish(client, name=key, key=key, slug="spring-kiln").status_code == 200
    assert publish(client, name=key, slug="").status_code == 200
    ticket = studio_ticket(ActorId(dao), slug="spring-kiln", now=read_now())
    assert publish(client, app="whip", name=ticket, slug="spring-kiln").status_code == 200
    assert streams.asked == [(dao, "spring-kiln"), (dao, None), (dao, "spring-kiln")]


def test_a_wrong_key_is_refused_with_a_reason_to_print(client: Client, camera: Camera) -> None:
    """Plain English text, because a terminal prints it; never the key."""
    plug_streams(OneStream(camera.stream))
    answer = publish(client, name="wrongkey", addr="10.0.0.10")
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().startswith("This stream key is not known here")
    assert "wrongkey" not in answer.content.decode()


def test_the_reason_is_english_whatever_the_language(client: Client, camera: Camera) -> None:
    """An engine that forwards a Chinese browser's header still prints what any terminal can show."""
    plug_streams(OneStream(camera.stream))
    answer = client.post(
        f"/hooks/media/publish?secret={conf().media_hook_secret}",
        {"name": "wrong", "addr": "10.0.0.11"},
        headers={"accept-language": "zh-hans"},
    )
    assert answer.content.isascii()


def test_a_show_that_is_not_open_is_a_reason_too(client: Client) -> None:
    """The key is good, the time is not."""

    class Closed:
        def stream_for(self, host: object, slug: object, *, now: object) -> Any:
            raise ShowNotOpen(opens_at="")

    plug_streams(Closed())
    answer = publish(client, name=issue_key(make_host(), now=NOW))
    assert answer.status_code == 403
    assert b"takes a picture" in answer.content


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
def test_without_the_secret_nothing_is_said(client: Client, secret: str) -> None:
    """Femi calls the hooks."""
    assert publish(client, secret=secret, name="k").status_code == 403
    assert client.get(f"/hooks/media/scenes?secret={secret}").status_code == 403
    assert client.post(f"/hooks/media/publish_done?secret={secret}").status_code == 403


def test_many_wrong_keys_from_one_address_have_to_wait(client: Client, camera: Camera) -> None:
    """Guessing is slow, and a good key from the same address still goes through."""
    dao = make_host()
    plug_streams(OneStream(camera.stream))
    for _ in range(views.WRONG_KEYS.burst):
        publish(client, name="guess", addr="10.9.9.9")
    assert b"Too many wrong keys" in publish(client, name="guess", addr="10.9.9.9").content
    assert publish(client, name=issue_key(dao, now=NOW), addr="10.9.9.9").status_code == 200


def test_scenes_are_listed_in_a_demo_only(client: Client, camera: Camera) -> None:
    """The list has the scenes of open streams; outside a demo it is empty."""
    show_scene(camera.stream, seed=7, title="Kiln")
    path = f"/hooks/media/scenes?secret={conf().media_hook_secret}"
    with_demo = replace(conf(), demo=True)
    settings_before = settings.MILLSTREAM
    settings.MILLSTREAM = with_demo
    try:
        listed = client.get(path).json()["scenes"]
        assert [(scene["stream"], scene["seed"], scene["title"]) for scene in listed] == [
            (str(camera.stream), 7, "Kiln")
        ]
        close_stream(camera.stream, now=read_now())
        assert client.get(path).json()["closed"] == [str(camera.stream)]
        assert client.get(path).json()["scenes"] == []
    finally:
        settings.MILLSTREAM = settings_before
    assert client.get(path).json()["scenes"] == []


def test_who_left_is_noted(client: Client) -> None:
    """The publication is done; an unknown connection is no mistake."""
    from millstream.media.models import Publication

    dao = make_host()
    plug_streams(OneStream(make_camera(dao).stream))
    publish(client, name=issue_key(dao, now=NOW), clientid="77")
    path = f"/hooks/media/publish_done?secret={conf().media_hook_secret}"
    assert client.post(path, {"call": "publish_done", "clientid": "77"}).status_code == 204
    assert client.post(path, {"call": "publish_done", "clientid": "78"}).status_code == 204
    assert Publication.objects.visible_to(dao).get().done_at is not None
