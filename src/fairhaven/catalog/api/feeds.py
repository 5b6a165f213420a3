"""REST of feeds: lists of modules elsewhere that the catalog follows."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from fairhaven.catalog import policy, tasks
from fairhaven.catalog.schemas import Feed, FeedItem, FeedItemState, FeedKind, FeedPreview, FeedSpec, NewFeed
from fairhaven.catalog.service import feeds
from fairhaven.core.http import Call, Caller, Cursor, Limit, RequestContext, platform_of, with_etag
from fairhaven.core.schemas import Page
from fairhaven.projects import service as projects

router = APIRouter(prefix="/api/v1", tags=["catalog"])

State = Annotated[FeedItemState | None, Query(description="Only entries in this state.")]


@router.get("/feed-kinds", operation_id="list_feed_kinds")
async def list_feed_kinds(call: Call) -> Sequence[FeedKind]:
    """List the kinds of lists that can be followed here, with their options."""
    policy.can_list_feeds.check(call.actor)
    return feeds.kinds()


@router.get("/feeds", operation_id="list_feeds", response_model=Page[Feed])
async def list_feeds(call: Call, limit: Limit = 25, cursor: Cursor = None) -> Response:
    """List the feeds of your projects, newest first."""
    return with_etag(call.request, await feeds.feeds(call.session, call.actor, limit=limit, cursor=cursor))


@router.post("/feeds", operation_id="add_feed", status_code=201)
async def add_feed(call: Call, spec: NewFeed) -> Feed:
    """Follow a list of modules: they are registered in the background."""

    async def act() -> Feed:
        project_id = spec.project_id or (await projects.default_project(call.session)).id
        made = await feeds.add(call.session, call.actor, project_id, spec)
        await tasks.begin_feed(call.session, made.id)
        return made

    return await call.once(spec, Feed, act)


@router.post("/feed-previews", operation_id="preview_feed")
async def preview_feed(request: Request, caller: Caller, spec: NewFeed) -> FeedPreview:
    """Look at the first entries of a list that you may follow; nothing is kept."""
    return await previewed(request, caller, spec)


@router.get("/feeds/{feed_id}", operation_id="get_feed", response_model=Feed)
async def get_feed(call: Call, feed_id: UUID) -> Response:
    """Read one feed: how it stands, and how many of its entries are in which state."""
    return with_etag(call.request, await feeds.feed(call.session, call.actor, feed_id))


@router.get("/feeds/{feed_id}/items", operation_id="list_feed_items", response_model=Page[FeedItem])
async def list_feed_items(
    call: Call, feed_id: UUID, state: State = None, limit: Limit = 25, cursor: Cursor = None
) -> Response:
    """List the entries of a feed, each with what became of it."""
    found = await feeds.feed_items(call.session, call.actor, feed_id, state=state, limit=limit, cursor=cursor)
    return with_etag(call.request, found)


@router.post("/feeds/{feed_id}/check", operation_id="check_feed", status_code=202)
async def check_feed(call: Call, feed_id: UUID) -> Feed:
    """Read the list now, and try refused entries again."""
    return await checked(call, feed_id)


@router.delete("/feeds/{feed_id}", operation_id="remove_feed", status_code=204)
async def remove_feed(call: Call, feed_id: UUID) -> None:
    """Stop following a list; its modules stay, and are followed one by one."""
    await feeds.remove(call.session, call.actor, feed_id)


async def previewed(request: Request, caller: Caller, spec: NewFeed) -> FeedPreview:
    """The first entries, for those who may follow the list."""
    platform = platform_of(request)
    async with platform.transaction(caller) as session:
        project_id = spec.project_id or (await projects.default_project(session)).id
        await feeds.check_may_add(session, caller, project_id, spec)
    return await feeds.preview(platform, FeedSpec(**spec.model_dump(include=set(FeedSpec.model_fields))))


async def checked(call: RequestContext, feed_id: UUID) -> Feed:
    """Ask the job to read the list now."""
    found = await feeds.ask(call.session, call.actor, feed_id)
    await tasks.begin_feed(call.session, feed_id)
    return found
