"""Translations are compiled without GNU gettext."""

from __future__ import annotations

import gettext

from millstream.site.cli.translations import compile_catalogue

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Buy"
msgstr "购买"

#, fuzzy
msgid "Hold"
msgstr "也许"
"""


def test_a_catalogue_is_compiled_and_guesses_stay_out(tmp_path):
    """What is translated is found; what is marked as a guess stays in English."""
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO, encoding="utf-8")
    with compile_catalogue(source).open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    assert catalogue.gettext("Buy") == "购买"
    assert catalogue.gettext("Hold") == "Hold"
