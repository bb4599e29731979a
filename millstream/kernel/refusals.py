"""Saying no with a type: a refusal carries a stable code and its facts; its wording lives at the edge."""

from typing import ClassVar


class Refusal(Exception):
    """What was asked is not done, nothing was changed, and the asker is told why and what next."""

    code: ClassVar[str] = "kernel.refused"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({told})"


class NotAllowed(Refusal):
    """The acting actor may not do this; also said for what exists but is not theirs to see."""

    code = "kernel.not_allowed"


class NotFound(Refusal):
    """There is no such thing, or not any more."""

    code = "kernel.not_found"


class TooMany(Refusal):
    """The visitor or its network asked too often; `retry_after` is in seconds."""

    code = "kernel.too_many"


class Invalid(Refusal):
    """A value does not have the form it must have; `field` names it and `why` is a sentence."""

    code = "kernel.invalid"
