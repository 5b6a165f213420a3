"""What identity tells and takes over the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

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


class PersonDetail(Person):
    """Somebody as administrators see them; `disabled_at` says since when their account is closed."""

    email: str | None
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None


class PersonChange(Schema):
    """What is to change of somebody; what is left out stays."""

    closed: bool | None = Field(None, description="Whether they are let in no more.")
    administrator: bool | None = Field(None, description="Whether they administer the installation.")


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


class IssuerInfo(Reading):
    """An issuer that people may sign in with."""

    name: str
    label: str


class Identity(Reading):
    """A person as an issuer knows them."""

    id: UUID
    issuer: str = Field(description="Its name in the settings; its address when it is not there any more.")
    label: str
    name: str
    email: str | None
    created_at: datetime
    confirmed_at: datetime | None = Field(
        description="When the issuer last said what memberships were made from."
    )


class ClaimsTrial(Schema):
    """Claims to look at, as an issuer would tell them."""

    claims: dict[str, Any]


class ClaimVerdict(Reading):
    """What one value of a claim gives by one rule, or why it gives nothing."""

    rule: int = Field(description="Which rule of the issuer, counted from 1.")
    claim: str
    value: str
    project: str | None
    level: str | None
    gives: bool
    why: str


class ClaimsOutcome(Reading):
    """What claims would give; nothing of it is kept."""

    memberships: dict[str, str] = Field(description="The level by the short name of its project.")
    verdicts: list[ClaimVerdict]


LocalName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$"),
]


class NewLocalAccount(Schema):
    """A local account to add; its person chooses a password by a link."""

    name: LocalName = Field(description="What they sign in with: letters, digits and . _ @ + -")
    person_name: Line = Field(description="What they are called.")
    email: str | None = Field(None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    person_id: UUID | None = Field(None, description="Somebody who is here already, instead of a new person.")


class LocalAccount(Reading):
    """A local account, without its password."""

    person_id: UUID
    name: str
    person_name: str
    created_at: datetime
    changed_at: datetime | None = Field(description="When its password was chosen; none: there is none yet.")


class PasswordLink(Reading):
    """A link by which somebody can choose a password, once; it is told this once."""

    account: LocalAccount
    url: str
    expires_at: datetime
