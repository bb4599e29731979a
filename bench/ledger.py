"""How many entries a second the ledger posts: batches of 200 beside one by one, default durability, all promises on.

Run: `.cache/venv/bin/python bench/ledger.py [--seconds 5]`. A cluster of its own is made and thrown away. Half of the
entries are captures (two postings), half are releases to two actors (three postings), so that every guard works.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

BATCH = 200
ROUNDS = 5
TARGET_PER_SECOND = 5_000


def main() -> int:
    """Print the two rates; 1 when the batch rate misses its target or the books are not as promised."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=2.0, help="of each of the five rounds")
    seconds = asked.parse_args().seconds
    from millstream.site.engines.postgres import Postgres  # noqa: PLC0415 - after the path is set
    from millstream.site.engines.running import start, stop  # noqa: PLC0415

    home = Path(tempfile.mkdtemp(prefix="millstream-bench-ledger-"))
    home.chmod(0o755)
    engine = Postgres(home / "postgres", home / "run")
    process = start(engine, home / "postgres.log")
    try:
        os.environ |= {
            "MILLSTREAM_VAR": str(home / "var"),
            "DATABASE_URL": engine.url(),
            "DJANGO_SETTINGS_MODULE": "millstream.site.settings",
            "MILLSTREAM_CONTEXTS": "places,people,ledger",
        }
        return _measure(seconds)
    finally:
        stop(engine, process)
        shutil.rmtree(home, ignore_errors=True)


def _measure(seconds: float) -> int:
    import django  # noqa: PLC0415 - after the settings are known

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from millstream.ledger.api import check_books  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    people = _people()
    _rate(people, BATCH, 1.0)  # warm-up
    batched = [_rate(people, BATCH, seconds) for _ in range(ROUNDS)]
    single = [_rate(people, 1, seconds / 2) for _ in range(ROUNDS)]
    wrong = check_books()
    fast, slow = statistics.median(batched), statistics.median(single)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), (SELECT count(*) FROM ledger_posting) FROM ledger_entry")
        entries, postings = cursor.fetchone()
    connection.close()
    print(
        f"in batches of {BATCH}: {fast:,.0f} entries/s (median of {ROUNDS}: {', '.join(f'{r:,.0f}' for r in batched)})"
    )
    print(f"one by one:         {slow:,.0f} entries/s, {fast / slow:.1f} times fewer")
    print(f"{entries:,} entries, {postings:,} postings; the books show {len(wrong)} differences")
    told = {"bench": "ledger", "batched_per_second": round(fast), "single_per_second": round(slow)}
    print(json.dumps(told | {"ratio": round(fast / slow, 1), "differences": len(wrong)}))
    return 0 if fast >= TARGET_PER_SECOND and not wrong else 1


def _people() -> tuple[UUID, UUID]:
    from millstream.people.api import open_actor  # noqa: PLC0415
    from millstream.people.types import ActorKind, ActorSpec  # noqa: PLC0415

    amina = open_actor(ActorSpec(ActorKind.HOUSEHOLD, {"en": "Amina"}, "bench-amina"))
    dao = open_actor(ActorSpec(ActorKind.PERSON, {"en": "Dao"}, "bench-dao"))
    return amina, dao


def _rate(people: tuple[UUID, UUID], size: int, seconds: float) -> float:
    """Entries a second, drafts made before the clock starts for each batch counted too: it is the caller's work."""
    from millstream.kernel.clock import read_now  # noqa: PLC0415
    from millstream.ledger.api import post_entries  # noqa: PLC0415

    drafts = _drafts(people)
    posted, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        batch = [next(drafts) for _ in range(size)]
        posted += len(post_entries(batch, now=read_now()))
    return posted / (time.perf_counter() - started)


def _drafts(people: tuple[UUID, UUID]) -> Iterator["EntryDraft"]:  # type: ignore[name-defined]  # noqa: F821
    from millstream.kernel.clock import read_now  # noqa: PLC0415
    from millstream.kernel.ids import new_id  # noqa: PLC0415
    from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft  # noqa: PLC0415

    gateway, escrow = AccountKey("gateway", None, "CNY"), AccountKey("escrow", None, "CNY")
    maker, host = (AccountKey("payable", owner, "CNY") for owner in people)
    told = {"order": "7K3M-Q2P9-XW", "product": {"en": "Tea bowl", "zh-hans": "茶碗"}, "base_minor": 10_800}
    now = read_now()
    while True:
        order = new_id()
        captured = (PostingDraft(gateway, 10_800, order), PostingDraft(escrow, -10_800, order))
        yield EntryDraft(new_id(), EntryKind.CAPTURE, f"capture:{order}", now, "order", order, captured)
        released = (
            PostingDraft(escrow, 10_800, order),
            PostingDraft(maker, -8_800, order, told | {"part": "maker", "permille": 815}),
            PostingDraft(host, -2_000, order, told | {"part": "host", "permille": 185}),
        )
        yield EntryDraft(new_id(), EntryKind.RELEASE, f"release:{order}", now, "order", order, released)


if __name__ == "__main__":
    raise SystemExit(main())
