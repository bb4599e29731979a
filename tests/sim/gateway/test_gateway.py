"""The sandbox gateway over real HTTP, with a shop that listens for its messages."""

import http.server
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from millstream_sim.gateway import rules
from millstream_sim.signing import is_signed, signed_headers
from tests.sim.process import SimProcess

KEYS = {"GATEWAY_REQUEST_KEY": "request-key", "GATEWAY_WEBHOOK_KEY": "webhook-key", "CARRIER_KEY": "carrier-key"}


class Shop:
    """A shop that keeps every message of the gateway; it can be told to answer with an error first."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.unsigned = 0
        self.fail_first = 0
        shop = self

        class Listener(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if not is_signed("webhook", b"webhook-key", headers=headers, body=body, now=time.time()):
                    shop.unsigned += 1
                status = 200
                if shop.fail_first:
                    shop.fail_first -= 1
                    status = 500
                else:
                    shop.messages.append(json.loads(body))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait_for(self, count: int, seconds: float = 30.0) -> list[dict[str, Any]]:
        """The messages, once there are so many."""
        patience = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < patience:
            time.sleep(0.02)
        return list(self.messages)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop for one test."""
    listening = Shop()
    yield listening
    listening.close()


@pytest.fixture
def sim(shop: Shop, tmp_path: Path) -> Iterator[SimProcess]:
    """A gateway for one test."""
    process = SimProcess(tmp_path / "sim", web_origin=shop.origin, keys=KEYS, GATEWAY_SLOW_SECONDS="1")
    process.start()
    yield process
    process.stop()


def ask(sim: SimProcess, method: str, target: str, told: object = None, *, key: str = "request-key") -> tuple[int, Any]:
    """Send a signed request; the status and the JSON or text of the answer."""
    body = json.dumps(told).encode() if told is not None else b""
    headers = signed_headers(
        "request", key.encode(), message_id=f"{method} {target}", timestamp=int(time.time()), body=body
    )
    request = urllib.request.Request(sim.origin + target, data=body or None, headers=headers, method=method)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
            text = answer.read().decode()
            return answer.status, json.loads(text) if text.startswith("{") else text
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def open_session(sim: SimProcess, *, session: str = "", hold_seconds: float = 600, amount: int = 13_600) -> str:
    """Open a session as a shop does."""
    session = session or str(uuid4())
    status, _ = ask(
        sim,
        "POST",
        "/gateway/sessions",
        {
            "session": session,
            "amount_minor": amount,
            "currency": "CNY",
            "reference": "7K3M-Q2P9-XW",
            "description": "Tea bowl <b>",
            "return_url": "http://127.0.0.1:1/buy/return/",
            "language": "en",
            "hold_expires_at": time.time() + hold_seconds,
        },
    )
    assert status == 200
    return session


