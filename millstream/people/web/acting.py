"""Moved to `millstream.people.acting`; this name goes when nobody uses it any more."""

from millstream.people.acting import Acting, acting_actor, acting_as, acting_as_of, choose_actor

__all__ = ["Acting", "acting_actor", "acting_as", "acting_as_of", "choose_actor"]
