"""Who gets what of a sale: pure decisions over integers."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from millstream.pacts.types import (
    AGREED,
    SHARING,
    WHOLE_PERMILLE,
    PactRecord,
    PactSpec,
    Part,
    SplitAsk,
    SplitLineRecord,
)


def share_sale(total_minor: int, permille: Mapping[Part, int]) -> dict[Part, int]:
    """Share a sale by parts per thousand: largest remainder, ties by part order; the shares sum to the total.

    Every part gets its exact share rounded down or up to a whole minor unit (Hamilton's method). The parts sum to
    1000, so at most one unit a part is handed out after rounding down.
    """
    assert total_minor >= 0
    assert sum(permille.values()) == WHOLE_PERMILLE, f"the parts sum to {sum(permille.values())}, not to 1000"
    assert all(part in SHARING and share >= 0 for part, share in permille.items()), permille
    parts = [part for part in SHARING if part in permille]
    shares = {part: total_minor * permille[part] // WHOLE_PERMILLE for part in parts}
    left = total_minor - sum(shares.values())
    by_remainder = sorted(parts, key=lambda part: -(total_minor * permille[part] % WHOLE_PERMILLE))
    for part in by_remainder[:left]:  # sorting is stable: equal remainders stay in part order
        shares[part] += 1
    return shares


def choose_pacts(pacts: Iterable[PactRecord], *, seller: UUID, host: UUID | None) -> dict[Part, PactRecord]:
    """The pact that counts for each part of a sale: the closest one, a seller's own before a host's own.

    Bought outside a room, or in the seller's own show, there is no host's part: it stays with the maker.
    """
    presenting = None if host == seller else host
    chosen: dict[Part, PactRecord] = {}
    for pact in pacts:
        if not _meant(pact, seller, presenting):
            continue
        known = chosen.get(pact.part)
        if known is None or _closeness(pact) > _closeness(known):
            chosen[pact.part] = pact
    return chosen


def _meant(pact: PactRecord, seller: UUID, host: UUID | None) -> bool:
    if pact.part == Part.HOST and host is None:
        return False
    return pact.seller in (None, seller) and pact.host in (None, host)


def _closeness(pact: PactRecord) -> tuple[bool, bool]:
    return pact.seller is not None, pact.host is not None


def parts_of(chosen: Mapping[Part, PactRecord]) -> dict[Part, int]:
    """Parts per thousand of everybody, the maker's being what is left."""
    shared = {part: chosen[part].permille for part in AGREED if part in chosen}
    left = WHOLE_PERMILLE - sum(shared.values())
    assert left >= 0, f"pacts share more than the whole: {shared}"
    return {Part.MAKER: left, **shared}


def split_line(ask: SplitAsk, chosen: Mapping[Part, PactRecord], *, platform: UUID) -> tuple[SplitLineRecord, ...]:
    """The frozen shares of one line, in part order: the goods by the pacts, the delivery to the platform's carriage."""
    assert Part.PLATFORM in chosen, "there is no pact with the platform"
    permille = parts_of(chosen)
    shares = share_sale(ask.goods_minor, permille)
    lines = []
    for part, minor in shares.items():
        pact = chosen.get(part)
        actor = ask.seller if pact is None else pact.beneficiary or ask.host
        assert actor is not None, f"nobody is to get the part of the {part}"
        lines.append(SplitLineRecord(part, actor, permille[part], ask.goods_minor, minor, pact.id if pact else None))
    if ask.delivery_minor:
        whole = ask.delivery_minor
        lines.append(SplitLineRecord(Part.CARRIAGE, platform, WHOLE_PERMILLE, whole, whole, None))
    return tuple(lines)


def left_for(spec: PactSpec, pacts: Iterable[PactRecord]) -> int:
    """How many parts per thousand a new pact may take at most, whatever other pacts a sale may meet.

    For each other part the largest pact counts that could come together with this one. A sale may meet smaller
    ones, so this is careful rather than exact.
    """
    largest: dict[Part, int] = {}
    for pact in pacts:
        together = _may_meet(pact.seller, spec.seller) and _may_meet(pact.host, spec.host)
        if pact.part != spec.part and together:
            largest[pact.part] = max(largest.get(pact.part, 0), pact.permille)
    return WHOLE_PERMILLE - sum(largest.values())


def _may_meet(one: UUID | None, other: UUID | None) -> bool:
    return one is None or other is None or one == other


def mistakes_in(goods_minor: int, delivery_minor: int, lines: Sequence[SplitLineRecord]) -> list[tuple[str, str, str]]:
    """What of a frozen split is not as promised: (promise, expected, found); computed anew from the frozen parts."""
    goods = [line for line in lines if line.part != Part.CARRIAGE]
    carriage = sum(line.amount_minor for line in lines if line.part == Part.CARRIAGE)
    permille = {line.part: line.permille for line in goods}
    mistakes = []
    if sum(line.amount_minor for line in goods) != goods_minor:
        found = str(sum(line.amount_minor for line in goods))
        mistakes.append(("split lines sum to the goods", str(goods_minor), found))
    if carriage != delivery_minor:
        mistakes.append(("delivery goes to carriage", str(delivery_minor), str(carriage)))
    if len(permille) != len(goods) or sum(permille.values()) != WHOLE_PERMILLE:
        told = ", ".join(f"{line.part} {line.permille}" for line in goods)
        return [*mistakes, ("the parts are a whole", "1000 permille, each part once", told or "none")]
    for part, minor in share_sale(goods_minor, permille).items():
        found_minor = next(line.amount_minor for line in goods if line.part == part)
        if found_minor != minor:
            mistakes.append((f"the {part}'s part is computed from its permille", str(minor), str(found_minor)))
    return mistakes
