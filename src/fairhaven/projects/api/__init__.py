"""REST of projects, one module a question."""

from fairhaven.projects.api import accounts, branding, members, projects, quotas
from fairhaven.projects.api.routing import router

__all__ = ["accounts", "branding", "members", "projects", "quotas", "router"]
