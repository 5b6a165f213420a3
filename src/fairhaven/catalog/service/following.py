"""Following a module's repository: looking every now and then, on demand, and when told of a push."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import FeedItemRow, ModuleRow
from fairhaven.catalog.schemas import FeedItemState, Module, SourceSpec
from fairhaven.catalog.service import filling
from fairhaven.catalog.service.counting import forget_counts
from fairhaven.catalog.service.inspecting import Inspected, head, nothing, read
from fairhaven.catalog.service.reading import read_module, row_named
from fairhaven.catalog.service.registering import write_content
from fairhaven.core import sources
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.sources import NoMetadata, Protocol, Revision
from fairhaven.facts.catalog import ModuleChanged

LONGEST_WAIT = timedelta(hours=1)  # between looks at a repository that cannot be read


@dataclass(frozen=True)
class Followed:
    """A module as far as a look at its repository needs it."""

    id: UUID
    source: str
    branch: str | None
    commit: str


@dataclass(frozen=True)
class Look:
    """What a look at a repository showed: nothing new, a new revision with what it says, or a failure."""

    inspected: Inspected | None = None
    failure: str | None = None

    @property
    def revision(self) -> Revision | None:
        return self.inspected.revision if self.inspected else None


async def prepare_check(session: AsyncSession, actor: Actor, name: str) -> Followed:
    """What to look at, if the actor may have that done.

    Raises:
        NotFound, NotAllowed
    """
    row = await row_named(session, actor, name)
    policy.can_check.check(actor, row)
    await filling.due_now(session, row.id)
    return _followed(row)


async def followed(session: AsyncSession, module_id: UUID) -> Followed:
    """What to look at, for the platform's own jobs: asks no policy.

    Raises:
        NotFound: the module was removed.
    """
    row = await session.get(ModuleRow, module_id)
    if row is None or row.removed_at:
        raise NotFound("The module was removed.")
    return _followed(row)


async def claim_due(session: AsyncSession, *, interval: float, limit: int) -> Sequence[Followed]:
    """What is due for a look, the longest waiting first; nobody else gets it for `interval` seconds.

    Entries of a list that tells by itself which of them changed are looked at when it does.
    """
    moment = now()
    listed = FeedItemRow.state == FeedItemState.IMPORTED
    told = exists().where(FeedItemRow.module_id == ModuleRow.id, FeedItemRow.revision != "", listed)
    due = (
        select(ModuleRow.id)
        .where(ModuleRow.removed_at.is_(None), ModuleRow.next_check_at <= moment, ~told)
        .order_by(ModuleRow.next_check_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    later = moment + timedelta(seconds=interval)
    claim = update(ModuleRow).where(ModuleRow.id.in_(due)).values(next_check_at=later)
    columns = (ModuleRow.id, ModuleRow.source, ModuleRow.branch, ModuleRow.commit)
    return [Followed(*row) for row in await session.execute(claim.returning(*columns))]


async def look(platform: Platform, module: Followed) -> Look:
    """Look at the module's repository now. Talks to the network: never inside a transaction."""
    spec = SourceSpec(url=module.source, branch=module.branch)
    try:
        revision = await head(platform, spec)
        if revision.commit == module.commit:
            return Look()
        return Look(await read(platform, spec, revision))
    except NoMetadata as missing:
        return Look(nothing(spec, revision, missing))
    except sources.SourceProblem as problem:
        return Look(failure=f"{problem.title}: {problem.detail}")


async def apply_look(session: AsyncSession, module_id: UUID, seen: Look, *, interval: float) -> Module:
    """Write down what a look showed; a new commit is told, so that it is built.

    A commit with broken metadata keeps the title and text of the last one that was right, and is marked
    invalid; until one was right, the module shows what can be read.

    Raises:
        NotFound: the module was removed in the meantime.
    """
    present = ModuleRow.removed_at.is_(None)
    row = await session.scalar(select(ModuleRow).where(ModuleRow.id == module_id, present).with_for_update())
    if row is None:
        raise NotFound("The module was removed.")
    _note_look(row, seen, interval)
    if seen.inspected and seen.inspected.revision.commit != row.commit:
        _write(row, seen.inspected)
        await filling.due_now(session, row.id)
        await session.flush()
        forget_counts(session)
        changed = ModuleChanged(project=row.project_id, module=row.id, name=row.name, commit=row.commit)
        await emit(session, changed)
    return await read_module(session, row)


def _note_look(row: ModuleRow, seen: Look, interval: float) -> None:
    row.checked_at = now()
    row.check_problem = seen.failure
    row.check_failures = row.check_failures + 1 if seen.failure else 0
    usual = timedelta(seconds=interval)
    if sources.read(row.source).protocol is Protocol.ORIGIN:
        usual = max(usual, LONGEST_WAIT)  # one server holds thousands of them, and few change in a day
    # A repository that cannot be read is looked at less and less often, down to once an hour.
    wait = min(usual * 2 ** min(row.check_failures, 12), max(usual, LONGEST_WAIT))
    row.next_check_at = row.checked_at + wait


def _write(row: ModuleRow, inspected: Inspected) -> None:
    if inspected.valid or row.hidden:
        write_content(row, inspected)
        return
    row.commit, row.valid, row.updated_at = inspected.revision.commit, False, now()
    row.file = inspected.file
    row.problems = [each.model_dump(mode="json") for each in inspected.problems]


def _followed(row: ModuleRow) -> Followed:
    return Followed(row.id, row.source, row.branch, row.commit)
