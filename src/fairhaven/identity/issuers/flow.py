"""The authorization-code flow: PKCE (RFC 7636), state, nonce, the issuer's name (RFC 9207), each code once.

What belongs together is tied by one secret in a cookie of the browser in which it began: nonce and verifier
are derived from it, the row of the flow has its digest. So nothing in the database helps to finish a flow,
and an address of an answer that is opened in another browser does nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.issuers import Issuer
from fairhaven.core.policy import Actor
from fairhaven.identity.issuers.jwts import Claims, check_audience, subject_of, verified
from fairhaven.identity.issuers.problems import JwtRefused, NoLonger, SignInFailed
from fairhaven.identity.issuers.provider import Provider, Tokens
from fairhaven.identity.models import SignInFlowRow
from fairhaven.identity.service.identities import Arrival

LIFE = timedelta(minutes=10)
REFUSED = {
    "access_denied": "It was refused there.",
    "login_required": "You are not signed in there.",
    "temporarily_unavailable": "It is out of order at the moment.",
}


@dataclass(frozen=True)
class Begun:
    """A flow that begins: where the browser goes, and what it keeps until it is back."""

    url: str
    cookie: str
    secret: str


@dataclass(frozen=True)
class Flow:
    """A flow whose answer came: where it leads on, and who links an account (None: somebody signs in)."""

    return_to: str
    linking: UUID | None


@dataclass(frozen=True)
class Proven:
    """Who an issuer says somebody is, what it says of them, and its tokens."""

    arrival: Arrival
    sources: list[Claims]
    tokens: Tokens


async def begin(
    session: AsyncSession, provider: Provider, *, redirect_uri: str, return_to: str, linking: Actor | None
) -> Begun:
    """Begin a flow, for who signs in or for who links an account.

    Raises:
        IssuerSilent
    """
    state, secret = credentials.make(), credentials.make()
    digest = credentials.digest(state)
    await session.execute(delete(SignInFlowRow).where(SignInFlowRow.expires_at < now()))
    session.add(
        SignInFlowRow(
            digest=digest,
            browser=credentials.digest(secret),
            issuer=provider.issuer.name,
            return_to=return_to,
            person_id=linking.id if linking else None,
            expires_at=now() + LIFE,
        )
    )
    url = await provider.authorization_url(
        redirect_uri=redirect_uri,
        state=state,
        nonce=_derived(secret, "nonce"),
        code_challenge=challenge(_derived(secret, "verifier")),
        code_challenge_method="S256",
    )
    return Begun(url, cookie_of(state), secret)


def cookie_of(state: str) -> str:
    """The name of a flow's cookie: several can be under way in one browser."""
    return f"fairhaven_flow_{credentials.digest(state)[:16]}"


async def take(session: AsyncSession, state: str) -> SignInFlowRow | None:
    """Use the flow of an answer up: whatever comes of it, the same answer does nothing again."""
    gone = delete(SignInFlowRow).where(SignInFlowRow.digest == credentials.digest(state))
    row: SignInFlowRow | None = await session.scalar(gone.returning(SignInFlowRow))
    return row


def checked(row: SignInFlowRow | None, issuer: Issuer, secret: str, actor: Actor) -> Flow:
    """The flow, once it is this browser's, this issuer's and this person's.

    Raises:
        SignInFailed
    """
    if row is None or row.expires_at < now():
        raise SignInFailed("It took too long, or its answer was used already.")
    if row.issuer != issuer.name or not credentials.same(row.browser, credentials.digest(secret)):
        raise SignInFailed("It did not begin in this browser.")
    if row.person_id is not None and row.person_id != actor.id:
        raise SignInFailed("It began in the name of somebody else.")
    return Flow(row.return_to, row.person_id)


def code_of(provider: Provider, answer: Mapping[str, str], *, names_itself: bool) -> str:
    """The code of an answer.

    Raises:
        SignInFailed: the issuer refused, or it is another one's answer (RFC 9207).
    """
    issuer, told = provider.issuer, answer.get("iss")
    if told not in ((issuer.url,) if names_itself else (issuer.url, None)):
        raise SignInFailed("The answer is not from where you went to sign in.")
    if error := answer.get("error"):
        raise SignInFailed(REFUSED.get(error, f"{issuer.shown} refused it."))
    if not (code := answer.get("code")):
        raise SignInFailed("The answer has no code.")
    return code


