"""The store `table:`: sealed values in PostgreSQL. It opens short transactions of its own."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import Database
from fairhaven.core.platform import Platform
from fairhaven.core.sealing import DoesNotOpen, Envelope, Key, KeyRing, KeySource, envelope, key_source
from fairhaven.secrets.models import SecretValueRow
from fairhaven.secrets.ports import Owner, OwnerKind, Place, StoreFailed, ValueGone

BATCH = 500  # rows of one transaction while keys are renewed


class TableStore:
    """Values in the table `secret_values`; the keys that open them are elsewhere."""

    def __init__(self, database: Database, keys: KeySource) -> None:
        self._database, self._ring = database, KeyRing(database, keys)

    @classmethod
    def open(cls, url: str, platform: Platform) -> "TableStore":
        """Raises: Unconfigured: `secrets_key` is not right."""
        settings = platform.settings
        return cls(platform.database, key_source(settings.secrets_key, settings.data))

    async def put(self, place: Place, value: str) -> int:
        key = await self._ring.newest()
        async with self._database.transaction() as session:
            # Two puts of one place at the same time: the second waits here and gets the next version.
            lock = func.pg_advisory_xact_lock(func.hashtextextended(f"secret {place.id}", 0))
            await session.execute(select(lock))
            latest = select(func.max(SecretValueRow.version)).where(SecretValueRow.place_id == place.id)
            version = (await session.scalar(latest) or 0) + 1
            sealed = envelope.seal(value.encode(), key, about=_about(place, version), place=_where(place.id))
            session.add(_row(place, version, sealed))
        return version

    async def read(self, place: Place, version: int) -> str:
        async with self._database.transaction() as session:
            row = await session.get(SecretValueRow, (place.id, version))
        if row is None:
            raise ValueGone(f"The value of the secret {place.name} is not in the store.")
        key = await self._ring.find(row.key_id)
        found = Envelope(row.key_id, row.sealed_key, row.sealed)
        try:
            return envelope.unseal(found, key, about=_about(place, version), place=_where(place.id)).decode()
        except DoesNotOpen:
            raise StoreFailed(
                f"The value of the secret {place.name} does not open: it was changed or moved.",
                fix="Put it anew; an operator should know how that came.",
            ) from None

    async def forget(self, place: Place, *, keep: int | None = None) -> None:
        gone = delete(SecretValueRow).where(SecretValueRow.place_id == place.id)
        if keep is not None:
            gone = gone.where(SecretValueRow.version < keep)
        async with self._database.transaction() as session:
            await session.execute(gone)

    async def places(self) -> AsyncIterator[Place]:
        columns = (SecretValueRow.owner_kind, SecretValueRow.owner_id, SecretValueRow.place_id)
        async with self._database.transaction() as session:
            rows = (await session.execute(select(*columns).distinct())).all()
        for kind, owner_id, place_id in rows:
            yield Place(Owner(OwnerKind(kind), owner_id), place_id)

    async def renew(self) -> int:
        ring = await self._ring.all(fresh=True)
        count = 0
        while batch := await self._renew_some(ring[0]):
            count += batch
        return count

    async def check(self) -> str:
        ring = await self._ring.all(fresh=True)
        async with self._database.transaction() as session:
            used = (await session.scalars(select(SecretValueRow.key_id).distinct())).all()
        for key_id in used:
            await self._ring.find(key_id)
        return f"values are sealed with the key {ring[0].id}"

    async def _renew_some(self, newest: Key) -> int:
        async with self._database.transaction() as session:
            old = select(SecretValueRow).where(SecretValueRow.key_id != newest.id).limit(BATCH)
            rows = (await session.scalars(old.with_for_update(skip_locked=True))).all()
            for row in rows:
                await self._renew_one(session, row, newest)
        return len(rows)

    async def _renew_one(self, session: AsyncSession, row: SecretValueRow, newest: Key) -> None:
        old, where = await self._ring.find(row.key_id), _where(row.place_id)
        try:
            sealed_key = envelope.renewed(row.sealed_key, old, newest, place=where)
        except DoesNotOpen:
            raise StoreFailed(f"The key of the secret at {row.place_id} does not open.") from None
        here = (SecretValueRow.place_id == row.place_id) & (SecretValueRow.version == row.version)
        await session.execute(
            update(SecretValueRow).where(here).values(key_id=newest.id, sealed_key=sealed_key)
        )


def _row(place: Place, version: int, sealed: Envelope) -> SecretValueRow:
    return SecretValueRow(
        place_id=place.id,
        version=version,
        owner_kind=place.owner.kind,
        owner_id=place.owner.id,
        key_id=sealed.key_id,
        sealed_key=sealed.sealed_key,
        sealed=sealed.sealed,
    )


def _about(place: Place, version: int) -> bytes:
    """What a value is bound to: whose it is, which one, under which name, in which version."""
    owner = place.owner
    return json.dumps(["value", owner.kind, str(owner.id), str(place.id), place.name, version]).encode()


def _where(place_id: UUID) -> bytes:
    return json.dumps(["key", str(place_id)]).encode()
