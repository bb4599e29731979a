"""Agree on a pact."""

from datetime import datetime
from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.pacts.facts import PactAgreed, PactEnded
from millstream.pacts.models import Pact
from millstream.pacts.queries import record_of
from millstream.pacts.refusals import InThePast, MoreThanWhole, Overlaps
from millstream.pacts.rules import left_for
from millstream.pacts.types import AGREED, PactRecord, PactSpec, Part

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('pacts.agree', 0))"


def agree_pact(spec: PactSpec, *, now: datetime) -> PactRecord:
    """Let a part of sales go to somebody from now on (or from `valid_from`), in the place of the pact before it.

    Refuses with InThePast, with MoreThanWhole when all parts that a sale may meet would exceed it, and with
    Overlaps when a later pact of the same scope is agreed already. What was frozen before stays.
    """
    assert spec.part in AGREED, "the maker has what is left, carriage is what delivery costs"
    assert spec.beneficiary is not None or spec.part == Part.HOST, f"the part of the {spec.part} goes to somebody"
    begins = spec.valid_from or now
    if begins < now:
        raise InThePast(valid_from=begins)
    try:
        with transaction.atomic():
            return _agree(spec, begins, now)
    except IntegrityError as error:
        cause: Any = error.__cause__
        if isinstance(cause, psycopg.Error) and cause.diag.constraint_name == "pact_one_in_force":
            raise Overlaps(valid_from=begins) from None
        raise


def _agree(spec: PactSpec, begins: datetime, now: datetime) -> PactRecord:
    with connection.cursor() as cursor:  # two that leave room each for themselves could exceed the whole together
        cursor.execute(_ONE_AT_A_TIME)
    pacts = Pact.objects.unscoped("parts of all sides make the whole")
    living = pacts.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=begins))
    left = left_for(spec, [record_of(row) for row in living])
    if not 0 <= spec.permille <= left:
        raise MoreThanWhole(left=max(left, 0), asked=spec.permille)
    same = pacts.filter(part=spec.part, seller=spec.seller, host=spec.host)
    before = same.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=begins), valid_from__lte=begins).first()
    if before is not None:
        same.filter(id=before.id).update(valid_to=begins)
        record(PactEnded(pact=before.id, valid_to=begins), now=now)
    row = Pact(
        id=new_id(),
        part=spec.part.value,
        beneficiary_id=spec.beneficiary,
        seller_id=spec.seller,
        host_id=spec.host,
        permille=spec.permille,
        agreed_at=now,
        valid_from=begins,
        version=same.count() + 1,
    )
    row.save(force_insert=True)
    record(
        PactAgreed(
            pact=row.id,
            part=row.part,
            permille=row.permille,
            beneficiary=spec.beneficiary,
            seller=spec.seller,
            host=spec.host,
            valid_from=begins,
        ),
        now=now,
    )
    return record_of(row)
