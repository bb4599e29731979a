"""Somebody at the town's pages without a window: forms are sent as a browser without scripts sends them."""

from __future__ import annotations

import re
from typing import Self

import httpx

from tests.browser.town import DemoTown, until

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
CODE_SECONDS = 20.0


class Visit:
    """One browser's cookies; every form carries the token of the page it stands on."""

    def __init__(self, town: DemoTown) -> None:
        self.town = town
        self.client = httpx.Client(base_url=town.web, follow_redirects=True, timeout=20, headers={"Referer": town.web})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def read(self, path: str) -> str:
        """A page's text; it must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Send a form of a page."""
        token = TOKEN.search(self.read(page))
        assert token is not None, f"{page} has no form"
        return self.client.post(action, data={**fields, "csrfmiddlewaretoken": token.group(1)})

    def enter(self, role: str) -> Visit:
        """Enter as a role of the demonstration by one click."""
        assert self.send("/", "/demo/enter/", role=role).status_code == 200
        return self

    def sign_in(self, email: str) -> Visit:
        """Sign in with the code that stands on the town's console."""
        words = f"code for {email}: "
        before = self.town.said().count(words)
        assert self.send("/accounts/login/", "/accounts/login/code/", contact=email).status_code == 200
        until(lambda: self.town.said().count(words) > before, CODE_SECONDS, "the code on the console")
        code = self.town.said().rpartition(words)[2].split()[0]
        done = self.send("/accounts/login/code/confirm/", "/accounts/login/code/confirm/", code=code)
        assert done.status_code == 200
        return self
