"""Facts about projects and their members."""

from uuid import UUID

from fairhaven.core.facts import Fact


class ProjectCreated(Fact, kind="project.created", about="project", says="{actor} created the project"):
    name: str


class MemberAdded(Fact, kind="member.added", about="person", says="{actor} added a {role}"):
    person: UUID
    role: str


class QuotaSet(Fact, kind="quota.set", about="quota", says="{actor} set the limit of {resource} to {after}"):
    quota: UUID
    holder: str
    resource: str
    before: float | None
    after: float | None
