"""The pool of connections: what is given out can be used."""

import psycopg
from sqlalchemy import text

from fairhaven.core.platform import Platform

MY_PID = text("SELECT pg_backend_pid()")


async def test_connections_that_the_server_closed_are_replaced_before_anybody_gets_one(platform: Platform):
    async with platform.transaction() as one, platform.transaction() as two:
        closed = {await one.scalar(MY_PID), await two.scalar(MY_PID)}
    _end(platform, closed)
    async with platform.transaction() as one, platform.transaction() as two:
        opened = {await one.scalar(MY_PID), await two.scalar(MY_PID)}
    assert len(opened) == 2
    assert not opened & closed


async def test_a_living_connection_is_given_out_again(platform: Platform):
    async with platform.transaction() as session:
        before = await session.scalar(MY_PID)
    async with platform.transaction() as session:
        assert await session.scalar(MY_PID) == before


def _end(platform: Platform, pids: set[int]) -> None:
    """End these connections at the server, and wait until they are gone (at most 5 s each)."""
    with psycopg.connect(platform.database.conninfo, autocommit=True) as connection:
        for pid in pids:
            gone = connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone()
            assert gone == (True,)
