"""Reads of pacts and splits, and the check of every frozen split."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from millstream.kernel.refusals import NotFound
from millstream.kernel.settings import conf
from millstream.pacts.models import FloorPrice, Pact
from millstream.pacts.rules import choose_pacts, mistakes_in, parts_of, share_sale
from millstream.pacts.types import (
    Difference,
    FloorPriceId,
    FloorPriceRecord,
    PactId,
    PactRecord,
    Part,
    ShareShown,
    SplitLineRecord,
)

MOST_PACTS: Final = 500
CHECKED_AT_ONCE: Final = 5_000
MOST_DIFFERENCES: Final = 100
NOBODY: Final = UUID(int=0)

# Written out, for the till asks it with every batch. A sale meets pacts of every side.
_IN_FORCE = """
SELECT id, part, permille, beneficiary_id, seller_id, host_id, agreed_at, valid_from, valid_to, version
FROM pacts_pact
WHERE valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
  AND (seller_id IS NULL OR seller_id = ANY(%s::uuid[])) AND (host_id IS NULL OR host_id = ANY(%s::uuid[]))
ORDER BY id
"""
_SPLIT_LINES = """
SELECT sheet_id, part, actor_id, permille, base_minor, amount_minor, pact_id
FROM pacts_splitline WHERE sheet_id = ANY(%s::uuid[]) ORDER BY sheet_id, position
"""
_SHEETS = """
SELECT line_id, goods_minor, delivery_minor FROM pacts_splitsheet WHERE line_id > %s ORDER BY line_id LIMIT %s
"""
_NOT_BY_ITS_PACT = """
SELECT line.sheet_id, line.part, line.permille, pact.permille, line.actor_id,
       coalesce(pact.beneficiary_id, sheet.host_id)
FROM pacts_splitline AS line
JOIN pacts_splitsheet AS sheet ON sheet.line_id = line.sheet_id
JOIN pacts_pact AS pact ON pact.id = line.pact_id
WHERE line.permille <> pact.permille OR line.part <> pact.part
   OR line.actor_id IS DISTINCT FROM coalesce(pact.beneficiary_id, sheet.host_id)
   OR sheet.frozen_at < pact.valid_from OR sheet.frozen_at >= pact.valid_to LIMIT %s
"""
# No pact stands behind the maker's part and delivery: the one is the seller's, the other the platform's.
_NOT_BY_ITS_SHEET = """
SELECT line.sheet_id, line.part, CASE line.part WHEN 'maker' THEN sheet.seller_id ELSE %s::uuid END, line.actor_id
FROM pacts_splitline AS line JOIN pacts_splitsheet AS sheet ON sheet.line_id = line.sheet_id
WHERE line.pact_id IS NULL
  AND line.actor_id <> CASE line.part WHEN 'maker' THEN sheet.seller_id ELSE %s::uuid END LIMIT %s
"""


def record_of(row: Pact) -> PactRecord:
    """The record of a pact's row."""
    return PactRecord(
        id=PactId(row.id),
        part=Part(row.part),
        permille=row.permille,
        beneficiary=row.beneficiary_id,
        seller=row.seller_id,
        host=row.host_id,
        agreed_at=row.agreed_at,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        version=row.version,
    )


