"""A town of one's own is founded once, with what every sale needs."""

import pytest
from django.core.management import CommandError, call_command

from millstream.kernel.settings import conf
from millstream.pacts.api import pacts_of
from millstream.people.api import actor, user_by_phone


@pytest.mark.django_db
def test_a_town_is_founded_once() -> None:
    """The platform, its operator and its part are there; a second founding changes nothing and says so."""
    call_command("found", "--name", "Shuimo", "--operator", "138 0013 8000")
    assert actor(conf().platform_actor).name["en"] == "Shuimo"
    operator = user_by_phone("+8613800138000")
    assert operator is not None
    assert operator.is_operator
    assert [pact.permille for pact in pacts_of(conf().platform_actor) if pact.part == "platform"] == [50]
    with pytest.raises(CommandError, match="founded already"):
        call_command("found", "--name", "Other", "--operator", "bo@example.com")


@pytest.mark.django_db
def test_a_bad_operator_is_refused_and_nothing_is_founded() -> None:
    """What is no contact founds nothing."""
    with pytest.raises(CommandError, match="--operator"):
        call_command("found", "--name", "Shuimo", "--operator", "nobody")
    with pytest.raises(Exception, match=r"kernel\.not_found"):
        actor(conf().platform_actor)
