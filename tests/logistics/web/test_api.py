"""The REST door: own parcels only, scans kept, replays recognised."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from millstream.kernel.ids import new_id
from millstream.people.api import issue_access_key, join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.logistics.town import Town


def _key(town: Town, actor: Any, role: Role) -> dict[str, str]:
    user = User.objects.create_user(email=f"{new_id().hex}@example.com")
    join_actor(user.id, actor, role)
    return {"Authorization": f"Bearer {issue_access_key(user.id, actor, name='test')}"}


def test_a_maker_lists_its_own_parcels(town: Town) -> None:
    """Others' are not there, and not found by code; without a key nothing is told."""
    (mine,) = town.open()
    assert Client().get("/api/v1/parcels").status_code == 401
    amina, femi = _key(town, town.amina, Role.MAKER), _key(town, town.femi, Role.MAKER)
    listed = Client().get("/api/v1/parcels", headers=amina).json()
    assert [one["code"] for one in listed["items"]] == [town.label(mine)]
    assert Client().get("/api/v1/parcels?state=packed", headers=amina).json()["items"] == []
    assert Client().get("/api/v1/parcels", headers=femi).json()["items"] == []
    assert Client().get(f"/api/v1/parcels/{mine.code}", headers=femi).status_code == 404
    shown = Client().get(f"/api/v1/parcels/{mine.code}", headers=amina).json()
    assert [step["kind"] for step in shown["steps"]] == ["ANNOUNCE"]


def test_scans_by_the_api_are_kept_and_replayed(town: Town) -> None:
    """The same id twice: one event; a refused one answers 409 with words and a case."""
    (one,) = town.packed()
    esi = _key(town, town.esi, Role.KEEPER)

    def send(**told: str) -> Any:
        return Client().post("/api/v1/custody/scans", json.dumps(told), content_type="application/json", headers=esi)

    told = {"id": str(new_id()), "code": one.code, "purpose": "take_in"}
    first, again = send(**told), send(**told)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    refused = send(code="P0000-0000-000Z", purpose="take_in")
    assert refused.status_code == 409
    assert refused.json()["refusal"] == "logistics.unknown_label"
    assert refused.json()["what"]
