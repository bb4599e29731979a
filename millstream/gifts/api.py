"""The door of gifts."""

__all__ = ()
