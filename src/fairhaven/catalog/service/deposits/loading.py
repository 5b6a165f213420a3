"""What the job of a deposit needs, read in one short transaction; and the token, for as long as it runs."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from fairhaven.catalog.exports.item import Item, Site
from fairhaven.catalog.models import DepositRow, ModuleRow, ReleaseRow
from fairhaven.catalog.ports import Deposited, Depository, DepositoryRefused, Wish
from fairhaven.catalog.schemas import DepositState, Step
from fairhaven.catalog.service.exporting import item_of
from fairhaven.core import references
from fairhaven.core.depositories import Depository as Place
from fairhaven.core.errors import Unconfigured
from fairhaven.core.platform import Platform
from fairhaven.secrets import delivery
from fairhaven.secrets.delivery import Recipient, SecretMissing
from fairhaven.secrets.schemas import OF_PROJECT


@dataclass(frozen=True)
class Load:
    """A deposit as its job needs it."""

    id: UUID
    module: str
    version: str
    bundle: str
    step: Step
    publishing: bool
    remote_id: str | None
    asked_at: datetime | None
    settles: float
    wish: Wish
    depository: Depository

    @property
    def there(self) -> str:
        """How the draft is called there, once it is known."""
        assert self.remote_id is not None
        return self.remote_id

    def with_draft(self, record: Deposited) -> "Load":
        """The same with the draft, and the DOI that is reserved for it."""
        wish = replace(self.wish, item=_with_doi(self.wish.item, record.doi))
        return replace(self, remote_id=record.id, wish=wish)


async def loaded(platform: Platform, deposit_id: UUID) -> Load | None:
    """The deposit, if it is to be carried on.

    Raises:
        Unconfigured: the settings have its depository no more.
        DepositoryRefused: the release's metadata cannot be told.
    """
    async with platform.transaction() as session:
        row = await session.get(DepositRow, deposit_id)
        if row is None or row.state != DepositState.RUNNING:
            return None
        module = await session.get_one(ModuleRow, row.module_id)
        whole = undefer(ReleaseRow.content)
        release = await session.get_one(ReleaseRow, row.release_id, options=[whole])
        return await _load(session, platform, row, module, release)


async def token_for(platform: Platform, deposit_id: UUID) -> str:
    """The access token of a deposit, as whoever asked last may use it.

    Raises:
        SecretMissing, StoreFailed, Unconfigured
    """
    async with platform.transaction() as session:
        row = await session.get_one(DepositRow, deposit_id)
        module = await session.get_one(ModuleRow, row.module_id)
    token = _place(platform, row.depository).token
    if not token.startswith(OF_PROJECT):
        return references.value_of(token, what="access token")
    if row.person_id is None:
        raise SecretMissing("Who asked for it is gone.", fix="Try it again: it is then done for you.")
    recipient = Recipient(row.id, f"a deposit of {module.name}", row.person_id, row.project_id)
    return (await delivery.deliver(platform, recipient, [token])).values[token]


async def _load(
    session: AsyncSession, platform: Platform, row: DepositRow, module: ModuleRow, release: ReleaseRow
) -> Load:
    before = await _previous(session, row)
    site = Site(platform.settings.name, platform.settings.public_url)
    item = item_of(site, module, release, pinned=True)
    if isinstance(item, str):
        raise DepositoryRefused(item)
    return Load(
        id=row.id,
        module=module.name,
        version=release.version,
        bundle=release.bundle,
        step=Step(row.step),
        publishing=row.publishing,
        remote_id=row.remote_id,
        asked_at=row.asked_at,
        settles=_place(platform, row.depository).settles,
        wish=Wish(
            _with_doi(item, row.doi),
            previous_id=before.remote_id if before else None,
            previous_doi=before.doi if before else None,
        ),
        depository=cast("Depository", platform.drivers["depositories"][row.depository]),
    )


def _place(platform: Platform, name: str) -> Place:
    for each in platform.settings.depositories:
        if each.name == name:
            return each
    raise Unconfigured(f"The settings name no depository `{name}` any more.")


async def _previous(session: AsyncSession, row: DepositRow) -> DepositRow | None:
    """The deposit of this module there that was published last."""
    query = (
        select(DepositRow)
        .where(DepositRow.module_id == row.module_id, DepositRow.depository == row.depository)
        .where(DepositRow.state == DepositState.PUBLISHED)
        .order_by(DepositRow.published_at.desc())
        .limit(1)
    )
    found: DepositRow | None = await session.scalar(query)
    return found


def _with_doi(item: Item, doi: str | None) -> Item:
    if not doi or item.edition is None:
        return item
    return replace(item, edition=replace(item.edition, doi=doi))
