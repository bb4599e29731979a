"""Words of the refusals of deals."""

from typing import Any, Final

WORDING: Final[dict[str, Any]] = {}
