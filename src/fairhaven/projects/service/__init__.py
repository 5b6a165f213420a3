"""Use cases of projects: who is in them, what they may use, what they use."""

from fairhaven.projects.service.granting import INVITATION, MANUAL, add_member, grant
from fairhaven.projects.service.levels import align as align_levels
from fairhaven.projects.service.levels import known as known_levels
from fairhaven.projects.service.membership import (
    DEFAULT,
    default_project,
    mine,
    project,
    projects,
    roles_of,
    visible_ids,
    visible_ids_of,
)
from fairhaven.projects.service.quotas import balances, installation_balances, set_limit
from fairhaven.projects.service.reserving import QuotaReached, reclaim, release, reserve, verify

__all__ = [
    "DEFAULT",
    "INVITATION",
    "MANUAL",
    "QuotaReached",
    "add_member",
    "align_levels",
    "balances",
    "default_project",
    "grant",
    "installation_balances",
    "known_levels",
    "mine",
    "project",
    "projects",
    "reclaim",
    "release",
    "reserve",
    "roles_of",
    "set_limit",
    "verify",
    "visible_ids",
    "visible_ids_of",
]
