"""The port of stores of secrets: values by place and version, kept where only the platform reads them.

Drivers are found by the scheme of the setting `secrets` (entry points `fairhaven.secrets`). What secrets
there are, and which version counts, is in the platform's own rows: a version that no row names is rubbish.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from fairhaven.core.errors import NotFound, UpstreamFailed


class StoreFailed(UpstreamFailed):
    """The store of secrets could not do what it was asked; the detail never tells a value."""

    title: ClassVar[str] = "The store of secrets did not do it"


class ValueGone(NotFound):
    """The store has no value at this place and version."""

    title: ClassVar[str] = "The value of the secret is gone"
    fix: ClassVar[str] = "Put it anew."


class OwnerKind(StrEnum):
    """Whose secrets there are."""

    PERSON = "person"
    PROJECT = "project"


@dataclass(frozen=True)
class Owner:
    """A person or a project."""

    kind: OwnerKind
    id: UUID


@dataclass(frozen=True)
class Place:
    """Where one secret is: `id` is new for each life of it; `name` is empty where only the rest is known."""

    owner: Owner
    id: UUID
    name: str = ""


class SecretStore(Protocol):
    """Keeps values. Each verb may be repeated without harm; `StoreFailed` when it cannot be done now."""

    async def put(self, place: Place, value: str) -> int:
        """Keep a value as the next version of a place, and return that version; earlier ones stay."""
        ...

    async def read(self, place: Place, version: int) -> str:
        """Return what was put.

        Raises:
            ValueGone: there is no such version.
        """
        ...

    async def forget(self, place: Place, *, keep: int | None = None) -> None:
        """Erase the versions before `keep`, or (None) the whole place. What is not there is no error."""
        ...

    def places(self) -> AsyncIterator[Place]:
        """Every place that has a value."""
        ...

    async def renew(self) -> int:
        """Put what is kept under the newest key, without touching values; returns how many that were."""
        ...

    async def check(self) -> str:
        """Say in a word how it is; make what it needs at its very first use.

        Raises:
            Unconfigured, StoreFailed: it cannot be used; the detail says why.
        """
        ...
