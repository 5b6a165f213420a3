"""READMEs: read beside the metadata, kept with the module, told to who may see it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas.readmes import Readme
from fairhaven.catalog.service.reading import row_named
from fairhaven.core.errors import NotFound
from fairhaven.core.policy import Actor

# The names that forges show, the usual one first.
FILES = ("README.md", "readme.md", "Readme.md", "README.rst", "README.txt", "README")
MOST = 200_000  # characters


class NoReadme(NotFound):
    title = "The module has no README"
    fix = "Add a README.md to the top folder of its repository, and commit it."


async def readme(session: AsyncSession, actor: Actor, name: str) -> Readme:
    """The README of a module at the commit that is followed.

    Raises:
        NotFound: there is no such module, or the actor may not know of it; NoReadme: it has none.
    """
    row = await row_named(session, actor, name)
    found = await kept_readme(session, row.id)
    if found is None:
        raise NoReadme(f"The repository of `{row.name}` has no README in its top folder.")
    return found


async def kept_readme(session: AsyncSession, module_id: UUID) -> Readme | None:
    """The README of a module that somebody may see: asks no policy."""
    found = await session.scalar(select(ModuleRow.readme).where(ModuleRow.id == module_id))
    return Readme.model_validate(found) if found else None


def taken(files: Mapping[str, bytes], commit: str) -> Readme | None:
    """The README among the files that were read, as it is kept."""
    for name, content in files.items():
        if name in FILES:
            text = content.decode("utf-8-sig", "replace").replace("\0", "\ufffd")
            return Readme(file=name, commit=commit, text=text[:MOST], cut=len(text) > MOST)
    return None
