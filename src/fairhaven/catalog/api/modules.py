"""REST of the catalog."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from fairhaven.catalog import policy, service, tasks
from fairhaven.catalog.api import answers
from fairhaven.catalog.api.identifiers import FormatName, ProfileName
from fairhaven.catalog.exports.negotiation import JSON
from fairhaven.catalog.schemas import (
    Facets,
    ForgeLook,
    FoundModules,
    Hook,
    Module,
    ModuleChange,
    NewModule,
    Release,
    Sort,
)
from fairhaven.catalog.schemas.changes import ReleaseChanges
from fairhaven.core import jobs
from fairhaven.core.http import Call, Caller, Cursor, Limit, RequestContext, asks_once, platform_of, with_etag
from fairhaven.core.policy import SYSTEM
from fairhaven.projects import service as projects

router = APIRouter(prefix="/api/v1", tags=["catalog"])

Words = Annotated[str, Query(max_length=200, description='Words; "a phrase", -without, or.')]
Version = Annotated[
    str | None, Query(alias="from", max_length=100, description="Else the release before `to`.")
]
Values = Annotated[list[str], Query(max_length=20, description="Any of these values.")]
Exact = Annotated[bool, Query(description="Do not correct words that no module has.")]
More = Annotated[list[str], Query(max_length=20, description="Facets of which to tell up to 100 values.")]


Has = Literal["release", "doi", "dataset", "evaluation", "weights", "service"]
Band = Literal["90-100", "75-89", "50-74", "0-49", "unknown"]


@dataclass(frozen=True)
class Filter:
    """The words and facets of a question."""

    q: str
    chosen: Mapping[str, Sequence[str]]


# `async`, though it waits for nothing: FastAPI sends other dependencies to a thread.
async def _filter(
    q: Words = "",
    tasks: Values = [],  # noqa: B006 - FastAPI copies it
    libraries: Values = [],  # noqa: B006
    categories: Values = [],  # noqa: B006
    data_type: Values = [],  # noqa: B006
    license: Values = [],  # noqa: B006
    has: Annotated[list[Has], Query(description="What there must be of it: any of these.")] = [],  # noqa: B006
    fair: Annotated[list[Band], Query(description="Bands of the FAIR score: any of these.")] = [],  # noqa: B006
    project: Annotated[list[str], Query(max_length=20, description="Slugs of projects: any.")] = [],  # noqa: B006
    tags: Values = [],  # noqa: B006
) -> Filter:
    """A question as it stands in the query string."""
    chosen: dict[str, Sequence[str]] = {
        "tasks": tasks,
        "libraries": libraries,
        "categories": categories,
        "data_type": data_type,
        "license": license,
        "has": has,
        "fair": fair,
        "project": project,
        "tags": tags,
    }
    return Filter(q, chosen)


Filtered = Annotated[Filter, Depends(_filter)]


@router.get("/modules", operation_id="list_modules", response_model=FoundModules)
@asks_once
async def list_modules(
    call: Call,
    wanted: Filtered,
    sort: Sort | None = None,
    limit: Limit = 25,
    cursor: Cursor = None,
    exact: Exact = False,
) -> Response:
    """List modules: best match first when there are words, else the newest."""
    found = await service.search(
        call.session,
        call.actor,
        q=wanted.q,
        facets=wanted.chosen,
        sort=sort,
        limit=limit,
        cursor=cursor,
        exact=exact,
    )
    return with_etag(call.request, found)


@router.get("/module-facets", operation_id="count_modules", response_model=Facets)
@asks_once
async def count_modules(call: Call, wanted: Filtered, more: More = []) -> Response:  # noqa: B006
    """Count modules by the values of each facet; the numbers may be some seconds old."""
    counted = await service.facets(call.session, call.actor, wanted.q, wanted.chosen, more=more)
    return with_etag(call.request, counted)


@router.post("/modules", operation_id="register_module", status_code=201)
async def register_module(request: Request, caller: Caller, spec: NewModule) -> Module:
    """Register a repository, a folder or an item of a catalog as a module; its first build follows."""
    platform = platform_of(request)
    async with platform.transaction(caller) as session:
        if known := await _answered_before(RequestContext(request, session, caller, platform), spec):
            return known
        project_id = spec.project_id or (await projects.default_project(session)).id
        await service.check_may_register(session, caller, project_id, spec)
    inspected = await service.inspect(platform, spec, allow_invalid=spec.allow_invalid)
    async with platform.transaction(caller) as session:

        async def act() -> Module:
            return await service.register(
                session,
                caller,
                project_id,
                spec,
                inspected,
                visibility=spec.visibility,
                trust=spec.trust,
            )

        return await RequestContext(request, session, caller, platform).once(spec, Module, act)


async def _answered_before(context: RequestContext, spec: NewModule) -> Module | None:
    """The answer that this Idempotency-Key got before; looking at the source again could end otherwise."""

    async def not_yet() -> Module:
        raise _NotYet

    try:
        return await context.once(spec, Module, not_yet)
    except _NotYet:
        return None


class _NotYet(Exception):
    """This is the first time."""


@router.get("/modules/{name}", operation_id="get_module", response_model=Module)
@asks_once
async def get_module(
    call: Call, name: str, format_: FormatName = None, profile: ProfileName = None
) -> Response:
    """Read a module with everything the catalog knows of it; or in a format that you name or accept."""
    found = await service.module(call.session, call.actor, name)
    wanted = answers.choose(call.request, format=format_, profile=profile)
    if wanted is JSON:
        answer = with_etag(call.request, found)
        answer.headers["Vary"] = answers.VARY
        return answer
    told = await service.exported(call.session, call.actor, answers.site_of(call.platform), name)
    return answers.of_item(call.request, told, wanted)


@router.patch("/modules/{name}", operation_id="change_module")
async def change_module(call: Call, name: str, wanted: ModuleChange) -> Module:
    """Decide who may see a module, and whether it is built and run."""
    return await service.change(call.session, call.actor, name, wanted)


@router.delete("/modules/{name}", operation_id="remove_module", status_code=204)
async def remove_module(call: Call, name: str) -> None:
    """Take a module out of the catalog; what runs of it keeps running."""
    await service.remove(call.session, call.actor, name)


@router.get("/modules/{name}/releases", operation_id="list_releases")
async def list_releases(call: Call, name: str) -> Sequence[Release]:
    """List the releases of a module, newest first."""
    return await service.releases(call.session, call.actor, name)


@router.get("/modules/{name}/changes", operation_id="read_release_changes")
async def read_release_changes(
    call: Call,
    name: str,
    from_: Version = None,
    to: Annotated[str | None, Query(max_length=100, description="Else the latest.")] = None,
) -> ReleaseChanges:
    """Compare two releases by their versions: what the metadata says, and where the code can be compared."""
    return await service.changes(call.session, call.actor, name, from_, to)


@router.get("/releases/{release_id}", operation_id="get_release", response_model=Release)
async def get_release(call: Call, release_id: UUID) -> Response:
    """Read one release."""
    return with_etag(call.request, await service.release(call.session, call.actor, release_id))


@router.post("/modules/{name}/check", operation_id="check_module")
async def check_module(request: Request, caller: Caller, name: str) -> Module:
    """Look at the module's repository now; a new commit is built."""
    platform = platform_of(request)
    async with platform.transaction(caller) as session:
        module = await service.prepare_check(session, caller, name)
    seen = await service.look(platform, module)
    async with platform.transaction(caller) as session:
        return await service.apply_look(session, module.id, seen, interval=platform.settings.poll_interval)


