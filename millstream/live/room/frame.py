"""A frame ready to send: one text, and its bytes on a WebSocket made once for however many sockets."""

import json
from collections.abc import Mapping
from typing import Any, Final

FIN_TEXT: Final = 0x81
SHORT: Final = 126
MIDDLE: Final = 1 << 16


class Frame(str):
    """The JSON of a frame; `wire` is what goes over a socket of our own server, built at the first use."""

    __slots__ = ("_wire",)
    _wire: bytes

    @property
    def wire(self) -> bytes:
        """Header and payload of one unmasked text frame."""
        try:
            return self._wire
        except AttributeError:
            self._wire = on_wire(self.encode())
            return self._wire


def frame_of(said: Mapping[str, Any]) -> Frame:
    """A frame with this content."""
    return Frame(json.dumps(said, ensure_ascii=False, separators=(",", ":")))


def on_wire(payload: bytes, opcode: int = FIN_TEXT) -> bytes:
    """A server's frame: never masked, never split (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < SHORT:
        return bytes((opcode, size)) + payload
    if size < MIDDLE:
        return bytes((opcode, SHORT)) + size.to_bytes(2, "big") + payload
    return bytes((opcode, SHORT + 1)) + size.to_bytes(8, "big") + payload
