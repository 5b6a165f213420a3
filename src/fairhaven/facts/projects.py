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
