"""The command line: what it offers, and how it says no."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from millstream.site import config
from millstream.site.cli.examinations import Health, database, fonts, nerve, parts, ports, proxies, secrets
from millstream.site.cli.main import main

NAMES = ("up", "stop", "web", "worker", "media", "sim", "prepare", "migrate", "demo", "reconcile", "shell", "manage")
MORE_NAMES = ("doctor", "backup", "restore", "bench", "erase-person")


def test_every_command_is_offered_with_a_line_about_it(capsys):
    """The help lists them all."""
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert all(f"\n    {name} " in text for name in NAMES + MORE_NAMES)


def test_an_unknown_word_is_refused(capsys):
    """A misspelt option does not start anything."""
    with pytest.raises(SystemExit) as end:
        main(["up", "--dmeo"])
    assert end.value.code == 2
    assert "--dmeo" in capsys.readouterr().err


def test_a_bad_setting_is_one_sentence_and_code_2(capsys, monkeypatch):
    """No traceback for a person who mistyped a port."""
    monkeypatch.setenv("MILLSTREAM_WEB_PORT", "eight")
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err.startswith("millstream: MILLSTREAM_WEB_PORT: ")


def test_a_process_alone_wants_engines(tmp_path, clean_environment):
    """`millstream worker` on a folder where nothing runs says what to start first."""
    done = subprocess.run(
        [sys.executable, "-m", "millstream", "worker"],
        env={**clean_environment, "MILLSTREAM_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "millstream up" in done.stderr


def test_the_supervisor_stays_light():
    """`up` itself never loads Django: it must stay small, and live when Django cannot start."""
    program = "import sys, millstream.site.cli.main as m; print('django' in sys.modules, 'psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def test_the_doctor_sees_a_taken_port_and_names_its_setting(tmp_path):
    """A busy port is bad when no town of ours is up, with the setting to change."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        env = {"MILLSTREAM_VAR": str(tmp_path), "MILLSTREAM_RTMP_PORT": str(stranger.getsockname()[1])}
        found = [finding for finding in ports(config.load(env), is_up=False) if finding.health is Health.ILL]
    assert any("MILLSTREAM_RTMP_PORT" in finding.advice for finding in found)


def test_the_doctor_sees_keys_that_others_can_read(tmp_path):
    """A secrets file with a wider mode is bad, with the command that mends it."""
    settings = config.load({"MILLSTREAM_VAR": str(tmp_path)})
    (tmp_path / "secrets.json").chmod(0o644)
    (finding,) = secrets(settings)
    assert finding.health is Health.ILL
    assert "chmod 600" in finding.advice


def test_the_doctor_misses_the_name_of_a_proxy(tmp_path):
    """Pages by https come through a proxy: unnamed, all viewers would be one network."""
    env = {"MILLSTREAM_VAR": str(tmp_path), "MILLSTREAM_PUBLIC_ORIGIN": "https://town.example"}
    (missed,) = proxies(config.load(env))
    assert missed.health is Health.LACKING
    assert "MILLSTREAM_TRUSTED_PROXIES" in missed.advice
    (named,) = proxies(config.load({**env, "MILLSTREAM_TRUSTED_PROXIES": "127.0.0.1 10.0.0.0/8"}))
    assert named.health is Health.WELL
    assert list(proxies(config.load({"MILLSTREAM_VAR": str(tmp_path)}))) == []


def test_the_doctor_asks_the_engines(tmp_path, pg_cluster, nats_url):
    """Both engines are asked; the clock is compared with PostgreSQL's."""
    env = {"MILLSTREAM_VAR": str(tmp_path), "DATABASE_URL": pg_cluster.url("postgres"), "NATS_URL": nats_url}
    settings = config.load(env)
    findings = [*database(settings), *nerve(settings)]
    assert [finding.subject for finding in findings] == ["postgresql", "clock", "nats"]
    assert all(finding.health is Health.WELL for finding in findings)


def test_the_doctor_sees_engines_that_do_not_answer(tmp_path):
    """A dead address is bad."""
    env = {
        "MILLSTREAM_VAR": str(tmp_path),
        "DATABASE_URL": "postgresql://a@127.0.0.1:9/b",
        "NATS_URL": "nats://127.0.0.1:9",
    }
    settings = config.load(env)
    assert [f.health for f in (*database(settings), *nerve(settings))] == [Health.ILL, Health.ILL]


@contextmanager
def web_that_says(text: str) -> Iterator[int]:
    """Something that answers every question with this text; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"parts": {"jobs": {"ok": false, "says": "orders.expire is doing since 600 s"}}}', "jobs: orders.expire is"),
        ('{"parts": {"jobs": {"ok": true, "says": "none waits"}}}', "all parts are well: jobs"),
        ("<h1>somebody else</h1>", "does not say"),
    ],
)
def test_the_doctor_repeats_what_a_running_town_says_of_its_parts(tmp_path, text, found):
    """A part that is not well is a note, by its name and in its words: it may just be starting."""
    with web_that_says(text) as port:
        env = {"MILLSTREAM_VAR": str(tmp_path), "MILLSTREAM_WEB_PORT": str(port)}
        (finding,) = parts(config.load(env))
    assert found in finding.text
    assert finding.health is (Health.WELL if '"ok": true' in text else Health.LACKING)


def test_fonts_are_a_note_and_never_bad():
    """A town runs without Chinese fonts on the server: browsers bring their own."""
    assert fonts().health is not Health.ILL
