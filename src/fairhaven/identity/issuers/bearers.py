"""JWTs of issuers as credentials of the REST interface (RFC 9068, RFC 6750)."""

from datetime import UTC, datetime, timedelta

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.issuers import Issuer
from fairhaven.core.platform import Platform
from fairhaven.identity.issuers.applying import apply
from fairhaven.identity.issuers.claims import tells
from fairhaven.identity.issuers.flow import arrival
from fairhaven.identity.issuers.jwts import Claims, check_audience, subject_of, unverified, verified
from fairhaven.identity.issuers.memberships import Projects
from fairhaven.identity.issuers.problems import JwtRefused, NoLonger
from fairhaven.identity.issuers.provider import Provider
from fairhaven.identity.service import Recognised
from fairhaven.identity.service.identities import arrive, person_of

BELIEVED = timedelta(seconds=50)
NOT_ACCESS = frozenset({"id", "logout", "refresh", "offline"})  # what Keycloak writes as `typ` of others


async def recognised(
    platform: Platform, projects: Projects, providers: dict[str, Provider], token: str
) -> Recognised:
    """Whose token it is; somebody new to us becomes a person, as when they sign in.

    Raises:
        JwtRefused: it is not valid, not meant for us, or of an issuer whose tokens are not taken.
        IssuerSilent: its issuer has to be asked, and does not answer.
    """
    header, told = unverified(token)
    provider = providers.get(str(told.get("iss")))
    if provider is None or not provider.issuer.audiences:
        raise JwtRefused("Tokens of its issuer are not taken here.")
    claims = await verified(token, provider.keys, issuer=provider.issuer.url)
    check_audience(claims, provider.issuer.audiences)
    _check_kind(header, claims, provider.issuer)
    info = await _told(provider, token, claims)
    sources = [claims] if info is None else [info, claims]
    async with platform.transaction() as session:
        row = await arrive(session, arrival(provider.issuer, sources))
        person = await person_of(session, row)
        # An old token must not bring back what was lost since.
        if info is not None or row.confirmed_at is None or _issued(claims) > row.confirmed_at:
            await apply(session, projects, provider.issuer, row, sources)
    expires_at = min(datetime.fromtimestamp(float(claims["exp"]), UTC), now() + BELIEVED)
    return Recognised(person, credentials.digest(token), expires_at, None)


def _check_kind(header: Claims, claims: Claims, issuer: Issuer) -> None:
    """Raises: JwtRefused: it is an ID token, or of another kind that is no access token."""
    kind, telling = str(claims.get("typ", "")).lower(), {"at_hash", "c_hash", "events"}
    if issuer.client_id in issuer.audiences:  # as ID tokens are, of which each of ours has a nonce
        telling |= {"nonce"}
    if kind in NOT_ACCESS or claims.keys() & telling:
        raise JwtRefused("It is no access token.")
    if str(header.get("typ", "JWT")).lower() not in ("jwt", "at+jwt", "application/at+jwt"):
        raise JwtRefused("It is no access token.")


async def _told(provider: Provider, token: str, claims: Claims) -> Claims | None:
    """What the issuer says of the person, where the token itself says nothing that a rule asks for."""
    if not provider.issuer.claims or tells(provider.issuer, claims):
        return None
    try:
        info = await provider.userinfo(token)
    except NoLonger:
        raise JwtRefused("Its issuer does not take it any more.") from None
    if info is not None and subject_of(info) != subject_of(claims):
        raise JwtRefused("Its issuer knows it as somebody else's.")
    return info


def _issued(claims: Claims) -> datetime:
    return datetime.fromtimestamp(float(claims.get("iat") or 0), UTC)
