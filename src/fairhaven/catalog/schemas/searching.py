"""What search tells: modules that were found, modules that are alike, and filters that people keep."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from fairhaven.catalog.schemas.modules import ModuleSummary
from fairhaven.core.schemas import Line, Page, Reading, Schema

# What modules can be filtered by, in the order in which pages show it.
FACETS = ("tasks", "libraries", "data_type", "categories", "license", "has", "fair", "project", "tags")


class FoundModules(Page[ModuleSummary]):
    """A page of modules. Words that no module has may have been corrected."""

    corrected: str | None = Field(
        None, description="What was searched for instead, because nothing fits the words as they were given."
    )
    suggested: str | None = Field(
        None, description="What may have been meant, where little fits the words as they were given."
    )


class SimilarModule(Reading):
    """A module that is like another one."""

    name: str
    title: str
    summary: str
    likeness: float | None = Field(
        description="From 0 to 1, by the meaning of their texts; none where only words were compared."
    )
    shared: Sequence[str] = Field(description="Tasks, libraries, data types and tags that both have.")


class SimilarModules(Reading):
    """The modules most like one, the most alike first."""

    by: Literal["meaning", "words"]
    items: Sequence[SimilarModule]


class NewSavedSearch(Schema):
    """A filter to keep."""

    name: Line = Field(max_length=80)
    query: str = Field(
        max_length=2000,
        description="As in the address of the catalog's page: `q=birds&tasks=Classification`.",
    )


class SavedSearchChange(Schema):
    """What to change of a kept filter."""

    name: Line | None = Field(None, max_length=80)
    looked: bool | None = Field(None, description="True: what is there now is seen, and not new any more.")


class SavedSearch(Reading):
    """A filter that somebody keeps; `new` counts the modules that came since they looked."""

    id: UUID
    name: str
    query: str
    new: int
    looked_at: datetime
    created_at: datetime
