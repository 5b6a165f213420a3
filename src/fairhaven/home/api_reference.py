"""The page that lists what the REST API offers, drawn from the application's own OpenAPI document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from fairhaven.core import policy
from fairhaven.core.http import Call
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked of the API."""

    method: str
    path: str
    name: str
    summary: str


@router.get("/api/docs")
async def api_reference(call: Call) -> Response:
    policy.anyone.check(call.actor)
    groups = by_tag(call.request.app.openapi())
    return render(
        call.request, "home/api_reference.html", groups=groups, url=call.platform.settings.public_url
    )


def by_tag(document: Mapping[str, Any]) -> Mapping[str, Sequence[Operation]]:
    """The operations of an OpenAPI document by their first tag."""
    groups: dict[str, list[Operation]] = {}
    for tag, operation in _operations(document):
        groups.setdefault(tag, []).append(operation)
    return groups


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            summary = (about.get("description") or about.get("summary", "")).partition("\n")[0]
            yield (
                about.get("tags", ["other"])[0],
                Operation(method.upper(), path, about["operationId"], summary),
            )
