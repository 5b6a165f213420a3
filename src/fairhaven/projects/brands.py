"""Whose pages a host name shows: kept in each web process, read anew when a brand or a host name changes.

Nothing here asks the database for a request, but for the terms that somebody has not accepted yet.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import quote, urlsplit
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from fairhaven.core.errors import NotFound, Problem
from fairhaven.core.live import Live, keep_true
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.projects import colours, service
from fairhaven.projects.schemas import Brand, CatalogFilter
from fairhaven.ui import environment, rendering

OPEN = ("/terms", "/sign-out", "/sign-in", "/invitations/", "/brand/", "/api/", "/internal/", "/notices/")
"""Where people may go before they accept the terms. Programs are not asked: they come with tokens."""
MOST_ACCEPTED = 50_000
CHANGES = ("brand.set", "hosts.set", "project.changed")  # facts after which a page may look otherwise


class TermsAsked(Problem):
    """Somebody is to read the terms first; browsers are led there."""

    status: ClassVar[int] = 303
    title: ClassVar[str] = "Read the terms first"


@dataclass(frozen=True)
class Worn:
    """The brand of a project, as its pages wear it.

    Attributes:
        style: the style sheet, ours with the project's colours; "" without colours.
    """

    project_id: UUID
    slug: str
    brand: Brand
    catalog: CatalogFilter
    shown: rendering.Brand
    style: str
    style_tag: str
    logo_key: str
    logo_type: str


class Brands:
    """Brands by host name. `run` keeps them true."""

    def __init__(self, platform: Platform, live: Live, usual: rendering.Brand) -> None:
        self._platform, self._live, self.usual = platform, live, usual
        self._by_host: Mapping[str, Worn] = {}
        self._by_slug: Mapping[str, Worn] = {}
        self._logos: dict[str, bytes] = {}
        self._accepted: set[tuple[UUID, UUID, int]] = set()

    async def run(self, *, interval: float = 30.0) -> None:
        """Look until cancelled: when something changed, and every `interval` seconds."""
        await keep_true(
            self._live, self.refresh, lambda told: told.kind in CHANGES, what="brands", interval=interval
        )

    async def begin(self) -> None:
        """Look for the first time, before the first page; without a database, `run` goes on trying."""
        with suppress(DBAPIError):
            await self.refresh()

    async def refresh(self) -> None:
        async with self._platform.transaction() as session:
            found = [_worn(each, self.usual) for each in await service.brands(session)]
        self._by_slug = {each.slug: each for each in found}
        self._by_host = {host: each for each in found for host in each.brand.hosts}
        self._logos.clear()

    def worn(self, request: Request) -> Worn | None:
        """The project whose pages this host shows; None: they are the installation's own."""
        return self._by_host.get(host_of(request)) if self._by_host else None

    def shown(self, request: Request) -> rendering.Brand:
        """What the frame of a page shows."""
        worn = self.worn(request)
        return worn.shown if worn else self.usual

    def origin(self, request: Request) -> str:
        """The address that the reader is on, for links that must stay there: never one we do not know."""
        own = self._platform.settings.public_url
        return service.home(own, [host_of(request)]) if self.worn(request) else own

    def of(self, slug: str) -> Worn:
        """The brand of a project.

        Raises:
            NotFound: there is none.
        """
        if slug not in self._by_slug:
            raise NotFound("There is no such brand.")
        return self._by_slug[slug]

    async def logo(self, worn: Worn) -> bytes:
        """The bytes of a logo, from this process's memory after the first time."""
        kept = self._logos.get(worn.slug)
        if kept is None:
            kept = self._logos[worn.slug] = await self._platform.objects.read(worn.logo_key)
        return kept

    async def ask(self, session: AsyncSession, request: Request, actor: Actor) -> None:
        """Let nobody go on in pages of a project whose terms they have not accepted.

        Raises:
            TermsAsked: and where to read them.
        """
        worn = self.worn(request)
        if worn is None or not worn.brand.terms or actor.via != "session" or actor.id is None:
            return
        key = (actor.id, worn.project_id, worn.brand.terms_version)
        if key in self._accepted or request.url.path.startswith(OPEN) or rendering.wants_fragment(request):
            return
        if not await service.accepted(session, *key):
            back = quote(request.url.path, safe="/") if request.method == "GET" else "/"
            raise TermsAsked(headers={"Location": f"/terms?back={back}"})
        if len(self._accepted) >= MOST_ACCEPTED:
            self._accepted.clear()
        self._accepted.add(key)


def host_of(request: Request) -> str:
    """The host name that was asked, without its port; nothing, if there is no such name."""
    try:
        return (urlsplit(f"//{request.headers.get('host', '')}").hostname or "").rstrip(".")
    except ValueError:  # such as an address that does not end
        return ""


def _worn(found: service.Branded, usual: rendering.Brand) -> Worn:
    brand = found.brand
    style = _style(brand)
    tag = hashlib.sha256(style.encode()).hexdigest()[:12] if style else ""
    shown = replace(
        usual,
        name=brand.name,
        logo=brand.logo or "",
        style=f"/brand/{found.slug}/style.css?v={tag}" if style else "",
        links=[(each.label, each.url) for each in brand.links],
        acknowledgement=brand.acknowledgement,
        terms="/terms" if brand.terms else "",
    )
    return Worn(
        project_id=brand.project_id,
        slug=found.slug,
        brand=brand,
        catalog=found.catalog,
        shown=shown,
        style=style,
        style_tag=tag,
        logo_key=found.logo_key,
        logo_type=found.logo_type,
    )


def _style(brand: Brand) -> str:
    """Our style sheet, then the accents: one request, as without a brand. A missing accent is made.

    https://drafts.csswg.org/css-color-5/#light-dark
    """
    given = brand.accent_light or brand.accent_dark
    if given is None:
        return ""
    light = brand.accent_light or colours.suggested(given, "light")
    dark = brand.accent_dark or colours.suggested(given, "dark")
    accent, ink = (
        f"light-dark({light}, {dark})",
        f"light-dark({colours.ink_on(light)}, {colours.ink_on(dark)})",
    )
    ours = (environment.STATIC / "fairhaven.css").read_text()
    return f"{ours}\n:root {{ --accent: {accent}; --on-accent: {ink}; }}\n"
