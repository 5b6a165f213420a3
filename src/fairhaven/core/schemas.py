"""What every schema shares: shapes of lists and values that the server and the client agree on.

Imports pydantic only, so that the client stays light.
"""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

T = TypeVar("T")


class Schema(BaseModel):
    """A value that crosses the wire: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class Reading(Schema):
    """An answer of the server; a newer server may say more than this client knows."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class Page(Reading, Generic[T]):
    """One page of a list; `next` is the cursor of the following page, or null at the end."""

    items: list[T]
    next: str | None = None


class ProblemDetails(BaseModel):
    """RFC 9457 problem details, as every error of the API is told."""

    type: str
    title: str
    status: int
    detail: str
    fix: str | None = None
    request_id: str | None = None
    errors: list["FieldError"] = []


class FieldError(BaseModel):
    """One thing wrong with one field of a request."""

    field: str
    message: str


# Text for people: trimmed, never empty, without control characters (PostgreSQL refuses NUL).
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
# A name that appears in URLs.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$")]
# What there are limits of: at once, or (hours) in a calendar month (UTC).
RESOURCES = "cpu|memory_mb|disk_mb|storage_mb|workloads|services|cpu_hours|gpu_hours"
RESOURCE = rf"^({RESOURCES}|gpu(:[A-Za-z0-9._-]+)?)$"
