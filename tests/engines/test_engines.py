"""The engines themselves."""

import pytest, asyncio
import nats as n


@pytest.mark.django_db
def test_db():
    """A."""
    from django.db import connection

    with connection.cursor() as c:
        c.execute("select current_database()")
        assert c.fetchone() == ("test",)


@pytest.mark.django_db(transaction=True)
def test_db2():
    """A."""
    from django.db import connection

    with connection.cursor() as c:
        c.execute("create table x(a int)")


@pytest.mark.django_db(transaction=True)
def test_db3():
    """A."""
    from django.db import connection

    with connection.cursor() as c:
        c.execute("create table x(a int)")


def test_nats(nats_url):
    """N."""

    async def m():
        c = await n.connect(nats_url)
        await c.jetstream().add_stream(name="A", subjects=["a"])
        await c.close()

    asyncio.run(m())
