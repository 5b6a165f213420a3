"""READMEs: read beside the metadata, kept with the module, told to who may see it."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas.readmes import Readme
from fairhaven.catalog.service.reading import row_whole
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
    row, _ = await row_whole(session, actor, name)
    found = readme_of(row)
    if found is None:
        raise NoReadme(f"The repository of `{row.name}` has no README in its top folder.")
    return found


def readme_of(row: ModuleRow) -> Readme | None:
    """The README of a row that was read whole."""
    return Readme.model_validate(row.readme) if row.readme else None


def taken(files: Mapping[str, bytes], commit: str) -> Readme | None:
    """The README among the files that were read, as it is kept."""
    for name, content in files.items():
        if name in FILES:
            text = content.decode("utf-8-sig", "replace").replace("\0", "\ufffd")
            return Readme(file=name, commit=commit, text=text[:MOST], cut=len(text) > MOST)
    return None
