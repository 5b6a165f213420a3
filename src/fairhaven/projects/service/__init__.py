"""Use cases of projects: who is in them, what they may use, what they use."""

from fairhaven.projects.service.accounts import (
    account,
    account_tokens,
    accounts,
    add_account,
    add_account_token,
    close_account,
    revoke_account_token,
    rotate_account_token,
    set_account_level,
)
from fairhaven.projects.service.administering import change, create, managed
from fairhaven.projects.service.branding import (
    Branded,
    ContrastTooLow,
    accept_terms,
    accepted,
    brand,
    brands,
    home,
    home_of,
    set_brand,
    set_hosts,
    set_logo,
)
from fairhaven.projects.service.granting import INVITATION, MANUAL, add_member, grant
from fairhaven.projects.service.invitations import (
    InvitationOver,
    accept,
    invitations,
    invite,
    offer,
    revoke_invitation,
)
from fairhaven.projects.service.levels import align as align_levels
from fairhaven.projects.service.levels import all_levels
from fairhaven.projects.service.levels import known as known_levels
from fairhaven.projects.service.members import members, remove_member, set_level
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
from fairhaven.projects.service.naming import names, slug_of
from fairhaven.projects.service.placing import engine_for
from fairhaven.projects.service.quotas import balances, installation_balances, set_limit
from fairhaven.projects.service.reserving import QuotaReached, reclaim, release, reserve, verify

__all__ = [
    "DEFAULT",
    "INVITATION",
    "MANUAL",
    "Branded",
    "ContrastTooLow",
    "InvitationOver",
    "QuotaReached",
    "accept",
    "accept_terms",
    "accepted",
    "account",
    "account_tokens",
    "accounts",
    "add_account",
    "add_account_token",
    "add_member",
    "align_levels",
    "all_levels",
    "balances",
    "brand",
    "brands",
    "change",
    "close_account",
    "create",
    "default_project",
    "engine_for",
    "grant",
    "home",
    "home_of",
    "installation_balances",
    "invitations",
    "invite",
    "known_levels",
    "managed",
    "members",
    "mine",
    "names",
    "offer",
    "project",
    "projects",
    "reclaim",
    "release",
    "remove_member",
    "reserve",
    "revoke_account_token",
    "revoke_invitation",
    "roles_of",
    "rotate_account_token",
    "set_account_level",
    "set_brand",
    "set_hosts",
    "set_level",
    "set_limit",
    "set_logo",
    "slug_of",
    "verify",
    "visible_ids",
    "visible_ids_of",
]