@router.get("/modules/{name}/forge-look", operation_id="get_forge_look")
async def get_forge_look(call: Call, name: str) -> ForgeLook:
    """Read when the module's forge was asked for what the authors leave open, and what went wrong."""
    return await service.forge_look(call.session, call.actor, name)


@router.get("/modules/{name}/hook", operation_id="get_module_hook")
async def get_module_hook(call: Call, name: str) -> Hook:
    """Read the address and secret for a git server that tells of pushes."""
    platform = call.platform
    return await service.hook(call.session, call.actor, platform.keys, name, platform.settings.public_url)


@router.post("/modules/{name}/hook/rotate", operation_id="rotate_module_hook", status_code=201)
async def rotate_module_hook(call: Call, name: str) -> Hook:
    """Make another secret for the hook; the one before is refused at once."""
    keys, public_url = call.platform.keys, call.platform.settings.public_url
    return await service.rotate_hook(call.session, call.actor, keys, name, public_url)


@router.post("/modules/{name}/hook", operation_id="push_to_module", status_code=202, response_class=Response)
async def push_to_module(request: Request, name: str) -> Response:
    """Tell of a push: a webhook of GitHub, GitLab, Gitea or Forgejo with the hook's secret; or as bearer."""
    policy.can_push.check(SYSTEM)
    body = await request.body()
    headers = dict(request.headers)
    platform = platform_of(request)
    async with platform.transaction(SYSTEM) as session:
        module_id = await service.prepare_push(session, platform.keys, name, body, headers)
        if module_id:  # else it is sent again
            await jobs.enqueue(session, tasks.look, lock=f"catalog.look:{module_id}", module_id=module_id)
    return Response(status_code=202)
