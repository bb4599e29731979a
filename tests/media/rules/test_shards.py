"""Which media process takes whose picture."""

from collections import Counter
from uuid import uuid4

import pytest

from millstream.media.plane.config import PlaneConfig, SettingWrong, Shard
from millstream.media.rules import shard_in_use, shard_of
from millstream.site.cli.supervisor.town import Town
from millstream.site.config import SettingRefused, load
from millstream.site.media_settings import media_port


def test_accounts_are_spread_evenly_and_stay_where_they_are() -> None:
    """One process more takes its share and moves nobody between the old ones."""
    owners = [uuid4() for _ in range(3000)]
    three = {owner: shard_of(owner, 3) for owner in owners}
    four = {owner: shard_of(owner, 4) for owner in owners}
    assert min(Counter(three.values()).values()) > 850
    moved = [owner for owner in owners if three[owner] != four[owner]]
    assert {four[owner] for owner in moved} == {3}
    assert 600 < len(moved) < 900
    assert all(shard_of(owner, 1) == 0 for owner in owners)


def test_streams_of_processes_that_are_no_more_belong_to_the_first() -> None:
    """The web and the plane say the same."""
    for of in (1, 2, 4):
        for number in range(6):
            owners = [own for own in range(of) if Shard(own, of).owns(number)]
            assert owners == [shard_in_use(number, of)]


@pytest.mark.parametrize("text", ["2/2", "x", "1", "-1/2", "0/0"])
def test_a_shard_that_makes_no_sense_is_refused(text: str) -> None:
    """The setting is named."""
    with pytest.raises(SettingWrong, match="MEDIA_SHARD"):
        PlaneConfig.from_environ({"MEDIA_HOOK_SECRET": "s", "NATS_URL": "nats://n", "MEDIA_SHARD": text})


def test_several_processes_get_ports_addresses_and_folders_of_their_own(tmp_path: object) -> None:
    """One process is as ever; of three each has its own ports and spool and the same recordings."""
    one = load({"MILLSTREAM_VAR": str(tmp_path)})
    assert one.media.origins == (one.media_origin,)
    assert one.media_env()["MEDIA_SHARD"] == "0/1"
    three = load({"MILLSTREAM_VAR": str(tmp_path), "MILLSTREAM_MEDIA_PROCESSES": "3"})
    assert three.media.origins == ("http://127.0.0.1:8001", "http://127.0.0.1:8011", "http://127.0.0.1:8021")
    assert three.media.rtmp_origins[2] == "rtmp://127.0.0.1:1937/live"
    assert three.media.inside == three.media.origins
    behind = {"MEDIA_ORIGINS": "https://shop.example/media/0 https://shop.example/media/1"}
    two = load({"MILLSTREAM_VAR": str(tmp_path), "MILLSTREAM_MEDIA_PROCESSES": "2", **behind})
    assert two.media.inside == ("http://127.0.0.1:8001", "http://127.0.0.1:8011")
    elsewhere = load({"MILLSTREAM_VAR": str(tmp_path), **behind, "MEDIA_INSIDE_ORIGINS": "http://a:1 http://b:1"})
    assert elsewhere.media.inside == ("http://a:1", "http://b:1")
    environs = [three.media_env(shard) for shard in range(3)]
    assert [environ["MEDIA_SHARD"] for environ in environs] == ["0/3", "1/3", "2/3"]
    for name in ("MEDIA_HTTP_PORT", "MEDIA_RTMP_PORT", "MEDIA_SPOOL_DIR"):
        assert len({environ[name] for environ in environs}) == 3
    assert len({environ["MEDIA_RECORDINGS_DIR"] for environ in environs}) == 1
    assert environs[2]["MEDIA_HTTP_PORT"] == str(media_port(8001, 2))


def test_the_supervisor_runs_as_many_as_it_is_told_and_stops_each(tmp_path: object) -> None:
    """By default one by its plain name; of three every port is checked before the start and every name has its turn."""
    one = Town(load({"MILLSTREAM_VAR": str(tmp_path)}))
    assert [spec.name for spec in one.independent()] == ["media"]
    three = Town(load({"MILLSTREAM_VAR": str(tmp_path), "MILLSTREAM_MEDIA_PROCESSES": "3"}))
    assert [spec.name for spec in three.independent()] == ["media", "media-1", "media-2"]
    assert [spec.env["MEDIA_SHARD"] for spec in three.independent()] == ["0/3", "1/3", "2/3"]
    assert {8011, 8021, 1936, 1937} <= set(three.public_ports().values())
    assert all(spec.name.partition("-")[0] in Town.STOP_ORDER for spec in three.independent())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MEDIA_ORIGINS", "ftp://x"),
        ("MEDIA_ENGINE", "wowza"),
        ("MEDIA_ENGINE", "srs"),
        ("MEDIA_MAX_KBIT", "0"),
        ("MEDIA_RTMP_ORIGINS", "rtmp://a/live rtmp://b/live"),
        ("MEDIA_INSIDE_ORIGINS", "http://a:1 http://b:1"),
        ("MEDIA_INSIDE_ORIGINS", "https://a"),
        ("MILLSTREAM_MEDIA_PROCESSES", "99"),
    ],
)
def test_wrong_settings_of_video_are_named(tmp_path: object, setting: str, value: str) -> None:
    """Refused at the start, by the setting's name or that of the one it needs."""
    with pytest.raises(SettingRefused) as refused:
        load({"MILLSTREAM_VAR": str(tmp_path), setting: value})
    assert refused.value.setting.startswith(setting)
