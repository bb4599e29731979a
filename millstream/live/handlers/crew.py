"""What rooms hear when somebody joins or leaves a crew."""

from collections.abc import Sequence
from typing import Any

from millstream.kernel.facts import Heard, Hint, hears
from millstream.live.actions.log_act import open_shows_of
from millstream.live.facts import CrewJoined, CrewLeft
from millstream.live.models import Show


@hears(CrewJoined, CrewLeft, name="live.crew")
def tell_rooms(heard: Heard[Any]) -> Sequence[Hint]:
    """Let room servers read the crew again now; without the hint the version of the order tells them within seconds."""
    fact: CrewJoined | CrewLeft = heard.fact
    shows = [fact.show] if fact.show is not None else open_shows_of(fact.host)
    rooms = Show.objects.filter(id__in=shows).order_by("id").values_list("room", flat=True)
    return [Hint(f"room.{room}.moderate", {"p": "rows", "order": True}) for room in rooms]
