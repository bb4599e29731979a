"""What a command says no with."""


class CommandRefused(Exception):
    """A command cannot do what was asked; the text says why and what to do."""
