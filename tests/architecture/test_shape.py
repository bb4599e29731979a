"""The house rules that no linter knows: sizes, names, what stands where, nothing inline, everything translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from millstream.site.config import REPOSITORY

PACKAGE = REPOSITORY / "millstream"
SIM = REPOSITORY / "millstream_sim"
FILE_LINES = 400
FUNCTION_LINES = 40
README_LINES = 60
LISTS = {"millstream/site/demo/county.py"}  # names and numbers of the invented county, nothing that runs
BANNED = {"utils", "helpers", "common", "services", "managers"}
CONTEXTS = sorted(path.parent.name for path in PACKAGE.glob("*/apps.py") if path.parent.name not in {"site", "kernel"})
TOP = {
    *("__init__", "api", "facts", "refusals", "types", "rules", "actions", "queries", "models", "migrations"),
    *("handlers", "web", "admin", "ports", "adapters", "tasks", "apps", "locale", "static", "templatetags"),
}
ENGINES = {
    "orders": {"till", "checks", "links"},
    "media": {"plane", "consumer", "cutter"},
    "live": {"room", "consumer"},
    "logistics": {"planner"},
    "people": {"acting", "access"},
    "shops": {"stock"},
}


def sources() -> list[Path]:
    found = [*PACKAGE.rglob("*.py"), *SIM.rglob("*.py"), *(REPOSITORY / "bench").glob("*.py"), REPOSITORY / "run.py"]
    return sorted(path for path in found if "migrations" not in path.parts)


def short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of what it does: from its first statement after the docstring to its end."""
    statements = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    assert node.end_lineno is not None
    return node.end_lineno - statements[0].lineno + 1


def test_a_file_fits_a_reader():
    """No file is longer than 400 lines."""
    long = {short(path): n for path in sources() if (n := len(path.read_text().splitlines())) > FILE_LINES}
    assert long.keys() <= LISTS, long


def test_a_function_fits_a_screen():
    """No function is longer than 40 lines."""
    long = {
        f"{short(path)}:{node.lineno} {node.name}": lines
        for path in sources()
        for node in functions(path)
        if (lines := body_lines(node)) > FUNCTION_LINES
    }
    assert long == {}


def test_no_module_is_named_by_what_it_is_not():
    """Names like utils and helpers say nothing, so they are not used."""
    assert [short(path) for path in sources() if path.stem in BANNED or BANNED & set(path.parts)] == []


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_context_has_the_same_names_at_its_top(context):
    """A reader who knows one context finds the way in all."""
    names = {
        path.stem
        for path in (PACKAGE / context).iterdir()
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    }
    assert names - TOP - ENGINES.get(context, set()) == set()


@pytest.mark.parametrize("context", [*CONTEXTS, "kernel", "site"])
def test_every_context_says_what_it_is_for(context):
    """Each context has a README of at most 60 lines."""
    readme = PACKAGE / context / "README.md"
    assert readme.exists()
    assert len(readme.read_text().splitlines()) <= README_LINES


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_door_lists_what_it_offers(context):
    """Each api.py names its offers in __all__."""
    tree = ast.parse((PACKAGE / context / "api.py").read_text())
    names = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert "__all__" in names


def test_rules_ask_no_clock():
    """Rules are handed the time; none of them reads it."""
    clocks = re.compile(r"\b(datetime\.now|date\.today|time\.time|timezone\.now|utcnow)\b")
    rules = [*PACKAGE.glob("*/rules.py"), *PACKAGE.glob("*/rules/**/*.py")]
    assert rules
    assert [short(path) for path in rules if clocks.search(path.read_text())] == []


def test_pages_have_nothing_inline():
    """The content security policy forbids inline scripts and styles, so no template has any."""
    inline = re.compile(
        r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/)", re.IGNORECASE
    )
    templates = list(PACKAGE.rglob("templates/**/*.html"))
    assert templates
    found = {short(path): inline.findall(path.read_text()) for path in templates if inline.search(path.read_text())}
    assert found == {}


def test_every_text_is_translated():
    """No catalogue has an entry without Chinese, or one that is a guess."""
    missing: dict[str, list[str]] = {}
    for source in sorted(PACKAGE.rglob("locale/zh_Hans/LC_MESSAGES/*.po")):
        with source.open("rb") as text:
            catalogue = read_po(text, locale="zh_Hans")
        poor = [str(entry.id) for entry in catalogue if entry.id and (not _is_full(entry.string) or entry.fuzzy)]
        if poor:
            missing[short(source)] = poor
    assert missing == {}


def _is_full(text: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)


def test_test_files_say_sentences():
    """The first line of each test's docstring is a sentence."""
    poor = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in sorted((REPOSITORY / "tests").rglob("test_*.py"))
        for node in functions(path)
        if node.name.startswith("test_") and not (ast.get_docstring(node) or "").partition("\n")[0].endswith((".", "?"))
    ]
    assert poor == []


def test_no_local_picture_of_the_registry_is_committed():
    """Nothing in the repository tells where its packages came from."""
    texts = [*REPOSITORY.glob("requirements/*"), REPOSITORY / "frontend" / "package-lock.json", REPOSITORY / "run.py"]
    texts += [path for path in (REPOSITORY / "frontend" / ".npmrc",) if path.exists()]
    assert [
        short(path) for path in texts if re.search(r"https?://[^\s\"]*(pypi|npmjs|registry)", path.read_text())
    ] == []
