"""What identity tells and takes over the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from fairhaven.core.schemas import Line, Reading, Schema


class Person(Reading):
    """Somebody who can sign in."""

    id: UUID
    name: str
    administrator: bool


class WhoAmI(Reading):
    """Who a request is from, and by which way they came."""

    person: Person | None
    via: str


class TokenSpec(Schema):
    """A personal access token to make."""

    name: Line
    days: int = Field(90, ge=1, le=366, description="Days until it expires.")


class Token(Reading):
    """A personal access token, without its secret."""

    id: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


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
