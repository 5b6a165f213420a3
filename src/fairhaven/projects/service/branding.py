"""How a project's pages look, at which host names, and the terms that people accept there."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import BadRequest, Conflict, Invalid
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import FieldError
from fairhaven.facts.projects import BrandSet, HostsSet, TermsAccepted
from fairhaven.projects import colours, logos, policy
from fairhaven.projects.models import AcceptedTermsRow, BrandRow, HostRow, ProjectRow
from fairhaven.projects.schemas import Brand, BrandSpec, CatalogFilter
from fairhaven.projects.service.administering import managed
from fairhaven.projects.service.membership import project

PLAIN = ("name", "accent_light", "accent_dark", "links", "acknowledgement", "terms")


class ContrastTooLow(Invalid):
    title: ClassVar[str] = "The colour cannot be read well enough"


class HostTaken(Conflict):
    title: ClassVar[str] = "The host name belongs to another project"


class OwnHost(BadRequest):
    title: ClassVar[str] = "This is the installation's own host name"
    fix: ClassVar[str | None] = "Give the project another; it only has to lead to the same gateway."


class OtherTerms(Conflict):
    title: ClassVar[str] = "These are not the terms of now"
    fix: ClassVar[str | None] = "Read the present ones and accept them."


@dataclass(frozen=True)
class Branded:
    """A project with what its pages need to look like it."""

    slug: str
    brand: Brand
    catalog: CatalogFilter
    logo_key: str
    logo_type: str


async def brand(session: AsyncSession, actor: Actor, project_id: UUID) -> Brand:
    """The brand of a project; its own name, and nothing else, until somebody sets one."""
    found = await project(session, actor, project_id)
    row = await session.get(BrandRow, project_id)
    return _told(found.slug, row or _plain(found.id, found.name), await _hosts(session, project_id))


async def set_brand(session: AsyncSession, actor: Actor, project_id: UUID, spec: BrandSpec) -> Brand:
    """Set how a project's pages look.

    Raises:
        ContrastTooLow: an accent cannot be read on our pages; the detail gives numbers, and one that can.
    """
    row = await _row(session, actor, project_id)
    _check_colours(spec)
    before, wanted = _values(row), spec.model_dump()
    for name in PLAIN:
        setattr(row, name, wanted[name])
    if spec.terms and spec.terms != before["terms"]:
        row.terms_version += 1
    await _flush(session, row, before)
    return await brand(session, actor, project_id)


async def set_logo(platform: Platform, actor: Actor, project_id: UUID, content: bytes | None) -> Brand:
    """Set the logo, or with None take it away. The object store is written to between transactions.

    Raises:
        NotALogo: it cannot be shown; the detail says why.
    """
    async with platform.transaction(actor) as session:
        await managed(session, actor, project_id)
    kind = logos.kind_of(content) if content is not None else None
    digest = hashlib.sha256(content).hexdigest() if content is not None else None
    if content is not None and digest is not None:
        await platform.objects.put(logo_key(digest), content)
    async with platform.transaction(actor) as session:
        row = await _row(session, actor, project_id)
        before = _values(row)
        row.logo, row.logo_type = digest, kind
        await _flush(session, row, before)
        return await brand(session, actor, project_id)


async def set_hosts(
    session: AsyncSession, actor: Actor, project_id: UUID, hosts: Sequence[str], *, own: str
) -> Brand:
    """Make these the host names of a project; `own` is the installation's address. For administrators.

    Raises:
        HostTaken, OwnHost: as they say.
    """
    found = await managed(session, actor, project_id, lock=True)
    policy.can_administer.check(actor)
    if urlsplit(own).hostname in hosts:
        raise OwnHost(f"Pages at {urlsplit(own).hostname} are those of the whole installation.")
    before, after = await _hosts(session, project_id), sorted(set(hosts))
    await session.execute(delete(HostRow).where(HostRow.project_id == project_id, HostRow.host.not_in(after)))
    for host in sorted(set(after) - set(before)):
        made = insert(HostRow).values(host=host, project_id=project_id).on_conflict_do_nothing()
        if await session.scalar(made.returning(HostRow.host)) is None:
            raise HostTaken(f"{host} leads to another project already.")
    if before != after:
        await emit(session, HostsSet(project=found.id, before=before, after=after))
    return await brand(session, actor, project_id)


async def accept_terms(session: AsyncSession, actor: Actor, project_id: UUID, version: int) -> None:
    """Note that the actor accepts this version of a project's terms. Doing so twice changes nothing.

    Raises:
        OtherTerms: the project has another version, or none.
    """
    policy.can_accept_terms.check(actor)
    row = await session.get(BrandRow, project_id)
    if row is None or not row.terms or row.terms_version != version:
        raise OtherTerms()
    made = insert(AcceptedTermsRow).values(
        person_id=actor.id, project_id=project_id, version=version, accepted_at=now()
    )
    if await session.scalar(made.on_conflict_do_nothing().returning(AcceptedTermsRow.version)):
        await emit(session, TermsAccepted(project=project_id, version=version))


async def accepted(session: AsyncSession, person_id: UUID, project_id: UUID, version: int) -> bool:
    """Whether somebody accepted this version; for the platform itself."""
    return await session.get(AcceptedTermsRow, (person_id, project_id, version)) is not None


async def brands(session: AsyncSession) -> Sequence[Branded]:
    """Every project that has a brand or a host name; for the platform itself."""
    rows = await session.execute(
        select(ProjectRow, BrandRow)
        .outerjoin(BrandRow, BrandRow.project_id == ProjectRow.id)
        .where(BrandRow.project_id.is_not(None) | ProjectRow.id.in_(select(HostRow.project_id)))
    )
    hosts = (await session.scalars(select(HostRow).order_by(HostRow.host))).all()
    return [
        _branded(of, row or _plain(of.id, of.name), [each.host for each in hosts if each.project_id == of.id])
        for of, row in rows
    ]


def logo_key(digest: str) -> str:
    return f"brands/{digest}"


def home(own: str, hosts: Sequence[str]) -> str:
    """The address of a project's pages: at its first host name, else the installation's own."""
    if not hosts:
        return own
    parts = urlsplit(own)
    return f"{parts.scheme}://{hosts[0]}" + (f":{parts.port}" if parts.port else "")


async def home_of(session: AsyncSession, project_id: UUID, own: str) -> str:
    return home(own, await _hosts(session, project_id))


async def _row(session: AsyncSession, actor: Actor, project_id: UUID) -> BrandRow:
    """The brand of a project that the actor manages, locked; a plain one on first use."""
    of = await managed(session, actor, project_id, lock=True)
    row = await session.get(BrandRow, project_id)
    if row is None:
        row = _plain(of.id, of.name)
        session.add(row)
    return row


def _plain(project_id: UUID, name: str) -> BrandRow:
    return BrandRow(
        project_id=project_id,
        name=name,
        accent_light=None,
        accent_dark=None,
        links=[],
        acknowledgement="",
        terms="",
        terms_version=0,
        logo=None,
        logo_type=None,
    )


async def _flush(session: AsyncSession, row: BrandRow, before: dict[str, Any]) -> None:
    await session.flush()
    after = _values(row)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        told = BrandSet(
            project=row.project_id,
            before={name: _said(name, before[name]) for name in changed},
            after={name: _said(name, after[name]) for name in changed},
        )
        await emit(session, told)


def _values(row: BrandRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*PLAIN, "terms_version", "logo")}


def _branded(of: ProjectRow, row: BrandRow, hosts: Sequence[str]) -> Branded:
    return Branded(
        slug=of.slug,
        brand=_told(of.slug, row, hosts),
        catalog=CatalogFilter.model_validate(of.catalog),
        logo_key=logo_key(row.logo) if row.logo else "",
        logo_type=row.logo_type or "",
    )


def _said(name: str, value: Any) -> Any:
    """As facts tell it: of long terms only how long they are; each version is told apart by its number."""
    return f"{len(value)} characters" if name == "terms" else value


async def _hosts(session: AsyncSession, project_id: UUID) -> list[str]:
    found = select(HostRow.host).where(HostRow.project_id == project_id).order_by(HostRow.host)
    return list(await session.scalars(found))


def _check_colours(spec: BrandSpec) -> None:
    wrong = []
    for scheme, accent in (("light", spec.accent_light), ("dark", spec.accent_dark)):
        if accent and not colours.enough(accent, scheme):
            wrong.append(
                FieldError(
                    field=f"accent_{scheme}",
                    message=f"On {scheme} pages {accent} has a contrast of "
                    f"{colours.least(accent, scheme):.1f} : 1; {colours.ENOUGH} : 1 is needed. "
                    f"Nearest: {colours.suggested(accent, scheme)}.",
                )
            )
    if wrong:
        raise ContrastTooLow(" ".join(each.message for each in wrong), errors=wrong)


def _told(slug: str, row: BrandRow, hosts: Sequence[str]) -> Brand:
    return Brand(
        project_id=row.project_id,
        hosts=list(hosts),
        logo=f"/brand/{slug}/logo?v={row.logo[:12]}" if row.logo else None,
        terms_version=row.terms_version,
        **{name: getattr(row, name) for name in PLAIN},
    )
