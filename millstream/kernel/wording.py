"""The words in which refusals are said to people: what happened, what next, and the HTTP status."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from millstream.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Wording:
    """How one refusal is said; `{name}` in the texts is filled from the refusal's facts."""

    what: str | Promise
    next: str | Promise = ""
    status: int = 409


@dataclass(frozen=True, slots=True)
class Said:
    """A refusal in the reader's language."""

    code: str
    what: str
    next: str
    status: int


_WORDINGS: Final[dict[str, Wording]] = {
    "kernel.refused": Wording(_("This could not be done."), _("Please try again."), 409),
    "kernel.not_allowed": Wording(
        _("This is not yours to see or change."), _("Sign in as someone who may, or go back."), 403
    ),
    "kernel.not_found": Wording(_("There is nothing here."), _("Check the address, or go back."), 404),
    "kernel.too_many": Wording(
        _("That was too often in a short time."), _("Please wait {retry_after} seconds and try again."), 429
    ),
    "kernel.invalid": Wording(_("{why}"), _("Correct it and send it again; nothing was lost."), 422),
    "kernel.bad_amount": Wording(
        _("“{typed}” is not an amount in {currency}."), _("Write a number such as 12.50."), 422
    ),
}


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def register(wordings: Mapping[str, Wording]) -> None:
    """Add a context's wordings; called from its `AppConfig.ready`."""
    _WORDINGS.update(wordings)


def registered() -> frozenset[str]:
    """The codes that have a wording, for the test that every refusal has one."""
    return frozenset(_WORDINGS)


def say(refusal: Refusal) -> Said:
    """The refusal in the active language, its facts filled in; a refusal without a wording says the general one."""
    wording = _WORDINGS.get(refusal.code, _WORDINGS["kernel.refused"])
    facts = _Gaps(refusal.facts)
    return Said(
        code=refusal.code,
        what=str(wording.what).format_map(facts),
        next=str(wording.next).format_map(facts),
        status=wording.status,
    )
