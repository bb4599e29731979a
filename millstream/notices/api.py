"""The door of notices."""

__all__ = ()
