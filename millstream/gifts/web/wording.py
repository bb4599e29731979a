"""Words of the refusals of gifts."""

from typing import Any, Final

WORDING: Final[dict[str, Any]] = {}
