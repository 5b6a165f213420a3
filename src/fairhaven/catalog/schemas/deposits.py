"""Deposits of releases, over the wire."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from fairhaven.core.schemas import Reading, Schema


class DepositState(StrEnum):
    """How a deposit stands."""

    RUNNING = "running"
    DRAFTED = "drafted"
    PUBLISHED = "published"
    FAILED = "failed"
    DISCARDED = "discarded"


class Step(StrEnum):
    """What is done one after the other; the DOI is written back last."""

    DRAFT = "draft"
    FILES = "files"
    METADATA = "metadata"
    PUBLISH = "publish"
    DOI = "doi"

    @property
    def number(self) -> int:
        """Its place in the order."""
        return list(Step).index(self)


class DepositoryInfo(Reading):
    """A place where releases may be deposited; the token of a project is its secret `secret`, if named."""

    name: str
    title: str
    url: str
    secret: str | None


class NewDeposit(Schema):
    """A release to deposit."""

    release_id: UUID
    depository: str = Field(max_length=40, description="Name of the depository: `GET /depositories`.")
    publish: bool = Field(
        False,
        description="Whether to go on and publish it, which cannot be undone. Else it waits as a draft.",
    )


class Deposit(Reading):
    """A deposit: `step` is under way or comes next; `doi` is reserved with a draft, valid once published.

    `done` of `total` files are there; `failures` counts tries that failed; `page` is where it is.
    """

    id: UUID
    project_id: UUID
    module: str
    release_id: UUID
    version: str
    depository: str
    state: DepositState
    step: Step
    publishing: bool
    done: int
    total: int
    failures: int
    problem: str | None
    page: str | None
    doi: str | None
    concept_doi: str | None = Field(description="The DOI of all versions together.")
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


class Proposal(Reading):
    """A change of the module's metadata file that names its DOI; `patch` is what `git apply` takes."""

    file: str
    doi: str
    text: str
    patch: str = Field(description="Empty: the file names this DOI already.")
