"""A text that no row takes is refused at every door, and is nobody's broken page."""

import pytest
from django.test import Client
from django.urls import reverse

from millstream.kernel.ids import new_id

pytestmark = pytest.mark.django_db

BUY = {"variant": str(new_id()), "contact": "13800138000", "name": "Bo", "address": "1 Canal Street"}


@pytest.fixture(scope="module", autouse=True)
def read_before() -> None:
    """Addresses are read now, not inside a transaction with a limit of time."""
    reverse("home")


@pytest.mark.parametrize(
    "path", ["/?q=a%00b", "/shows/%00/", "/shops/%00/", "/orders/%00/", "/api/v1/shows/%00", "/api/v1/orders/%00"]
)
def test_an_address_with_a_nul_is_refused(path: str, client: Client) -> None:
    """In the path or in the question; programs hear it as JSON."""
    answer = client.get(path)
    assert answer.status_code in (401, 404, 422)
    if path == "/api/v1/shows/%00":
        assert answer.json()["code"] == "kernel.invalid"


def test_a_form_with_a_nul_is_refused(client: Client) -> None:
    """Also where a page reads a field without a form of Django's."""
    answer = client.post(f"/gifts/{new_id()}/grab/", {"contact": "a\0b@example.com"})
    assert answer.status_code == 422
    assert "There is a sign in it that cannot be kept." in answer.content.decode()


@pytest.mark.parametrize("text", ["\0", "Bo\0Lin", "\ud800"])
def test_a_body_with_a_nul_is_refused(text: str, client: Client) -> None:
    """By the API as a whole, whatever the context that would read it."""
    answer = client.post("/api/v1/buy", BUY | {"name": text}, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Cannot parse request body"
