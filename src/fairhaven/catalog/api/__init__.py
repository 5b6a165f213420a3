"""What the catalog answers to programs: REST, exports, persistent identifiers, OAI-PMH."""

from fastapi import APIRouter

from fairhaven.catalog.api import exports, identifiers, metadata, modules, oai

router = APIRouter()
for _part in (modules, exports, identifiers, oai, metadata):
    router.include_router(_part.router)

__all__ = ["router"]
