"""What projects tell over the wire."""

from fairhaven.projects.schemas.branding import (
    Brand,
    BrandLink,
    BrandSpec,
    Hosts,
    TermsAcceptance,
)
from fairhaven.projects.schemas.members import (
    AcceptInvitation,
    AccessLevel,
    Invitation,
    Member,
    NewInvitation,
    NewServiceAccount,
    SentInvitation,
    ServiceAccount,
    SetLevel,
    Source,
)
from fairhaven.projects.schemas.projects import CatalogFilter, NewProject, Project, ProjectChange
from fairhaven.projects.schemas.quotas import Balance, Level, Limit

__all__ = [
    "AcceptInvitation",
    "AccessLevel",
    "Balance",
    "Brand",
    "BrandLink",
    "BrandSpec",
    "CatalogFilter",
    "Hosts",
    "Invitation",
    "Level",
    "Limit",
    "Member",
    "NewInvitation",
    "NewProject",
    "NewServiceAccount",
    "Project",
    "ProjectChange",
    "SentInvitation",
    "ServiceAccount",
    "SetLevel",
    "Source",
    "TermsAcceptance",
]
