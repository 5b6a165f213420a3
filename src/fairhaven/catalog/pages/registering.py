"""The form that registers a module: where it lives, in which project, for whom, and whether it is built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy, service
from fairhaven.catalog.metadata import Problem
from fairhaven.catalog.schemas import Module, NewModule, Trust
from fairhaven.catalog.service import AlreadyRegistered, MetadataInvalid
from fairhaven.core.errors import NotAllowed
from fairhaven.core.http import Call, Caller, platform_of
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.sources import NoMetadata, SourceProblem
from fairhaven.projects import service as projects
from fairhaven.projects.brands import Worn
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

USUAL = "usual"


@dataclass(frozen=True)
class Wrong:
    """What is wrong with what was typed: by field; of the metadata, and the module that has the source.

    `mendable`: it may be registered all the same.
    """

    errors: Mapping[str, str]
    problems: Sequence[Problem] = ()
    there: str = ""
    mendable: bool = False


@router.get("/catalog/new")
async def registering(call: Call) -> Response:
    """The form that registers a module."""
    choices = await _choices(call.session, call.actor)
    return _form(call.request, call.actor, choices, {"project": _preselected(call.request, choices)})


@router.post("/catalog/new")
async def register(
    request: Request,
    caller: Caller,
    url: Annotated[str, Form()] = "",
    branch: Annotated[str, Form()] = "",
    project: Annotated[str, Form()] = "",
    visibility: Annotated[str, Form()] = USUAL,
    trust: Annotated[str, Form()] = Trust.BUILT.value,
    allow_invalid: Annotated[str, Form()] = "",
) -> Response:
    """Look at the source and register it; what is wrong is shown beside the field."""
    platform = platform_of(request)
    values = {"url": url, "branch": branch, "project": project, "visibility": visibility, "trust": trust}
    async with platform.transaction(caller) as session:
        choices = await _choices(session, caller)
    given = {
        "url": url.strip(),
        "branch": branch.strip() or None,
        "project_id": project or _preselected(request, choices),
        "visibility": None if visibility == USUAL else visibility,
        "trust": trust,
        "allow_invalid": bool(allow_invalid),
    }
    try:
        made = await _registered(platform, caller, NewModule.model_validate(given))
    except (ValidationError, NotAllowed, AlreadyRegistered, MetadataInvalid, SourceProblem) as problem:
        return _form(request, caller, choices, values, _wrong(problem), bool(allow_invalid))
    return see_other(f"/catalog/{made.name}", Notice(_said(made), "good" if made.valid else "info"))


async def _registered(platform: Platform, caller: Actor, spec: NewModule) -> Module:
    project_id = spec.project_id
    assert project_id is not None
    async with platform.transaction(caller) as session:
        await service.check_may_register(session, caller, project_id, spec)
    inspected = await service.inspect(platform, spec, allow_invalid=spec.allow_invalid)
    async with platform.transaction(caller) as session:
        return await service.register(
            session, caller, project_id, spec, inspected, visibility=spec.visibility, trust=spec.trust
        )


async def _choices(session: AsyncSession, actor: Actor) -> Mapping[UUID, str]:
    """The projects in which the actor may register modules, the default project first.

    Raises:
        SignInNeeded, NotAllowed: there is none.
    """
    seen = await projects.projects(session, actor) if actor.signed_in else ()
    mine = {each.id: each.name for each in seen if policy.can_register.allows(actor, each.id)}
    if not mine:
        policy.can_register.check(actor, (await projects.default_project(session)).id)
    return mine


def _preselected(request: Request, choices: Mapping[UUID, str]) -> str:
    """The project whose pages these are, else the first that may be chosen."""
    worn: Worn | None = request.app.state.brands.worn(request)
    return str(worn.project_id if worn and worn.project_id in choices else next(iter(choices)))


def _form(
    request: Request,
    actor: Actor,
    choices: Mapping[UUID, str],
    values: Mapping[str, Any],
    wrong: Wrong | None = None,
    allow_invalid: bool = False,
) -> Response:
    found = wrong or Wrong({})
    return render(
        request,
        "catalog/new.html",
        status=422 if wrong else 200,
        fragment="content",
        folders=actor.administrator and platform_of(request).settings.local_folders,
        choices=[(str(key), name) for key, name in choices.items()],
        values=values,
        allow_invalid=allow_invalid,
        errors=found.errors,
        problems=found.problems,
        there=found.there,
        mendable=found.mendable,
    )


def _wrong(problem: Exception) -> Wrong:
    match problem:
        case AlreadyRegistered():
            return Wrong({"url": f"{problem.title}. {problem.detail}"}, there=problem.name)
        case MetadataInvalid():
            return Wrong({"url": problem.title}, problems=problem.problems, mendable=True)
        case NoMetadata():
            return Wrong({"url": _told(problem)}, mendable=True)
        case SourceProblem():
            return Wrong({"url": _told(problem)})
        case NotAllowed():
            return Wrong({"url": problem.detail})
        case ValidationError():
            return Wrong(_fields(problem))
        case _:
            raise problem


def _told(problem: SourceProblem) -> str:
    return f"{problem.detail} {problem.remedy or ''}".strip()


def _fields(problem: ValidationError) -> Mapping[str, str]:
    words = {"url": _("Write the address of a repository."), "branch": _("A branch has no such name.")}
    names = {str(each["loc"][0]) for each in problem.errors()}
    known = {name: words.get(name, _("Choose one of those in the list.")) for name in names}
    return {"project" if name == "project_id" else name: said for name, said in known.items()}


def _said(made: Module) -> str:
    if not made.valid:
        return _("%(title)s is registered. Others see it once its metadata is right.") % {"title": made.title}
    if made.trust is Trust.LISTED:
        return _("%(title)s is registered, and listed only.") % {"title": made.title}
    return _("%(title)s is registered. Its build begins.") % {"title": made.title}
