"""Pages of builds: the list, and one build with its stages, their logs and evidence, live."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.builds import logs, policy, service
from fairhaven.builds.schemas import Build, BuildSpec, LogPart, Stage, StageName, State
from fairhaven.core import live
from fairhaven.core.errors import Invalid, NotFound
from fairhaven.core.http import Call, Caller, Cursor, platform_of
from fairhaven.core.live import Notice as Happened
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PER_PAGE = 50
SHOWN_LOG = 64 << 10  # bytes of a stage's log that the page holds; the rest is a link
PAUSE = 0.4  # seconds between two looks at a log that is followed

Filter = Annotated[str, Query(max_length=100)]


@router.get("/builds")
async def builds_page(call: Call, module: Filter = "", state: Filter = "", cursor: Cursor = None) -> Response:
    """The list, with filters by module and state."""
    chosen = State(state) if state in set(State) else None
    found = await service.builds(
        call.session, call.actor, module=module.strip() or None, state=chosen, limit=PER_PAGE, cursor=cursor
    )
    return render(
        call.request,
        "builds/list.html",
        fragment="rows",
        page=found,
        module=module.strip(),
        chosen=chosen,
        states=[state for state in State if state != State.SKIPPED],
    )


@router.post("/builds")
async def start(call: Call) -> Response:
    """Build the newest commit of a module, from a form with its name."""
    form = await call.request.form()
    asked = str(form.get("module", ""))
    try:
        spec = BuildSpec(module=asked)
    except ValidationError:
        raise Invalid(f"`{asked[:60]}` is not the name of a module.") from None
    found = await service.start(call.session, call.actor, spec)
    return see_other(f"/builds/{found.id}")


@router.get("/builds/events")
async def list_events(request: Request, caller: Caller) -> Response:
    """`changed` whenever some build that the reader may see changed."""
    policy.can_list.check(caller)

    def wanted(told: Happened) -> bool:
        return told.kind.startswith(("build.", "stage.")) and service.may_hear(caller, told.project)

    return live.events(request, _changed(request, wanted))


@router.get("/builds/{build_id}")
async def build_page(request: Request, caller: Caller, build_id: UUID) -> Response:
    """One build: how it stands, its stages with evidence and logs."""
    platform = platform_of(request)
    async with platform.transaction(caller) as session:
        found = await service.build(session, caller, build_id)
    parts = await asyncio.gather(*(_shown(platform, found, stage) for stage in found.stages))
    return render(
        request,
        "builds/detail.html",
        fragment="status",
        build=found,
        stages=list(zip(found.stages, parts, strict=True)),
        may_retry=policy.can_retry.allows(caller, found),
        may_cancel=policy.can_cancel.allows(caller, found),
    )


@router.get("/builds/{build_id}/events")
async def build_events(request: Request, caller: Caller, build_id: UUID) -> Response:
    """`changed` whenever the build or one of its stages changed."""
    async with platform_of(request).transaction(caller) as session:
        await service.build(session, caller, build_id)
    return live.events(request, _changed(request, lambda told: told.subject == build_id))


@router.get("/builds/{build_id}/stages/{stage}/stream")
async def log_stream(
    request: Request, caller: Caller, build_id: UUID, stage: StageName, offset: int = 0
) -> Response:
    """Lines of a running stage's log as they are written, as HTML; ends with the stage."""
    platform = platform_of(request)
    await service.stage_log(platform, caller, build_id, stage, limit=64)  # refuse before the stream begins
    line = request.app.state.templates.globals["ui"].log_line

    async def written() -> AsyncIterator[tuple[str, str]]:
        async for text in _lines_of(platform, caller, build_id, stage, max(offset, 0)):
            yield "line", str(line(text))

    return live.events(request, written())


@router.get("/builds/{build_id}/stages/{stage}/log.txt")
async def whole_log(request: Request, caller: Caller, build_id: UUID, stage: StageName) -> Response:
    """A stage's log as plain text."""
    platform, text, offset = platform_of(request), "", 0
    while len(text) < 32 * logs.MOST:
        part = await service.stage_log(platform, caller, build_id, stage, offset=offset)
        text, offset = text + part.text, part.next
        if part.complete or not part.text:
            break
    headers = {"Content-Disposition": f'inline; filename="{stage}.log"', "Content-Security-Policy": "sandbox"}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.post("/builds/{build_id}/retry")
async def retry(call: Call, build_id: UUID) -> Response:
    await service.retry(call.session, call.actor, build_id)
    return see_other(f"/builds/{build_id}", Notice(_("It is tried again.")))


@router.post("/builds/{build_id}/cancel")
async def cancel(call: Call, build_id: UUID) -> Response:
    await service.cancel(call.session, call.actor, build_id)
    return see_other(f"/builds/{build_id}", Notice(_("It was asked to stop."), "info"))


async def _shown(platform: Platform, build: Build, stage: Stage) -> LogPart:
    """The beginning of a stage's log, in whole lines while it is being written."""
    if stage.started_at is None:
        return LogPart(text="", offset=0, next=0, complete=True)
    ended = stage.state.ended
    part = await logs.read(platform, build.id, stage.name, ended=ended, offset=0, limit=SHOWN_LOG)
    if ended:
        return part
    text = part.text[: part.text.rfind("\n") + 1]
    return part.model_copy(update={"text": text, "next": len(text.encode(errors="replace"))})


async def _changed(request: Request, wanted: Callable[[Happened], bool]) -> AsyncIterator[tuple[str, str]]:
    async for _each in live.changes(request.app.state.live, wanted):
        yield "changed", ""


async def _lines_of(
    platform: Platform, actor: Actor, build_id: UUID, stage: StageName, offset: int
) -> AsyncIterator[str]:
    rest = ""
    while True:
        try:
            part = await service.stage_log(platform, actor, build_id, stage, offset=offset)
        except NotFound:  # the module and its builds were removed
            return
        *lines, rest = (rest + part.text).split("\n")
        for line in lines:
            yield line
        offset = part.next
        if part.complete:
            if rest:
                yield rest
            await (
                asyncio.Event().wait()
            )  # a stream that ends would be opened again: wait for the reader to go
        if not part.text:
            await asyncio.sleep(PAUSE)
