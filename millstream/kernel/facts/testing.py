"""For tests: let everything be heard, now, in this process."""

from millstream.kernel.facts.base import Hint
from millstream.kernel.facts.handlers import HANDLERS, last_position, run_handler
from millstream.kernel.facts.sequencer import place_facts

MOST_ROUNDS = 50


def hear_all() -> list[Hint]:
    """Place and hear facts until nothing new is said; returns the hints. Raises what a handler raises.

    Needs committed facts (`transaction=True` tests): the sequencer does not see an open transaction's.
    """
    told: list[Hint] = []
    for _ in range(MOST_ROUNDS):
        before = last_position()
        place_facts()
        heard = 0
        for handler in list(HANDLERS.values()):
            done = run_handler(handler)
            while True:
                assert not done.failed, f"{handler.name} failed, see the log"
                told.extend(done.hints)
                heard += done.heard
                if not done.heard:
                    break
                done = run_handler(handler)
        if not heard and last_position() == before:
            return told
    raise AssertionError("facts never came to rest")
