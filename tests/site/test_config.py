"""Settings: read once, refused by name, secrets made once and kept to their owner."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

from millstream.site import config
from millstream.site.database_settings import django_database


def load(tmp_path, **env):
    return config.load({"MILLSTREAM_VAR": str(tmp_path / "var"), **env})


def test_defaults_are_those_of_the_documentation(tmp_path):
    """Without a word in the environment the ports, windows and origins are the written ones."""
    settings = load(tmp_path)
    assert (settings.web_port, settings.media_port, settings.sim_port, settings.rtmp_port) == (8000, 8001, 8002, 1935)
    assert settings.return_window_seconds == 14 * 24 * 3600
    assert settings.release_sweep_seconds == 300
    assert settings.public_origin == "http://127.0.0.1:8000"
    assert settings.room_origin == settings.public_origin
    assert settings.database_url is None


def test_the_demo_has_short_windows(tmp_path):
    """In demo mode goods may be returned for two minutes and releases are swept every ten seconds."""
    settings = load(tmp_path, MILLSTREAM_DEMO="1")
    assert (settings.return_window_seconds, settings.release_sweep_seconds) == (120, 10)


def test_a_child_reads_the_same_settings(tmp_path):
    """What the supervisor hands to a child loads to the same settings."""
    settings = load(tmp_path, MILLSTREAM_DEMO="1", MILLSTREAM_WEB_PORT="9000", NATS_URL="nats://a@127.0.0.1:1")
    assert config.load(settings.children_env()) == settings


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    """The second load finds the keys of the first; the file's mode is 600; the field key has 32 bytes."""
    first, second = load(tmp_path), load(tmp_path)
    assert first.secrets == second.secrets
    assert stat.S_IMODE((tmp_path / "var" / "secrets.json").stat().st_mode) == 0o600
    assert len(base64.b64decode(first.secrets.field_key)) == 32
    assert first.secrets.django_secret not in repr(first)


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path):
    """Four first starts side by side end with one set of keys."""
    program = "from millstream.site import config; print(config.load().secrets.visitor_hmac)"
    env = {"MILLSTREAM_VAR": str(tmp_path / "var"), "PATH": ""}
    started = [
        subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = {process.communicate()[0] for process in started}
    assert len(said) == 1
    assert said == {json.loads((tmp_path / "var" / "secrets.json").read_text())["visitor_hmac"] + "\n"}


def test_a_key_added_by_a_newer_version_is_made_without_touching_the_others(tmp_path):
    """An older secrets file gains what it lacks and keeps what it has."""
    load(tmp_path)
    path = tmp_path / "var" / "secrets.json"
    known = json.loads(path.read_text())
    gone = known.pop("carrier_key")
    path.write_text(json.dumps(known))
    secrets = load(tmp_path).secrets
    assert secrets.carrier_key != gone
    assert secrets.django_secret == known["django_secret"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MILLSTREAM_WEB_PORT", "http"),
        ("MILLSTREAM_RTMP_PORT", "70000"),
        ("MILLSTREAM_HOLD_SECONDS", "0"),
        ("MILLSTREAM_DEMO", "perhaps"),
        ("MEDIA_ORIGIN", "127.0.0.1:8001"),
        ("MILLSTREAM_PUBLIC_ORIGIN", "https://fair.example/shop"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(tmp_path, setting, value):
    """The refusal names the setting."""
    with pytest.raises(config.SettingRefused, match=setting):
        load(tmp_path, **{setting: value})


def test_a_room_server_apart_has_its_own_origin(tmp_path):
    """Browsers open the room's socket where it stands."""
    assert load(tmp_path, MILLSTREAM_ROOM_APART="1").room_origin == "http://127.0.0.1:8003"


def test_embedded_engines_are_found_by_their_file(tmp_path):
    """An address in engines.json is believed, one in the environment more."""
    config.write_private(config.engines_file(tmp_path / "var"), json.dumps({"nats_url": "nats://x@127.0.0.1:5"}))
    assert load(tmp_path).nats_url == "nats://x@127.0.0.1:5"
    assert load(tmp_path, NATS_URL="nats://y@127.0.0.1:6").nats_url == "nats://y@127.0.0.1:6"


def test_media_and_sim_are_told_nothing_of_the_database(tmp_path):
    """The two processes that talk to strangers never learn where the truth is kept."""
    settings = load(tmp_path, DATABASE_URL="postgresql://secret@host/db", NATS_URL="nats://t@127.0.0.1:1")
    assert "secret@host" not in str(settings.media_env()) + str(settings.sim_env())
    assert settings.secrets.field_key not in str(settings.media_env()) + str(settings.sim_env())


def test_trusted_proxies_are_networks(tmp_path):
    """None by default; addresses and networks as they are written; a name is refused, and a child reads the same."""
    assert load(tmp_path).trusted_proxies == ()
    settings = load(tmp_path, MILLSTREAM_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8 2001:db8::/32")
    assert [str(network) for network in settings.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]
    assert config.load(settings.children_env()) == settings
    with pytest.raises(config.SettingRefused, match="MILLSTREAM_TRUSTED_PROXIES"):
        load(tmp_path, MILLSTREAM_TRUSTED_PROXIES="nginx")


def test_a_town_sells_in_the_currency_it_says(tmp_path):
    """The county's by default; of another currency nobody knows what delivery costs, so it must be said."""
    assert (load(tmp_path).currency, load(tmp_path).delivery_minor) == ("CNY", 800)
    told = load(tmp_path, MILLSTREAM_CURRENCY="JPY", MILLSTREAM_DELIVERY_MINOR="0")
    assert (told.currency, told.delivery_minor) == ("JPY", 0)
    assert config.load(told.children_env()) == told
    with pytest.raises(config.SettingRefused, match=r"MILLSTREAM_DELIVERY_MINOR: .*JPY"):
        load(tmp_path, MILLSTREAM_CURRENCY="JPY")


@pytest.mark.parametrize("value", ["Yuan", "cny", "CNX", "DEM"])
def test_money_that_nobody_pays_with_is_refused(tmp_path, value):
    """Misspelt, small letters, a code that is not given, a currency that is history."""
    with pytest.raises(config.SettingRefused, match="MILLSTREAM_CURRENCY"):
        load(tmp_path, MILLSTREAM_CURRENCY=value, MILLSTREAM_DELIVERY_MINOR="1")


URL = "postgresql://mill:se%20cret@db.example:6432/town"


def test_every_option_of_the_database_reaches_the_connection():
    """What libpq knows is passed on as it was said; our limits stand behind the options of the operator."""
    asked = "?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem&application_name=town&options=-c%20work_mem%3D8MB"
    entry = django_database(URL + asked, pooled=False)
    params = DatabaseWrapper({**entry, "TIME_ZONE": None, "AUTOCOMMIT": True}).get_connection_params()
    told = {key: params[key] for key in ("dbname", "user", "password", "host", "port")}
    assert told == {"dbname": "town", "user": "mill", "password": "se cret", "host": "db.example", "port": "6432"}
    assert (params["sslmode"], params["sslrootcert"]) == ("verify-full", "/etc/ssl/ca.pem")
    assert params["application_name"] == "town"
    assert params["options"].startswith("-c work_mem=8MB -c idle_in_transaction_session_timeout=5000 ")


def test_a_service_names_its_own_database():
    """The name in the service file counts, not our default."""
    entry = django_database("postgresql:///?service=town", pooled=True)
    assert (entry["NAME"], entry["OPTIONS"]["service"]) == ("", "town")


@pytest.mark.parametrize("wrong", [f"{URL}?sslrootcrt=/etc/ssl/ca.pem", "mysql//mill:se%20cret@h/d", f"{URL}%zz"])
def test_a_database_that_cannot_be_read_is_refused_without_its_password(wrong):
    """A misspelt option is not dropped: a certificate that nobody checks is none."""
    with pytest.raises(config.SettingRefused, match="DATABASE_URL") as refused:
        django_database(wrong, pooled=False)
    assert "cret" not in str(refused.value)
    assert "sslrootcrt" not in wrong or '"sslrootcrt"' in str(refused.value)


def test_the_command_line_says_which_database_it_cannot_read(tmp_path, clean_environment):
    """One sentence and code 2, before anything starts to migrate."""
    done = subprocess.run(
        [sys.executable, "-m", "millstream", "migrate"],
        env={**clean_environment, "MILLSTREAM_VAR": str(tmp_path), "DATABASE_URL": f"{URL}?sslrootcrt=x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith("millstream: DATABASE_URL: ")
