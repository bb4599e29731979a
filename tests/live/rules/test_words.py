"""What may be said: words in every spelling, links, emoji alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.live.room.speech import mentions_in
from millstream.live.room.words import has_link, is_emoji_only, normal_word, word_filter


def blocks(word: str, text: str) -> bool:
    return word_filter(frozenset({normal_word(word)})).blocks(text)


@pytest.mark.parametrize(
    "text",
    ["scam", "SCAM!", "ｓｃａｍ", "ѕсаm", "s c a m", "s.c.a.m", "sc\u200bam", "a sc@m here", "śćâm", "S-C-A-M now"],
)
def test_a_blocked_word_is_found_in_every_spelling(text: str) -> None:
    """Capitals, full width, Cyrillic look-alikes, letters apart, invisible letters, accents, signs."""
    assert blocks("scam", text)


@pytest.mark.parametrize("text", ["scampi for two", "escamoter", "a nice bowl", "s can a man"])
def test_a_word_within_another_is_not_meant(text: str) -> None:
    """Where scripts put spaces between words, the whole word counts."""
    assert not blocks("scam", text)


@pytest.mark.parametrize("text", ["这是假货吧", "假 货", "假.货!", "假\u200b货"])
def test_a_chinese_word_is_found_inside_a_sentence(text: str) -> None:
    """Where scripts put none, it counts wherever it stands."""
    assert blocks("假货", text)
    assert not blocks("假货", "放假的货")


def test_phrases_are_blocked_as_they_are() -> None:
    """All words of it, in order."""
    assert blocks("buy elsewhere", "please BUY  elsewhere!")
    assert not blocks("buy elsewhere", "elsewhere buy")


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/x",
        "evil.com",
        "go to EVIL . COM now",
        "ｅｖｉｌ．ｃｏｍ",
        "evil。com",
        "www.x",
        "t.me/abc",
    ],
)
def test_links_are_found(text: str) -> None:
    """With and without a scheme, with full-width letters and dots."""
    assert has_link(text)


@pytest.mark.parametrize("text", ["3.5 kg", "good.Thanks", "Wow... nice", "12.80", "你好。很好", "size no.5"])
def test_ordinary_dots_are_no_links(text: str) -> None:
    """Prices, ends of sentences, numbers."""
    assert not has_link(text)


def test_emoji_alone() -> None:
    """With joiners, flags and skins; not with a letter, and not with nothing."""
    for text in ("👍", "👩‍🌾 🇨🇳", "❤️❤️", "👋🏽"):
        assert is_emoji_only(text)
    for text in ("ok 👍", " ", "1", "你", "\u200d"):
        assert not is_emoji_only(text)


def test_numbers_name_products_of_the_rundown() -> None:
    """From one; unknown ones and parts of words name nothing; five at most, each once."""
    places = [f"v{number}" for number in range(1, 9)]
    assert mentions_in("is #2 deeper than #1? #2 #99 #0 #3a", places) == ["v2", "v1"]
    assert len(mentions_in("#1 #2 #3 #4 #5 #6 #7", places)) == 5


@given(st.text(max_size=60))
def test_no_text_breaks_the_filter(text: str) -> None:
    """Whatever is typed is answered."""
    word_filter(frozenset({"scam", normal_word("假货")})).blocks(text)
    has_link(text)
    is_emoji_only(text)
