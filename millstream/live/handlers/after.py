"""What happens by itself when a show is over."""

from millstream.kernel.facts import Heard, hears
from millstream.live.actions.make_clips import make_clips
from millstream.live.facts import ShowEnded


@hears(ShowEnded, name="live.clips")
def cut_products(heard: Heard[ShowEnded]) -> None:
    """Cut a clip of everything that was explained; a show that was called off has none."""
    if not heard.fact.cancelled:
        make_clips(heard.fact.show, now=heard.now)