def choose(sim: SimProcess, session: str, choice: str) -> str:
    """Press a button of the payer's page; where it leads."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args: Any) -> None:
            return None

    data = urlencode({"choice": choice}).encode()
    with pytest.raises(urllib.error.HTTPError) as sent:
        urllib.request.build_opener(Stay).open(f"{sim.origin}/gateway/pay/{session}", data=data, timeout=20)
    assert sent.value.code == 303
    return str(sent.value.headers["location"])


def state_of(sim: SimProcess, session: str) -> str:
    """What the gateway says of a session."""
    return str(ask(sim, "GET", f"/gateway/sessions/{session}")[1]["state"])


def test_an_approved_payment_is_captured_and_told_once_signed(sim: SimProcess, shop: Shop) -> None:
    """Approve captures, sends the payer back and sends one signed message with amount and fee."""
    session = open_session(sim)
    assert choose(sim, session, "approve") == "http://127.0.0.1:1/buy/return/"
    (message,) = shop.wait_for(1)
    assert (message["kind"], message["amount_minor"], message["fee_minor"]) == ("payment.captured", 13_600, 82)
    assert state_of(sim, session) == "captured"
    assert shop.unsigned == 0


def test_each_misbehaviour_does_what_it_says(sim: SimProcess, shop: Shop) -> None:
    """Decline, duplicate, reordered, slow, late and lost: each told as its name says, each settled in the end."""
    sessions = {choice: open_session(sim, hold_seconds=-4) for choice in rules.CHOICES}
    for choice, session in sessions.items():
        choose(sim, session, choice)
    assert state_of(sim, sessions["slow"]) == state_of(sim, sessions["late"]) == "pending"
    shop.wait_for(9, seconds=30)
    time.sleep(0.2)
    told = {
        choice: [m["kind"] for m in shop.messages if m["session"] == session] for choice, session in sessions.items()
    }
    assert told == {
        "approve": ["payment.captured"],
        "decline": ["payment.declined"],
        "slow": ["payment.captured"],
        "duplicate": ["payment.captured"] * 3,
        "reordered": ["payment.captured", "payment.pending"],
        "late": ["payment.captured"],
        "lost": [],
    }
    assert len({m["id"] for m in shop.messages if m["session"] == sessions["duplicate"]}) == 1
    states = {choice: state_of(sim, session) for choice, session in sessions.items()}
    assert states == {choice: "declined" if choice == "decline" else "captured" for choice in rules.CHOICES}


def test_a_second_choice_changes_nothing(sim: SimProcess, shop: Shop) -> None:
    """Two tabs, two answers: the first counts."""
    session = open_session(sim)
    choose(sim, session, "decline")
    choose(sim, session, "approve")
    assert state_of(sim, session) == "declined"
    shop.wait_for(1)
    assert [message["kind"] for message in shop.wait_for(2, seconds=0.5)] == ["payment.declined"]


def test_a_message_is_sent_until_it_is_accepted(sim: SimProcess, shop: Shop) -> None:
    """A shop that answers with an error gets the same message again."""
    shop.fail_first = 1
    choose(sim, open_session(sim), "approve")
    assert len(shop.wait_for(1)) == 1


def test_nothing_answered_is_lost_by_kill_nine(sim: SimProcess, shop: Shop) -> None:
    """After kill -9 sessions, outcomes still due, undelivered messages and refunds are what they were."""
    shop.fail_first = 10_000
    told, slow = open_session(sim), open_session(sim)
    choose(sim, told, "approve")
    choose(sim, slow, "slow")
    refund = {"refund": str(uuid4()), "session": told, "amount_minor": 600, "currency": "CNY"}
    assert ask(sim, "POST", "/gateway/refunds", refund)[0] == 200
    sim.kill()
    with (sim.log.parent / "gateway.jsonl").open("ab") as journal:
        journal.write(b'{"r":"sess')  # torn while it was written
    shop.fail_first = 0
    sim.start()
    kinds = sorted(message["kind"] for message in shop.wait_for(3, seconds=15))
    assert kinds == ["payment.captured", "payment.captured", "refund.done"]
    assert state_of(sim, slow) == "captured"
    assert ask(sim, "GET", f"/gateway/sessions/{told}")[1]["refunded_minor"] == 600


def test_who_does_not_sign_is_refused(sim: SimProcess) -> None:
    """A wrong key, and a right signature on another path, get 401."""
    assert ask(sim, "GET", f"/gateway/sessions/{uuid4()}", key="wrong")[0] == 401
    assert ask(sim, "GET", f"/gateway/sessions/{uuid4()}")[0] == 404


def test_the_same_session_is_opened_once_and_other_terms_are_refused(sim: SimProcess) -> None:
    """Opening again gives the session as it stands; another amount under the same id is a conflict."""
    session = open_session(sim)
    assert open_session(sim, session=session) == session
    with pytest.raises(AssertionError):
        open_session(sim, session=session, amount=1)


def test_refunds_are_done_once_and_never_more_than_was_captured(sim: SimProcess, shop: Shop) -> None:
    """The same refund id gives back once; more than what is left is refused; nothing captured, nothing back."""
    session = open_session(sim)
    refund = {"refund": "r1", "session": session, "amount_minor": 10_000, "currency": "CNY"}
    assert ask(sim, "POST", "/gateway/refunds", refund)[0] == 422
    choose(sim, session, "approve")
    assert [ask(sim, "POST", "/gateway/refunds", refund)[0] for _ in range(2)] == [200, 200]
    assert ask(sim, "POST", "/gateway/refunds", {**refund, "amount_minor": 1})[0] == 409
    assert ask(sim, "POST", "/gateway/refunds", {**refund, "refund": "r2"})[0] == 422
    assert {message["kind"] for message in shop.wait_for(2)} == {"payment.captured", "refund.done"}


def test_the_statement_lists_captures_and_refunds_of_a_day(sim: SimProcess) -> None:
    """Captures with their fee, refunds as negative amounts, none twice."""
    session = open_session(sim)
    choose(sim, session, "lost")
    refund = {"refund": "r1", "session": session, "amount_minor": 600, "currency": "CNY"}
    ask(sim, "POST", "/gateway/refunds", refund)
    text = ask(sim, "GET", f"/gateway/statement?date={time.strftime('%Y-%m-%d', time.gmtime())}")[1]
    rows = [line.split(",") for line in str(text).split()]
    assert [(row[0], row[4], row[5]) for row in rows[1:]] == [("capture", "13600", "82"), ("refund", "-600", "0")]
    assert ask(sim, "GET", "/gateway/statement?date=nonsense")[0] == 400


def test_the_payer_page_speaks_two_languages_and_escapes_what_it_shows(sim: SimProcess) -> None:
    """The page names amount and goods, in English and Chinese, without scripts or inline styles."""
    session = open_session(sim)
    pages = {}
    for language in ("en", "zh-hans"):
        with urllib.request.urlopen(f"{sim.origin}/gateway/pay/{session}?lang={language}", timeout=20) as answer:  # noqa: S310 - our own address
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            pages[language] = answer.read().decode()
    assert "CNY 136.00" in pages["en"]
    assert "Tea bowl &lt;b&gt;" in pages["en"]
    assert "同意支付" in pages["zh-hans"]
    for page in pages.values():
        assert "<script" not in page
        assert "style=" not in page
