"""What the studio's screen shows: whose seat is whose, what is on the table, how the line is."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

from millstream.live import api
from millstream.live.refusals import NotYourShow
from millstream.live.rules import device_kind, is_gop_too_long, is_price_the_hosts
from millstream.live.types import ShowRecord
from millstream.live.types.studio import Device, DeviceKind, FilmMode, Seat, SeatRecord
from millstream.live.web.desk import host_of
from millstream.live.web.room_page import Goods, goods_of, pin_of, rundown_rows
from millstream.media import api as media
from millstream.media.types import StreamHealth, StreamState
from millstream.shops.types import VariantId

TALK_SHOWN: Final = 20

SOURCES: Final = {"rtmp": _l("your camera program"), "whip": _l("a browser"), "scene": _l("the drawn scene")}
DEVICES: Final = {
    DeviceKind.IPHONE: _l("an iPhone"),
    DeviceKind.ANDROID: _l("an Android phone"),
    DeviceKind.TABLET: _l("a tablet"),
    DeviceKind.COMPUTER: _l("a computer"),
}


class Part(StrEnum):
    """What this device does in the show."""

    ALL = "all"
    FILM = "film"
    DIRECT = "direct"
    CHOOSE = "choose"


class Light(StrEnum):
    """How the line is, as a traffic light."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SeatShown:
    """A seat as this device sees it."""

    device: str | Promise
    turn: int
    mine: bool
    record: SeatRecord


def directed_show(request: HttpRequest, slug: str) -> ShowRecord:
    """The show at this address, if who acts may direct it: its host and co-hosts."""
    show = api.show_by_slug(slug)
    if not api.may_direct(show, host_of(request)):
        raise NotYourShow
    return show


def device_of(request: HttpRequest) -> Device:
    """The device behind a request: its browser's signed visitor id, and what it says it is."""
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    return Device(visitor, device_kind(request.headers.get("User-Agent", "")), host_of(request))


def part_of(camera: SeatRecord | None, direction: SeatRecord | None, device: UUID) -> Part:
    """What a device does: who films while another directs only films; who comes second to a camera chooses."""
    films = camera is not None and camera.device == device
    directs = direction is not None and direction.device == device
    if directs:
        return Part.DIRECT if camera is not None and not films else Part.ALL
    if films:
        return Part.FILM if direction is not None else Part.ALL
    return Part.CHOOSE if camera is not None or direction is not None else Part.ALL


def light_of(health: StreamHealth, camera: SeatRecord | None) -> Light:
    """Green while viewers see a good picture, yellow while they see a worse one, red while they see none."""
    if health.state is StreamState.STALLED:
        return Light.BAD
    if health.state is not StreamState.LIVE:
        return Light.OFF
    thin = camera is not None and (camera.note.away or camera.note.mode is FilmMode.PHOTO)
    badly_set = is_gop_too_long(health.gop_ms) or bool(health.clock_jumps) or health.b_frames
    return Light.CAUTION if thin or badly_set else Light.GOOD


def screen_state(request: HttpRequest, show: ShowRecord) -> dict[str, Any]:
    """Everything on the screen that changes during a show; `mark` is another one whenever any of it changed."""
    now = request.now()  # type: ignore[attr-defined]
    device = device_of(request)
    goods = goods_of(show)
    rows = rundown_rows(show, goods)
    health = media.health(show.stream, now=now)
    held = api.seats(show.id, now)
    camera, direction = held.get(Seat.CAMERA), held.get(Seat.DIRECTION)
    part = part_of(camera, direction, device.id)
    tally = api.tally(show.id)
    talk = list(reversed(api.talk(show.id, TALK_SHOWN)))
    told = {
        "state": show.state.value,
        "part": part.value,
        "pin": pin_of(show, goods),
        "rows": rows,
        "following": following(rows),
        "light": light_of(health, camera).value,
        "has_picture": health.state is StreamState.LIVE,
        "gop_too_long": is_gop_too_long(health.gop_ms),
        "gop_seconds": round((health.gop_ms or 0) / 1000, 1),
        "b_frames": health.b_frames,
        "clock_jumps": health.clock_jumps,
        "priced": priced(show, goods),
    }
    changing = [told, health.state.value, health.kbit // 100, held, tally, [line.id for line in talk]]
    return {
        **told,
        "mark": _mark(changing),
        "show": show,
        "health": health,
        "source": SOURCES.get(health.source, health.source),
        "camera": _shown(camera, device.id),
        "direction": _shown(direction, device.id),
        "tally": tally,
        "talk": talk,
        "mine": host_of(request) == show.host,
    }


def priced(show: ShowRecord, goods: Goods) -> set[UUID]:
    """The products of the rundown whose list price is the host's to set."""
    quick = api.quick_listed(show.id)
    return {
        item.variant
        for item in goods.items
        if (found := goods.known.get(VariantId(item.variant))) is not None
        and is_price_the_hosts(found.seller, show.host, quick=item.variant in quick, sold=item.sold)
    }


def following(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What to pin next: the first one after what is on the table that can be sold, else the first not shown yet."""
    place = next((number for number, row in enumerate(rows) if row["state"] == "now"), -1)
    sellable = [row for row in [*rows[place + 1 :], *rows[: max(place, 0)]] if row["left"] > 0]
    fresh = [row for row in sellable if row["state"] == "next"]
    return next(iter([*fresh, *sellable]), None)


def _shown(seat: SeatRecord | None, device: UUID) -> SeatShown | None:
    return SeatShown(DEVICES[seat.kind], seat.turn, seat.device == device, seat) if seat else None


def _mark(changing: list[Any]) -> str:
    """A digest of what changes; leases run on without changing anything that is shown."""
    text = json.dumps(changing, default=_plain, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, SeatRecord):
        return [str(value.device), value.turn, value.note.mode, value.note.kbit // 100, value.note.away]
    return sorted(value) if isinstance(value, set) else str(value)
