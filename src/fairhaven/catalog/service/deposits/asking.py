"""What people ask of deposits: begin one, have it published, try it again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import DepositRow, ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import Deposit, DepositoryInfo, DepositState, NewDeposit, Step
from fairhaven.catalog.service import searching
from fairhaven.catalog.service.deposits.reading import read_deposit, row_of
from fairhaven.core.db import now
from fairhaven.core.depositories import Depository
from fairhaven.core.errors import Conflict, Invalid, NotFound
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import FieldError
from fairhaven.facts.catalog import DepositApproved, DepositStarted
from fairhaven.secrets import delivery
from fairhaven.secrets.delivery import SecretMissing
from fairhaven.secrets.schemas import OF_PROJECT


class AlreadyDeposited(Conflict):
    """There is a deposit already that has to end first, or that has ended for ever."""

    title = "There is a deposit already"


class DepositNotReady(Conflict):
    """The deposit does not stand where that could be done."""

    title = "That cannot be done with the deposit now"
    fix = "Look at how it stands."


class TokenMissing(Invalid):
    """The project has no token for the depository."""

    title = "The project has no access token for it"


def depositories(platform: Platform, actor: Actor) -> Sequence[DepositoryInfo]:
    """Where releases may be deposited."""
    policy.can_list_depositories.check(actor)
    return [
        DepositoryInfo(name=each.name, title=each.title, url=each.address, secret=_secret(each))
        for each in platform.settings.depositories
    ]


async def start_deposit(
    session: AsyncSession, actor: Actor, new: NewDeposit, places: Sequence[Depository]
) -> Deposit:
    """Begin to deposit a release; a job carries it out.

    Raises:
        NotFound: there is no such release for the actor.
        NotAllowed: the actor is no developer of its project; to publish, no manager.
        Invalid, TokenMissing: there is no such depository, or the project has no token for it.
        AlreadyDeposited: the release is there, or another of the module has an open draft there.
    """
    module, release = await _release(session, actor, new.release_id)
    policy.can_draft_deposit.check(actor, module)
    if new.publish:
        policy.can_publish_deposit.check(actor, module)
    place = _place(places, new.depository)
    await _check_token(session, actor, module.project_id, place)
    await _check_free(session, module, release, place)
    row = DepositRow(
        project_id=module.project_id,
        module_id=module.id,
        release_id=release.id,
        person_id=actor.id,
        depository=place.name,
        state=DepositState.RUNNING,
        step=Step.DRAFT,
        publishing=new.publish,
        done=0,
        total=0,
        failures=0,
    )
    session.add(row)
    await session.flush()
    told = {"name": module.name, "version": release.version, "module": module.id, "deposit": row.id}
    await emit(
        session,
        DepositStarted(project=row.project_id, release=release.id, depository=place.name, **told),
    )
    return read_deposit(row, module.name, release.version)


async def approve_deposit(session: AsyncSession, actor: Actor, deposit_id: UUID) -> Deposit:
    """Have a draft published, for ever; a job does it.

    Raises:
        NotFound, NotAllowed: the actor is no manager of its project.
        DepositNotReady: it is no draft that is ready.
    """
    row, name, version = await row_of(session, actor, deposit_id, lock=True)
    policy.can_publish_deposit.check(actor, row)
    if row.state != DepositState.DRAFTED:
        raise DepositNotReady(f"It is {row.state}: only a draft that is ready can be published.")
    row.state, row.step, row.publishing = DepositState.RUNNING, Step.PUBLISH, True
    _asked_by(row, actor)
    fact = DepositApproved(
        project=row.project_id, deposit=row.id, module=row.module_id, name=name, version=version
    )
    await emit(session, fact)
    return read_deposit(row, name, version)


async def retry_deposit(session: AsyncSession, actor: Actor, deposit_id: UUID) -> Deposit:
    """Try a deposit again that failed; what is there already is kept.

    Raises:
        NotFound, NotAllowed
        DepositNotReady: it did not fail.
    """
    row, name, version = await row_of(session, actor, deposit_id, lock=True)
    policy.can_draft_deposit.check(actor, row)
    if row.publishing:
        policy.can_publish_deposit.check(actor, row)
    if row.state != DepositState.FAILED:
        raise DepositNotReady(f"It is {row.state}: only one that failed can be tried again.")
    row.state, row.step, row.done = DepositState.RUNNING, Step.DRAFT, 0
    _asked_by(row, actor)
    return read_deposit(row, name, version)


async def _release(session: AsyncSession, actor: Actor, release_id: UUID) -> tuple[ModuleRow, ReleaseRow]:
    """The release and its module, which is locked: two who ask at once do so one after the other."""
    policy.can_list.check(actor)
    query = select(ModuleRow, ReleaseRow).join(ReleaseRow, ReleaseRow.module_id == ModuleRow.id)
    query = query.where(ReleaseRow.id == release_id, searching.visible(actor))
    found = (await session.execute(query.with_for_update(of=ModuleRow))).one_or_none()
    if found is None:
        raise NotFound("There is no such release, or you may not see it.")
    return found[0], found[1]


def _place(places: Sequence[Depository], name: str) -> Depository:
    for each in places:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in places) or "none: an operator names them in the settings"
    wrong = FieldError(field="depository", message=f"Known are: {known}.")
    raise Invalid(f"There is no depository `{name}`.", errors=[wrong])


async def _check_token(session: AsyncSession, actor: Actor, project_id: UUID, place: Depository) -> None:
    secret = _secret(place)
    if secret is None:
        return
    try:
        await delivery.check(session, actor, project_id, [place.token])
    except SecretMissing as missing:
        raise TokenMissing(
            f"{missing.detail} It is to hold an access token of {place.title}.",
            fix=f"Make one at {place.address}, and put it as the project's secret `{secret}`.",
        ) from None


def _secret(place: Depository) -> str | None:
    return place.token.removeprefix(OF_PROJECT) if place.token.startswith(OF_PROJECT) else None


async def _check_free(
    session: AsyncSession, module: ModuleRow, release: ReleaseRow, place: Depository
) -> None:
    query = (
        select(DepositRow, ReleaseRow.version)
        .join(ReleaseRow, ReleaseRow.id == DepositRow.release_id)
        .where(DepositRow.module_id == module.id, DepositRow.depository == place.name)
        .where(DepositRow.state != DepositState.DISCARDED)
    )
    for row, version in await session.execute(query):
        if row.release_id == release.id:
            raise AlreadyDeposited(f"Release {version} has one at {place.title}: it is {row.state}.")
        if row.state != DepositState.PUBLISHED:
            raise AlreadyDeposited(
                f"Release {version} has an open one at {place.title}, and there is one at a time.",
                fix="Publish or discard it first.",
            )


def _asked_by(row: DepositRow, actor: Actor) -> None:
    row.person_id, row.failures, row.problem, row.updated_at = actor.id, 0, None, now()
