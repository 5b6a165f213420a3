"""Feeds: lists of modules elsewhere that the catalog follows, and their entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from fairhaven.catalog.schemas.modules import Text, Trust, Visibility
from fairhaven.core.schemas import Reading, Schema

OptionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
OptionValue = Annotated[Text, StringConstraints(max_length=300)]


class FeedState(StrEnum):
    """How a feed stands: its list is being read, its entries are being imported, or it is up to date."""

    READING = "reading"
    IMPORTING = "importing"
    FOLLOWED = "followed"
    FAILING = "failing"  # its list could not be read the last time


class FeedItemState(StrEnum):
    """What became of an entry."""

    WAITING = "waiting"
    IMPORTED = "imported"
    REFUSED = "refused"  # it could not be imported; it is tried again
    GONE = "gone"  # the list does not have it any more


class FeedOption(Reading):
    """Something about a list that may be chosen beside its address."""

    name: str
    label: str
    help: str
    choices: Sequence[str]


class FeedKind(Reading):
    """A kind of list that can be followed here; `builds` says whether what it lists can be built."""

    kind: str
    label: str
    example: str
    options: Sequence[FeedOption]
    builds: bool


class FeedSpec(Schema):
    """Which list: an address, plain or as `KIND+ADDRESS`."""

    address: Text = Field(min_length=1, max_length=500, description="Address of the list.")
    kind: Text | None = Field(
        None, max_length=30, description="Which kind of list it is, if the address does not show it."
    )
    options: Mapping[OptionName, OptionValue] = Field(
        {}, max_length=20, description="Options of that kind of list."
    )


class NewFeed(FeedSpec):
    """A list to follow."""

    project_id: UUID | None = Field(None, description="Project of its modules; default: the default project.")
    visibility: Visibility | None = Field(
        None,
        description="Who may see its modules; default: everybody if in the default project, else members.",
    )
    trust: Trust = Field(Trust.BUILT, description="Whether its modules are built and run, or listed only.")
    keep: bool = Field(True, description="Whether modules stay whose entries are gone from the list.")


class FeedEntry(Reading):
    """An entry as its list tells it; `problem` says why it cannot be a module."""

    key: str
    title: str
    source: str
    problem: str


class FeedPreview(Reading):
    """The first entries of a list, which nobody follows yet."""

    kind: str
    address: str
    options: Mapping[str, str]
    entries: Sequence[FeedEntry]
    more: bool
    total: int | None


class FeedCounts(Reading):
    """How many entries of a list are in which state."""

    waiting: int = 0
    imported: int = 0
    refused: int = 0
    gone: int = 0

    @property
    def present(self) -> int:
        return self.waiting + self.imported + self.refused


class Feed(Reading):
    """A list of modules elsewhere that the catalog follows."""

    id: UUID
    project_id: UUID
    owner_id: UUID | None
    kind: str
    address: str
    options: Mapping[str, str]
    visibility: Visibility
    trust: Trust
    keep: bool
    state: FeedState
    counts: FeedCounts
    total: int | None = Field(description="How many entries the list has, when it says so.")
    created_at: datetime
    checked_at: datetime | None
    next_check_at: datetime
    problem: str | None = Field(description="Why the list could not be read the last time, if it could not.")


class FeedItem(Reading):
    """An entry of a list and what became of it; `module` is the module's name."""

    key: str
    title: str
    source: str
    branch: str | None
    state: FeedItemState
    problem: str | None
    module: str | None
    valid: bool | None = Field(description="Whether the module's metadata is without errors.")
    linked: bool = Field(description="Whether the module was in the catalog before.")
    next_try_at: datetime
