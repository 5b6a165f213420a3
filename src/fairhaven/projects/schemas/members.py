"""Members, invitations and service accounts."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from fairhaven.core.schemas import Line, Reading, Schema

LevelName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$",
        description="A role (`viewer`, `member`, `developer`, `manager`) or a level of the settings.",
        examples=["developer"],
    ),
]
Address = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class AccessLevel(Reading):
    """A level that can be given: a role, or a bundle of a role and limits that the settings name."""

    name: str
    role: str
    limits: dict[str, float] = {}
    says: str = ""


class Source(Reading):
    """One way by which somebody is a member."""

    source: str = Field(description="`manual`, `invitation` or `issuer:<name>`.")
    level: str
    known: bool = Field(
        True, description="Whether the settings still name the level; else it is worth least."
    )


class Member(Reading):
    """Somebody in a project. The highest of what their sources give them counts."""

    person_id: UUID
    name: str
    role: str
    level: str
    sources: list[Source]
    since: datetime


class SetLevel(Schema):
    """The level to give."""

    level: LevelName


class NewInvitation(Schema):
    """An invitation to make."""

    level: LevelName = "member"
    uses: int = Field(1, ge=1, le=500, description="How many people may accept it.")
    days: int = Field(7, ge=1, le=90, description="Days until it expires.")
    email: Address | None = Field(
        None, description="Only whoever is known to have this address may accept it."
    )


class Standing(StrEnum):
    """Whether an invitation can still be accepted."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Invitation(Reading):
    """An invitation, without its secret."""

    id: UUID
    project_id: UUID
    inviter_id: UUID
    level: str
    email: str | None
    most: int
    used: int
    created_at: datetime
    expires_at: datetime
    standing: Standing


class SentInvitation(Invitation):
    """An invitation just made; `link` is shown this once."""

    link: str


class AcceptInvitation(Schema):
    """The last part of an invitation's link."""

    secret: str = Field(min_length=20, max_length=100)


class NewServiceAccount(Schema):
    """An account for a program."""

    name: Line
    level: LevelName = "member"


class ServiceAccount(Reading):
    """An account for a program: it has tokens, and never signs in."""

    id: UUID
    project_id: UUID
    name: str
    role: str
    level: str
    disabled: bool
