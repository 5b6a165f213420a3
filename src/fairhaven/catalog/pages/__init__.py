"""Pages of the catalog, one module a question."""

from fastapi import APIRouter

from fairhaven.catalog.pages import editor, items, listing

router = APIRouter()
for _part in (editor, listing, items):  # items last: a module's own page takes every name below /catalog
    router.include_router(_part.router)

__all__ = ["router"]
