"""What the audit log tells over the wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from fairhaven.core.schemas import Reading, Schema

FIRST_YEAR, LAST_YEAR = 2000, 2999


def _in_our_time(given: datetime | date) -> datetime | date:
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return given


def _day(given: object) -> object:
    """A day stays one: pydantic would make it the moment at which it begins."""
    return date.fromisoformat(given) if isinstance(given, str) and len(given) == len("2026-11-01") else given


Moment = Annotated[datetime | date, BeforeValidator(_day), AfterValidator(_in_our_time)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")]


class Form(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"


class Filter(Schema):
    """Which lines are wanted; what is left out does not matter."""

    who: Words = Field("", description="Who did it: an identifier, the exact name, or `me`.")
    kind: Words = Field("", description="What kind: `workload.queued`, or `workload` for all of that family.")
    thing: UUID | None = Field(None, description="The identifier of what it was done to.")
    project: UUID | None = Field(None, description="The project that it belongs to.")
    since: Moment | None = Field(None, description="From this day or moment on.")
    until: Moment | None = Field(None, description="Up to this day, or before this moment.")
    text: Words = Field("", description="Words in the name, the address, the kind or the data.")

    @property
    def begin(self) -> datetime | None:
        return _moment(self.since)

    @property
    def end(self) -> datetime | None:
        """A day is meant as a whole."""
        last = not isinstance(self.until, datetime) and self.until is not None
        found = _moment(self.until)
        return found + timedelta(days=1) if last and found else found

    def plain(self) -> dict[str, Any]:
        """As query parameters, without what is empty."""
        return {name: value for name, value in self.model_dump(mode="json").items() if value}


class Entry(Reading):
    """One line: who did what to what, when, and from where.

    `number` and `hash` are its place in the chain; it gets them within seconds.
    """

    id: UUID
    number: int | None
    hash: str | None
    at: datetime
    kind: str
    says: str
    actor_id: UUID | None
    actor: str
    thing: UUID
    project: UUID | None
    address: str | None
    request: str | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Exported:
    """A line as it is exported: as people read it, the fact as it was hashed, and the salt of its mark."""

    entry: Entry
    fact: bytes
    salt: str | None


class Flaw(Reading):
    """What is wrong with the log: how, at which line, and in words."""

    wrong: str
    number: int
    says: str


class Verification(Reading):
    """A part of the log that was checked: `next` is where the following part begins, null at the end.

    `number` and `hash` name its last line: note them somewhere else, and give them as `expect` some day.
    """

    checked: int
    number: int
    hash: str
    next: int | None
    waiting: int
    flaws: Sequence[Flaw]


def _moment(given: datetime | date | None) -> datetime | None:
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    return datetime.combine(given, time(), UTC) if given else None
