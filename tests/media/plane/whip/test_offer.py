"""Offers judged before the answerer sees them, answers as browsers should read them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.media.plane.config import PlaneConfig, SettingWrong
from millstream.media.plane.whip.offer import OfferRefused, Picture, dress_answer, read_addresses, read_offer

HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
KEYS = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=fingerprint:sha-256 00:11\r\na=setup:actpass\r\n"
SOUND = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\n"
CANDIDATE = "a=candidate:1 1 udp 1 10.9.8.7 5000 typ host\r\na=end-of-candidates\r\n"


def picture(*codecs: str) -> str:
    """A picture track that offers these codecs."""
    lines = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "a=sendonly"]
    for number, codec in enumerate(codecs, 96):
        lines.append(f"a=rtpmap:{number} {codec}/90000")
        if codec == "H264":
            lines.append(f"a=fmtp:{number} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f")
    return "\r\n".join(lines) + "\r\n"


def offer(*sections: str) -> bytes:
    """A whole offer."""
    return (HEAD + "".join(section + KEYS for section in sections)).encode()


@pytest.mark.parametrize(
    ("codecs", "found"),
    [
        (("VP8", "VP9", "H264", "AV1"), Picture.H264),
        (("AV1", "H265", "VP8"), Picture.VP8),
        (("VP8",), Picture.VP8),
    ],
)
def test_h264_is_taken_wherever_it_is_offered_and_vp8_else(codecs: tuple[str, ...], found: Picture) -> None:
    """The order of an offer says nothing: H.264 goes through as it is."""
    assert read_offer(offer(SOUND, picture(*codecs))).picture is found


@pytest.mark.parametrize(("codecs", "name"), [(("AV1",), "AV1"), (("VP9", "rtx"), "VP9"), (("H265",), "HEVC")])
def test_codecs_that_not_every_viewer_plays_are_refused_by_name(codecs: tuple[str, ...], name: str) -> None:
    """422, and a sentence that says what to offer."""
    with pytest.raises(OfferRefused, match=f"{name}.*H.264") as refused:
        read_offer(offer(SOUND, picture(*codecs)))
    assert refused.value.status == 422


def test_sound_alone_and_picture_alone_are_offers() -> None:
    """A market woman with a broken camera sells by voice."""
    assert read_offer(offer(SOUND)).kinds == ("audio",)
    assert read_offer(offer(picture("H264"))).kinds == ("video",)


def test_candidates_are_taken_out() -> None:
    """Nobody makes the plane send packets to an address of their choice."""
    read = read_offer(offer(SOUND + CANDIDATE, picture("H264") + CANDIDATE))
    assert "10.9.8.7" not in read.sdp
    assert "candidate" not in read.sdp


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"hello",
        b"v=0\r\n",
        HEAD.encode(),
        offer(SOUND, SOUND),
        offer("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"),
        (HEAD + SOUND).encode(),
        offer(SOUND.replace("sendonly", "recvonly")),
        b"v=0\r\n" + b"a=x\r\n" * 5_000,
        b"v=0\r\na=" + b"x" * 10_000,
        offer(SOUND.replace("opus", "PCMU")),
    ],
    ids=["empty", "no text", "no sdp", "v", "no track", "two", "data", "clear", "player", "lines", "line", "no opus"],
)
def test_what_is_no_publishers_offer_is_refused(body: bytes) -> None:
    """Before anything is made for it."""
    with pytest.raises(OfferRefused):
        read_offer(body)


@given(st.binary(max_size=300), st.integers(0, 600))
def test_a_damaged_offer_is_read_or_refused(damage: bytes, place: int) -> None:
    """Nothing else comes out."""
    whole = offer(SOUND, picture("H264", "VP8"))
    with contextlib.suppress(OfferRefused):
        read_offer(whole[:place] + damage + whole[place:])


def test_an_answer_tells_a_bitrate_and_the_address_the_world_knows() -> None:
    """Behind a 1:1 NAT the plane listens on one address and is reached on another."""
    answer = (
        "v=0\r\nc=IN IP4 10.0.0.5\r\nm=video 5000 UDP/TLS/RTP/SAVPF 102 103\r\na=rtpmap:102 H264/90000\r\n"
        "a=fmtp:102 packetization-mode=1\r\na=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n"
        "a=candidate:1 1 udp 2130706431 10.0.0.5 5000 typ host\r\n"
    )
    dressed = dress_answer(answer, kbit=2_000, announced={"10.0.0.5": "203.0.113.7"})
    assert "a=fmtp:102 packetization-mode=1;x-google-start-bitrate=1200;x-google-max-bitrate=2000" in dressed
    assert "a=fmtp:103 apt=102\r\n" in dressed
    assert "2130706431 203.0.113.7 5000" in dressed
    assert "10.0.0.5" not in dressed


def test_addresses_are_read_or_refused() -> None:
    """One to listen on, or the one that is told before a slash."""
    assert read_addresses("127.0.0.1") == {"127.0.0.1": "127.0.0.1"}
    assert read_addresses("203.0.113.7/10.0.0.5, ::1") == {"10.0.0.5": "203.0.113.7", "::1": "::1"}
    with pytest.raises(ValueError, match="example"):
        read_addresses("example.org")


def test_a_wrong_address_stops_the_process_with_its_name() -> None:
    """The default is this machine alone; what is no address is said at the start, not to the first phone."""
    env = {"MEDIA_HOOK_SECRET": "x", "NATS_URL": "nats://127.0.0.1:4222"}
    assert PlaneConfig.from_environ(env).ice_addresses == {"127.0.0.1": "127.0.0.1"}
    for text in ("example.org", ",", "10.0.0.5/"):
        with pytest.raises(SettingWrong, match="MEDIA_ICE_ADDRESSES"):
            PlaneConfig.from_environ({**env, "MEDIA_ICE_ADDRESSES": text})
