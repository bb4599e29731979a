"""What anybody may check of a gift: its page, the receipt for programs, the file of entries."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from millstream.gifts import api
from millstream.gifts.rules import commitment_of
from millstream.gifts.types import GiftKind, GiftRecord, GiftState
from millstream.gifts.web.people import verified_key_of

SHOWN: Final = 200
LONGEST_NUMBER: Final = 6


@never_cache
@require_safe
def receipt(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """The gift in public: its odds before, who got what and how to check it after; some hundred lines a page."""
    gift = api.gift(gift_id, request.now())  # type: ignore[attr-defined]
    only_winners = bool(gift.seed) and gift.kind is GiftKind.DRAW
    after = _number(request.GET.get("after", ""))
    lines = api.reaches(gift_id, after=after, limit=SHOWN + 1, won=only_winners)
    context = {
        "gift": gift,
        "lines": lines[:SHOWN],
        "next_url": f"?after={lines[SHOWN - 1].number}#who" if len(lines) > SHOWN else "",
        "first_url": "?#who" if after else "",
        "only_winners": only_winners,
        "mine": api.mine(gift_id, request.visitor),  # type: ignore[attr-defined]
        "is_verified": verified_key_of(request) is not None,
        "odds": odds_of(gift),
        "entries_sha256": hash_of(gift),
        "seed_fits": bool(gift.seed) and commitment_of(bytes.fromhex(gift.seed)) == gift.commitment,
        "is_over": gift.state is GiftState.OVER,
        "section": "shows",
    }
    return render(request, "gifts/receipt.html", context)


def _number(typed: str) -> int:
    """The number behind which a page begins: the first page for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER else 0


def hash_of(gift: GiftRecord) -> str:
    """The hash of the file of entries; empty until the gift is over. Gifts of older days have it computed."""
    return gift.entries_sha256 or (api.entries_hash(gift.id, gift.entries) if gift.seed else "")


def odds_of(gift: GiftRecord) -> dict[str, Any]:
    """The published odds: how many pieces there are for how many people, and what a piece can be worth."""
    equal = gift.budget_minor // gift.pieces
    packet = gift.kind is GiftKind.RED_PACKET
    return {
        "is_draw": gift.kind is GiftKind.DRAW,
        "least_minor": 1 if packet else equal,
        "mean_minor": equal,
        "most_minor": gift.budget_minor - gift.pieces + 1 if packet else equal,
        "percent": min(100, round(100 * gift.pieces / gift.entries)) if gift.entries else 100,
    }


@require_safe
def receipt_json(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """The receipt for programs: with the file of entries all it takes to compute again who got what, once over."""
    gift = api.gift(gift_id, request.now())  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "gift": str(gift.id),
            "kind": gift.kind.value,
            "budget_minor": gift.budget_minor,
            "given_minor": gift.given_minor,
            "pieces": gift.pieces,
            "currency": gift.currency,
            "most_wins": gift.most_wins,
            "verified_only": gift.verified_only,
            "commitment": gift.commitment,
            "seed": gift.seed or None,
            "algorithm": "docs/gifts.md#who-gets-what",
            "entries": gift.entries,
            "entries_url": reverse("gifts:entries", args=[gift.id]),
            "entries_sha256": hash_of(gift) or None,
            "winners": [
                {"number": line.number, "name": line.name, "amount_minor": line.amount_minor}
                for line in api.reaches(gift_id, won=True)
            ],
        }
    )


@require_safe
def entries(request: HttpRequest, gift_id: UUID) -> HttpResponseBase:
    """Every entry as a line of JSON, streamed: what the page shows of each, nothing more."""
    gift = api.gift(gift_id, request.now())  # type: ignore[attr-defined]
    headers = {"Content-Disposition": f'attachment; filename="gift-{gift.id}.jsonl"'}
    told = bool(gift.seed) or gift.kind is not GiftKind.DRAW
    lines = api.entry_file(gift.id, gift.entries, told=told) if request.method == "GET" else iter(())
    # Django reads a plain iterator whole before it sends it by ASGI: there it must be an asynchronous one.
    sent = _async(lines) if isinstance(request, ASGIRequest) else lines
    return StreamingHttpResponse(sent, headers=headers, content_type="application/jsonl")


async def _async(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await sync_to_async(_following)(lines):
        yield piece


def _following(lines: Iterator[bytes]) -> bytes:
    return next(lines, b"")
