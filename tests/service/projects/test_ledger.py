"""The ledger of reservations: it always sums, and nobody gets more than they may."""

import asyncio
import os
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from fairhaven.core.errors import BadRequest, NotAllowed, NotFound
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Role
from fairhaven.core.testing import make
from fairhaven.projects import service as projects
from fairhaven.projects.models import ReservationRow
from fairhaven.projects.schemas import Level, Limit
from fairhaven.projects.service import QuotaReached


async def used(platform, actor, project_id, resource="cpu", level=Level.PROJECT):
    async with platform.transaction(actor) as session:
        found = await projects.balances(session, actor, project_id)
    return next((each.used for each in found if (each.level, each.resource) == (level, resource)), 0.0)


async def limit(platform, actor, project_id, resource, amount, level=Level.PROJECT, person_id=None):
    async with platform.transaction(actor) as session:
        wanted = Limit(resource=resource, amount=amount, level=level, person_id=person_id)
        await projects.set_limit(session, actor, project_id, wanted)


async def test_a_limit_is_told_with_its_numbers(platform, ada, grace, project_id):
    await limit(platform, ada, project_id, "cpu", 4)
    async with platform.transaction() as session:
        await projects.reserve(session, new_id(), project_id, grace.id, {"cpu": 3})
    with pytest.raises(QuotaReached) as refused:
        async with platform.transaction() as session:
            await projects.reserve(session, new_id(), project_id, grace.id, {"cpu": 1.5, "workloads": 1})
    assert refused.value.detail == (
        "The project may use 4 processors at once; 3 are in use, and this asks for 1.5 more."
    )
    assert await used(platform, ada, project_id) == 3
    assert await used(platform, ada, project_id, "workloads") == 0


async def test_reserving_again_replaces_and_releasing_twice_changes_nothing(platform, ada, project_id):
    subject = new_id()
    async with platform.transaction() as session:
        await projects.reserve(session, subject, project_id, ada.id, {"cpu": 3, "memory_mb": 100})
    async with platform.transaction() as session:
        await projects.reserve(session, subject, project_id, ada.id, {"cpu": 1})
    assert await used(platform, ada, project_id) == 1
    assert await used(platform, ada, project_id, "memory_mb") == 0
    async with platform.transaction() as session:
        assert await projects.release(session, subject)
        assert not await projects.release(session, subject)
        assert await projects.verify(session) == []
    assert await used(platform, ada, project_id) == 0


async def test_a_person_has_the_limit_of_everyone_or_one_of_their_own(platform, ada, grace, project_id):
    await limit(platform, ada, project_id, "workloads", 1, Level.EVERYONE)
    await limit(platform, ada, project_id, "workloads", 2, Level.PERSON, ada.id)
    async with platform.transaction() as session:
        await projects.reserve(session, new_id(), project_id, grace.id, {"workloads": 1})
        await projects.reserve(session, new_id(), project_id, ada.id, {"workloads": 1})
        await projects.reserve(session, new_id(), project_id, ada.id, {"workloads": 1})
    for person in (grace, ada):
        with pytest.raises(QuotaReached, match="Each person"):
            async with platform.transaction() as session:
                await projects.reserve(session, new_id(), project_id, person.id, {"workloads": 1})


async def test_the_installation_has_limits_over_all_projects(platform, ada, project_id):
    async with platform.transaction(ada) as session:
        wanted = Limit(resource="gpu", amount=1, level=Level.INSTALLATION)
        await projects.set_limit(session, ada, None, wanted)
    with pytest.raises(QuotaReached, match="whole installation may use 1 GPUs"):
        async with platform.transaction() as session:
            await projects.reserve(session, new_id(), project_id, None, {"gpu": 2})


