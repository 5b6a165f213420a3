"""Facts: told once, in the transaction that made them true."""

from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from fairhaven.core import facts
from fairhaven.core.db import now
from fairhaven.core.deliveries import deliver, pending
from fairhaven.core.facts import Delivery, FactRow, emit
from fairhaven.core.ids import new_id

told_to: list[tuple[str, UUID]] = []
fails = {"flaky": 0}


class SomethingHappened(facts.Fact, kind="test.happened", about="thing", says="something happened"):
    thing: UUID


@facts.on(SomethingHappened)
async def steady(platform, session, told):
    told_to.append(("steady", told.fact.thing))


@facts.on(SomethingHappened)
async def flaky(platform, session, told):
    if fails["flaky"]:
        fails["flaky"] -= 1
        raise RuntimeError("not today")
    told_to.append(("flaky", told.fact.thing))


@pytest.fixture(autouse=True)
def _nobody_was_told():
    told_to.clear()
    fails["flaky"] = 0


async def test_a_fact_reaches_every_subscriber_once(platform):
    thing = new_id()
    async with platform.transaction() as session:
        await emit(session, SomethingHappened(thing=thing))
    while await deliver(platform):
        pass
    assert sorted(told_to) == [("flaky", thing), ("steady", thing)]
    async with platform.transaction() as session:
        assert await pending(session) == (0, 0)


async def test_a_rolled_back_fact_tells_no_one(platform):
    with pytest.raises(RuntimeError):
        async with platform.transaction() as session:
            await emit(session, SomethingHappened(thing=new_id()))
            raise RuntimeError("changed my mind")
    while await deliver(platform):
        pass
    assert told_to == []
    async with platform.transaction() as session:
        kinds = await session.scalars(select(FactRow.kind))
        assert "test.happened" not in kinds.all()


async def test_a_failing_subscriber_is_tried_again_and_harms_no_other(platform):
    fails["flaky"] = 2  # once in the batch, once alone
    thing = new_id()
    async with platform.transaction() as session:
        await emit(session, SomethingHappened(thing=thing))
    while await deliver(platform):
        pass
    assert ("steady", thing) in told_to and ("flaky", thing) not in told_to
    async with platform.transaction() as session:
        problem = await session.scalar(select(Delivery.problem))
        assert problem is not None and "not today" in problem
        await session.execute(update(Delivery).values(due_at=now()))
    await deliver(platform)
    assert ("flaky", thing) in told_to


async def test_a_subscriber_that_always_fails_is_given_up_and_counted(platform):
    fails["flaky"] = 1000
    async with platform.transaction() as session:
        await emit(session, SomethingHappened(thing=new_id()))
    for _ in range(10):
        async with platform.transaction() as session:
            await session.execute(update(Delivery).where(Delivery.due_at.is_not(None)).values(due_at=now()))
        await deliver(platform)
    async with platform.transaction() as session:
        assert await pending(session) == (0, 1)


async def test_a_fact_says_who_did_it(platform, ada):
    async with platform.transaction(ada) as session:
        await emit(session, SomethingHappened(thing=new_id()))
        row = (await session.scalars(select(FactRow).where(FactRow.kind == "test.happened"))).one()
        assert (row.actor_id, row.actor_name) == (ada.id, ada.name)
        assert await session.scalar(select(func.count()).select_from(Delivery)) == 2
