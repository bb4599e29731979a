"""The door of deals."""

__all__ = ()
