"""Believing a JWT: signed with a key of its issuer, in a way of ours, for us, now (RFC 7519, RFC 8725)."""

import base64
import json
import time
from collections.abc import Collection, Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from fairhaven.identity.issuers.keys import ALGORITHMS, Keys
from fairhaven.identity.issuers.problems import JwtRefused

SKEW = 60.0  # seconds by which clocks may differ
LONGEST = 16_384  # characters
Claims = Mapping[str, Any]

# What it lists is allowed; headers that it does not know are let be, critical ones are not.
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


def looks_like_jwt(text: str) -> bool:
    return text.count(".") == 2 and text.startswith("ey") and len(text) <= LONGEST


def unverified(token: str) -> tuple[Claims, Claims]:
    """Header and claims as they stand there: for choosing whom to ask, and for nothing else.

    Raises:
        JwtRefused: it is no JWT.
    """
    if not looks_like_jwt(token):
        raise JwtRefused("It is no JWT that could be read.")
    header, claims, _ = token.split(".")
    return _part(header), _part(claims)


async def verified(token: str, keys: Keys, *, issuer: str, now: float | None = None) -> Claims:
    """The claims of a token that this issuer signed, and that is valid now.

    Raises:
        JwtRefused: it is anything else.
        IssuerSilent: its keys cannot be asked for.
    """
    header, _ = unverified(token)
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise JwtRefused(f"Tokens signed by {str(algorithm)[:20]!r} are not taken.")
    key = await keys.find(kid if isinstance(kid, str) else None, str(algorithm))
    if key is None:
        raise JwtRefused("It is signed with a key that its issuer does not publish.")
    try:
        payload = jws.deserialize_compact(token, key, registry=_REGISTRY).payload
    except (JoseError, ValueError):
        raise JwtRefused("Its signature is not right.") from None
    claims = _read(payload)
    if claims.get("iss") != issuer:
        raise JwtRefused("It is of another issuer.")
    check_times(claims, time.time() if now is None else now)
    return claims


def check_times(claims: Claims, now: float) -> None:
    """Raises: JwtRefused: it has expired, is not valid yet, or does not say when it expires."""
    expires, begins, issued = (_time(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is None:
        raise JwtRefused("It does not say when it expires.")
    if now >= expires + SKEW:
        raise JwtRefused("It has expired.")
    if max(begins or 0.0, issued or 0.0) > now + SKEW:
        raise JwtRefused("It is not valid yet.")


def check_audience(claims: Claims, audiences: Collection[str]) -> None:
    """Raises: JwtRefused: it is meant for others."""
    told = claims.get("aud")
    meant = {told} if isinstance(told, str) else {each for each in told or () if isinstance(each, str)}
    if meant.isdisjoint(audiences):
        raise JwtRefused("It is meant for others than us.")


def subject_of(claims: Claims) -> str:
    found = claims.get("sub")
    if not isinstance(found, str) or not 0 < len(found) <= 255:  # OpenID Connect Core §2
        raise JwtRefused("It does not say whom it is about.")
    return found


def _time(claims: Claims, name: str) -> float | None:
    found = claims.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise JwtRefused(f"Its {name} is no time.")
    return float(found)


def _part(text: str) -> Claims:
    try:
        return _read(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise JwtRefused("It is no JWT that could be read.") from None


def _read(content: bytes) -> Claims:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise JwtRefused("It is no JWT that could be read.")
    return found
