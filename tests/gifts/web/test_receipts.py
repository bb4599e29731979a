"""Receipts are whole: more entries than a page or a list holds, a file with a hash, a program that checks it."""

import json
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from millstream.gifts import api
from millstream.gifts.models import Gift, Reach
from millstream.gifts.queries import MOST_REACHES
from millstream.gifts.types import GiftKind, GiftRecord
from millstream.kernel.clock import read_now
from tests.gifts.giving import make_gift, person, reach

PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)
CROWD = MOST_REACHES + 203


def crowded_draw(crowd: int = CROWD) -> GiftRecord:
    """A draw with more entries than a list of reaches holds; the last of them came by the door, the others as rows."""
    draw = make_gift(GiftKind.DRAW, pieces=250, budget_minor=25_000)
    at = read_now()
    Reach.objects.bulk_create(
        Reach(gift_id=draw.id, number=number, visitor=who, buyer_key=key, name=f"#{number}", at=at)
        for number in range(1, crowd)
        for who, key in [person(number)]
    )
    Gift.objects.filter(id=draw.id).update(entries=crowd - 1)
    api.grab_gifts([reach(draw, crowd)], now=read_now())
    return draw


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.django_db
def test_a_receipt_has_every_entry_and_every_winner(client: Client) -> None:
    """Lines of the file, their hash and count on the page and in the receipt; all winners, behind 5,000 too."""
    draw = crowded_draw()
    where = f"/gifts/{draw.id}/"
    before = [json.loads(line) for line in body(client.get(f"{where}entries.jsonl")).splitlines()]
    assert len(before) == CROWD
    assert {line["amount_minor"] for line in before} == {None}
    api.end_gift(draw.id, now=read_now())
    file, told = body(client.get(f"{where}entries.jsonl")), client.get(f"{where}receipt.json").json()
    lines = [json.loads(line) for line in file.splitlines()]
    assert set(lines[0]) == {"number", "name", "at", "amount_minor", "passed_over"}
    assert (told["entries"], told["entries_sha256"]) == (CROWD, sha256(file).hexdigest())
    won = [line["number"] for line in lines if line["amount_minor"]]
    assert [winner["number"] for winner in told["winners"]] == won
    assert len(won) == 250
    assert max(won) > MOST_REACHES
    page = client.get(where).content.decode()
    assert told["entries_sha256"] in page
    assert "250 of 5,203 who took part" in page
    following = re.search(r'href="(\?after=\d+)#who"', page)
    assert following is not None
    assert f"#{won[-1]}<" in client.get(where + following[1]).content.decode()
    assert api.check_gifts() == []


@pytest.mark.django_db
def test_a_file_that_was_changed_is_found(client: Client) -> None:
    """Reconcile computes the hash again; a gift that ended before there was one has it computed for the page."""
    draw = crowded_draw(30)
    api.end_gift(draw.id, now=read_now())
    stood = client.get(f"/gifts/{draw.id}/receipt.json").json()["entries_sha256"]
    Gift.objects.filter(id=draw.id).update(entries_sha256="")
    assert client.get(f"/gifts/{draw.id}/receipt.json").json()["entries_sha256"] == stood
    Gift.objects.filter(id=draw.id).update(entries_sha256="0" * 64)
    assert [found.expected for found in api.check_gifts()] == ["0" * 64]


@pytest.mark.django_db
def test_a_page_behind_nowhere_is_the_first(client: Client) -> None:
    """What was typed into the address breaks nothing."""
    gift = make_gift()
    api.grab_gifts([reach(gift, 1)], now=read_now())
    for typed in ("x", "-1", "9" * 30, "²"):
        assert "Guest 1" in client.get(f"/gifts/{gift.id}/", {"after": typed}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_file_is_sent_piece_by_piece() -> None:
    """By the web process's own way nobody holds the whole file."""
    draw = crowded_draw()

    async def read() -> list[bytes]:
        answer: Any = await AsyncClient().get(f"/gifts/{draw.id}/entries.jsonl")
        return [piece async for piece in answer]

    pieces = async_to_sync(read)()
    assert len(pieces) > 2
    assert len(b"".join(pieces).splitlines()) == CROWD


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", list(GiftKind))
def test_the_program_of_the_handbook_checks_a_gift(live_server: Any, kind: GiftKind) -> None:
    """As it is printed, over HTTP, against every kind; it finds a winner that was put in by hand."""
    (program,) = PROGRAM.findall(Path("docs/gifts.md").read_text(encoding="utf-8"))
    packet = make_gift(most_wins=1, pieces=2, budget_minor=2)
    api.grab_gifts([reach(packet, 3), reach(packet, 4)], now=read_now())
    gift = make_gift(kind, pieces=20, budget_minor=2_000, show=packet.show, host=packet.host, most_wins=1)
    asks = [replace(reach(gift, number), name=f"#{number}") for number in range(30)]
    api.grab_gifts(asks, now=read_now())
    api.end_gift(gift.id, now=read_now())
    address = {"ADDRESS": f"{live_server.url}/gifts/{gift.id}/"}
    exec(program, dict(address))  # noqa: S102 - our own handbook
    loser = Reach.objects.filter(gift_id=gift.id, amount_minor=0).first()
    winner = Reach.objects.filter(gift_id=gift.id, amount_minor__gt=0).first()
    assert winner is not None
    if loser is not None:
        Reach.objects.filter(pk=loser.pk).update(amount_minor=winner.amount_minor)
    Reach.objects.filter(pk=winner.pk).update(amount_minor=0)
    entries = api.gift(gift.id, read_now()).entries
    Gift.objects.filter(id=gift.id).update(entries_sha256=api.entries_hash(gift.id, entries))
    with pytest.raises(AssertionError):
        exec(program, dict(address))  # noqa: S102 - our own handbook
