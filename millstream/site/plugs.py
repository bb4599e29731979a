"""Where lower contexts get the answers that only upper ones have."""


def plug_all() -> None:
    """Plug every port; called once when Django is ready."""
