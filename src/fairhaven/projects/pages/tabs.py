"""What the pages of one project share: its tabs, and telling what went wrong beside a form."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from fairhaven.core.errors import BadRequest, Conflict, Gone, Invalid, Problem
from fairhaven.core.http import RequestContext
from fairhaven.core.policy import Actor
from fairhaven.projects import policy
from fairhaven.ui.translations import gettext as _

T = TypeVar("T")

_SAID = (BadRequest, Conflict, Gone, Invalid)


def tabs(actor: Actor, project_id: UUID, here: str) -> Sequence[tuple[str, str, bool]]:
    """The faces of a project that the actor may look at."""
    base = f"/projects/{project_id}"
    found = [("", _("Project"))]
    if policy.can_manage.allows(actor, project_id):
        found += [
            ("members", _("Members")),
            ("service-accounts", _("Service accounts")),
            ("brand", _("Look")),
        ]
    found += [("quotas", _("Quotas")), ("secrets", _("Secrets"))]
    return [(words, f"{base}/{part}".rstrip("/"), part == here) for part, words in found]


async def attempt(call: RequestContext, act: Callable[[], Awaitable[T]]) -> T | Problem:
    """Do it, or say what is wrong with what was asked; whatever else goes wrong goes on its way."""
    try:
        async with call.session.begin_nested():
            return await act()
    except _SAID as problem:
        return problem


def errors_of(wrong: ValidationError | Problem) -> dict[str, str]:
    """What is wrong, by the name of its field."""
    if isinstance(wrong, ValidationError):
        return {
            str(each["loc"][0]) if each["loc"] else "": each["msg"].removeprefix("Value error, ")
            for each in wrong.errors()
        }
    return {each.field: each.message for each in wrong.errors} or {"": said(wrong)}


def said(problem: Problem) -> str:
    return " ".join(filter(None, [problem.detail, problem.remedy]))
