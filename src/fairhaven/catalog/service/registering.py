"""Registering a source as a module, and removing a module."""

import re
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.metadata import ModuleMetadata
from fairhaven.catalog.models import ForgeLookRow, ModuleRow
from fairhaven.catalog.schemas import Module, SourceSpec, Trust, Visibility
from fairhaven.catalog.service.counting import forget_counts
from fairhaven.catalog.service.filling.merging import keep
from fairhaven.catalog.service.inspecting import Inspected
from fairhaven.catalog.service.reading import read_module, row_named
from fairhaven.catalog.service.searching import index, visible
from fairhaven.core import sources
from fairhaven.core.db import now
from fairhaven.core.errors import Conflict, NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.catalog import ModuleRegistered, ModuleRemoved
from fairhaven.projects import service as projects

RESERVED = ("new", "start", "events", "facets")  # words that stand where a name stands in URLs
LONGEST_NAME = 60


class AlreadyRegistered(Conflict):
    """`name` is the module that has the source already."""

    title = "This repository is registered already"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"It is the module `{name}`.", fix=f"Open /catalog/{name}, or register another branch."
        )
        self.name = name


async def check_may_register(session: AsyncSession, actor: Actor, project_id: UUID, spec: SourceSpec) -> None:
    """Raise what `register` would, as far as it can be known before the source is looked at.

    Raises:
        NotAllowed: the actor is no developer of the project; for folders and ssh: no administrator.
        AlreadyRegistered: the source is a module that the actor can see.
        BadAddress: the address is none.
    """
    policy.can_register.check(actor, project_id)
    address, branch = sources.read(spec.url), sources.read_branch(spec.branch)
    if address.uses_this_machine:
        policy.can_use_this_machine.check(actor, project_id)
    mine = projects.visible_ids(actor).subquery()
    if not await session.scalar(select(exists().where(mine.c.id == project_id))):
        raise NotFound("There is no such project, or you may not see it.")
    same = ModuleRow.source_key == _key(address, branch)
    if name := await session.scalar(select(ModuleRow.name).where(same, visible(actor)).limit(1)):
        raise AlreadyRegistered(name)


async def register(
    session: AsyncSession,
    actor: Actor,
    project_id: UUID,
    spec: SourceSpec,
    inspected: Inspected,
    *,
    called: str = "",
    visibility: Visibility | None = None,
    trust: Trust = Trust.BUILT,
) -> Module:
    """Make a module of an inspected source; a build follows.

    Its name is made of `called`, or of the repository's. It is public in the default project, else for the
    project's members.
    Until its metadata was right once, only those see it who can mend it, and nothing is built.

    Raises:
        NotAllowed, AlreadyRegistered, BadAddress: as `check_may_register`.
    """
    # One at a time, so that two who register one source, or two of one name, do not meet.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("catalog.register", 0))))
    await check_may_register(session, actor, project_id, spec)
    address, branch = sources.read(spec.url), sources.read_branch(spec.branch)
    row = ModuleRow(
        project_id=project_id,
        owner_id=actor.id,
        name=await _free_name(session, called or _named(address, inspected), _key(address, branch)),
        visibility=visibility or await _usual_visibility(session, project_id),
        trust=trust if inspected.revision.builds else Trust.LISTED,
        filled={},
        source=address.text,
        source_key=_key(address, branch),
        branch=branch,
        hook_number=1,
    )
    write_content(row, inspected)
    session.add(row)
    await session.flush()
    session.add(ForgeLookRow(module_id=row.id, next_at=now()))
    forget_counts(session)
    await emit(session, ModuleRegistered(project=project_id, module=row.id, name=row.name, commit=row.commit))
    return await read_module(session, row)


async def remove(session: AsyncSession, actor: Actor, name: str) -> None:
    """Take a module out of the catalog. Its releases stay on record, and what runs of them keeps running.

    Raises:
        NotFound: there is none, or the actor may not know of it.
        NotAllowed: the actor is neither its owner nor a manager of its project.
    """
    row = await row_named(session, actor, name, lock=True)
    policy.can_remove.check(actor, row)
    row.removed_at = now()
    await session.flush()
    forget_counts(session)
    await emit(session, ModuleRemoved(project=row.project_id, module=row.id, name=row.name))


def write_content(row: ModuleRow, inspected: Inspected) -> None:
    """Put what the repository says now into the row."""
    content: ModuleMetadata = inspected.metadata
    row.commit = inspected.revision.commit
    row.title, row.summary, row.description = content.title, content.summary, content.description
    row.tags, row.libraries, row.tasks = list(content.tags), list(content.libraries), list(content.tasks)
    row.categories, row.data_type = list(content.categories), list(content.data_type)
    row.content = content.model_dump(mode="json")
    keep(row, row.filled)
    row.problems = [each.model_dump(mode="json") for each in inspected.problems]
    row.readme = inspected.readme.model_dump() if inspected.readme else None
    row.valid = inspected.valid
    row.hidden = row.hidden is not False and not inspected.valid  # None: it is new
    row.updated_at = now()
    index(row)


def _named(address: sources.Address, inspected: Inspected) -> str:
    """What a source is called; a number says nothing, so such an item is called after its title."""
    return inspected.metadata.title if address.name.isdecimal() else address.name


async def _free_name(session: AsyncSession, wanted: str, key: str) -> str:
    """The repository's name as it may stand in a URL; with a number when it is taken."""
    slug = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower())[:LONGEST_NAME].strip("._-") or "module"
    slug = f"{slug}-module" if slug in RESERVED else slug
    like = ModuleRow.name.startswith(slug, autoescape=True)
    # A name that was let go names its module for ever (its identifier is in papers), and nothing else's.
    others = or_(ModuleRow.removed_at.is_(None), ModuleRow.source_key != key)
    taken = set(await session.scalars(select(ModuleRow.name).where(like, others)))
    number = 2
    name = slug
    while name in taken:
        name, number = f"{slug}-{number}", number + 1
    return name


async def _usual_visibility(session: AsyncSession, project_id: UUID) -> Visibility:
    default = await projects.default_project(session)
    return Visibility.PUBLIC if default.id == project_id else Visibility.PROJECT


def _key(address: sources.Address, branch: str | None) -> str:
    return f"{address.key}#{branch or ''}"
