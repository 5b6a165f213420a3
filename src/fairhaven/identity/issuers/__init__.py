"""Signing in with issuers (OpenID Connect): asking them, believing them, and what their claims mean here.

The door is `Issuers`, opened in `app.py` and found by `issuers_of(platform)`.
"""

from fairhaven.identity.issuers.desk import Issuers, issuers_of
from fairhaven.identity.issuers.memberships import Projects

__all__ = ["Issuers", "Projects", "issuers_of"]
