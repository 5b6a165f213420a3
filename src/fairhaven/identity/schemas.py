"""What identity tells and takes over the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from fairhaven.core.schemas import Line, Reading, Schema


class Kind(StrEnum):
    """A person signs in; a service account only has tokens."""

    PERSON = "person"
    SERVICE = "service"


class Person(Reading):
    """Somebody who can sign in, or a service account."""

    id: UUID
    name: str
    administrator: bool
    kind: Kind = Kind.PERSON


class WhoAmI(Reading):
    """Who a request is from, and by which way they came."""

    person: Person | None
    via: str


Scope = Annotated[str, Field(pattern=r"^([a-z]+|\*):(read|write|call|\*)$", examples=["workloads:call"])]


class TokenSpec(Schema):
    """A token to make; it may never do more than who makes it."""

    name: Line
    days: int = Field(90, ge=1, le=366, description="Days until it expires.")
    scopes: list[Scope] | None = Field(
        None,
        max_length=50,
        description="What it may do, as `resource:verb` (`catalog:read`, `workloads:call`, `*:read`); "
        "nothing: everything that you may.",
    )
    project_id: UUID | None = Field(None, description="The only project that it is for.")


class Rotation(Schema):
    """How a token is replaced."""

    overlap_hours: float = Field(24, ge=0, le=720, description="Hours that the old one goes on working.")


class Session(Reading):
    """A browser that is signed in."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None
    agent: str
    address: str
    present: bool = Field(False, description="Whether the question came from it.")


class Token(Reading):
    """A personal access token, without its secret."""

    id: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    scopes: list[str] | None
    project_id: UUID | None


class NewToken(Token):
    """A token just made; `secret` is shown this once."""

    secret: str


class DeviceLogin(Reading):
    """A sign-in begun on a device without a browser (RFC 8628 §3.2)."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: int


class DeviceCode(Schema):
    """The device asks whether it was approved."""

    device_code: str = Field(min_length=10, max_length=100)
