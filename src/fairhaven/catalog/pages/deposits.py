"""Where a module's releases get their DOIs: begin a deposit, watch it, publish it, write it back."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from fairhaven.catalog import policy, service, tasks
from fairhaven.catalog.pages.editor import edit_at
from fairhaven.catalog.schemas import Deposit, DepositState, NewDeposit, Step
from fairhaven.core import live
from fairhaven.core.errors import BadRequest, Conflict, Invalid
from fairhaven.core.http import Call, Caller, platform_of
from fairhaven.core.live import Notice as Happened
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST = 100


@router.get("/catalog/{name}/deposits")
async def deposits(call: Call, name: str, release: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The deposits of a module; `release` is the version that is chosen in the form."""
    return await _page(call, name, release)


@router.post("/catalog/{name}/deposits")
async def begin(
    call: Call,
    name: str,
    release: Annotated[str, Form(max_length=100)] = "",
    depository: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Begin to deposit a release, as a draft."""
    found = await service.releases(call.session, call.actor, name)
    chosen = next((each.id for each in found if each.version == release), None)
    if chosen is None:
        return await _page(call, name, release, {"release": _("Choose one of its releases.")})
    places = call.platform.settings.depositories
    spec = NewDeposit(release_id=chosen, depository=depository)
    try:
        made = await service.start_deposit(call.session, call.actor, spec, places)
    except (Conflict, Invalid) as problem:
        said = f"{problem.detail} {problem.remedy or ''}".strip()
        return await _page(call, name, release, {"depository": said})
    await tasks.enqueue_deposit(call.session, made.id)
    return _back(name, Notice(_("The deposit has begun: a draft is made.")))


@router.get("/catalog/{name}/deposits/events")
async def events(request: Request, caller: Caller, name: str) -> Response:
    """`changed` whenever a deposit of the module changed."""
    async with platform_of(request).transaction(caller) as session:
        module = await service.module(session, caller, name)

    def wanted(told: Happened) -> bool:
        return told.kind.startswith("deposit.") and told.subject == module.id

    async def changed() -> AsyncIterator[tuple[str, str]]:
        async for _each in live.changes(request.app.state.live, wanted):
            yield "changed", ""

    return live.events(request, changed())


@router.post("/catalog/{name}/deposits/{deposit_id}/publish")
async def publish(
    call: Call, name: str, deposit_id: UUID, confirm: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Publish a draft for ever; the module's name must have been typed."""
    if confirm != name:
        policy.can_list.check(call.actor)
        raise BadRequest("The name that was typed is not the module's.", fix="Go back and type it exactly.")
    found = await service.approve_deposit(call.session, call.actor, deposit_id)
    await tasks.enqueue_deposit(call.session, found.id)
    return _back(name, Notice(_("It is being published.")))


@router.post("/catalog/{name}/deposits/{deposit_id}/retry")
async def retry(call: Call, name: str, deposit_id: UUID) -> Response:
    """Try it again."""
    found = await service.retry_deposit(call.session, call.actor, deposit_id)
    await tasks.enqueue_deposit(call.session, found.id)
    return _back(name, Notice(_("It is tried again.")))


@router.post("/catalog/{name}/deposits/{deposit_id}/discard")
async def discard(request: Request, caller: Caller, name: str, deposit_id: UUID) -> Response:
    """Throw the draft away."""
    await service.discard_deposit(platform_of(request), caller, deposit_id)
    return _back(name, Notice(_("The draft was discarded.")))


@router.get("/catalog/{name}/deposits/{deposit_id}/proposal")
async def proposal(
    request: Request,
    caller: Caller,
    name: str,
    deposit_id: UUID,
    as_: Annotated[str, Query(alias="as", max_length=10)] = "",
) -> Response:
    """The change of the metadata file that names the DOI; `as` is `patch` or `yaml`, to download it."""
    platform = platform_of(request)
    found = await service.proposal(platform, caller, deposit_id)
    if as_ in ("patch", "yaml"):
        kind, text = ("text/x-diff", found.patch) if as_ == "patch" else ("application/yaml", found.text)
        file = "doi.patch" if as_ == "patch" else found.file
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
    async with platform.transaction(caller) as session:
        module = await service.module(session, caller, name)
    return render(
        request,
        "catalog/proposal.html",
        fragment="content",
        module=module,
        proposal=found,
        here=f"/catalog/{module.name}/deposits/{deposit_id}/proposal",
        edit_at=edit_at(module),
    )


async def _page(call: Call, name: str, release: str, errors: dict[str, str] | None = None) -> Response:
    module = await service.module(call.session, call.actor, name)
    found = await service.deposits(call.session, call.actor, module=name, limit=MOST, cursor=None)
    may_draft = service.may(call.actor, module, "draft_deposit")
    there = service.depositories(call.platform, call.actor) if may_draft else ()
    return render(
        call.request,
        "catalog/deposits.html",
        status=422 if errors else 200,
        fragment="status",
        module=module,
        deposits=[(each, _stages(each)) for each in found.items],
        places={each.name: each for each in call.platform.settings.depositories},
        releases=await service.releases(call.session, call.actor, name) if may_draft else (),
        depositories=there,
        chosen=release or (module.latest_release.version if module.latest_release else ""),
        errors=errors or {},
        may_draft=may_draft,
        may_publish=service.may(call.actor, module, "publish_deposit"),
    )


def _stages(deposit: Deposit) -> list[dict[str, str]]:
    """The steps with their states, as `ui.stages` draws them."""
    words = {
        Step.DRAFT: _("Draft, with a DOI reserved"),
        Step.FILES: _("Files"),
        Step.METADATA: _("Metadata"),
        Step.PUBLISH: _("Publication"),
        Step.DOI: _("DOI written back"),
    }
    return [{"name": words[step], **_stage(deposit, step)} for step in Step]


def _stage(deposit: Deposit, step: Step) -> dict[str, str]:
    files = _("%(done)s of %(total)s files") % {"done": deposit.done, "total": deposit.total}
    reason = files if step is Step.FILES and deposit.total else ""
    if deposit.state is DepositState.PUBLISHED or step.number < deposit.step.number:
        return {"state": "succeeded", "reason": reason}
    if step is not deposit.step:
        return {"state": "skipped" if deposit.state is DepositState.FAILED else "queued", "reason": ""}
    match deposit.state:
        case DepositState.RUNNING:
            return {"state": "running", "reason": reason}
        case DepositState.DRAFTED:
            return {"state": "waiting", "reason": _("for a manager of the project, who publishes it")}
        case DepositState.FAILED:
            return {"state": "failed", "reason": reason}
        case _:
            return {"state": "stopped", "reason": ""}


def _back(name: str, notice: Notice) -> Response:
    return see_other(f"/catalog/{name}/deposits", notice)
