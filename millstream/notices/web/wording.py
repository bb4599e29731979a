"""Words of the refusals of notices."""

from typing import Any, Final

WORDING: Final[dict[str, Any]] = {}
