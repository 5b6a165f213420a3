"""What the catalog answers to programs: REST, exports, persistent identifiers, OAI-PMH."""

from fairhaven.catalog.api import exports, identifiers, metadata, modules, oai

ROUTERS = tuple(part.router for part in (modules, exports, identifiers, oai, metadata))

__all__ = ["ROUTERS"]
