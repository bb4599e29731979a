"""Every component and frame, as the style guide draws them."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.utils.translation.template import templatize

from millstream.kernel.web.icons import ICONS

SITE = Path(__file__).parents[3] / "millstream" / "site"
TEMPLATES = SITE / "templates"
PAGES = ["/styleguide/", "/styleguide/desk/", "/styleguide/station/", "/styleguide/room/"]
LANGUAGES = ["en", "zh-hans"]
NOT_IN_THE_GUIDE = {
    "return",  # shows nothing: it only speaks to the sheet around it
    "card",  # the plain card, of which product and show cards are the dressed ones
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"(?<![\w.])(?:n?gettext(?:_lazy)?|_)\(\s*({STRING})")


class Page(HTMLParser):
    """A page's elements in order, and whether every element was closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.script_bodies = ""
        self.wrongly_closed: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrongly_closed.append(tag)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            self.script_bodies += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(client: Client, path: str, language: str = "en") -> Page:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return Page(answer.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_obeys_the_content_security_policy(client: Client, path: str, language: str):
    """No inline style, no inline script, no handler attribute: the policy would stop them."""
    page = page_of(client, path, language)
    assert page.script_bodies.strip() == ""
    for tag, attributes in page.elements:
        assert tag != "style"
        assert not [name for name in attributes if name == "style" or name.startswith("on")], (tag, attributes)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_formed(client: Client, path: str):
    """Every element is closed in order and every id is used once."""
    page = page_of(client, path)
    assert page.wrongly_closed == []
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids)), [name for name in ids if ids.count(name) > 1]


@pytest.mark.parametrize("path", PAGES)
def test_everything_can_be_named_by_a_screen_reader(client: Client, path: str):
    """Pictures have an alt, fields a label that is there, icons alone a name, the page a language and one heading."""
    page = page_of(client, path)
    ids = {attributes.get("id") for _, attributes in page.elements}
    labelled = {label.get("for") for label in page.all("label")}
    assert labelled - {None} <= ids
    for picture in page.all("img"):
        assert "alt" in picture
    for field in [*page.all("input"), *page.all("select"), *page.all("textarea")]:
        if field.get("type") not in ("hidden", "submit", "radio"):
            assert field.get("id") in labelled, field
    for drawing in page.all("svg"):
        assert drawing.get("aria-hidden") == "true" or drawing.get("aria-label"), drawing
    for described in (attributes.get("aria-describedby") for _, attributes in page.elements):
        assert set((described or "").split()) <= ids
    assert len(page.all("h1")) == 1


@pytest.mark.parametrize("path", PAGES)
def test_everything_works_without_javascript(client: Client, path: str):
    """Forms know where they go, links that a script would open in the sheet lead somewhere by themselves."""
    page = page_of(client, path)
    assert all(form.get("action") for form in page.all("form"))
    assert all(link.get("href") for link in page.all("a"))
    scripted = [button for button in page.all("button") if button.get("type") == "button"]
    for button in scripted:
        inside = any(name.startswith("data-") for name in button)
        assert inside or "hidden" in button, button


def test_the_pages_speak_both_languages(client: Client):
    """The same page in Chinese says so and is in Chinese."""
    english = client.get("/styleguide/", headers={"Accept-Language": "en"}).content.decode()
    chinese = client.get("/styleguide/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert '<html lang="en"' in english
    assert "Back in a moment" not in chinese
    assert '<html lang="zh-hans"' in chinese
    assert "待办" in client.get("/styleguide/desk/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "柴烧青瓷储物罐" in chinese


def test_the_guide_shows_every_component(client: Client):
    """A component that no style guide page uses is not looked at by anybody."""
    reached: set[str] = set()
    waiting = ["styleguide/index.html", "styleguide/desk.html", "styleguide/station.html", "room.html"]
    while waiting:
        text = (TEMPLATES / waiting.pop()).read_text(encoding="utf-8")
        named = set(re.findall(r'{% (?:include|extends) "([^"]+)"', text)) - reached
        if "{% town_map" in text:
            named.add("components/map.html")
        reached |= named
        waiting += sorted(named)
    components = {path.stem for path in (TEMPLATES / "components").glob("*.html")}
    shown = {Path(name).stem for name in reached if name.startswith("components/")}
    assert components - shown == NOT_IN_THE_GUIDE


def test_the_guide_shows_every_icon(client: Client):
    """Each icon stands there by its name."""
    text = client.get("/styleguide/").content.decode()
    assert all(f">{name}</code>" in text for name in ICONS)


def test_an_unknown_frame_is_not_found(client: Client):
    """Only the frames that exist can be asked for."""
    assert client.get("/styleguide/nothing/").status_code == 404


def test_the_chosen_theme_is_remembered_and_shown(client: Client):
    """The form works without a script: the next page comes in the chosen theme."""
    answer = client.post("/theme/", {"theme": "dark", "next": "/styleguide/desk/"})
    assert (answer.status_code, answer["Location"]) == (302, "/styleguide/desk/")
    assert 'data-theme="dark"' in client.get("/styleguide/").content.decode()


def test_the_theme_form_sends_nobody_elsewhere(client: Client):
    """A foreign address or an unknown theme is not followed."""
    answer = client.post("/theme/", {"theme": "<b>", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert "data-theme" not in client.get("/styleguide/").content.decode()
    assert client.get("/theme/").status_code == 405


def test_the_page_of_what_is_not_there_says_what_to_do(client: Client):
    """An address without a page is answered in the reader's language."""
    answer = client.get("/no/such/page/", headers={"Accept-Language": "zh-hans"})
    assert answer.status_code == 404
    assert "这里什么都没有" in answer.content.decode()


def said_in(path: Path) -> Iterator[str]:
    """The texts that a template or module marks for translation."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        source = templatize(source, origin=str(path))
    for found in CALL.finditer(source):
        yield ast.literal_eval(found.group(1))


def test_every_text_of_the_site_is_there_in_chinese():
    """No template or view of the site says something that its Chinese catalogue lacks."""
    with (SITE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans", abort_invalid=True)
    known = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and message.string and all(message.string) and not message.fuzzy
    }
    missing = {
        (path.name, text)
        for path in [*TEMPLATES.rglob("*.html"), *SITE.rglob("*.py")]
        for text in said_in(path)
        if text not in known
    }
    assert missing == set()
