"""Registering a source as a module, and removing a module."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
from fairhaven.core.facts import emit, together
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


@dataclass(frozen=True)
class Known:
    """A source that was looked at, and what it would like to be called."""

    address: sources.Address
    branch: str | None
    inspected: Inspected
    called: str

    @classmethod
    def of(cls, spec: SourceSpec, inspected: Inspected, called: str = "") -> "Known":
        """
        Raises:
            BadAddress: the address is none.
        """
        address, branch = sources.read(spec.url), sources.read_branch(spec.branch)
        return cls(address, branch, inspected, called or _named(address, inspected))

    @property
    def key(self) -> str:
        return _key(self.address, self.branch)

    @property
    def slug(self) -> str:
        """The name as it may stand in a URL."""
        slug = re.sub(r"[^a-z0-9._-]+", "-", self.called.lower())[:LONGEST_NAME].strip("._-") or "module"
        return f"{slug}-module" if slug in RESERVED else slug


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
    await _alone(session)
    await check_may_register(session, actor, project_id, spec)
    known = Known.of(spec, inspected, called)
    name = await _free_name(session, known)
    row = _row(
        actor, project_id, known, name, visibility or await usual_visibility(session, project_id), trust
    )
    await _add(session, [row])
    return await read_module(session, row)


async def register_all(
    session: AsyncSession,
    actor: Actor,
    project_id: UUID,
    many: Sequence[Known],
    *,
    visibility: Visibility,
    trust: Trust,
) -> Mapping[str, UUID]:
    """Make modules of many sources as `register` does, in few statements; their ids by their keys.

    A source that is a module already, or stands here twice, is left out: `register` tells which it is.

    Raises:
        NotAllowed, BadAddress: as `check_may_register`, for one of them.
    """
    await _alone(session)
    policy.can_register.check(actor, project_id)
    if any(each.address.uses_this_machine for each in many):
        policy.can_use_this_machine.check(actor, project_id)
    there = set(
        await session.scalars(
            select(ModuleRow.source_key).where(
                ModuleRow.source_key.in_([each.key for each in many]), visible(actor)
            )
        )
    )
    new = {each.key: each for each in many if each.key not in there}
    names = await _free_names(session, list(new.values()))
    rows = [_row(actor, project_id, each, names[key], visibility, trust) for key, each in new.items()]
    async with together(session):
        await _add(session, rows)
    return {row.source_key: row.id for row in rows}


async def _alone(session: AsyncSession) -> None:
    """One at a time, so that two who register one source, or two of one name, do not meet."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("catalog.register", 0))))


def _row(
    actor: Actor, project_id: UUID, known: Known, name: str, visibility: Visibility, trust: Trust
) -> ModuleRow:
    row = ModuleRow(
        project_id=project_id,
        owner_id=actor.id,
        name=name,
        visibility=visibility,
        trust=trust if known.inspected.revision.builds else Trust.LISTED,
        filled={},
        source=known.address.text,
        source_key=known.key,
        branch=known.branch,
        hook_number=1,
    )
    write_content(row, known.inspected)
    return row


async def _add(session: AsyncSession, rows: Sequence[ModuleRow]) -> None:
    session.add_all(rows)
    await session.flush()
    session.add_all([ForgeLookRow(module_id=row.id, next_at=now()) for row in rows])
    forget_counts(session)
    for row in rows:
        await emit(
            session,
            ModuleRegistered(project=row.project_id, module=row.id, name=row.name, commit=row.commit),
        )


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
    row.file = inspected.file
    row.readme = inspected.readme.model_dump() if inspected.readme else None
    row.valid = inspected.valid
    row.hidden = row.hidden is not False and not inspected.valid  # None: it is new
    row.updated_at = now()
    index(row)


def _named(address: sources.Address, inspected: Inspected) -> str:
    """What a source is called; a number says nothing, so such an item is called after its title."""
    return inspected.metadata.title if address.name.isdecimal() else address.name


async def _free_name(session: AsyncSession, known: Known, used: Collection[str] = ()) -> str:
    """What the source would like to be called; with a number when that is taken."""
    like = ModuleRow.name.startswith(known.slug, autoescape=True)
    # A name that was let go names its module for ever (its identifier is in papers), and nothing else's.
    others = or_(ModuleRow.removed_at.is_(None), ModuleRow.source_key != known.key)
    taken = {*used, *await session.scalars(select(ModuleRow.name).where(like, others))}
    number, name = 2, known.slug
    while name in taken:
        name, number = f"{known.slug}-{number}", number + 1
    return name


async def _free_names(session: AsyncSession, many: Sequence[Known]) -> Mapping[str, str]:
    """As `_free_name`, by their keys; most are free, which one question tells."""
    wanted = ModuleRow.name.in_({each.slug for each in many})
    columns = select(ModuleRow.name, ModuleRow.source_key, ModuleRow.removed_at).where(wanted)
    borne: dict[str, set[str | None]] = {}
    for name, key, removed in await session.execute(columns):
        borne.setdefault(name, set()).add(key if removed else None)
    used: dict[str, str] = {}
    for each in many:
        free = borne.get(each.slug, set()) <= {each.key} and each.slug not in used
        name = each.slug if free else await _free_name(session, each, used)
        used[name] = each.key
    return {key: name for name, key in used.items()}


async def usual_visibility(session: AsyncSession, project_id: UUID) -> Visibility:
    default = await projects.default_project(session)
    return Visibility.PUBLIC if default.id == project_id else Visibility.PROJECT


def _key(address: sources.Address, branch: str | None) -> str:
    return f"{address.key}#{branch or ''}"
