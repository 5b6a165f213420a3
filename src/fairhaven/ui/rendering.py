"""Turns a template and what a page gathered into an answer: whole for a reload, one block of it for HTMX.

The application gives `app.state.templates` (made by `templates`), and may give `brand`, or `brand_at`
(request → brand), `nav` and `banners` (request and reader → what hangs over every page for them); a
request may carry `state.actor`, `state.csrf`, `state.request_id` and `state.notices`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol, cast

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from fairhaven.core.policy import ANONYMOUS
from fairhaven.ui import notices
from fairhaven.ui.notices import Notice
from fairhaven.ui.translations import language, speak

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "Vary": "HX-Request, Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
}
THEME_COOKIE = "fairhaven_theme"


class Reader(Protocol):
    """Who reads the page."""

    @property
    def name(self) -> str: ...
    @property
    def signed_in(self) -> bool: ...


class ProblemLike(Protocol):
    """What the error page needs of a problem (`fairhaven.core.errors.Problem` has it)."""

    @property
    def status(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def detail(self) -> str: ...


def _everybody(reader: Any) -> bool:
    return True


@dataclass(frozen=True)
class NavItem:
    """One entry of the rail; `icon` is a name of `fairhaven.ui.icons.ICONS`, `also` more of its addresses."""

    label: str
    href: str
    icon: str
    visible: Callable[[Any], bool] = _everybody
    also: Sequence[str] = ()

    def holds(self, path: str) -> bool:
        """Whether the page at `path` lies below this entry."""
        return any(
            path == each or path.startswith(each.rstrip("/") + "/") for each in (self.href, *self.also)
        )


@dataclass(frozen=True)
class Brand:
    """The name over the door, and where its doors are."""

    name: str = "Fairhaven"
    home: str = "/"
    search: str = "/catalog"
    docs: str = ""
    sign_in: str = "/sign-in"
    sign_out: str = "/sign-out"
    # A picture instead of our mark, and a style sheet instead of ours.
    logo: str = ""
    style: str = ""
    # At the foot of each page: (words, address) pairs, Markdown, and where the terms are.
    links: Sequence[tuple[str, str]] = ()
    acknowledgement: str = ""
    terms: str = ""
    account: Sequence[NavItem] = (
        NavItem("Projects", "/projects", "users"),
        NavItem("Tokens", "/account/tokens", "key-round"),
        NavItem("Secrets", "/account/secrets", "lock"),
        NavItem("Sessions", "/account/sessions", "circle-user"),
        NavItem("Linked accounts", "/account/identities", "users"),
        NavItem("Audit log", "/audit", "list"),
        NavItem("My data", "/account/data", "download"),
        NavItem(
            "Administration",
            "/administration",
            "gauge",
            lambda reader: getattr(reader, "administrator", False),
        ),
        NavItem(
            "Ways to sign in", "/issuers", "log-in", lambda reader: getattr(reader, "administrator", False)
        ),
        NavItem("Notices", "/notices", "bell", lambda reader: getattr(reader, "administrator", False)),
    )


def render(
    request: Request, template: str, *, status: int = 200, fragment: str | None = None, **context: Any
) -> HTMLResponse:
    """Render a page, or only its block `fragment` when HTMX asks.

    Raises:
        jinja2.UndefinedError: the template names something that was not given.
        KeyError: the template has no block of that name.
    """
    speak(request.headers.get("accept-language", ""))
    env = cast(Environment, request.app.state.templates)
    shown = notices.of(request)
    values = {**frame(request), "notices": shown, **context}
    page = env.get_template(template)
    if fragment and wants_fragment(request):
        # Notices wait for the next whole page: a block has no place for them.
        return HTMLResponse(_block(env, template, fragment, values), status, PAGE_HEADERS)
    response = HTMLResponse(page.render(values), status, PAGE_HEADERS)
    if shown:
        notices.forget(response)
    return response


def problem_page(request: Request, problem: ProblemLike) -> HTMLResponse:
    """An error as a page: what happened, what to do, and the request's id."""
    response = render(
        request,
        "ui/error.html",
        status=problem.status,
        fragment="content",
        problem=problem,
        remedy=getattr(problem, "remedy", None) or "",
        errors=getattr(problem, "errors", ()),
        request_id=getattr(request.state, "request_id", "") or "",
    )
    response.headers.update(getattr(problem, "headers", None) or {})
    return response


def see_other(url: str, notice: Notice | None = None) -> RedirectResponse:
    """The answer to a form that did its work: go and look there; the notice shows on the next page."""
    response = RedirectResponse(url, status_code=303)
    if notice:
        notices.leave(response, notice)
    return response


def wants_fragment(request: Request) -> bool:
    """Whether HTMX will swap the answer into the page; going back in history needs the page whole."""
    headers = request.headers
    whole = "hx-boosted" in headers or "hx-history-restore-request" in headers
    return "hx-request" in headers and not whole


def frame(request: Request) -> dict[str, Any]:
    """What the frame of every page needs, whatever the page is about."""
    app, state = request.app.state, request.state
    actor = getattr(state, "actor", None) or ANONYMOUS
    return {
        "request": request,
        "actor": actor,
        "csrf_token": getattr(state, "csrf", None) or "",
        "brand": brand_of(request),
        "nav": [item for item in getattr(app, "nav", ()) if item.visible(actor)],
        "banners": banners(request, actor) if (banners := getattr(app, "banners", None)) else (),
        "version": _version(),
        "theme": _theme(request.cookies),
        "language": language(),
    }


def brand_of(request: Request) -> Brand:
    """The name over the door at which the reader knocked: one installation may answer at several."""
    app = request.app.state
    if brand_at := getattr(app, "brand_at", None):
        return cast(Brand, brand_at(request))
    return getattr(app, "brand", None) or Brand()


def _block(env: Environment, template: str, name: str, values: Mapping[str, Any]) -> str:
    page = env.get_template(template)
    return env.concat(page.blocks[name](page.new_context(dict(values))))  # type: ignore[no-any-return, unused-ignore]


def _theme(cookies: Mapping[str, str]) -> str:
    chosen = cookies.get(THEME_COOKIE, "")
    return chosen if chosen in ("light", "dark") else ""


@cache
def _version() -> str:
    try:
        return version("fairhaven")
    except PackageNotFoundError:
        return ""
