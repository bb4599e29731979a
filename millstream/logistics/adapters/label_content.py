"""What stands on a label, apart from how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelContent:
    """What stands on a label. Personal data is what a courier needs, the phone masked."""

    code: str
    link: str
    route_code: str
    centre_code: str
    sort_code: str
    to_name: str
    to_phone: str
    to_lines: str
    from_name: str
    station_name: str
    contents: tuple[str, ...]
    weight: str
    order_code: str
    day: str
