"""Pages of the audit log: what happened, with filters; whether the chain holds."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.audit import api, policy, service
from fairhaven.audit.schemas import Filter, Form
from fairhaven.core import facts
from fairhaven.core.http import Call, Caller, Cursor
from fairhaven.core.schemas import Page
from fairhaven.projects import service as projects
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PER_PAGE = 50
PART = 50_000  # lines that one look at the chain follows

Given = Annotated[str, Query(max_length=200)]


@router.get("/audit")
async def audit_page(
    call: Call,
    who: Given = "",
    kind: Given = "",
    thing: Given = "",
    project: Given = "",
    since: Given = "",
    until: Given = "",
    text: Given = "",
    cursor: Cursor = None,
) -> Response:
    """What happened, newest first."""
    given = {
        "who": who,
        "kind": kind,
        "thing": thing,
        "project": project,
        "since": since,
        "until": until,
        "text": text,
    }
    wanted, errors = _read(given)
    policy.can_read_own_acts.check(call.actor)
    found: Page[Any] = Page(items=[])
    if not errors:
        found = await service.entries(call.session, call.actor, wanted, limit=PER_PAGE, cursor=cursor)
    return render(
        call.request,
        "audit/list.html",
        status=422 if errors else 200,
        fragment="lines",
        page=found,
        given=given,
        errors=errors,
        filtered=any(given.values()),
        kinds=_kinds(),
        projects=await projects.projects(call.session, call.actor),
        query=urlencode(wanted.plain()),
        everything=policy.can_read_everything.allows(call.actor),
    )


@router.get("/audit/export", response_class=Response)
async def export(request: Request, caller: Caller, wanted: api.Wanted, form: Form = Form.CSV) -> Response:
    """The lines that the page's filters find, as a file."""
    policy.can_read_own_acts.check(caller)
    return api.download(request, wanted, form)


@router.get("/audit/verification")
async def verification_page(call: Call, after: Annotated[int, Query(ge=0, le=1 << 62)] = 0) -> Response:
    """Whether the chain holds: one part of it, with a way to the next."""
    found = await service.verify(call.session, call.actor, after=after, limit=PART)
    return render(call.request, "audit/verification.html", found=found, after=after)


@router.get("/audit/{entry_id}")
async def entry_page(call: Call, entry_id: UUID) -> Response:
    """One line: all that it says."""
    found = await service.entry(call.session, call.actor, entry_id)
    return render(call.request, "audit/entry.html", entry=found, changes=_changes(found.data))


def _read(given: dict[str, str]) -> tuple[Filter, dict[str, str]]:
    try:
        return Filter.model_validate(
            {name: value.strip() for name, value in given.items() if value.strip()}
        ), {}
    except ValidationError as wrong:
        return Filter(), {str(each["loc"][0]): each["msg"] for each in wrong.errors()}


def _changes(data: dict[str, Any]) -> Sequence[tuple[str, Any, Any]]:
    """What a fact about settings says: each setting, before and after; None where there was none."""
    before, after = data.get("before"), data.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        return [(name, before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])]
    return [("", before, after)] if "before" in data and "after" in data else []


def _kinds() -> Sequence[tuple[str, str]]:
    """Every kind there is, each family before its kinds."""
    found: list[tuple[str, str]] = []
    for kind in sorted(facts.kinds):
        family = kind.partition(".")[0]
        if (family, f"{family}.*") not in found:
            found.append((family, f"{family}.*"))
        found.append((kind, kind))
    return found
