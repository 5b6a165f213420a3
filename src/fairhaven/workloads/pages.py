"""Pages of workloads: the list, one workload with its live log, and Try."""

import shlex
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from fairhaven.core import live
from fairhaven.core.http import Call, Caller, Cursor, platform_of, takes_uploads
from fairhaven.core.live import Notice as Happened
from fairhaven.core.policy import Actor
from fairhaven.ui import forms
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _
from fairhaven.workloads import calls, logs, policy, service
from fairhaven.workloads.schemas import LogPart, State
from fairhaven.workloads.service import Target
from fairhaven.workloads.start_page import here

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PER_PAGE = 50
ANY_TYPE = "application/octet-stream"
SHOWN_LOG = 64 << 10  # bytes of a log that the page begins with
SHOWN_INPUT = 2 << 20  # bytes of an uploaded image that is shown beside its answer

Filter = Annotated[str, Query(max_length=20)]


@router.get("/workloads")
async def workloads_page(call: Call, state: Filter = "", cursor: Cursor = None) -> Response:
    """The list, with a filter by state."""
    chosen = State(state) if state in set(State) else None
    found = await service.workloads(call.session, call.actor, state=chosen, limit=PER_PAGE, cursor=cursor)
    return render(
        call.request, "workloads/list.html", fragment="rows", page=found, chosen=chosen, states=list(State)
    )


@router.get("/workloads/events")
async def list_events(request: Request, caller: Caller) -> Response:
    """`changed` whenever some workload that the reader may see changed."""
    policy.can_list.check(caller)
    return live.events(
        request, _changed(request, lambda told: told.kind.startswith("workload.") and _concerns(caller, told))
    )


@router.get("/workloads/{workload_id}")
async def workload_page(request: Request, caller: Caller, workload_id: UUID) -> Response:
    """One workload: facts, endpoints, log."""
    platform = platform_of(request)
    async with platform.transaction(caller) as session:
        found = await service.workload(session, caller, workload_id)
    readable = policy.can_read_log.allows(caller, found)
    log = logs.NOTHING
    if readable:
        log = await logs.read(platform, caller, workload_id, offset=-SHOWN_LOG, limit=SHOWN_LOG)
    return render(
        request,
        "workloads/detail.html",
        fragment="status",
        workload=found,
        log_lines=_lines(log),
        log_goes_on=_end_of_lines(log),
        may_read_log=readable,
        may_operate=policy.can_operate.allows(caller, found),
        may_call=policy.can_call.allows(caller, found),
    )


@router.get("/workloads/{workload_id}/events")
async def workload_events(request: Request, caller: Caller, workload_id: UUID) -> Response:
    """`changed` whenever the workload changed."""
    async with platform_of(request).transaction(caller) as session:
        await service.workload(session, caller, workload_id)
    return live.events(request, _changed(request, lambda told: told.subject == workload_id))


@router.get("/workloads/{workload_id}/log/stream")
async def log_stream(request: Request, caller: Caller, workload_id: UUID, offset: int = 0) -> Response:
    """Lines of the log as they are written, as HTML."""
    platform = platform_of(request)
    await logs.read(platform, caller, workload_id, offset=0, limit=1)  # refuse before the stream begins
    line = request.app.state.templates.globals["ui"].log_line

    async def written() -> AsyncIterator[tuple[str, str]]:
        async for text in logs.follow(platform, caller, workload_id, offset=offset):
            yield "line", str(line(text))

    return live.events(request, written())


@router.post("/workloads/{workload_id}/stop")
async def stop(call: Call, workload_id: UUID) -> Response:
    await service.stop(call.session, call.actor, workload_id)
    return see_other(f"/workloads/{workload_id}", Notice(_("It was asked to end."), "info"))


@router.post("/workloads/{workload_id}/start")
async def start_again(call: Call, workload_id: UUID) -> Response:
    await service.start_again(call.session, call.actor, workload_id)
    return see_other(f"/workloads/{workload_id}", Notice(_("It starts.")))


@router.post("/workloads/{workload_id}/restart")
async def restart(call: Call, workload_id: UUID) -> Response:
    await service.restart(call.session, call.actor, workload_id)
    return see_other(f"/workloads/{workload_id}", Notice(_("It starts anew.")))


@router.post("/workloads/{workload_id}/delete")
async def delete(call: Call, workload_id: UUID) -> Response:
    found = await service.workload(call.session, call.actor, workload_id)
    await service.delete(call.session, call.actor, workload_id)
    return see_other("/workloads", Notice(_("%s was deleted.") % found.name))


@router.post("/try/{release_id}")
async def begin_trial(call: Call, release_id: UUID) -> Response:
    """Start my trial of a release, or find the one I have, and go to its page."""
    found = await service.trial(call.session, call.actor, release_id, here(call))
    return see_other(f"/workloads/{found.id}/try")


