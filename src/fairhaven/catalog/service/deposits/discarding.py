"""Throwing a draft away, there and here."""

from uuid import UUID

from fairhaven.catalog import policy
from fairhaven.catalog.ports import Deposited
from fairhaven.catalog.schemas import Deposit, DepositState
from fairhaven.catalog.service.deposits.asking import DepositNotReady
from fairhaven.catalog.service.deposits.loading import token_for
from fairhaven.catalog.service.deposits.reading import read_deposit, row_of
from fairhaven.catalog.service.deposits.writing import write_back
from fairhaven.core import locks
from fairhaven.core.db import now
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.facts.catalog import DepositDiscarded


async def discard_deposit(platform: Platform, actor: Actor, deposit_id: UUID) -> Deposit:
    """Throw away a draft that is ready, or that failed. Talks to the network: never inside a transaction.

    Raises:
        NotFound, NotAllowed
        DepositNotReady: it is under way or was published, perhaps without our being told.
        DepositoryFailed, DepositoryRefused: the depository keeps it.
    """
    async with locks.alone(platform.database, f"deposit {deposit_id}", patience="2s") as mine:
        if not mine:
            raise DepositNotReady("It is under way.")
        async with platform.transaction(actor) as session:
            row, *_ = await row_of(session, actor, deposit_id)
            policy.can_draft_deposit.check(actor, row)
            _check(row.state)
            place, remote_id = row.depository, row.remote_id
            row.person_id = actor.id
        if remote_id and (published := await _discarded_there(platform, deposit_id, place, remote_id)):
            await write_back(platform, deposit_id, published)
            raise DepositNotReady("It was published already, which no answer had told us: its DOI stays.")
        return await _discarded(platform, actor, deposit_id)


async def _discarded_there(
    platform: Platform, deposit_id: UUID, place: str, remote_id: str
) -> Deposited | None:
    """Throw the draft away, unless it proves to be published."""
    depository = platform.drivers["depositories"].get(place)
    if depository is None:
        return None  # the settings have it no more: what is there stays there
    token = await token_for(platform, deposit_id)
    found: Deposited | None = await depository.find(token, remote_id)
    if found and found.published:
        return found
    await depository.discard(token, remote_id)
    return None


async def _discarded(platform: Platform, actor: Actor, deposit_id: UUID) -> Deposit:
    async with platform.transaction(actor) as session:
        row, name, version = await row_of(session, actor, deposit_id, lock=True)
        _check(row.state)
        row.state, row.updated_at = DepositState.DISCARDED, now()
        fact = DepositDiscarded(
            project=row.project_id, deposit=row.id, module=row.module_id, name=name, version=version
        )
        await emit(session, fact)
        return read_deposit(row, name, version)


def _check(state: str) -> None:
    if state not in (DepositState.DRAFTED, DepositState.FAILED):
        raise DepositNotReady(f"It is {state}: only drafts that are ready, or failed, can be discarded.")
