"""A mail server for tests: speaks enough SMTP to take letters, and misbehaves when told to."""

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Self


def _read(raw: bytes) -> EmailMessage:
    letter = message_from_bytes(raw, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def text_of(letter: EmailMessage) -> str:
    """The letter's plain text."""
    part = letter.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


@dataclass
class SmtpSink:
    """Takes letters on a port of its own. `refuse` maps an address to the answer its RCPT gets.

    `hang_up_after_data` closes the connection when a letter is whole, before it says whether it took it.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    hang_up_after_data: bool = False
    port: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        async def serve() -> None:
            server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()

        self._loop.run_until_complete(serve())
        self._loop.run_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"QUIT":
                break
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                lines = []
                while (part := await reader.readline()) != b".\r\n":
                    lines.append(part[1:] if part.startswith(b"..") else part)
                self.letters.append(_read(b"".join(lines)))
                if self.hang_up_after_data:
                    break
            answer = b"250 fine"
            if word == b"RCPT":
                address = line.split(b"<", 1)[1].split(b">", 1)[0].decode()
                answer = self.refuse.get(address, "250 fine").encode()
            writer.write(answer + b"\r\n")
        writer.close()

    def mailers(self) -> dict[str, object]:
        """Django's setting for this server."""
        options = {"host": "127.0.0.1", "port": self.port, "timeout": 5}
        return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
