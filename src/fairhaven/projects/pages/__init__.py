"""Pages of projects, one module a question."""

from fairhaven.projects.pages import accounts, branding, invitations, members, projects, quotas, terms
from fairhaven.projects.pages.routing import router

__all__ = ["accounts", "branding", "invitations", "members", "projects", "quotas", "router", "terms"]
