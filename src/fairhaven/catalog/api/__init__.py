"""What the catalog answers to programs: REST, exports, persistent identifiers, OAI-PMH."""

from fairhaven.catalog.api import (
    assessments,
    deposits,
    exports,
    feeds,
    files,
    identifiers,
    metadata,
    modules,
    oai,
    readmes,
    searching,
    templates,
    tools,
)

ROUTERS = tuple(
    part.router
    for part in (
        modules,
        assessments,
        exports,
        feeds,
        files,
        identifiers,
        oai,
        readmes,
        searching,
        metadata,
        tools,
        templates,
        deposits,
    )
)

__all__ = ["ROUTERS"]
