"""Hints from sync code: heard while NATS is there, and quiet about it when it is not."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import nats

from millstream.kernel.ids import new_id
from millstream.kernel.nats import close_hints, publish_hint

REPOSITORY = Path(__file__).resolve().parents[2]
HINT_AND_WAIT = """
import django, logging, time
django.setup()
logging.basicConfig(force=True, level="INFO")
from millstream.kernel.nats import publish_hint
publish_hint("test.nobody", {"a": 1})
time.sleep(2.5)
print(time.time())
"""

HINT_AND_END = """
import sys
import django
django.setup()
from millstream.kernel.nats import publish_hint
publish_hint(sys.argv[1], {"a": 1})
"""


def hinters() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "nats-hints"]


def test_a_hint_is_heard_also_after_the_line_was_given_up(nats_url: str) -> None:
    """Closing sends what is on its way and ends the thread; the next hint opens a new line."""
    subject = f"test.{new_id()}"

    async def play() -> list[dict[str, int]]:
        client = await nats.connect(nats_url)
        heard = await client.subscribe(subject)
        await client.flush()
        messages = []
        for number in range(2):
            await asyncio.to_thread(publish_hint, subject, {"number": number})
            messages.append(await heard.next_msg(timeout=20))
            assert len(hinters()) == 1
            await asyncio.to_thread(close_hints)
            assert hinters() == []
        await client.close()
        return [json.loads(message.data) for message in messages]

    assert asyncio.run(play()) == [{"number": 0}, {"number": 1}]


def test_without_nats_it_is_said_once_and_the_process_ends_at_once() -> None:
    """Five attempts to connect are one line of log; the end of the process waits for none of them."""
    done = subprocess.run(
        [sys.executable, "-c", HINT_AND_WAIT],
        cwd=REPOSITORY,
        env={**os.environ, "NATS_URL": "nats://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert time.time() - float(done.stdout) < 30, "from the last line of the program to its end"
    assert done.stderr.count("NATS is away, hints goes on trying") == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "never awaited" not in done.stderr


def test_the_last_words_of_a_process_are_heard(nats_url: str) -> None:
    """A command whose first hint is its last act ends when the hint is out, not before."""
    subject = f"test.{new_id()}"

    async def play() -> dict[str, int]:
        client = await nats.connect(nats_url)
        heard = await client.subscribe(subject)
        await client.flush()
        words = [sys.executable, "-c", HINT_AND_END, subject]
        await asyncio.to_thread(
            subprocess.run, words, cwd=REPOSITORY, env={**os.environ, "NATS_URL": nats_url}, timeout=60, check=True
        )
        message = await heard.next_msg(timeout=20)
        await client.close()
        told: dict[str, int] = json.loads(message.data)
        return told

    assert asyncio.run(play()) == {"a": 1}