def pacts_in_force(sellers: Iterable[UUID], hosts: Iterable[UUID], *, now: datetime) -> list[PactRecord]:
    """The pacts that count now for any of these sellers in shows of any of these hosts, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [now, now, list(set(sellers)), list(set(hosts))])
        return [
            PactRecord(
                id=PactId(row[0]),
                part=Part(row[1]),
                permille=row[2],
                beneficiary=row[3],
                seller=row[4],
                host=row[5],
                agreed_at=row[6],
                valid_from=row[7],
                valid_to=row[8],
                version=row[9],
            )
            for row in cursor.fetchall()
        ]


def pact(pact_id: PactId) -> PactRecord:
    """One pact; refuses an unknown id."""
    row = Pact.objects.unscoped("the caller has said whose").filter(id=pact_id).first()
    if row is None:
        raise NotFound(what="pact")
    return record_of(row)


def pacts_of(actor: UUID) -> list[PactRecord]:
    """What an actor is a side of, and what counts for every seller; those in force first, then the newest."""
    rows = Pact.objects.visible_to(actor).order_by("valid_to", "part", "-valid_from", "id")[:MOST_PACTS]
    return sorted((record_of(row) for row in rows), key=lambda told: told.valid_to is not None)


def where_it_goes(
    seller: UUID, total_minor: int, *, host: UUID | None = None, in_room: bool = False, now: datetime
) -> tuple[ShareShown, ...]:
    """How a sale of so much would be shared now: bought from a host, from any host (`in_room`), or outside a room."""
    presenting = host or (NOBODY if in_room else None)
    chosen = choose_pacts(pacts_in_force([seller], [host] if host else [], now=now), seller=seller, host=presenting)
    permille = parts_of(chosen)
    shares = share_sale(total_minor, permille)
    return tuple(
        ShareShown(part, _shown(seller, chosen.get(part), host), permille[part], minor)
        for part, minor in shares.items()
        if permille[part]
    )


def _shown(seller: UUID, agreed: PactRecord | None, host: UUID | None) -> UUID | None:
    return seller if agreed is None else agreed.beneficiary or host


def split_lines(line_ids: Sequence[UUID]) -> dict[UUID, tuple[SplitLineRecord, ...]]:
    """The frozen shares of these lines in part order; a line without a split is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_SPLIT_LINES, [list(line_ids)])
        found: dict[UUID, list[SplitLineRecord]] = defaultdict(list)
        for row in cursor.fetchall():
            found[row[0]].append(_split(row))
    return {line: tuple(lines) for line, lines in found.items()}


def _split(row: Sequence[Any]) -> SplitLineRecord:
    _, part, actor, permille, base, minor, pact_id = row
    return SplitLineRecord(Part(part), actor, permille, base, minor, PactId(pact_id) if pact_id else None)


def floor_prices(variants: Iterable[UUID], *, host: UUID | None, now: datetime) -> dict[UUID, FloorPriceRecord]:
    """The highest floor price that counts now for each of these variants when this host offers it."""
    counting = Q(valid_from__lte=now) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now))
    rows = FloorPrice.objects.unscoped("an offer meets floor prices of every side").filter(
        counting, Q(host__isnull=True) | Q(host=host), variant__in=set(variants)
    )
    return {row.variant: _floor(row) for row in rows.order_by("price_minor", "id")}


def _floor(row: FloorPrice) -> FloorPriceRecord:
    return FloorPriceRecord(
        id=FloorPriceId(row.id),
        variant=row.variant,
        seller=row.seller_id,
        host=row.host_id,
        price_minor=row.price_minor,
        currency=row.currency,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def check_splits() -> list[Difference]:
    """Everything about frozen splits that is not as promised, each computed anew; at most 100 of each kind.

    Reads every split: for `reconcile` and drills, not for pages.
    """
    return [*_sums(), *_by_pacts(), *_by_sheets()]


def _sums() -> Iterator[Difference]:
    told, after = 0, NOBODY
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_SHEETS, [after, CHECKED_AT_ONCE])
            sheets = cursor.fetchall()
        lines = split_lines([sheet[0] for sheet in sheets])
        for line, goods, delivery in sheets:
            for promise, expected, found in mistakes_in(goods, delivery, lines.get(line, ())):
                yield Difference(f"split of line {line}", promise, expected, found)
                told += 1
                if told >= MOST_DIFFERENCES:
                    return
        if len(sheets) < CHECKED_AT_ONCE:
            return
        after = sheets[-1][0]


def _by_pacts() -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(_NOT_BY_ITS_PACT, [MOST_DIFFERENCES])
        rows = cursor.fetchall()
    for line, part, permille, agreed, actor, beneficiary in rows:
        expected, found = f"{agreed} permille to {beneficiary}", f"{permille} permille to {actor}"
        yield Difference(f"split of line {line}", f"the {part}'s part is as its pact says", expected, found)


def _by_sheets() -> Iterator[Difference]:
    platform = conf().platform_actor
    with connection.cursor() as cursor:
        cursor.execute(_NOT_BY_ITS_SHEET, [platform, platform, MOST_DIFFERENCES])
        rows = cursor.fetchall()
    for line, part, expected, found in rows:
        yield Difference(f"split of line {line}", f"the {part}'s part is whose it is", str(expected), str(found))
