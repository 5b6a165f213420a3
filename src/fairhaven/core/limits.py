"""How often one may ask: token buckets in the memory of each web process.

What they protect is this process's own time, so they are its own too: a look in a dictionary, not a trip to
the database for every request. With N web processes one gets up to N times as much. What must hold over
all processes and restarts, guessing at sign-in, is counted in the database (`throttle`).
"""

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from fairhaven.core import addresses, origin
from fairhaven.core.config import Limits
from fairhaven.core.errors import SignInNeeded, TooMany
from fairhaven.core.policy import Actor

REMEMBERED = 50_000  # buckets; the one that was not asked for longest is forgotten first


class Buckets:
    """One bucket for each key: `burst` tokens at most, `rate` new ones a second. A rate of 0: no limit."""

    def __init__(
        self,
        rate: float,
        burst: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = REMEMBERED,
    ) -> None:
        self._rate, self._burst, self._clock, self._most = rate, burst, clock, most
        self._levels: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, key: object) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        if not self._rate:
            return 0.0
        level = self._level(key)
        if wait := self._wait(level):
            return wait
        self._levels[key] = (level - 1.0, self._clock())
        self._levels.move_to_end(key)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return 0.0

    def wait(self, key: object) -> float:
        """The seconds until there is a token; none is taken."""
        return self._wait(self._level(key)) if self._rate else 0.0

    def _level(self, key: object) -> float:
        level, at = self._levels.get(key, (self._burst, 0.0))
        return min(self._burst, level + (self._clock() - at) * self._rate)

    def _wait(self, level: float) -> float:
        return 0.0 if level >= 1.0 else (1.0 - level) / self._rate


class Limiter:
    """Counts each request once: for who it is from, else for the address that it is from."""

    def __init__(self, settings: Limits) -> None:
        self._actors = Buckets(settings.actor_rate, settings.actor_burst)
        self._addresses = Buckets(settings.address_rate, settings.address_burst)
        self._refused = Buckets(settings.refused_rate, settings.refused_burst)
        self._valid: OrderedDict[int, None] = OrderedDict()  # hashes of tokens that were valid

    async def admit(self, request: Request, authenticate: Callable[[], Awaitable[Actor]]) -> Actor:
        """Learn who asks, unless they ask too often.

        People behind one address do not share a bucket once they have signed in. Where too many invalid
        tokens come from, only those are still looked at that were valid the last time.

        Raises:
            TooMany: and when it goes on.
        """
        address = addresses.neighbourhood(origin.current().address or "")
        token = request.headers.get("authorization")
        if token is None:
            return await self._by_cookie(request, address, authenticate)
        known = hash(token)
        if known not in self._valid:
            _check(self._refused.wait(address))
        try:
            actor = await authenticate()
        except SignInNeeded:
            self._refused.take(address)
            self._valid.pop(known, None)
            raise
        if actor.id is None:  # a scheme that is not ours
            _check(self._addresses.take(address))
            return actor
        self._remember(known)
        _check(self._actors.take(actor.id))
        return actor

    async def _by_cookie(
        self, request: Request, address: str, authenticate: Callable[[], Awaitable[Actor]]
    ) -> Actor:
        """A cookie may be nobody's: then, as without one, the address counts."""
        if not request.cookies:
            _check(self._addresses.take(address))
        actor = await authenticate()
        if actor.id is not None:
            _check(self._actors.take(actor.id))
        elif request.cookies:
            _check(self._addresses.take(address))
        return actor

    def _remember(self, token: int) -> None:
        self._valid[token] = None
        self._valid.move_to_end(token)
        if len(self._valid) > REMEMBERED:
            self._valid.popitem(last=False)


def _check(wait: float) -> None:
    if wait:
        seconds = math.ceil(wait)
        raise TooMany(f"Try again in {seconds} s.", headers={"Retry-After": str(seconds)})
