"""REST of search beyond the list: modules that are alike, and filters that people keep."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from fairhaven.catalog import service
from fairhaven.catalog.schemas import NewSavedSearch, SavedSearch, SavedSearchChange, SimilarModules
from fairhaven.core.http import Call, asks_once, with_etag

router = APIRouter(prefix="/api/v1", tags=["catalog"])

Most = Annotated[int, Query(ge=1, le=24, description="Most modules to tell.")]


@router.get("/modules/{name}/similar", operation_id="list_similar_modules", response_model=SimilarModules)
@asks_once
async def list_similar_modules(call: Call, name: str, limit: Most = 6) -> Response:
    """List the modules most like this one: by the meaning of their texts, else by their words."""
    return with_etag(call.request, await service.similar(call.session, call.actor, name, limit))


@router.get("/searches", operation_id="list_searches")
async def list_searches(call: Call) -> Sequence[SavedSearch]:
    """List your saved searches, and how many modules came since you looked."""
    return await service.saved(call.session, call.actor)


@router.post("/searches", operation_id="save_search", status_code=201)
async def save_search(call: Call, new: NewSavedSearch) -> SavedSearch:
    """Keep a filter under a name."""
    return await call.once(new, SavedSearch, lambda: service.save(call.session, call.actor, new))


@router.patch("/searches/{search_id}", operation_id="change_search")
async def change_search(call: Call, search_id: UUID, wanted: SavedSearchChange) -> SavedSearch:
    """Rename a saved search, or note that you looked: what is there now is not new any more."""
    return await service.change_saved(call.session, call.actor, search_id, wanted)


@router.delete("/searches/{search_id}", operation_id="delete_search", status_code=204)
async def delete_search(call: Call, search_id: UUID) -> None:
    """Forget a saved search."""
    await service.delete_saved(call.session, call.actor, search_id)
