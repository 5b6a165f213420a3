"""Modules, releases, and what is told of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from fairhaven.catalog.metadata.report import Problem
from fairhaven.core.schemas import Reading, Schema

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]


class Visibility(StrEnum):
    """Who may see a module: everybody, or the members of its project."""

    PUBLIC = "public"
    PROJECT = "project"


class Trust(StrEnum):
    """What is done with a module: it is built and run in the sandbox, or it is listed only."""

    BUILT = "built"
    LISTED = "listed"


class Sort(StrEnum):
    """The order of a list: best match, last registered, last changed, by name, or by FAIR score."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    UPDATED = "updated"
    NAME = "name"
    FAIR = "fair"


class SourceSpec(Schema):
    """Where a module lives: a git address (https, http, ssh, `git@`), or a folder of this machine."""

    url: Text = Field(
        min_length=1, max_length=500, description="Address of the repository, or absolute path."
    )
    branch: Text | None = Field(
        None, max_length=200, description="Branch to follow; default: the default branch."
    )


class NewModule(SourceSpec):
    """A module to register."""

    project_id: UUID | None = Field(None, description="Project it belongs to; default: the default project.")
    visibility: Visibility | None = Field(
        None,
        description="Who may see it; default: everybody if in the default project, else its members.",
    )
    trust: Trust = Field(Trust.BUILT, description="Whether it is built and run, or listed only.")
    allow_invalid: bool = Field(
        False,
        description="Register it even if its metadata has errors, or is not there: whoever can mend it sees "
        "it with its errors, others once they are mended.",
    )


class ModuleChange(Schema):
    """What a manager decides of a module; what is left out stays."""

    visibility: Visibility | None = Field(None, description="Who may see it.")
    trust: Trust | None = Field(None, description="Whether it is built and run, or listed only.")


class Filled(Reading):
    """Something that the authors do not say: `source` says it instead, as it was at `at`."""

    value: Any
    source: str
    at: datetime


class NewRelease(Schema):
    """A release as a build made it; `bundle` is the digest of the runnable bundle in the object store."""

    module_id: UUID
    version: Text = Field(min_length=1, max_length=100)
    commit: Text = Field(max_length=100)
    digest: Text = Field(max_length=100)
    description: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] | None = Field(
        None, description="What the module says of itself at this commit; else what it says now."
    )
    bundle: Text = Field(max_length=200)
    build_id: UUID | None = None


class Release(Reading):
    """One immutable, content-addressed state of a module that can be run; `module` is the module's name."""

    id: UUID
    module_id: UUID
    module: str
    version: str
    commit: str
    digest: str
    description: Mapping[str, Any]
    bundle: str
    published_at: datetime
    build_id: UUID | None
    doi: str | None = Field(None, description="Its DOI, once it was deposited.")


class ReleaseMark(Reading):
    """The little that a list says of a release."""

    id: UUID
    version: str
    published_at: datetime


class ModuleSummary(Reading):
    """A module as a list shows it."""

    id: UUID
    name: str
    title: str
    summary: str
    tags: list[str]
    libraries: list[str]
    tasks: list[str]
    categories: list[str]
    data_type: list[str]
    license: str | None
    valid: bool
    trust: Trust
    has: list[str] = Field([], description="What there is of it: a release, a DOI, a data set …")
    fair_score: int | None = None
    created_at: datetime
    updated_at: datetime
    latest_release: ReleaseMark | None


class Module(Reading):
    """A module with everything the catalog knows of it; `description` is Markdown and may hold HTML."""

    id: UUID
    name: str
    project_id: UUID
    owner_id: UUID | None
    visibility: Visibility
    trust: Trust
    source: str
    branch: str | None
    commit: str
    title: str
    summary: str
    description: str
    metadata: Mapping[str, Any]
    problems: Sequence[Problem]
    valid: bool
    hidden: bool = Field(description="Seen only by those who can mend it: its metadata was never right yet.")
    filled: Mapping[str, Filled] = Field(
        description="What the authors do not say, from the forge or the history of the repository."
    )
    tags: Sequence[str]
    libraries: Sequence[str]
    tasks: Sequence[str]
    categories: Sequence[str]
    data_type: Sequence[str]
    license: str | None
    latest_release: Release | None
    doi: str | None = Field(None, description="The DOI of all its releases together, once one was deposited.")
    created_at: datetime
    updated_at: datetime
    checked_at: datetime
    fair_score: int | None = Field(
        None,
        description="Percentage of F-UJI's points at the last visit of the FAIR robot; none: never assessed.",
    )
    check_problem: str | None = Field(description="Why the last look at the repository failed, if it did.")


class FacetCount(Reading):
    """How many modules would remain with this value chosen; `label` where people call it otherwise."""

    value: str
    count: int
    label: str | None = None


class Facets(Reading):
    """How many modules fit, and how they fall into the values of each facet, most frequent first.

    `more` counts the values of a facet that are not told here.
    """

    total: int
    groups: Mapping[str, Sequence[FacetCount]]
    more: Mapping[str, int] = {}


class MetadataSchema(Reading):
    """A version of the schema of metadata files; `url` is where its JSON Schema can be read."""

    version: str
    newest: bool
    url: str


class NewMetadataCheck(Schema):
    """A metadata file to check."""

    text: str = Field(max_length=300_000, description="The file's content: YAML or JSON.")


class MetadataCheck(Reading):
    """What is wrong with a metadata file, and the file with everything mended that needs no judgement."""

    valid: bool
    problems: Sequence[Problem]
    mended: str
    changes: Sequence[str] = Field(description="What was changed in `mended`, in words.")


class Hook(Reading):
    """Where a git server tells of a push, and the secret by which it proves itself."""

    url: str
    secret: str
    signing_token: str = Field(description="The same secret as GitLab wants it for signing: `whsec_…`.")


class ForgeLook(Reading):
    """How asking others for what the authors leave open goes."""

    asked_at: datetime | None
    next_at: datetime
    problem: str | None = Field(description="Why the forge or the repository did not say all, if so.")


class Tombstone(Reading):
    """What stays of a module that was removed: its identifier names it for ever."""

    id: str
    name: str
    version: str | None
    title: str
    summary: str
    creators: Sequence[str]
    published: date
    doi: str | None
    license: str | None
    withdrawn_at: datetime


class ExportFormat(Reading):
    """A document that a module can be had as; without `url`, `reason` says why it cannot."""

    format: str
    profile: str | None
    label: str
    media_type: str
    url: str | None
    reason: str | None


class ExportFormats(Reading):
    """The formats of the module whose persistent identifier is `id`."""

    id: str
    formats: Sequence[ExportFormat]
