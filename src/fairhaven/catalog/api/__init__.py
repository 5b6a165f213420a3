"""What the catalog answers to programs: REST, exports, persistent identifiers, OAI-PMH."""

from fairhaven.catalog.api import deposits, exports, identifiers, metadata, modules, oai, tools

ROUTERS = tuple(part.router for part in (modules, exports, identifiers, oai, metadata, tools, deposits))

__all__ = ["ROUTERS"]
