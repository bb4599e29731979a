# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""AMF0, the value format of RTMP commands: a bounded reader and a writer."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

type Amf = float | bool | str | list[Amf] | dict[str, Amf] | None
type AmfInput = float | bool | str | Sequence[AmfInput] | Mapping[str, AmfInput] | None

MAX_DEPTH = 8
MAX_VALUES = 2_000

_NUMBER, _BOOL, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_ECMA_ARRAY, _END, _STRICT_ARRAY, _DATE, _LONG_STRING = 8, 9, 10, 11, 12


class AmfError(ValueError):
    """The bytes are not AMF0 within our limits."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pos = 0
        self.left = MAX_VALUES

    def take(self, count: int) -> bytes:
        end = self.pos + count
        if end > len(self.data):
            raise AmfError("value is cut off")
        piece = self.data[self.pos : end]
        self.pos = end
        return piece

    def number(self) -> float:
        return float(struct.unpack(">d", self.take(8))[0])

    def text(self, prefix: int) -> str:
        length = int.from_bytes(self.take(prefix))
        return self.take(length).decode("utf-8", "replace")

    def value(self, depth: int = 0) -> Amf:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise AmfError("too many or too deep values")
        marker = self.take(1)[0]
        if marker == _NUMBER:
            return self.number()
        if marker == _DATE:
            number = self.number()
            self.take(2)
            return number
        if marker == _BOOL:
            return self.take(1) != b"\0"
        if marker in (_STRING, _LONG_STRING):
            return self.text(2 if marker == _STRING else 4)
        if marker in (_NULL, _UNDEFINED):
            return None
        return self.many(marker, depth)

    def many(self, marker: int, depth: int) -> Amf:
        if marker == _ECMA_ARRAY:
            self.take(4)
        if marker in (_OBJECT, _ECMA_ARRAY):
            return self.pairs(depth)
        if marker != _STRICT_ARRAY:
            raise AmfError(f"unknown marker {marker}")
        count = int.from_bytes(self.take(4))
        if count > self.left:
            raise AmfError("array is too long")
        return [self.value(depth + 1) for _ in range(count)]

    def pairs(self, depth: int) -> dict[str, Amf]:
        found: dict[str, Amf] = {}
        while True:
            name = self.text(2)
            if not name and self.data[self.pos : self.pos + 1] == bytes([_END]):
                self.pos += 1
                return found
            if self.pos >= len(self.data):
                # Some encoders leave the end marker off the last object of onMetaData.
                return found
            found[name] = self.value(depth + 1)


def read_values(data: bytes) -> list[Amf]:
    """Read all values of a command or data message; dates come back as milliseconds."""
    reader = _Reader(data)
    values: list[Amf] = []
    while reader.pos < len(data):
        values.append(reader.value())
    return values


def write_values(*values: AmfInput) -> bytes:
    """Write values one after the other; mappings become objects, sequences strict arrays."""
    return b"".join(_write(value) for value in values)


def _write(value: AmfInput) -> bytes:
    if value is None:
        return bytes([_NULL])
    if isinstance(value, bool):
        return bytes([_BOOL, value])
    if isinstance(value, int | float):
        return bytes([_NUMBER]) + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode()
        if len(raw) > 0xFFFF:
            return bytes([_LONG_STRING]) + len(raw).to_bytes(4) + raw
        return bytes([_STRING]) + len(raw).to_bytes(2) + raw
    if isinstance(value, Mapping):
        body = b"".join(_write_name(name) + _write(item) for name, item in value.items())
        return bytes([_OBJECT]) + body + bytes([0, 0, _END])
    items = list(value)
    return bytes([_STRICT_ARRAY]) + len(items).to_bytes(4) + b"".join(map(_write, items))


def _write_name(name: str) -> bytes:
    raw = name.encode()
    if len(raw) > 0xFFFF:
        raise AmfError("property name is too long")
    return len(raw).to_bytes(2) + raw
