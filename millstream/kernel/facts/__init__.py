"""Facts: immutable, typed records that something happened, written in the transaction that did it."""

from millstream.kernel.facts.base import Fact, Heard, Hint
from millstream.kernel.facts.handlers import hears, hears_batch
from millstream.kernel.facts.recording import record, record_many

__all__ = ["Fact", "Heard", "Hint", "hears", "hears_batch", "record", "record_many"]
