"""Every fact gets its line: in gapless order, once, whenever it was committed and whoever is killed."""

import asyncio
import random
import signal
import sys
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, text, update

from fairhaven.audit import service
from fairhaven.audit.appending import append, append_forever
from fairhaven.audit.models import ChainRow, EntryRow
from fairhaven.core.facts import Fact, FactRow, Unnumbered, emit
from fairhaven.core.ids import new_id
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing.make import until

APPENDER = """
import asyncio, sys
from fairhaven.audit.appending import append
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.platform import Platform

async def main():
    platform = Platform(Settings.model_construct(), Database(sys.argv[1]))
    print("ready", flush=True)
    while True:
        await append(platform)

asyncio.run(main())
"""


class Counted(Fact, kind="audit_test.counted", about="thing", says="{actor} counted {number}"):
    thing: UUID
    number: int = 0


async def tell(platform: Platform, count: int = 1, actor: Actor | None = None) -> list[UUID]:
    told = []
    for number in range(count):
        async with platform.transaction(actor or Actor(name="Ada")) as session:
            told.append(await emit(session, Counted(thing=new_id(), number=number)))
    return told


async def number_all(platform: Platform) -> None:
    while await append(platform):
        pass


async def flaws(platform: Platform, ada: Actor) -> list[str]:
    async with platform.transaction(ada) as session:
        found = await service.verify(session, ada)
    assert found.next is None
    return [each.says for each in found.flaws]


async def order(platform: Platform) -> list[tuple[int, UUID]]:
    async with platform.transaction() as session:
        rows = await session.execute(select(EntryRow.number, EntryRow.fact_id).order_by(EntryRow.number))
        return [(number, fact) for number, fact in rows]


async def test_each_fact_gets_the_next_line(platform: Platform, ada: Actor) -> None:
    told = await tell(platform, 7)
    await number_all(platform)
    found = await order(platform)
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert [fact for _, fact in found][-7:] == told
    assert await flaws(platform, ada) == []
    assert await append(platform) == 0


async def test_a_fact_that_commits_late_is_not_missed(platform: Platform, ada: Actor) -> None:
    slow, begun = asyncio.Event(), asyncio.Event()
    late: list[UUID] = []

    async def long_transaction() -> None:
        async with platform.transaction() as session:
            late.append(await emit(session, Counted(thing=new_id())))
            begun.set()
            await slow.wait()

    running = asyncio.create_task(long_transaction())
    await begun.wait()
    early = await tell(platform, 3)
    await number_all(platform)
    assert [fact for _, fact in await order(platform)][-3:] == early
    slow.set()
    await running
    await number_all(platform)
    assert [fact for _, fact in await order(platform)][-4:] == [*early, *late]
    assert await flaws(platform, ada) == []


async def test_a_fact_that_was_rolled_back_leaves_no_gap(platform: Platform, ada: Actor) -> None:
    await tell(platform)
    with pytest.raises(RuntimeError):
        async with platform.transaction() as session:
            await emit(session, Counted(thing=new_id()))
            raise RuntimeError("changed my mind")
    await tell(platform)
    await number_all(platform)
    numbers = [number for number, _ in await order(platform)]
    assert numbers == list(range(1, len(numbers) + 1)) and await flaws(platform, ada) == []


async def test_many_who_tell_and_many_who_append_make_one_chain(platform: Platform, ada: Actor) -> None:
    dice, done = random.Random(7), asyncio.Event()

    async def writer() -> None:
        for _ in range(15):
            try:
                async with platform.transaction() as session:
                    for _ in range(dice.randrange(1, 4)):
                        await emit(session, Counted(thing=new_id()))
                    await session.execute(text("SELECT pg_sleep(:s)"), {"s": dice.random() / 50})
                    if dice.random() < 0.2:
                        raise RuntimeError("changed my mind")
            except RuntimeError:
                pass

    async def appender() -> None:
        while not done.is_set():
            await append(platform)

    appenders = [asyncio.create_task(appender()) for _ in range(3)]
    await asyncio.gather(*(writer() for _ in range(8)))
    done.set()
    await asyncio.gather(*appenders)
    await number_all(platform)
    found = await order(platform)
    async with platform.transaction() as session:
        facts = set(await session.scalars(select(FactRow.id)))
    assert [number for number, _ in found] == list(range(1, len(facts) + 1))
    assert {fact for _, fact in found} == facts and await flaws(platform, ada) == []


