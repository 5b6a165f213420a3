"""How a request is recognised: a bearer token, or the session cookie with protection against forged forms."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from fairhaven.core import credentials
from fairhaven.core.errors import NotAllowed
from fairhaven.identity import service
from fairhaven.identity.schemas import Person

COOKIE = "fairhaven_session"
SAFE = {"GET", "HEAD", "OPTIONS"}


class ForgedForm(NotAllowed):
    title = "This form did not come from a page of ours"
    fix = "Open the page again and send the form from there."


async def recognise(session: AsyncSession, request: Request) -> tuple[Person | None, str]:
    """Return who asks and by which way: `token`, `session` or nothing.

    Raises:
        TokenRefused: a token was sent and is not valid.
        ForgedForm: a changing request came with the cookie, but not from a page of ours.
    """
    bearer = bearer_of(request)
    if bearer is not None:
        return await service.person_of_token(session, bearer), "token"
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None, ""
    person = await service.person_of_session(session, cookie)
    if person is None:
        return None, ""
    request.state.csrf = credentials.csrf(cookie)
    if request.method not in SAFE:
        await refuse_forged(request)
    return person, "session"


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
