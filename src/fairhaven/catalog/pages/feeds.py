"""Pages of feeds: the lists that are followed, one of them with its entries, and the form that adds one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.catalog import policy, tasks
from fairhaven.catalog.api.feeds import checked, previewed
from fairhaven.catalog.ports import ListProblem
from fairhaven.catalog.schemas import FeedItemState, FeedPreview, NewFeed, Trust
from fairhaven.catalog.service import feeds
from fairhaven.catalog.service.feeds import AlreadyFollowed, UnknownList
from fairhaven.core import live
from fairhaven.core.errors import BadRequest, NotAllowed
from fairhaven.core.http import Call, Caller, Cursor, platform_of
from fairhaven.core.live import Notice as Happened
from fairhaven.core.sources import SourceProblem
from fairhaven.projects import service as projects
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PER_PAGE = 50
USUAL = "usual"
OPTION = "option_"  # before an option's name, in the form
SETTLE = 1.0  # seconds that a burst of imports may last before the page is drawn again


@router.get("/feeds")
async def feeds_page(call: Call, cursor: Cursor = None) -> Response:
    """The lists that your projects follow."""
    found = await feeds.feeds(call.session, call.actor, limit=PER_PAGE, cursor=cursor)
    mine = {each.id: each.name for each in await projects.projects(call.session, call.actor)}
    may_add = any(policy.can_add_feed.allows(call.actor, each) for each in mine)
    return render(
        call.request,
        "catalog/feeds.html",
        fragment="rows",
        page=found,
        projects=mine,
        labels=_labels(),
        may_add=may_add,
    )


@router.get("/feeds/events")
async def list_events(request: Request, caller: Caller) -> Response:
    """`changed` whenever something came of one of the lists."""
    policy.can_list_feeds.check(caller)

    def wanted(told: Happened) -> bool:
        return told.kind.startswith("feed.") and (caller.administrator or told.project in caller.roles)

    return live.events(request, _changed(request, wanted))


@router.get("/feeds/new")
async def adding(call: Call, address: Annotated[str, Query(max_length=500)] = "") -> Response:
    """The form that follows a list."""
    return await _form(call.request, call.actor, Typed({"address": address}))


@router.post("/feeds/new")
async def add(request: Request, caller: Caller, act: Annotated[str, Form()] = "look") -> Response:
    """Show the first entries of the list; `act=follow`: follow it."""
    form = await request.form()
    typed = Typed({name: value for name, value in form.multi_items() if isinstance(value, str)})
    try:
        spec = typed.spec()
        if act != "follow":
            return await _form(request, caller, typed, preview=await previewed(request, caller, spec))
        async with platform_of(request).transaction(caller) as session:
            project_id = spec.project_id or (await projects.default_project(session)).id
            made = await feeds.add(session, caller, project_id, spec)
            await tasks.begin_feed(session, made.id)
    except (ValidationError, UnknownList, AlreadyFollowed, ListProblem, SourceProblem, NotAllowed) as problem:
        return await _form(request, caller, typed, wrong=problem)
    return see_other(f"/feeds/{made.id}", Notice(_("The list is followed. Its modules are being imported.")))


@router.get("/feeds/{feed_id}")
async def feed_page(
    call: Call, feed_id: UUID, state: Annotated[str, Query(max_length=20)] = "", cursor: Cursor = None
) -> Response:
    """One list: how it stands, its entries, and why some could not be imported."""
    chosen = FeedItemState(state) if state in set(FeedItemState) else None
    found = await feeds.feed(call.session, call.actor, feed_id)
    items = await feeds.feed_items(
        call.session, call.actor, feed_id, state=chosen, limit=PER_PAGE, cursor=cursor
    )
    project = await projects.project(call.session, call.actor, found.project_id)
    return render(
        call.request,
        "catalog/feed.html",
        fragment="status",
        feed=found,
        label=_labels().get(found.kind, found.kind),
        project=project.name,
        items=items,
        chosen=chosen,
        states=list(FeedItemState),
        may_check=policy.can_check_feed.allows(call.actor, found),
        may_remove=policy.can_remove_feed.allows(call.actor, found),
    )


@router.get("/feeds/{feed_id}/events")
async def feed_events(request: Request, caller: Caller, feed_id: UUID) -> Response:
    """`changed` whenever something came of the list."""
    async with platform_of(request).transaction(caller) as session:
        found = await feeds.feed(session, caller, feed_id)

    def wanted(told: Happened) -> bool:
        return told.subject == feed_id or (
            told.project == found.project_id and told.kind.startswith("module.")
        )

    return live.events(request, _changed(request, wanted))


@router.post("/feeds/{feed_id}/check")
async def check(call: Call, feed_id: UUID) -> Response:
    """Read the list now, and try refused entries again."""
    await checked(call, feed_id)
    return see_other(f"/feeds/{feed_id}", Notice(_("The list is being read."), "info"))


@router.post("/feeds/{feed_id}/remove")
async def remove(call: Call, feed_id: UUID, confirm: Annotated[str, Form()] = "") -> Response:
    """Stop following the list; its name must have been typed."""
    found = await feeds.feed(call.session, call.actor, feed_id)
    if confirm != name_of(found.address):
        raise BadRequest("The name that was typed is not the list's.", fix="Go back and type it exactly.")
    await feeds.remove(call.session, call.actor, feed_id)
    return see_other("/feeds", Notice(_("The list is not followed any more. Its modules stay.")))


@dataclass(frozen=True)
class Typed:
    """The form as it was typed."""

    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, str]:
        named = {name.removeprefix(OPTION): value for name, value in self.values.items() if OPTION in name}
        return {name: value for name, value in named.items() if value.strip()}

    def spec(self) -> NewFeed:
        """
        Raises:
            ValidationError: something of it is not right.
        """
        visibility = self.values.get("visibility", USUAL)
        given = {
            "address": self.values.get("address", "").strip(),
            "kind": self.values.get("kind") or None,
            "options": self.options,
            "project_id": self.values.get("project") or None,
            "visibility": None if visibility == USUAL else visibility,
            "trust": self.values.get("trust", Trust.BUILT.value),
            "keep": self.values.get("gone", "keep") == "keep",
        }
        return NewFeed.model_validate(given)


async def _form(
    request: Request,
    caller: Caller,
    typed: Typed,
    *,
    preview: FeedPreview | None = None,
    wrong: Exception | None = None,
) -> Response:
    async with platform_of(request).transaction(caller) as session:
        choices = await _choices(session, caller)
    known = feeds.kinds()
    kind = preview.kind if preview else typed.values.get("kind", "")
    chosen = next((each for each in known if each.kind == kind), None)
    options = {**(preview.options if preview else {}), **typed.options}
    values = {**typed.values, **({"address": preview.address, "kind": kind} if preview else {})}
    return render(
        request,
        "catalog/feed_new.html",
        status=422 if wrong else 200,
        fragment="content",
        kinds=known,
        chosen=chosen,
        choices=choices,
        values=values,
        options=options,
        preview=preview,
        errors=_errors(wrong) if wrong else {},
        there=wrong.id if isinstance(wrong, AlreadyFollowed) else None,
    )


async def _choices(session: Any, actor: Caller) -> Sequence[tuple[str, str]]:
    """The projects in which the actor may follow lists, the default project first.

    Raises:
        SignInNeeded, NotAllowed: there is none.
    """
    seen = await projects.projects(session, actor) if actor.signed_in else ()
    mine = [(str(each.id), each.name) for each in seen if policy.can_add_feed.allows(actor, each.id)]
    if not mine:
        policy.can_add_feed.check(actor, (await projects.default_project(session)).id)
    return mine


def _errors(wrong: Exception) -> Mapping[str, str]:
    if isinstance(wrong, UnknownList):
        return {wrong.errors[0].field: wrong.detail}
    if isinstance(wrong, AlreadyFollowed):
        return {"address": f"{wrong.title}. {wrong.detail}"}
    if isinstance(wrong, ListProblem | SourceProblem | NotAllowed):
        return {"address": f"{wrong.detail} {wrong.remedy or ''}".strip()}
    if isinstance(wrong, ValidationError):
        words = {"address": _("Write the address of a list.")}
        names = {str(each["loc"][0]) for each in wrong.errors()}
        known = {name: words.get(name, _("This is not right.")) for name in names}
        return {"project" if name == "project_id" else name: said for name, said in known.items()}
    raise wrong


def name_of(address: str) -> str:
    """What is typed to remove a list: its address without what all have."""
    return address.partition("://")[2] or address


def _labels() -> Mapping[str, str]:
    return {each.kind: each.label for each in feeds.kinds()}


async def _changed(request: Request, wanted: Any) -> AsyncIterator[tuple[str, str]]:
    async for _each in live.changes(request.app.state.live, wanted, settle=SETTLE):
        yield "changed", ""
