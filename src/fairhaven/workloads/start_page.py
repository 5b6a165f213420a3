"""The page that starts a release: where, with how much, and with which secrets."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.core.errors import Problem
from fairhaven.core.http import Call
from fairhaven.projects import service as projects
from fairhaven.projects.brands import Worn
from fairhaven.secrets import service as secrets
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _
from fairhaven.workloads import policy, service
from fairhaven.workloads.schemas import Resources, WorkloadSpec

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# What the form offers; the API takes any scopes.
MAY: dict[str, list[str]] = {
    "": [],
    "read": ["*:read"],
    "call": ["workloads:read", "workloads:call"],
    "everything": ["*:*"],
}

Text = Annotated[str, Form(max_length=300)]
Texts = Annotated[list[str], Form(max_length=400)]


@router.get("/workloads/new")
async def start_page(call: Call, release: UUID, project: UUID | None = None) -> Response:
    """A form with what is usual filled in."""
    return await _form(call, release, project or here(call))


@router.post("/workloads")
async def start(
    call: Call,
    release: Annotated[UUID, Form()],
    project: Annotated[UUID | None, Form()] = None,
    name: Text = "",
    cpu: Text = "",
    memory_mb: Text = "",
    may: Text = "",
    reference: Texts = [],  # noqa: B006 - FastAPI copies it
    variable: Texts = [],  # noqa: B006
    file: Texts = [],  # noqa: B006
) -> Response:
    """Start a service. `reference` and `variable` go together, line by line; empty variables are left out."""
    given = {"cpu": cpu, "memory_mb": memory_mb}
    named = [
        (secret, word.strip()) for secret, word in zip(reference, variable, strict=False) if word.strip()
    ]
    values = {**given, "name": name, "may": may, "variables": dict(named), "files": file}
    words = [word for _secret, word in named]
    if twice := {word for word in words if words.count(word) > 1}:
        wrong = {"secrets": _("%s is set twice.") % ", ".join(sorted(twice))}
        return await _form(call, release, project, values=values, errors=wrong)
    try:
        spec = WorkloadSpec(
            release=release,
            project_id=project,
            name=name.strip() or None,
            resources=Resources.model_validate({each: text for each, text in given.items() if text}),
            secrets={word: secret for secret, word in named},
            secret_files=file,
            scopes=MAY.get(may, []),
        )
    except ValidationError as error:
        return await _form(call, release, project, values=values, errors=_errors(error))
    try:
        async with call.session.begin_nested():
            made = await service.start(call.session, call.actor, spec)
    except Problem as problem:
        said = " ".join(filter(None, [problem.detail, problem.remedy]))
        return await _form(call, release, project, values=values, errors={"": said}, status=problem.status)
    return see_other(f"/workloads/{made.id}", Notice(_("It starts.")))


def here(call: Call) -> UUID | None:
    """The project whose pages these are, if the actor may start something in it."""
    worn: Worn | None = call.request.app.state.brands.worn(call.request)
    return worn.project_id if worn and policy.can_start.allows(call.actor, worn.project_id) else None


async def _form(
    call: Call,
    release_id: UUID,
    project_id: UUID | None,
    *,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    found = await service.startable(call.session, call.actor, release_id, project_id)
    named = {each.id: each.name for each in await projects.projects(call.session, call.actor)}
    return render(
        call.request,
        "workloads/new.html",
        status=status if errors else 200,
        release=found.release,
        project_id=found.project_id,
        project_names={each: named.get(each, str(each)) for each in [found.project_id, *found.others]},
        others=found.others,
        usable=await secrets.usable(call.session, call.actor, found.project_id),
        usual=Resources(),
        values=values or {},
        errors=errors or {},
    )


def _errors(error: ValidationError) -> dict[str, str]:
    """What is wrong, by field; all about secrets is told at their table."""
    found: dict[str, str] = {}
    for each in error.errors():
        where = _field(each["loc"])
        found[where] = _said(where, each["msg"])
    return found


def _field(where: Sequence[Any]) -> str:
    first = str(where[0]) if where else "secrets"
    return "secrets" if first in ("secrets", "secret_files") else first


def _said(field: str, message: str) -> str:
    if field == "secrets" and "pattern" in message:
        return _("A variable has letters, digits and underscores, and does not begin with a digit.")
    return message.removeprefix("Value error, ")