async def test_hours_of_a_month_are_used_up(platform, ada, project_id):
    subject = new_id()
    await limit(platform, ada, project_id, "cpu_hours", 10)
    async with platform.transaction() as session:
        await projects.reserve(session, subject, project_id, ada.id, {"cpu": 4})
        begun = datetime.now(UTC) - timedelta(hours=3)
        await session.execute(update(ReservationRow).values(since=begun))
    with pytest.raises(QuotaReached, match="a month"):
        async with platform.transaction() as session:
            await projects.reserve(session, new_id(), project_id, ada.id, {"cpu": 1})
    async with platform.transaction() as session:
        await projects.release(session, subject)
    if begun.month == datetime.now(UTC).month:
        assert await used(platform, ada, project_id, "cpu_hours") == pytest.approx(12, abs=0.1)


async def test_who_may_set_what(platform, ada, grace, bob, project_id):
    manager = await make.person(platform, "Mia", project_id, Role.MANAGER)
    await limit(platform, manager, project_id, "cpu", 1, Level.PERSON, grace.id)
    with pytest.raises(NotAllowed):
        await limit(platform, manager, project_id, "cpu", 1)
    with pytest.raises(NotFound):
        await limit(platform, grace, project_id, "cpu", 1, Level.PERSON, grace.id)
    with pytest.raises(NotFound):
        await used(platform, bob, project_id)
    with pytest.raises(BadRequest):
        await limit(platform, ada, project_id, "cpu", 1, Level.PERSON)


async def test_managers_see_everybody_and_others_themselves(platform, ada, grace, project_id):
    async with platform.transaction() as session:
        await projects.reserve(session, new_id(), project_id, grace.id, {"cpu": 1})
        await projects.reserve(session, new_id(), project_id, ada.id, {"cpu": 2})
    async with platform.transaction(grace) as session:
        mine = await projects.balances(session, grace, project_id)
    assert {each.person_id for each in mine if each.level is Level.PERSON} == {grace.id}
    async with platform.transaction(ada) as session:
        all_ = await projects.balances(session, ada, project_id)
    assert {each.person_id for each in all_ if each.level is Level.PERSON} == {grace.id, ada.id}


async def test_concurrent_starts_never_overshoot(platform, ada, grace, project_id):
    await limit(platform, ada, project_id, "workloads", 7)

    async def start():
        try:
            async with platform.transaction() as session:
                await projects.reserve(session, new_id(), project_id, grace.id, {"workloads": 1, "cpu": 1})
        except QuotaReached:
            return False
        return True

    assert sum(await asyncio.gather(*(start() for _ in range(40)))) == 7
    assert await used(platform, ada, project_id, "workloads") == 7


HUNDREDS = int(os.environ.get("LEDGER_HUNDREDS", "20"))  # 100 are run by hand: a minute


@pytest.mark.slow
async def test_random_operations_always_sum(platform, ada, grace, project_id):
    """Reservations, changes and releases, some refused: the balances are their sums throughout."""
    dice, living = random.Random(4), []
    await limit(platform, ada, project_id, "cpu", 60)
    await limit(platform, ada, project_id, "memory_mb", 500, Level.EVERYONE)
    for batch in range(HUNDREDS):
        async with platform.transaction() as session:
            for _ in range(100):
                await _one(session, dice, living, project_id, [ada.id, grace.id, None])
            assert await projects.verify(session) == [], f"after {batch + 1} hundred"
    assert await used(platform, ada, project_id) <= 60


async def _one(session, dice, living, project_id, people):
    if living and dice.random() < 0.45:
        assert await projects.release(session, living.pop(dice.randrange(len(living))))
        return
    again = bool(living) and dice.random() < 0.3
    subject = dice.choice(living) if again else new_id()
    amounts = {"cpu": dice.choice([0, 0.5, 1.25, 4]), "memory_mb": dice.choice([0, 10, 64])}
    try:
        await projects.reserve(session, subject, project_id, dice.choice(people), amounts)
    except QuotaReached:
        return
    if not again:
        living.append(subject)
