"""Shows a person all that is kept of them, and erases it. Each domain knows what it keeps."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.audit import personal as audit
from fairhaven.catalog import personal as catalog
from fairhaven.core.errors import Invalid
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import FieldError
from fairhaven.identity import personal as identity
from fairhaven.personal import policy
from fairhaven.personal.schemas import Erasure, PersonalData
from fairhaven.projects import personal as projects
from fairhaven.secrets import personal as secrets
from fairhaven.workloads import personal as workloads


class Keeper(Protocol):
    """A domain that keeps something of people."""

    async def kept(self, session: AsyncSession, person_id: UUID) -> Mapping[str, Any]: ...

    async def erase(self, session: AsyncSession, person_id: UUID) -> None: ...


# In the order of erasing: what acts in their name first, under which name they acted last.
KEEPERS: Mapping[str, Keeper] = {
    "workloads": workloads,
    "catalog": catalog,
    "secrets": secrets,
    "projects": projects,
    "identity": identity,
    "audit": audit,
}


async def data(session: AsyncSession, actor: Actor) -> PersonalData:
    """All that is kept of the actor."""
    policy.can_see_own.check(actor)
    assert actor.id is not None
    return PersonalData.model_validate(
        {name: await keeper.kept(session, actor.id) for name, keeper in KEEPERS.items()}
    )


async def erase(session: AsyncSession, actor: Actor, asked: Erasure) -> None:
    """Erase the actor: nothing is left but an identifier in what they did for projects.

    Raises:
        Invalid: the name is not theirs.
        Conflict: a project or the platform would be left without anybody to manage it.
    """
    policy.can_erase_own.check(actor)
    assert actor.id is not None
    if asked.name.strip() != actor.name:
        wrong = FieldError(field="name", message=f"Type {actor.name}.")
        raise Invalid("That is not your name.", errors=[wrong])
    for keeper in KEEPERS.values():
        await keeper.erase(session, actor.id)
