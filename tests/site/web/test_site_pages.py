"""The site's own pages: home, desks, keys, signing in by code, the demo's door, health."""

import logging
import re
import socket
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.people.api import issue_access_key, join_actor, open_actor
from millstream.people.models import User
from millstream.people.types import ActorId, ActorKind, ActorSpec, Role
from millstream.site.demo.seeding import make_county


@pytest.fixture
def amina() -> tuple[User, ActorId]:
    """Amina, who owns a kiln."""
    user = User.objects.create_user(email="amina@example.com", name="Amina")
    kiln = open_actor(ActorSpec(ActorKind.HOUSEHOLD, {"en": "Amina's kiln", "zh-hans": "阿米娜窑"}, "aminas-kiln"))
    join_actor(user.id, kiln, Role.OWNER)
    return user, kiln


@pytest.fixture
def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
def demo(settings) -> None:
    """The installation is a demonstration."""
    settings.MILLSTREAM = replace(settings.MILLSTREAM, demo=True)


@pytest.mark.django_db
def test_home_works_when_nothing_is_there(client: Client) -> None:
    """An empty town says that nobody is live and asks few questions of the database."""
    page = client.get("/")
    assert page.status_code == 200
    assert "Nobody is live right now" in page.content.decode()


@pytest.mark.django_db
def test_home_shows_the_county_in_a_fixed_number_of_queries(
    client: Client, demo: None, django_assert_max_num_queries
) -> None:
    """Live show, next shows, goods and makers come in at most a dozen queries."""
    make_county(read_now())
    client.get("/")
    with django_assert_max_num_queries(12):
        page = client.get("/")
    assert "Celadon" in page.content.decode() or "Bamboo" in page.content.decode()


@pytest.mark.django_db
def test_a_code_to_a_new_phone_opens_an_account(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever types a number gets a code on the console and is signed in with it; the number is proved."""
    with caplog.at_level(logging.WARNING, logger="millstream.codes"):
        asked = client.post("/accounts/login/code/", {"contact": "138 0013 8000"})
    assert asked.status_code == 302, asked.content.decode()[:2000]
    found = re.search(r"code for \+8613800138000: (\S+)", caplog.text)
    assert found, caplog.text
    wrong = client.post("/accounts/login/code/confirm/", {"code": "WRONG"})
    assert wrong.status_code == 200
    assert "_auth_user_id" not in client.session
    client.post("/accounts/login/code/confirm/", {"code": found[1]})
    assert client.session["_auth_user_id"] == str(User.objects.get(phone="+8613800138000").id)


@pytest.mark.django_db
def test_what_is_no_contact_is_refused_beside_the_field(client: Client) -> None:
    """A typed text that is neither number nor address comes back with a sentence, and opens no account."""
    page = client.post("/accounts/login/code/", {"contact": "hello"})
    assert page.status_code == 200
    assert "neither a phone number nor an e-mail address" in page.content.decode()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    """The desk of nobody is the page for signing in."""
    assert client.get("/desk/").headers["Location"].startswith("/accounts/login/code/")


@pytest.mark.django_db
def test_the_desk_names_ones_actors_and_makes_keys(client: Client, amina: tuple[User, ActorId]) -> None:
    """Amina finds her kiln's desks, makes a key, a program reads with it, and a revoked key is worthless."""
    user, _ = amina
    client.force_login(user)
    assert "/desk/shop/" in client.get("/desk/").content.decode()
    shown = client.post("/desk/keys/", {"name": "till"}).content.decode()
    key = re.search(r"ms_[\w-]+", shown)
    assert key
    program = Client()
    bearer = {"Authorization": f"Bearer {key[0]}"}
    assert program.get("/api/v1/orders", headers=bearer).status_code == 200
    assert program.get("/api/v1/orders").status_code == 401
    listed = client.get("/desk/").content.decode()
    assert key[0] not in listed, "a key is shown once"
    revoke = re.search(r"/desk/keys/[0-9a-f-]+/revoke/", listed)
    assert revoke
    client.post(revoke[0])
    assert program.get("/api/v1/orders", headers=bearer).status_code == 401


@pytest.mark.django_db
def test_nobody_acts_for_anothers_actor(client: Client, amina: tuple[User, ActorId]) -> None:
    """Femi, who works nowhere, cannot act as Amina's kiln, nor revoke her key."""
    user, kiln = amina
    issue_access_key(user.id, kiln, name="till")
    client.force_login(User.objects.create_user(email="femi@example.com"))
    assert client.post("/desk/act-as/", {"actor": str(kiln)}).status_code == 403
    assert client.post(f"/desk/keys/{new_id()}/revoke/").status_code == 404


@pytest.mark.django_db
def test_the_demo_door_is_shut_outside_the_demonstration(client: Client) -> None:
    """One click enters as a role in a demonstration only."""
    assert client.post("/demo/enter/", {"role": "operator"}).status_code == 404


@pytest.mark.django_db
def test_one_click_enters_as_each_role(client: Client, demo: None) -> None:
    """Each role of the seeded county is signed in and lands where its day starts."""
    make_county(read_now())
    for role in ("buyer", "maker", "host", "keeper", "driver", "centre", "park", "operator"):
        entered = client.post("/demo/enter/", {"role": role})
        assert entered.status_code == 302, role
        assert client.get(entered.headers["Location"]).status_code == 200, role
    assert client.post("/demo/enter/", {"role": "king"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_health_names_the_part_that_is_down(client: Client, settings, free_port: int) -> None:
    """Without media and worker the answer is 503 and says which part is not well."""
    places = replace(settings.MILLSTREAM.media, inside=(f"http://127.0.0.1:{free_port}",))
    settings.MILLSTREAM = replace(settings.MILLSTREAM, media=places)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert parts["database"]["ok"]
    assert not parts["media"]["ok"]
    assert not parts["worker"]["ok"]


@pytest.mark.django_db
def test_the_api_says_what_it_can_do(client: Client) -> None:
    """The page lists the calls, and the OpenAPI description has those that a program needs."""
    assert client.get("/api/v1/docs").status_code == 200
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for needed in ("shows", "products", "buy", "orders", "parcels", "custody/scans", "statements"):
        assert any(path.startswith(f"/api/v1/{needed}") for path in paths), needed


def test_personal_pages_are_not_kept_by_caches() -> None:
    """Cookies are for the server only, and for our own site."""
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
