"""What identity needs of projects, and may not import: `app.py` hands it over."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.policy import Role


@dataclass(frozen=True)
class Projects:
    """Functions of the domain above this one.

    Attributes:
        grant: makes the memberships of one person by one source exactly those; returns what was skipped.
        levels: the role of every level, from the least to the most.
        existing: which of these are short names of projects.
    """

    grant: Callable[[AsyncSession, UUID, str, Mapping[str, str]], Awaitable[Sequence[str]]]
    levels: Callable[[AsyncSession], Awaitable[Mapping[str, Role]]]
    existing: Callable[[AsyncSession, Iterable[str]], Awaitable[frozenset[str]]]