@router.get("/workloads/{workload_id}/try")
async def try_page(request: Request, caller: Caller, workload_id: UUID) -> Response:
    """A form for one prediction; while the workload starts, what it waits for."""
    target = await _target(request, caller, workload_id)
    return _tried(request, target, fragment="content")


@router.post("/workloads/{workload_id}/try")
@takes_uploads
async def try_it(request: Request, caller: Caller, workload_id: UUID) -> Response:
    """Ask for the prediction and draw the answer."""
    target = await _target(request, caller, workload_id)
    form = await request.form()
    values = forms.read(calls.schema(target.description), form)
    wrong = forms.check(calls.schema(target.description), values)
    if wrong:
        return _tried(request, target, values=values, errors=wrong)
    answer = await calls.predict(target, values)
    if complaints := answer.complaints():
        return _tried(request, target, values=values, errors=complaints)
    return _tried(request, target, values=values, answer=answer, shown_input=await _shown_input(values))


async def _target(request: Request, caller: Actor, workload_id: UUID) -> Target:
    async with platform_of(request).transaction(caller) as session:
        return await service.target(session, caller, workload_id)


def _tried(
    request: Request,
    target: Target,
    *,
    fragment: str = "result",
    values: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    answer: calls.Answer | None = None,
    shown_input: str = "",
) -> Response:
    workload, given = target.workload, values or {}
    fields = _fields(target)
    curl, python = _examples(request, target, fields, calls.plain(given))
    return render(
        request,
        "workloads/try.html",
        status=422 if errors else 200,
        fragment=fragment,
        workload=workload,
        about=target.description.get("metadata") or {},
        fields=fields,
        labels={field.name: field.label for field in fields},
        values={name: value for name, value in given.items() if not isinstance(value, UploadFile)},
        errors=errors or {},
        answer=answer,
        shown_input=shown_input,
        curl=curl,
        python=python,
    )


def _fields(target: Target) -> list[forms.Field]:
    """The module's arguments, the needed ones first; a file of any type is one that any picker offers."""
    found = forms.fields(calls.schema(target.description))
    anything = [replace(each, accept="") if each.accept == ANY_TYPE else each for each in found]
    return sorted(anything, key=lambda each: not each.required)


async def _shown_input(values: dict[str, Any]) -> str:
    """The first uploaded image, for the page to show beside the answer; empty when there is none."""
    for value in values.values():
        shown = isinstance(value, UploadFile) and (value.content_type or "").startswith("image/")
        if shown and (value.size or 0) <= SHOWN_INPUT:
            await value.seek(0)
            return calls.inline(await value.read(), value.content_type or "")
    return ""


def _examples(
    request: Request, target: Target, fields: list[forms.Field], given: dict[str, str | list[str]]
) -> tuple[str, str]:
    """The same question as a command and as a program."""
    public = platform_of(request).settings.public_url
    url = f"{public}/endpoints/{target.workload.id}{calls.path(target.description)}"
    files = [field.name for field in fields if field.widget == "file"]
    parts = ["curl", "-H", '"Authorization: Bearer $FAIRHAVEN_TOKEN"']
    for name in files:
        parts += ["-F", f"{name}=@FILE"]
    for name, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            parts += ["-F" if files else "--data-urlencode", shlex.quote(f"{name}={one}")]
    curl = " ".join([*parts, shlex.quote(url)])
    shown = ", ".join(f"{name!r}: 'FILE'" for name in files)
    keywords = [f"files={{{shown}}}"] if files else []
    keywords += [f"values={given!r}"] if given else []
    call = ", ".join([f'"{target.workload.id}"', *keywords])
    python = (
        "from fairhaven.client.fairhaven import Fairhaven\n\n"
        f'with Fairhaven("{public}", token="fh_…") as platform:\n'
        f"    print(platform.workloads.predict({call}).json())\n"
    )
    return curl, python


async def _changed(request: Request, wanted: Any) -> AsyncIterator[tuple[str, str]]:
    async for _nothing in live.changes(request.app.state.live, wanted):
        yield "changed", "now"


def _concerns(actor: Actor, told: Happened) -> bool:
    return actor.administrator or (told.project is not None and told.project in actor.roles)


def _lines(log: LogPart) -> list[str]:
    """The lines of the part shown; the first may be cut, so it goes when there is more before it."""
    lines = log.text.rpartition("\n")[0].splitlines()
    return lines[1:] if log.offset > 0 else lines


def _end_of_lines(log: LogPart) -> int:
    """The byte after the last whole line: where the stream goes on."""
    return log.next - len(log.text.rpartition("\n")[2].encode())
