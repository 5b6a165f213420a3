"""Pages of notices: posting and withdrawing them, and putting one away."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.core.http import Call, Cursor
from fairhaven.notices import policy, service
from fairhaven.notices.board import COOKIE, REMEMBERED, dismissed, mark
from fairhaven.notices.schemas import NewNotice
from fairhaven.projects import service as projects
from fairhaven.ui.notices import Notice as Word
from fairhaven.ui.rendering import render, see_other, wants_fragment
from fairhaven.ui.translations import gettext as _
from fairhaven.ui.urls import own_place

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PER_PAGE = 50
A_SEASON = 90 * 24 * 3600  # seconds for which a browser remembers what was put away

Field = Annotated[str, Form(max_length=2000)]


@router.get("/notices")
async def notices_page(call: Call, cursor: Cursor = None) -> Response:
    """All notices, and a form for a new one."""
    return await _page(call, cursor=cursor)


@router.post("/notices")
async def post(
    call: Call,
    text: Field = "",
    severity: Field = "info",
    audience: Field = "everybody",
    project: Field = "",
    starts_at: Field = "",
    ends_at: Field = "",
) -> Response:
    policy.can_post.check(call.actor)
    typed = {
        "text": text,
        "severity": severity,
        "audience": audience,
        "project": project,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    try:
        new = NewNotice.model_validate(
            {name: value for name, value in typed.items() if value or name == "text"}
        )
    except ValidationError as wrong:
        errors = {str(each["loc"][0]) if each["loc"] else "audience": each["msg"] for each in wrong.errors()}
        return await _page(call, status=422, typed=typed, errors=errors)
    await service.post(call.session, call.actor, new)
    return see_other("/notices", Word(_("It is posted.")))


@router.post("/notices/{notice_id}/withdraw")
async def withdraw(call: Call, notice_id: UUID) -> Response:
    await service.withdraw(call.session, call.actor, notice_id)
    return see_other("/notices", Word(_("It is withdrawn.")))


@router.post("/notices/{notice_id}/dismiss")
async def dismiss(call: Call, notice_id: UUID, back: Field = "/") -> Response:
    """Put a notice away, in this browser."""
    policy.can_list.check(call.actor)
    answer: Response = HTMLResponse("") if wants_fragment(call.request) else see_other(own_place(back))
    away = [mark(notice_id), *(each for each in dismissed(call.request) if each != mark(notice_id))]
    answer.set_cookie(
        COOKIE, ".".join(away[:REMEMBERED]).rstrip("."), max_age=A_SEASON, httponly=True, samesite="lax"
    )
    return answer


async def _page(
    call: Call,
    *,
    cursor: str | None = None,
    status: int = 200,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    found = await service.every(call.session, call.actor, limit=PER_PAGE, cursor=cursor)
    # Who just posted lands here, perhaps in another process, and before the news of it.
    await call.request.app.state.board.refresh()
    return render(
        call.request,
        "notices/list.html",
        status=status,
        page=found,
        typed=typed or {},
        errors=errors or {},
        projects=await projects.projects(call.session, call.actor),
    )
