"""Background jobs of secrets: erasing values, and putting them under a new key."""

from datetime import timedelta
from uuid import UUID

import structlog

from fairhaven.core.db import now
from fairhaven.core.ids import made_at
from fairhaven.core.jobs import task
from fairhaven.core.platform import Platform
from fairhaven.secrets import service
from fairhaven.secrets.ports import Owner, OwnerKind, Place, SecretStore

log = structlog.get_logger(__name__)

YOUNG = timedelta(hours=1)  # a place so young may be that of a secret which is just being put
ROUND = 500  # places that are compared with the rows at a time


@task("secrets.forget", attempts=10)
async def forget(
    platform: Platform, *, secret_id: str, owner_kind: str, owner_id: str, keep: int | None
) -> None:
    """Erase values of one secret: all, or those before a version."""
    place = Place(Owner(OwnerKind(owner_kind), UUID(owner_id)), UUID(secret_id))
    await service.store_of(platform).forget(place, keep=keep)


@task("secrets.renew", attempts=10)
async def renew(platform: Platform) -> None:
    """Put every value under the newest key."""
    log.info("secrets are under the newest key", changed=await service.store_of(platform).renew())


@task("secrets.look", attempts=1, every="*/15 * * * *")
async def look(platform: Platform) -> None:
    """See how the store is; our token for it is renewed by that."""
    await service.ready(platform)


@task("secrets.sweep", every="17 3 * * *")
async def sweep(platform: Platform) -> None:
    """Erase what no row names: what was kept when a process died, or whose owner was deleted."""
    store, places = service.store_of(platform), []
    async for place in store.places():
        places.append(place)
        if len(places) == ROUND:
            await _sweep_some(platform, store, places)
            places = []
    await _sweep_some(platform, store, places)


async def _sweep_some(platform: Platform, store: SecretStore, places: list[Place]) -> None:
    async with platform.transaction() as session:
        alive = await service.live_ids(session, [place.id for place in places])
    for place in places:
        if place.id not in alive and made_at(place.id) < now() - YOUNG:
            await store.forget(place)
