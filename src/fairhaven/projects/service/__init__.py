"""Use cases of projects: who is in them, what they may use, what they use."""

from fairhaven.projects.service.membership import (
    DEFAULT,
    add_member,
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
    "QuotaReached",
    "add_member",
    "balances",
    "default_project",
    "installation_balances",
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
