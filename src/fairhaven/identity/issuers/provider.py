"""One issuer, asked over HTTP: about itself, for tokens, about a person. Everything is bounded and guarded.

Its address is the operator's, so it may lead into a private network: the guard lets it, but still resolves
once, connects to what was resolved, follows no redirect and takes no answer without an end.
"""

import asyncio
import base64
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus, urlencode

from fairhaven.core import addresses, references
from fairhaven.core.config import Settings
from fairhaven.core.errors import Unconfigured
from fairhaven.core.issuers import Issuer
from fairhaven.core.outbound import Guard, OutboundProblem, fetch, guard_of
from fairhaven.identity.issuers.keys import Keys
from fairhaven.identity.issuers.metadata import PATH, Metadata
from fairhaven.identity.issuers.problems import IssuerSilent, NoLonger

SECONDS = 5.0  # of one question
LARGEST = 512 * 1024  # bytes of an answer
METADATA_LIFE, METADATA_STALE = 3600.0, 86_400.0  # seconds; the second while the issuer does not answer
TOKEN_LIFE = 300.0  # seconds of an access token that does not say for how long it is good
EVERYWHERE = addresses.networks(("0.0.0.0/0", "::/0"))
# RFC 6749 §5.2. The second is what Authlib (so Canaille) says of a refresh token whose person was deleted.
OVER = frozenset({"invalid_grant", "invalid_request"})


@dataclass(frozen=True)
class Tokens:
    """What an issuer gave for a code, or a refresh token; `renewed`: the ID token is of that moment too."""

    access: str
    expires_at: float
    refresh: str | None
    id_token: str | None
    renewed: bool = True


class Provider:
    """What is known of one issuer in this process."""

    def __init__(
        self, issuer: Issuer, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer = issuer
        self.keys = Keys(self._jwks, clock)
        self._guard: Guard = replace(guard_of(settings), allow=EVERYWHERE)
        self._clock = clock
        self._known: tuple[float, Metadata] | None = None
        self._asking = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """What it says about itself, an hour old at most while it answers.

        Raises:
            IssuerSilent
        """
        async with self._asking:
            age = self._clock() - self._known[0] if self._known else float("inf")
            if self._known and age < METADATA_LIFE:
                return self._known[1]
            try:
                told = await self._get(self.issuer.url.rstrip("/") + PATH)
                self._known = (self._clock(), Metadata.read(self.issuer, told))
            except IssuerSilent:
                if self._known is None or age > METADATA_STALE:
                    raise
            return self._known[1]

    async def check(self) -> str:
        """Ask what a sign-in needs, for `fairhaven doctor`.

        Raises:
            IssuerSilent, Unconfigured
        """
        self._secret()
        await self.metadata()
        await self.keys.find(None, "RS256")
        return f"{self.issuer.url} answers"

    async def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> Tokens:
        """Raises: NoLonger: the code is not good (any more). IssuerSilent."""
        return await self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            }
        )

    async def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones; what it does not give anew stays as it was.

        Raises: NoLonger: the sign-in is over. IssuerSilent.
        """
        if tokens.refresh is None:
            raise NoLonger
        fresh = await self._tokens({"grant_type": "refresh_token", "refresh_token": tokens.refresh})
        return replace(
            fresh,
            refresh=fresh.refresh or tokens.refresh,
            id_token=fresh.id_token or tokens.id_token,
            renewed=fresh.id_token is not None,
        )

    async def userinfo(self, access: str) -> Mapping[str, Any] | None:
        """What it tells of the person; None when it has no such place, or tells nothing for this token.

        Raises: NoLonger: the token is not good (any more). IssuerSilent.
        """
        address = (await self.metadata()).userinfo
        if not address:
            return None
        status, told = await self._ask("GET", address, {"Authorization": f"Bearer {access}"})
        if status == 401:
            raise NoLonger
        if status == 403 or (status == 200 and not told):
            return None  # the token lacks the scope `openid` (RFC 6750 §3.1), or the answer is a JWT
        return _sound(self.issuer, status, told)

    async def authorization_url(self, **parameters: str) -> str:
        asked = {"response_type": "code", "client_id": self.issuer.client_id, **parameters}
        asked["scope"] = " ".join(self.issuer.scopes)
        return _with((await self.metadata()).authorization, asked)

    async def end_session_url(self, id_token: str | None, back: str) -> str:
        """Where a browser signs out of the issuer too; nothing when it has no such place."""
        address = (await self.metadata()).end_session
        hint = {"id_token_hint": id_token} if id_token else {}
        asked = {**hint, "client_id": self.issuer.client_id, "post_logout_redirect_uri": back}
        return _with(address, asked) if address else ""

    async def _tokens(self, form: Mapping[str, str]) -> Tokens:
        told = await self._post((await self.metadata()), form)
        access, lasts = told.get("access_token"), told.get("expires_in")
        if not isinstance(access, str) or str(told.get("token_type", "")).lower() != "bearer":
            raise IssuerSilent(f"{self.issuer.shown} gave no token that could be used.")
        seconds = float(lasts) if isinstance(lasts, int | float) else TOKEN_LIFE
        return Tokens(
            access, time.time() + seconds, _text(told.get("refresh_token")), _text(told.get("id_token"))
        )

    async def _post(self, place: Metadata, form: Mapping[str, str]) -> Mapping[str, Any]:
        headers, form = {"Content-Type": "application/x-www-form-urlencoded"}, dict(form)
        secret = self._secret()
        if secret is None or place.secret_in_form:
            form["client_id"] = self.issuer.client_id
            if secret is not None:
                form["client_secret"] = secret
        else:  # RFC 6749 §2.3.1: both are written as in a form first
            pair = f"{quote_plus(self.issuer.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        status, told = await self._ask("POST", place.token, headers, urlencode(form).encode())
        if status == 400 and told.get("error") in OVER:
            raise NoLonger
        return _sound(self.issuer, status, told)

    def _secret(self) -> str | None:
        reference = self.issuer.client_secret
        what = f"client secret of {self.issuer.name}"
        return references.value_of(reference, what=what) if reference else None

    async def _jwks(self) -> Mapping[str, Any]:
        return await self._get((await self.metadata()).jwks)

    async def _get(self, url: str) -> Mapping[str, Any]:
        status, told = await self._ask("GET", url, {})
        return _sound(self.issuer, status, told)

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> tuple[int, Mapping[str, Any]]:
        try:
            found = await fetch(
                self._guard,
                url,
                method=method,
                headers={"Accept": "application/json", **headers},
                content=content,
                max_bytes=LARGEST,
                seconds=SECONDS,
                redirects=0,
                verify=self._verify,
            )
        except OutboundProblem as problem:
            raise IssuerSilent(f"{self.issuer.shown}: {problem.detail}") from None
        try:
            told = json.loads(found.body)
        except (ValueError, RecursionError):
            told = {}
        return found.status, told if isinstance(told, dict) else {}

    @cached_property
    def _verify(self) -> ssl.SSLContext | bool:
        if self.issuer.ca is None:
            return True
        try:
            return ssl.create_default_context(cafile=self.issuer.ca)
        except (OSError, ssl.SSLError) as error:
            raise Unconfigured(f"`ca` of {self.issuer.name} cannot be used: {error}.") from None


def _sound(issuer: Issuer, status: int, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises: IssuerSilent: it refused, or answered in no way that we understand."""
    if status == 200 and told:
        return told
    word = told.get("error")
    said = f" ({word})" if isinstance(word, str) and word.replace("_", "").isalnum() else ""
    raise IssuerSilent(f"{issuer.shown} answered {status}{said}.")


def _with(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
