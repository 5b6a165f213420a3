"""The platform as services and jobs see it: settings, database, objects, drivers. Made in `app.py`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import origin
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.objects import NoObjects, Objects
from fairhaven.core.policy import SYSTEM, Actor
from fairhaven.core.sealing import KeyRing, key_source


@dataclass
class Platform:
    """What one process holds open."""

    settings: Settings
    database: Database
    objects: Objects = field(default_factory=NoObjects)
    # Drivers by port and by name, as opened from the settings: {"engines": {"local": …}}.
    drivers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    web_url: str = ""
    # Known to the gateway and to us only; it opens /internal/gateway.
    gateway_secret: str = ""

    @cached_property
    def keys(self) -> KeyRing:
        """The keys of the installation, by which what is kept is sealed, and secrets of hooks are made."""
        return KeyRing(self.database, key_source(self.settings.secrets_key, self.settings.data))

    @property
    def data(self) -> Path:
        return self.settings.data

    @asynccontextmanager
    async def transaction(self, actor: Actor = SYSTEM) -> AsyncIterator[AsyncSession]:
        """One unit of work in the name of `actor`: committed at the end, rolled back on error."""
        async with self.database.transaction() as session:
            session.info.update(origin.carried(), actor=actor)
            yield session
