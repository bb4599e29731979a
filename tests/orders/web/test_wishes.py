"""What a program asks is read before it waits with others for the till."""

import json

import pytest

from millstream.kernel.ids import new_id
from millstream.orders.refusals import Malformed
from millstream.orders.web.wishes import read_asked
from millstream.people.refusals import BadContact

WHOLE = {"variant": str(new_id()), "contact": "13800138000", "name": "Bo", "address": "12 Canal Street\nHangzhou"}


@pytest.mark.parametrize("field", ["contact", "name", "address", "coupon"])
@pytest.mark.parametrize("text", ["\0", "Canal\0Street", "half a letter \ud800"])
def test_a_text_that_no_row_takes_is_refused_at_the_door(field: str, text: str) -> None:
    """In the till it would break the batch of everybody who buys at that moment."""
    assert read_asked(WHOLE, visitor=None).name == "Bo"
    with pytest.raises((Malformed, BadContact)):
        read_asked(json.loads(json.dumps(WHOLE | {field: text})), visitor=None)
