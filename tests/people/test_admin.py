"""The operator's admin opens actors and memberships, shows no personal data, and lets nobody else in."""

import pytest
from django.test import Client

from millstream.people.models import Actor, User


@pytest.mark.django_db
def test_the_operator_opens_an_actor(client: Client) -> None:
    """An actor is opened at /admin/ and cannot be deleted there."""
    client.force_login(User.objects.create_superuser("ola@example.com"))
    told = {"kind": "station", "name": '{"en": "Yaokou"}', "slug": "yaokou", "story": "{}", "is_public": "on"}
    assert client.post("/admin/people/actor/add/", told).status_code == 302
    actor = Actor.objects.get(slug="yaokou")
    assert client.get(f"/admin/people/actor/{actor.id}/delete/").status_code == 403
    assert client.get("/admin/people/contact/").status_code == 404


@pytest.mark.django_db
def test_a_stranger_does_not_come_in(client: Client) -> None:
    """Femi is sent away."""
    client.force_login(User.objects.create_user(email="femi@example.com"))
    assert client.get("/admin/people/actor/").status_code == 302
