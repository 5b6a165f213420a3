"""Projects themselves, and their settings."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from fairhaven.core.schemas import Line, Reading, Schema, Slug

Word = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class CatalogFilter(Schema):
    """What the project's own pages show of the catalog at first: a view, which hides nothing from anybody."""

    tags: list[Word] = Field([], max_length=20, description="Modules with one of these tags.")
    names: list[Word] = Field([], max_length=50, description="Modules with these names.")


class Project(Reading):
    """A tenant of the installation."""

    id: UUID
    slug: str
    name: str
    archived_at: datetime | None = None
    engines: list[str] | None = Field(
        None, description="The engines on which something may be started; nothing: all."
    )
    catalog: CatalogFilter = CatalogFilter()


class NewProject(Schema):
    """A project to make."""

    slug: Slug = Field(description="Its name in addresses and in claims of issuers; it never changes.")
    name: Line


class ProjectChange(Schema):
    """What to change of a project; what is not given stays as it is."""

    name: Line | None = None
    archived: bool | None = Field(
        None, description="Nothing can be started or changed in an archived project."
    )
    engines: list[Word] | None = Field(
        None,
        max_length=20,
        description="The engines on which something may be started, such as `local`, the first one first; "
        "null: all of the installation.",
    )
    catalog: CatalogFilter | None = None
