"""The story of a deposit, top to bottom: draft → files → metadata → publish → DOI written back.

Each step may be interrupted at any moment and is then done again, without harm: what is there already is
found. What might help when it is tried again, is, later and later; what would not, fails.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import DepositRow, ModuleRow, ReleaseRow
from fairhaven.catalog.ports import Deposited, Depository, DepositoryFailed, Piece
from fairhaven.catalog.schemas import DepositState, Step
from fairhaven.catalog.service.deposits import pieces
from fairhaven.catalog.service.deposits.loading import Load, loaded, token_for
from fairhaven.catalog.service.deposits.writing import write_back
from fairhaven.core import locks
from fairhaven.core.bundles import archive
from fairhaven.core.db import now
from fairhaven.core.errors import Problem, UpstreamFailed
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.facts.catalog import DepositAdvanced, DepositFailed

log = structlog.get_logger(__name__)

MOST_FAILURES = 10  # since somebody asked for it: with waits that double, about half an hour


class TriedAgain(Exception):
    """It did not work now: the job is to be tried again later."""


@dataclass(frozen=True)
class _Story:
    """What every step needs."""

    platform: Platform
    load: Load
    depository: Depository
    token: str
    folder: Path


async def carry_on(platform: Platform, deposit_id: UUID) -> None:
    """Carry a deposit out, or on; nothing happens when it has ended, or somebody else is at it.

    Raises:
        TriedAgain: it is to be tried again later; the deposit says why.
    """
    folder = platform.data / "deposits" / str(deposit_id)
    async with locks.alone(platform.database, f"deposit {deposit_id}") as mine:
        if not mine:
            return
        try:
            load = await loaded(platform, deposit_id)
            if load is not None:
                token = await token_for(platform, deposit_id)
                await _tell(_Story(platform, load, load.depository, token, folder))
        except UpstreamFailed as problem:
            await _failed(platform, deposit_id, problem, lasting=False)
        except Problem as problem:
            await _failed(platform, deposit_id, problem, lasting=True)
        except Exception as error:  # a mistake of ours must not leave it under way for ever
            log.exception("a deposit met a mistake", deposit=str(deposit_id))
            said = UpstreamFailed(
                f"The platform made a mistake ({type(error).__name__}): its log tells which."
            )
            await _failed(platform, deposit_id, said, lasting=False)
        finally:
            await asyncio.to_thread(archive.remove, folder)


async def _tell(story: _Story) -> None:
    step = story.load.step
    if step is Step.DRAFT:
        story, record = await _draft(story)
        if record.published:  # it was, and no answer told us
            await write_back(story.platform, story.load.id, record)
            return
    if step.number <= Step.FILES.number:
        await _files(story)
    if step.number <= Step.METADATA.number:
        await _describe(story)
    if not story.load.publishing:
        await _wait(story)
        return
    await write_back(story.platform, story.load.id, await _publish(story))


async def _draft(story: _Story) -> tuple[_Story, Deposited]:
    """Find the draft, or make it; the story goes on with its DOI."""
    load, record = story.load, None
    if load.remote_id:
        record = await story.depository.find(story.token, load.remote_id)
    if record is None:
        await _before_asking(story)
        record = await story.depository.draft(story.token, load.wish)
    async with story.platform.transaction() as session:
        row = await _row(session, load.id)
        row.remote_id, row.page, row.doi = record.id, record.page, record.doi
        await _advance(session, row, load, Step.FILES)
    return replace(story, load=load.with_draft(record)), record


async def _before_asking(story: _Story) -> None:
    """Note that a draft may come to be, which no answer tells us of; wait until it could be found."""
    load = story.load
    ready = load.asked_at and load.asked_at + timedelta(seconds=load.settles)
    if ready and ready > now():
        raise DepositoryFailed("It may have made a draft already, which its search does not find yet.")
    async with story.platform.transaction() as session:
        (await _row(session, load.id)).asked_at = now()


async def _files(story: _Story) -> None:
    """Send what is not there yet."""
    await asyncio.to_thread(archive.remove, story.folder)
    prepared = await pieces.prepared(story.platform, story.folder, story.load.wish.item, story.load.bundle)
    await _count(story, 0, prepared)
    for number, piece in enumerate(prepared, start=1):
        await story.depository.upload(story.token, story.load.there, piece)
        await _count(story, number, prepared)
    await _advanced(story, Step.METADATA)


async def _describe(story: _Story) -> None:
    await story.depository.describe(story.token, story.load.there, story.load.wish)
    await _advanced(story, Step.PUBLISH)


async def _publish(story: _Story) -> Deposited:
    record = await story.depository.publish(story.token, story.load.there)
    await _advanced(story, Step.DOI)
    return record


async def _wait(story: _Story) -> None:
    """The draft is ready: a manager decides."""
    async with story.platform.transaction() as session:
        row = await _row(session, story.load.id)
        if row.state == DepositState.RUNNING and not row.publishing:
            row.state = DepositState.DRAFTED
            await _advance(session, row, story.load, Step.PUBLISH)


async def _count(story: _Story, done: int, all_: Sequence[Piece]) -> None:
    """Note how many files are there; those that were before are no progress."""
    async with story.platform.transaction() as session:
        row = await _row(session, story.load.id)
        row.total = len(all_)
        if done > row.done:
            row.done = done
            await _advance(session, row, story.load, Step.FILES)


async def _advanced(story: _Story, step: Step) -> None:
    async with story.platform.transaction() as session:
        await _advance(session, await _row(session, story.load.id), story.load, step)


async def _advance(session: AsyncSession, row: DepositRow, load: Load, step: Step) -> None:
    """Write down where it stands; what went wrong before is over, and still counts."""
    row.step, row.problem, row.updated_at = step, None, now()
    fact = DepositAdvanced(
        project=row.project_id,
        deposit=row.id,
        module=row.module_id,
        name=load.module,
        version=load.version,
        step=step,
    )
    await emit(session, fact)


async def _failed(platform: Platform, deposit_id: UUID, problem: Problem, *, lasting: bool) -> None:
    """Write down what went wrong.

    Raises:
        TriedAgain: unless it failed for good.
    """
    async with platform.transaction() as session:
        row = await _row(session, deposit_id)
        row.failures, row.updated_at = row.failures + 1, now()
        row.problem = " ".join(filter(None, (problem.detail, problem.remedy if lasting else "")))
        over = lasting or row.failures >= MOST_FAILURES
        if over:
            row.state = DepositState.FAILED
            await _tell_failure(session, row)
    log.info("a deposit did not work", deposit=str(deposit_id), problem=problem.detail, over=over)
    if not over:
        raise TriedAgain(problem.detail)


async def _tell_failure(session: AsyncSession, row: DepositRow) -> None:
    fact = DepositFailed(
        project=row.project_id,
        deposit=row.id,
        module=row.module_id,
        name=(await session.get_one(ModuleRow, row.module_id)).name,
        version=(await session.get_one(ReleaseRow, row.release_id)).version,
        reason=(row.problem or "")[:500],
    )
    await emit(session, fact)


async def _row(session: AsyncSession, deposit_id: UUID) -> DepositRow:
    return await session.get_one(DepositRow, deposit_id, with_for_update=True)
