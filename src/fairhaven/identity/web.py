"""How a request is recognised: a bearer token, or the session cookie with protection against forged forms."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import NotAllowed
from fairhaven.core.http import platform_of
from fairhaven.core.policy import ANONYMOUS, Actor, Role
from fairhaven.identity import service
from fairhaven.identity.issuers import Issuers, issuers_of
from fairhaven.identity.known import Entry, Known
from fairhaven.identity.service import Recognised
from fairhaven.identity.service.recognising import TOUCHED

COOKIE = "fairhaven_session"
BY_ISSUER = "issuer"
SAFE = {"GET", "HEAD", "OPTIONS"}


class ForgedForm(NotAllowed):
    title = "This form did not come from a page of ours"
    fix = "Open the page again and send the form from there."


Roles = Callable[[AsyncSession, UUID], Awaitable[Mapping[UUID, Role]]]


async def recognise(session: AsyncSession, request: Request, known: Known, roles: Roles) -> Actor:
    """Who asks, with their roles in projects.

    Raises:
        TokenRefused: a token was sent and is not valid.
        IssuerSilent: it is an issuer's, who must be asked and does not answer.
        ForgedForm: a changing request came with the cookie, but not from a page of ours.
    """
    bearer = bearer_of(request)
    cookie = "" if bearer is not None else request.cookies.get(COOKIE, "")
    if bearer is None and not cookie:
        return ANONYMOUS
    entry = known.get(credentials.digest(cookie if bearer is None else bearer))
    if entry is None:
        issuers = issuers_of(platform_of(request))
        entry = await _looked_up(session, bearer, cookie, issuers, known, roles)
    if entry is None:
        return ANONYMOUS
    await _note_use(session, entry)
    if cookie:
        request.state.csrf = credentials.csrf(cookie)
        if request.method not in SAFE:
            await refuse_forged(request)
    return entry.actor


async def _looked_up(
    session: AsyncSession, bearer: str | None, cookie: str, issuers: Issuers, known: Known, roles: Roles
) -> Entry | None:
    """Who it is by the database, and by issuers: those are asked before this session reads anything."""
    if bearer is None:
        await issuers.keep_fresh(credentials.digest(cookie))
    generation = known.generation
    if bearer is None:
        via, found = "session", await service.of_session(session, cookie)
    elif issuers.may_take(bearer):
        via, found = BY_ISSUER, await issuers.of_jwt(bearer)
    else:
        via, found = "token", await service.of_token(session, bearer)
    if found is None:
        return None
    actor = _actor(found, await roles(session, found.person.id), via)
    entry = Entry(actor, found.expires_at, found.used_at)
    known.keep(found.digest, entry, generation)
    return entry


def _actor(found: Recognised, roles: Mapping[UUID, Role], via: str) -> Actor:
    """The person, cut down to what the credential may; only an unlimited one has an administrator's power."""
    unlimited = found.scopes is None and found.project is None
    return Actor(
        id=found.person.id,
        name=found.person.name,
        administrator=found.person.administrator and unlimited,
        roles={key: role for key, role in roles.items() if found.project in (None, key)},
        via=via,
        scopes=found.scopes,
        project=found.project,
        credential=found.digest,
    )


async def _note_use(session: AsyncSession, entry: Entry) -> None:
    at = now()
    if entry.actor.via == BY_ISSUER:  # its use is noted nowhere: there is no row of it
        return
    if entry.used_at is None or at - entry.used_at > TOUCHED:
        await service.touch(session, entry.actor.credential, entry.actor.via)
        entry.used_at = at


def bearer_of(request: Request) -> str | None:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else None


def refuse_foreign(request: Request) -> None:
    """Raise ForgedForm where a browser says that another site sent the request."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedForm("It was sent by another site.")


async def refuse_forged(request: Request) -> None:
    """Raise ForgedForm unless the request bears the session's CSRF token and comes from our origin."""
    refuse_foreign(request)
    given = request.headers.get("x-csrf-token") or await _form_field(request)
    if not credentials.same(given, request.state.csrf):
        raise ForgedForm("Its CSRF token is missing or wrong.")


async def _form_field(request: Request) -> str:
    """The hidden field of a form; what was read here is kept for the route."""
    if request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        value = (await request.form()).get("csrf_token", "")
        return value if isinstance(value, str) else ""
    return ""
