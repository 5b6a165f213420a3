"""Commands of projects: `fairhaven project …`, with `look` and `account` below it."""

from fairhaven.projects.cli import accounts, branding, members, projects, quotas
from fairhaven.projects.cli.groups import app

__all__ = ["accounts", "app", "branding", "members", "projects", "quotas"]
