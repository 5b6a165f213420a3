"""Facts about projects and their members."""

from typing import Any
from uuid import UUID

from fairhaven.core.facts import Fact


class ProjectCreated(Fact, kind="project.created", about="project", says="{actor} created the project"):
    name: str


class MemberAdded(Fact, kind="member.added", about="person", says="{actor} added a {level}"):
    person: UUID
    level: str
    source: str = "manual"


class MemberChanged(
    Fact, kind="member.changed", about="person", says="{actor} made a {before} of the project a {after}"
):
    person: UUID
    before: str
    after: str
    source: str


class MemberRemoved(Fact, kind="member.removed", about="person", says="{actor} removed a {level}"):
    person: UUID
    level: str
    source: str


class LevelSet(Fact, kind="level.set", about="level", says="{actor} set the level {name}"):
    """A level of the settings is another than at the last start; `None`: there was, or is, none."""

    level: UUID
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class QuotaSet(Fact, kind="quota.set", about="quota", says="{actor} set the limit of {resource} to {after}"):
    quota: UUID
    holder: str
    resource: str
    before: float | None
    after: float | None


class ProjectChanged(
    Fact, kind="project.changed", about="project", says="{actor} changed the project's settings"
):
    """Settings of a project, those that changed only."""

    before: dict[str, Any]
    after: dict[str, Any]


class InvitationMade(
    Fact, kind="invitation.made", about="invitation", says="{actor} made an invitation for a {level}"
):
    invitation: UUID
    level: str
    uses: int


class InvitationRevoked(
    Fact, kind="invitation.revoked", about="invitation", says="{actor} revoked an invitation"
):
    invitation: UUID


class InvitationAccepted(
    Fact, kind="invitation.accepted", about="invitation", says="{actor} accepted an invitation"
):
    invitation: UUID
    person: UUID
    inviter: UUID


class ServiceAccountMade(
    Fact, kind="service_account.made", about="account", says="{actor} made the service account {name}"
):
    account: UUID
    name: str
    level: str


class BrandSet(Fact, kind="brand.set", about="project", says="{actor} changed how the project looks"):
    """What changed of a brand; of the terms only their version and length are told."""

    before: dict[str, Any]
    after: dict[str, Any]


class HostsSet(Fact, kind="hosts.set", about="project", says="{actor} set the project's host names"):
    before: list[str]
    after: list[str]


class TermsAccepted(
    Fact, kind="terms.accepted", about="project", says="{actor} accepted version {version} of the terms"
):
    version: int
