"""Going through the pages that somebody can reach by links, with a browser's eyes open."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Page

MOST_PAGES = 90
MOST_OF_A_KIND = 4
VARYING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/products/)[^/]+|(?<=/shops/)[^/]+|(?<=/shows/)[^/]+|(?<=/places/)[^/]+"
)
CODES = re.compile(r"(?<=/orders/)[^/]+|(?<=/track/)[^/]+|(?<=/studio/)(?!plan|key)[^/]+")
ELSEWHERE = ("/admin/", "/accounts/logout", "/api/", "/healthz", "/files/", "/static/")
FILES = (".pdf", ".csv", ".ics", ".jsonl", "/trade")
CJK = re.compile(r"[一-鿿]")
LOOK = """() => ({
    lang: document.documentElement.lang,
    wide: document.documentElement.scrollWidth - window.innerWidth,
    links: [
        ...[...document.querySelectorAll("a[href]")].map(link => link.href),
        ...[...document.querySelectorAll("form input[name=next]")].map(door => new URL(door.value, location.href).href),
    ],
    words: document.querySelector("main")?.innerText ?? "",
    heading: document.querySelector("h1")?.innerText ?? "",
})"""


def kind_of(path: str) -> str:
    """The address without what names one thing: pages of a kind look alike."""
    return CODES.sub("*", VARYING.sub("*", path))


@dataclass
class Walk:
    """One walk through the site: what was seen, and what was wrong with it."""

    page: Page
    origin: str
    language: str = "en"
    seen: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def go(self, starts: Iterable[str], *, skip: Iterable[str] = ()) -> None:
        """Follow links from the starts, a few pages of each kind, none of the kinds to skip."""
        skipped, visits = set(skip), Counter[str]()
        waiting = deque(starts)
        while waiting and len(self.seen) < MOST_PAGES:
            path = waiting.popleft()
            kind = kind_of(path.partition("?")[0])
            if path in self.seen or kind in skipped or visits[kind] >= MOST_OF_A_KIND:
                continue
            visits[kind] += 1
            self.seen[path] = kind
            waiting.extend(self.visit(path))
        assert not waiting or len(self.seen) < MOST_PAGES, "the walk was cut off"

    def visit(self, path: str) -> list[str]:
        """Look at one page; the addresses on our site that it links to."""
        if urlsplit(path).path.endswith(FILES):
            self._fetch(path)
            return []
        answer = self.page.goto(self.origin + path)
        if answer is None or answer.status >= 400:
            self.problems.append(f"{path}: {answer.status if answer else 'no answer'}")
            return []
        if "text/html" not in answer.headers.get("content-type", ""):
            return []
        looked = self.page.evaluate(LOOK)
        if not str(looked["lang"]).startswith("zh" if self.language == "zh" else "en"):
            self.problems.append(f"{path}: lang is {looked['lang']!r}")
        if looked["wide"] > 0:
            self.problems.append(f"{path}: {looked['wide']} px too wide")
        if not looked["heading"].strip():
            self.problems.append(f"{path}: no heading")
        if self.language == "zh" and not CJK.search(looked["words"] + looked["heading"]):
            self.problems.append(f"{path}: not a word of Chinese")
        return [ours for link in looked["links"] if (ours := self._ours(link))]

    def _fetch(self, path: str) -> None:
        answer = self.page.context.request.get(self.origin + path)
        if answer.status >= 400:
            self.problems.append(f"{path}: {answer.status}")

    def _ours(self, link: str) -> str:
        """The path of a link on our own pages, or nothing."""
        bare = urldefrag(link).url
        if not bare.startswith(self.origin + "/"):
            return ""
        path = bare.removeprefix(self.origin)
        return "" if path.startswith(ELSEWHERE) else path
