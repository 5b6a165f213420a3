"""The keys in use: the newest seals, each opens what it sealed. Made at the first use where they are ours."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from fairhaven.core.db import Database
from fairhaven.core.errors import Unconfigured
from fairhaven.core.sealing.envelope import Key
from fairhaven.core.sealing.keys import KeyFile, KeySource, NoKeys

_columns: list[Any] = []


def opened_by(column: Any) -> None:
    """Say that a column names keys without which something is lost: while it does, none replace them."""
    _columns.append(column)


class KeyRing:
    """The keys of one source."""

    def __init__(self, database: Database, source: KeySource) -> None:
        self._database, self._source = database, source
        self._keys: Sequence[Key] = ()

    async def all(self, *, fresh: bool = False) -> Sequence[Key]:
        """The keys, the newest first. A file is read each time, so that a new key counts everywhere at once.

        Raises:
            Unconfigured: there are none, and they were there before, or are not ours to make.
        """
        if fresh or not self._keys or isinstance(self._source, KeyFile):
            try:
                self._keys = await self._source.read()
            except NoKeys:
                self._keys = await self._made()
        return self._keys

    async def newest(self) -> Key:
        return (await self.all())[0]

    async def find(self, key_id: str) -> Key:
        """The key of this name, asked for once more when it is not among those known.

        Raises:
            Unconfigured: it is not there.
        """
        for fresh in (False, True):
            for key in await self.all(fresh=fresh):
                if key.id == key_id:
                    return key
        raise Unconfigured(
            f"Secrets were sealed with the key {key_id}, which is not among the keys.",
            fix="Put that key back below the others, where `secrets_key` says; it is in an earlier backup.",
        )

    async def _made(self) -> Sequence[Key]:
        """Make the file of keys, unless something was sealed already: then its keys are lost, not new."""
        assert isinstance(self._source, KeyFile)
        if self._source.ours and not await self._anything_sealed():
            self._source.make()
        return await self._source.read()

    async def _anything_sealed(self) -> bool:
        async with self._database.transaction() as session:
            for column in _columns:
                if await session.scalar(select(column).limit(1)) is not None:
                    return True
        return False
