"""How a request is recognised: a bearer token, or the session cookie with protection against forged forms."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import NotAllowed
from fairhaven.core.policy import ANONYMOUS, Actor, Role
from fairhaven.identity import service
from fairhaven.identity.known import Entry, Known
from fairhaven.identity.service import Recognised
from fairhaven.identity.service.recognising import TOUCHED

COOKIE = "fairhaven_session"
SAFE = {"GET", "HEAD", "OPTIONS"}


class ForgedForm(NotAllowed):
    title = "This form did not come from a page of ours"
    fix = "Open the page again and send the form from there."


Roles = Callable[[AsyncSession, UUID], Awaitable[Mapping[UUID, Role]]]


async def recognise(session: AsyncSession, request: Request, known: Known, roles: Roles) -> Actor:
    """Who asks, with their roles in projects.

    Raises:
        TokenRefused: a token was sent and is not valid.
        ForgedForm: a changing request came with the cookie, but not from a page of ours.
    """
    bearer = bearer_of(request)
    cookie = "" if bearer is not None else request.cookies.get(COOKIE, "")
    if bearer is None and not cookie:
        return ANONYMOUS
    entry = await _entry(session, bearer, cookie, known, roles)
    if entry is None:
        return ANONYMOUS
    await _note_use(session, entry)
    if cookie:
        request.state.csrf = credentials.csrf(cookie)
        if request.method not in SAFE:
            await refuse_forged(request)
    return entry.actor


async def _entry(
    session: AsyncSession, bearer: str | None, cookie: str, known: Known, roles: Roles
) -> Entry | None:
    credential = cookie if bearer is None else bearer
    if entry := known.get(credentials.digest(credential)):
        return entry
    generation = known.generation
    found = (
        await service.of_session(session, cookie)
        if bearer is None
        else await service.of_token(session, bearer)
    )
    if found is None:
        return None
    via = "session" if bearer is None else "token"
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
    if entry.used_at is None or at - entry.used_at > TOUCHED:
        await service.touch(session, entry.actor.credential, entry.actor.via)
        entry.used_at = at


def bearer_of(request: Request) -> str | None:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else None


async def refuse_forged(request: Request) -> None:
    """Raise ForgedForm unless the request bears the session's CSRF token and comes from our origin."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedForm("It was sent by another site.")
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
