"""What the gateway asks: which routes there are, and whether a request may pass.

Routes are told as Traefik's HTTP provider reads them. Each endpoint's requests pass four steps: they are
authorised here for the very workload that the route belongs to (never for what the path seems to say),
lose the prefix, lose everything by which their sender could be impersonated, and the answers lose every
power over the platform's own origin.
"""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fairhaven.core import credentials
from fairhaven.core.errors import NotAllowed
from fairhaven.core.forwarded import GATEWAY_HEADER
from fairhaven.core.http import Call, needs, platform_of
from fairhaven.core.policy import Actor
from fairhaven.workloads import service
from fairhaven.workloads.schemas import State
from fairhaven.workloads.service import NotRunning, Route

router = APIRouter(include_in_schema=False)

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LIVE = "text/event-stream"  # its events must not wait for a compressor's block to fill
SANDBOX = "sandbox allow-downloads allow-forms allow-popups allow-scripts"


class NotTheGateway(NotAllowed):
    title: ClassVar[str] = "Only the gateway may ask this"
    fix: ClassVar[str] = "It sends the secret that it was started with; start the platform again."


class ForeignPage(NotAllowed):
    title: ClassVar[str] = "This call did not come from a page of ours"
    fix: ClassVar[str] = "Call with a token: `Authorization: Bearer fh_…`."


@router.get("/internal/gateway")
async def gateway(request: Request) -> dict[str, Any]:
    """The gateway's dynamic configuration (https://doc.traefik.io/traefik/providers/http/)."""
    platform = platform_of(request)
    given = request.headers.get(GATEWAY_HEADER, "")
    if not platform.gateway_secret or not credentials.same(given, platform.gateway_secret):
        raise NotTheGateway()
    async with platform.transaction() as session:
        return configuration(platform.web_url, await service.routes(session), platform.gateway_secret)


@router.get("/internal/authorize")
@needs("call")
async def authorize(call: Call, workload: UUID) -> Response:
    """Let a request to an endpoint pass (204), or say why not; asked by the gateway's forward-auth."""
    await service.callable_by(call.session, call.actor, workload)
    _refuse_foreign_pages(call.request, call.actor)
    return Response(status_code=204)


@router.api_route("/endpoints/{workload_id}/{path:path}", methods=METHODS)
@needs("call")
async def not_running(call: Call, workload_id: UUID, path: str) -> Response:
    """Only requests that the gateway has no route for come here: say why."""
    found = await service.callable_by(call.session, call.actor, workload_id)
    fresh = found.state is State.RUNNING
    detail = (
        "The gateway is about to send requests there."
        if fresh
        else found.reason or f"It is {found.shown_state}."
    )
    raise NotRunning(detail, headers={"Retry-After": "1"})


def configuration(web_url: str, routes: Sequence[Route], secret: str) -> dict[str, Any]:
    """The platform itself at `/` (but for `/internal`), and each running endpoint.

    With each request the gateway shows its secret to us, so that we believe it whom the request is from.
    """
    web = "PathPrefix(`/`) && !PathPrefix(`/internal`)"
    platform = {"rule": web, "service": "platform", "priority": 1, "middlewares": ["vouch", "compress"]}
    routers: dict[str, Any] = {"platform": platform}
    services = {"platform": _service(web_url)}
    middlewares: dict[str, Any] = {
        "compress": {"compress": {"excludedContentTypes": [LIVE]}},
        "vouch": {"headers": {"customRequestHeaders": {GATEWAY_HEADER: secret}}},
    }
    for route in routes:
        name = f"endpoint-{route.workload}"
        middlewares |= _steps(name, web_url, route.workload)
        steps = ["vouch", *(f"{name}-{step}" for step in ("authorize", "strip", "isolate"))]
        routers[name] = {
            "rule": f"PathPrefix(`/endpoints/{route.workload}/`)",
            "service": name,
            "priority": 100,
            "middlewares": steps,
        }
        services[name] = _service(route.address)
    return {"http": {"routers": routers, "services": services, "middlewares": middlewares}}


def _service(url: str) -> dict[str, Any]:
    return {"loadBalancer": {"servers": [{"url": url}], "passHostHeader": True}}


def _steps(name: str, web_url: str, workload: UUID) -> dict[str, Any]:
    authorize = {"address": f"{web_url}/internal/authorize?workload={workload}", "trustForwardHeader": False}
    isolate = {"customRequestHeaders": WITHOUT_IDENTITY, "customResponseHeaders": WITHOUT_POWER}
    return {
        f"{name}-authorize": {"forwardAuth": authorize},
        f"{name}-strip": {"stripPrefix": {"prefixes": [f"/endpoints/{workload}"]}},
        f"{name}-isolate": {"headers": isolate},
    }


def _refuse_foreign_pages(request: Request, actor: Actor) -> None:
    """A browser's cookie comes along with every request, whoever made the page: a token does not.

    Raises:
        ForeignPage: a changing call with a session, without the session's CSRF token, or from another site.
    """
    if actor.via != "session":
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForeignPage("It was sent by a page of another site.")
    if request.headers.get("x-forwarded-method", "GET").upper() in SAFE_METHODS:
        return
    if not credentials.same(request.headers.get("x-csrf-token", ""), request.state.csrf):
        raise ForeignPage("Its header X-CSRF-Token is missing or wrong.")


# Traefik removes a header that is set to nothing.
WITHOUT_IDENTITY = {"Authorization": "", "Cookie": "", "X-Csrf-Token": "", GATEWAY_HEADER: ""}
WITHOUT_POWER = {
    "Clear-Site-Data": "",
    "Set-Cookie": "",
    "Service-Worker-Allowed": "",
    "Strict-Transport-Security": "",
    "Content-Security-Policy": SANDBOX,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
