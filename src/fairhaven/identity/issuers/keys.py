"""The keys with which an issuer signs: kept for minutes, asked for anew when a token names a new one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from fairhaven.core.limits import Buckets
from fairhaven.identity.issuers.problems import IssuerSilent

LIFE = 300.0  # seconds; for so long a key that was withdrawn may still be believed
STALE = 3600.0  # seconds, while the issuer does not answer
# Whoever sends tokens with names of keys that do not exist must not make us ask for each.
ASKED_RATE, ASKED_BURST = 1 / 30, 3
ALGORITHMS: Mapping[str, str] = {
    **{f"{family}{bits}": "RSA" for family in ("RS", "PS") for bits in (256, 384, 512)},
    **{f"ES{bits}": "EC" for bits in (256, 384, 512)},
    "EdDSA": "OKP",
    "Ed25519": "OKP",
}
"""Those by which a token may be signed, and the kind of key that each needs: none of them has shared keys."""


class Keys:
    """The keys of one issuer."""

    def __init__(
        self, ask: Callable[[], Awaitable[Mapping[str, Any]]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask, self._clock = ask, clock
        self._keys: Sequence[Key] = ()
        self._at = float("-inf")
        self._asking = asyncio.Lock()
        self._budget = Buckets(ASKED_RATE, ASKED_BURST, clock=clock, most=1)

    async def find(self, kid: str | None, algorithm: str) -> Key | None:
        """The key of this name that signs so; without a name, the only one that does.

        Raises:
            IssuerSilent: the keys cannot be asked for.
        """
        if self._clock() - self._at > LIFE:
            await self._renew(seen=self._at)
        found = self._found(kid, algorithm)
        if found is None and kid is not None and not self._budget.take("unknown"):
            await self._renew(seen=self._at)
            found = self._found(kid, algorithm)
        return found

    def _found(self, kid: str | None, algorithm: str) -> Key | None:
        fit = [key for key in self._keys if _signs(key, algorithm) and kid in (None, key.kid)]
        return fit[0] if len(fit) == 1 else None

    async def _renew(self, *, seen: float) -> None:
        """Ask once, however many wait; old keys serve on for a while when nobody answers."""
        async with self._asking:
            if self._at != seen:
                return
            try:
                self._keys = _read(await self._ask())
            except IssuerSilent:
                if self._clock() - self._at > STALE:
                    raise
                return
            self._at = self._clock()


def _signs(key: Key, algorithm: str) -> bool:
    kind = ALGORITHMS.get(algorithm)
    return key.key_type == kind and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm


def _read(told: Mapping[str, Any]) -> Sequence[Key]:
    """The keys that we understand; the others are for others (RFC 7517 §5)."""
    given = told.get("keys")
    found = []
    for each in given if isinstance(given, list) else ():
        try:
            key = JWKRegistry.import_key(each)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if key.key_type in ALGORITHMS.values():
            found.append(key)
    if not found:
        raise IssuerSilent("It publishes no key that could be used.")
    return found
