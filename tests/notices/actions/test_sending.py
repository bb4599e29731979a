"""Sending: once each, whatever dies on the way."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.notices import api
from millstream.notices.actions import send_notices
from millstream.notices.adapters.mail import Post
from millstream.notices.models import Notice, Occasion
from millstream.notices.types import CLAIM_HOLDS_FOR, AskState, NoticeState, OccasionPlan, Wish, Words
from tests.notices.push_service import PushService
from tests.notices.smtp_sink import SmtpSink, text_of

WORDS = Words(
    both("“Spring kiln” starts in 10 minutes", "“春窑”10 分钟后开播"),
    both("At six.", "六点。"),
    both("See", "看"),
    "http://127.0.0.1:8000/shows/spring/",
)


def subscribe(subject, address="bo@example.com", language="en"):
    wish = Wish("show", subject, address, language, new_id(), is_proved=True)
    return api.ask_to_be_told(wish, about=WORDS.title, now=read_now())


def plan(subject, name="soon", due=timedelta(), useless=timedelta(minutes=12)):
    now = read_now()
    spec = OccasionPlan("show", subject, name, now + due, now + due + useless, WORDS)
    api.plan_occasion(spec, now=now)
    return spec


def sweep():
    """What the worker does every five seconds."""
    api.pick_up(now=read_now())
    api.tell_occasions(now=read_now())
    while api.send_batch(read_now):
        pass


def states():
    return sorted(Notice.objects.values_list("state", flat=True))


@pytest.mark.django_db
def test_each_address_is_told_once_in_its_language(sink: SmtpSink) -> None:
    """However often the worker looks; the letter says how to end it, in its head and at its foot."""
    subject = new_id()
    subscribe(subject)
    subscribe(subject, "dao@example.com", "zh-hans")
    subscribe(new_id(), "femi@example.com")
    plan(subject)
    for _ in range(3):
        sweep()
    told = {letter["To"]: letter for letter in sink.letters}
    assert sorted(told) == ["bo@example.com", "dao@example.com"]
    assert len(sink.letters) == 2
    letter = told["bo@example.com"]
    assert "starts in 10 minutes" in letter["Subject"]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].strip("<>") in text_of(letter)
    assert "六点" in text_of(told["dao@example.com"])
    assert states() == ["sent", "sent"]


@pytest.mark.django_db
def test_one_press_in_a_mail_program_ends_it(sink: SmtpSink, client) -> None:
    """RFC 8058: a POST to the address in the head, from no page of ours, with no cookie."""
    subject = new_id()
    asked = subscribe(subject)
    plan(subject)
    sweep()
    url = sink.letters[0]["List-Unsubscribe"].strip("<>")
    path = "/" + url.split("/", 3)[3]
    assert client.get(path).status_code == 200
    assert api.wish(asked.id).state is AskState.ACTIVE
    client.handler.enforce_csrf_checks = True
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert api.wish(asked.id).state is AskState.STOPPED
    assert client.post(path.replace(path.split(".")[-1][:4], "0000")).status_code == 404
    plan(subject, "on")
    sweep()
    assert len(sink.letters) == 1


@pytest.mark.django_db
def test_nothing_goes_before_its_time_nor_after_its_use(sink: SmtpSink) -> None:
    """An occasion in the future waits; one that is useless is not told."""
    subject = new_id()
    subscribe(subject)
    plan(subject, "soon", due=timedelta(minutes=5))
    plan(subject, "old", due=-timedelta(minutes=30))
    sweep()
    assert sink.letters == []
    assert Occasion.objects.get(name="soon").told_at is None


@pytest.mark.django_db
def test_a_moved_occasion_is_told_once_at_its_new_time(sink: SmtpSink) -> None:
    """Planned again before it is told, the new plan counts; called off, nothing goes."""
    subject = new_id()
    subscribe(subject)
    plan(subject, "soon", due=timedelta(minutes=5))
    plan(subject, "soon")
    plan(subject, "off")
    api.cancel_occasions("show", subject, now=read_now(), starting_with="off")
    sweep()
    plan(subject, "soon")
    sweep()
    assert len(sink.letters) == 1


@pytest.mark.django_db
def test_a_sender_that_died_before_handing_over_loses_nothing(sink: SmtpSink, monkeypatch) -> None:
    """The notice was taken, the mail server had nothing: after a while it is sent, once."""
    subject = new_id()
    subscribe(subject)
    plan(subject)
    api.tell_occasions(now=read_now())

    def die(_self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Post, "open", die)
    with pytest.raises(KeyboardInterrupt):
        api.send_batch(read_now)
    monkeypatch.undo()
    assert states() == ["taken"]
    sweep()
    assert sink.letters == []
    api.pick_up(now=read_now() + CLAIM_HOLDS_FOR + timedelta(seconds=1))
    api.send_batch(lambda: read_now() + CLAIM_HOLDS_FOR + timedelta(seconds=2))
    assert (len(sink.letters), states()) == (1, ["sent"])


@pytest.mark.django_db
def test_a_sender_that_died_after_handing_over_sends_no_second_letter(sink: SmtpSink, monkeypatch) -> None:
    """The letter went, the mark did not: nobody knows, so it is marked as unsure and not sent again."""
    subject = new_id()
    subscribe(subject)
    plan(subject)
    api.tell_occasions(now=read_now())

    def die(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(send_notices, "_settle", die)
    with pytest.raises(KeyboardInterrupt):
        api.send_batch(read_now)
    monkeypatch.undo()
    assert (len(sink.letters), states()) == (1, ["handed"])
    api.pick_up(now=read_now() + CLAIM_HOLDS_FOR + timedelta(seconds=1))
    sweep()
    assert (len(sink.letters), states()) == (1, ["unsure"])


@pytest.mark.django_db
def test_a_mail_server_that_hangs_up_after_the_letter_gets_no_second_one(sink: SmtpSink) -> None:
    """It may have taken it."""
    subject = new_id()
    subscribe(subject)
    plan(subject)
    sink.hang_up_after_data = True
    sweep()
    sweep()
    assert (len(sink.letters), states()) == (1, ["unsure"])


@pytest.mark.django_db
def test_a_busy_server_is_asked_again_and_a_no_is_a_no(sink: SmtpSink) -> None:
    """4xx waits longer each time, 5xx ends it; the others in the batch go."""
    subject = new_id()
    for name in ("bo", "chen", "esi"):
        subscribe(subject, f"{name}@example.com")
    sink.refuse = {"bo@example.com": "451 later", "chen@example.com": "550 nobody here"}
    plan(subject)
    sweep()
    assert [letter["To"] for letter in sink.letters] == ["esi@example.com"]
    assert states() == ["refused", "sent", "waiting"]
    sink.refuse = {}
    api.send_batch(lambda: read_now() + timedelta(seconds=16))
    assert sorted(letter["To"] for letter in sink.letters) == ["bo@example.com", "esi@example.com"]


@pytest.mark.django_db
def test_no_mail_server_is_no_loss(settings) -> None:
    """The notice waits, with what happened beside it."""
    subject = new_id()
    subscribe(subject)
    options = {"host": "127.0.0.1", "port": 1, "timeout": 2}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    plan(subject)
    sweep()
    row = Notice.objects.get()
    assert row.state == NoticeState.WAITING.value
    assert "no connection" in row.reason


@pytest.mark.django_db
def test_a_push_comes_sealed_signed_and_can_be_read_by_its_browser(push: PushService) -> None:
    """The push service checks our signature for its own origin; the browser reads title, text, where to and the tag."""
    subject = new_id()
    subscribe(subject, push.address("bo"), "zh-hans")
    plan(subject)
    sweep()
    sweep()
    assert len(push.taken) == 1
    name, told, headers = push.taken[0]
    assert name == "bo"
    assert told == {
        "title": WORDS.title["zh-hans"],
        "body": "六点。",
        "url": WORDS.url,
        "tag": Notice.objects.get().id.hex,
    }
    assert headers["encoding"] == "aes128gcm"
    assert headers["topic"] == told["tag"]
    assert 0 < int(headers["ttl"]) <= 12 * 60


@pytest.mark.django_db
def test_a_dead_browser_is_forgotten_and_a_busy_service_is_asked_again(push: PushService) -> None:
    """410 ends all wishes of that browser, whatever they are about; 503 waits."""
    subject, other = new_id(), new_id()
    gone = subscribe(subject, push.address("gone"))
    elsewhere = subscribe(other, push.address("gone"))
    subscribe(subject, push.address("busy"))
    push.answers = {"gone": 410, "busy": 503}
    plan(subject)
    sweep()
    assert api.wish(gone.id).state is api.wish(elsewhere.id).state is AskState.GONE
    assert states() == ["refused", "waiting"]
    push.answers = {}
    api.send_batch(lambda: read_now() + timedelta(seconds=16))
    assert [name for name, _, _ in push.taken] == ["busy"]


@pytest.mark.django_db(transaction=True)
def test_two_senders_share_the_work(sink: SmtpSink) -> None:
    """Twenty letters, two workers at once: each letter once."""
    subject = new_id()
    for number in range(20):
        subscribe(subject, f"p{number}@example.com")
    plan(subject)
    start = Barrier(2)

    def work():
        start.wait()
        sweep()
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(letter["To"] for letter in sink.letters) == sorted(f"p{number}@example.com" for number in range(20))


@pytest.mark.django_db
def test_a_plan_keeps_its_words() -> None:
    """Told once, an occasion stays told."""
    subject = new_id()
    spec = plan(subject)
    api.tell_occasions(now=read_now())
    api.plan_occasion(replace(spec, due_at=spec.due_at + timedelta(minutes=1)), now=read_now())
    assert Occasion.objects.get(subject=subject).due_at == spec.due_at