async def prove(provider: Provider, code: str, secret: str, *, redirect_uri: str) -> Proven:
    """Change the code for tokens, and believe them or not. Talks to the issuer.

    Raises:
        SignInFailed: the code or what it gave is not right.
        IssuerSilent
    """
    try:
        tokens = await provider.exchange(
            code, verifier=_derived(secret, "verifier"), redirect_uri=redirect_uri
        )
        if tokens.id_token is None:
            raise SignInFailed(f"{provider.issuer.shown} did not say who you are.")
        id_token = await _id_token(provider, tokens.id_token)
        if not credentials.same(str(id_token.get("nonce", "")), _derived(secret, "nonce")):
            raise SignInFailed("What it says was meant for another sign-in.")
        sources = await told_of(provider, tokens, subject_of(id_token))
    except NoLonger:
        raise SignInFailed("Its answer was used already, or is too old.") from None
    except JwtRefused as refused:
        raise SignInFailed(
            f"What {provider.issuer.shown} says cannot be believed: {refused.detail}"
        ) from None
    return Proven(arrival(provider.issuer, sources), sources, tokens)


async def told_of(provider: Provider, tokens: Tokens, subject: str) -> list[Claims]:
    """All that the issuer says of a person now: what it tells when asked, its ID token, its access token.

    Raises:
        NoLonger: the access token is not good any more.
        JwtRefused: it speaks of somebody else.
        IssuerSilent
    """
    info = await provider.userinfo(tokens.access)
    # An earlier ID token may tell of groups that are lost: it counts where there is nothing newer.
    told = tokens.id_token if tokens.renewed or info is None else None
    id_token = await _still_good(_id_token(provider, told)) if told else None
    sources = [each for each in (info, id_token) if each is not None]
    if any(subject_of(each) != subject for each in sources):
        raise JwtRefused("It speaks of somebody else.")
    # Meant for others to read, but for some (Keycloak) the only place where roles are.
    access = await _still_good(verified(tokens.access, provider.keys, issuer=provider.issuer.url))
    if access is not None and access.get("sub") == subject:
        sources.append(access)
    return sources


def arrival(issuer: Issuer, sources: list[Claims]) -> Arrival:
    """Who it is: by the first place that says so."""
    subject = subject_of(sources[0])
    found = {name: _said(sources, name) for name in ("name", "preferred_username", "email")}
    verified_email = next((each.get("email_verified") for each in sources if "email" in each), None) is True
    name = found["name"] or found["preferred_username"] or found["email"] or subject
    return Arrival(issuer, subject, name, found["email"] if verified_email else None)


def challenge(verifier: str) -> str:
    """What the issuer is told of the verifier: its SHA-256 (RFC 7636 §4.2)."""
    return _text(hashlib.sha256(verifier.encode()).digest())


async def _id_token(provider: Provider, token: str) -> Claims:
    """The ID token of a fresh sign-in (OpenID Connect Core §3.1.3.7)."""
    issuer = provider.issuer
    claims = await verified(token, provider.keys, issuer=issuer.url)
    check_audience(claims, [issuer.client_id])
    if claims.get("azp", issuer.client_id) != issuer.client_id:
        raise JwtRefused("It is meant for others than us.")
    return claims


async def _still_good(believing: Awaitable[Claims]) -> Claims | None:
    """The claims of a token that is not opaque and has not expired."""
    try:
        return await believing
    except JwtRefused:
        return None


def _said(sources: list[Claims], name: str) -> str | None:
    values = (each.get(name) for each in sources)
    found = next((value for value in values if isinstance(value, str) and value.strip()), None)
    plain = "".join(letter for letter in found if letter.isprintable()) if found else ""
    return plain.strip()[:200] or None


def _derived(secret: str, what: str) -> str:
    return _text(hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
