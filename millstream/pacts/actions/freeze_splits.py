"""Freeze who gets what of each line, by the pacts in force at purchase."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from millstream.kernel.settings import conf
from millstream.pacts.queries import pacts_in_force
from millstream.pacts.rules import choose_pacts, split_line
from millstream.pacts.types import SplitAsk, SplitLineRecord

MOST_ASKS: Final = 5_000

_ADD_SHEETS = """
INSERT INTO pacts_splitsheet (line_id, seller_id, host_id, goods_minor, delivery_minor, currency, frozen_at)
SELECT line_id, seller_id, host_id, goods_minor, delivery_minor, currency, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::text[])
     AS told(line_id, seller_id, host_id, goods_minor, delivery_minor, currency)
"""
_ADD_LINES = """
INSERT INTO pacts_splitline (sheet_id, position, part, actor_id, permille, base_minor, amount_minor, pact_id)
SELECT sheet_id, position, part, actor_id, permille, base_minor, amount_minor, pact_id
FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::uuid[], %s::smallint[], %s::bigint[], %s::bigint[], %s::uuid[])
     AS told(sheet_id, position, part, actor_id, permille, base_minor, amount_minor, pact_id)
"""


def freeze_splits(asks: Sequence[SplitAsk], *, now: datetime) -> None:
    """Freeze the shares of these lines, once each, in the caller's transaction: three statements for any number.

    What is frozen stays as it is when pacts change. There must be a pact with the platform.
    """
    assert connection.in_atomic_block, "a split is frozen in the transaction that makes its line"
    assert len(asks) <= MOST_ASKS, f"{len(asks)} lines at once"
    if not asks:
        return
    frozen = _shared(asks, now)
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_SHEETS,
            [
                now,
                [ask.line_id for ask in asks],
                [ask.seller for ask in asks],
                [ask.host for ask in asks],
                [ask.goods_minor for ask in asks],
                [ask.delivery_minor for ask in asks],
                [ask.currency for ask in asks],
            ],
        )
        cursor.execute(
            _ADD_LINES,
            [
                [line_id for line_id, _, _ in frozen],
                [position for _, position, _ in frozen],
                [line.part.value for _, _, line in frozen],
                [line.actor for _, _, line in frozen],
                [line.permille for _, _, line in frozen],
                [line.base_minor for _, _, line in frozen],
                [line.amount_minor for _, _, line in frozen],
                [line.pact_id for _, _, line in frozen],
            ],
        )


def _shared(asks: Sequence[SplitAsk], now: datetime) -> list[tuple[UUID, int, SplitLineRecord]]:
    """Every share of every line with its position; pacts are chosen once for each seller and host."""
    sellers = {ask.seller for ask in asks}
    hosts = {ask.host for ask in asks if ask.host is not None}
    pacts = pacts_in_force(sellers, hosts, now=now)
    pairs = {(ask.seller, ask.host) for ask in asks}
    chosen = {(seller, host): choose_pacts(pacts, seller=seller, host=host) for seller, host in pairs}
    platform = conf().platform_actor
    return [
        (ask.line_id, position, line)
        for ask in asks
        for position, line in enumerate(split_line(ask, chosen[ask.seller, ask.host], platform=platform))
    ]