@pytest.mark.slow
async def test_killed_appenders_lose_nothing(platform: Platform, ada: Actor) -> None:
    for _ in range(4):
        command = [sys.executable, "-c", APPENDER, platform.database.conninfo]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        await asyncio.gather(*(tell(platform, 15) for _ in range(4)))
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await number_all(platform)
    async with platform.transaction() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(table)) for table in (FactRow, EntryRow)
        ]
    assert counts[0] == counts[1] and await flaws(platform, ada) == []


async def test_lines_are_appended_by_themselves(platform: Platform, live: Live) -> None:
    running = asyncio.create_task(append_forever(platform, live, interval=60.0))
    try:
        told = await tell(platform)
        await until(lambda: _has_line(platform, told[0]))
    finally:
        running.cancel()


async def test_what_somebody_does_in_the_database_shows(platform: Platform, ada: Actor) -> None:
    told = await tell(platform, 10)
    await number_all(platform)
    lines = {fact: number for number, fact in await order(platform)}
    at = lines[told[4]]

    async with platform.transaction() as session:
        await session.execute(
            update(FactRow).where(FactRow.id == told[4]).values(data={"thing": str(new_id()), "number": 99})
        )
    assert await flaws(platform, ada) == [
        f"Line {at} was changed or moved here, or what stood before it was removed."
    ]
    async with platform.transaction() as session:
        await session.execute(delete(EntryRow).where(EntryRow.number == at))
        await session.execute(delete(FactRow).where(FactRow.id == told[4]))
    assert await flaws(platform, ada) == [f"Line {at} was removed."]
    async with platform.transaction() as session:
        await session.execute(delete(EntryRow).where(EntryRow.number > at))
    last = max(lines.values())
    found = await flaws(platform, ada)
    assert found[0] == f"The log had {last} lines: lines {at} to {last} were cut off at its end."
    assert [f"The fact {each} " in " ".join(found) for each in told[5:]] == [True] * 5


async def test_a_forged_line_and_a_hidden_fact_show(platform: Platform, ada: Actor) -> None:
    await tell(platform, 3)
    await number_all(platform)
    hidden = (await tell(platform))[0]
    async with platform.transaction() as session:
        await session.execute(delete(Unnumbered))
    assert [hidden.hex for _ in await flaws(platform, ada)] == [hidden.hex]
    async with platform.transaction() as session:
        last = await session.scalar(select(func.max(EntryRow.number)))
        session.add(EntryRow(number=last + 1, fact_id=hidden, hash="0" * 64))
        await session.execute(update(ChainRow).values(number=last + 1, hash="0" * 64))
    assert await flaws(platform, ada) == [
        f"Line {last + 1} was changed or moved here, or what stood before it was removed."
    ]


async def test_a_rewritten_chain_does_not_fit_to_what_was_written_down(
    platform: Platform, ada: Actor
) -> None:
    told = await tell(platform, 5)
    await number_all(platform)
    async with platform.transaction(ada) as session:
        number, hash = await service.end(session, ada)
    async with platform.transaction() as session:  # somebody clever: all hashes anew
        await session.execute(
            update(FactRow).where(FactRow.id == told[2]).values(data={"thing": str(told[2])})
        )
        await session.execute(delete(EntryRow))
        await session.execute(update(ChainRow).values(number=0, hash="0" * 64))
        rows = (await session.scalars(select(FactRow))).all()
        session.add_all([Unnumbered(fact_id=row.id) for row in rows])
    await number_all(platform)
    assert await flaws(platform, ada) == []
    async with platform.transaction(ada) as session:
        found = await service.verify(session, ada, expect=f"{number}:{hash}")
    assert [each.wrong for each in found.flaws] == ["unexpected"]


async def _has_line(platform: Platform, fact: UUID) -> bool:
    return fact in {each for _, each in await order(platform)}
