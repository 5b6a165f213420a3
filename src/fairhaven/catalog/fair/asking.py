"""Asks addresses as a polite robot: one at a time each, bounded in number, time, size and redirects.

Whatever goes wrong is an answer too: the robot writes it down and goes on.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import httpx

from fairhaven.core.outbound import Fetched, Guard, OutboundProblem, fetch

MIB = 1 << 20
LARGEST = MIB
AGENT = "Fairhaven-FAIR-robot/1"
REDIRECTS = 5
LEADS_ON = (301, 302, 303, 307, 308)
PAGE = "text/html,application/xhtml+xml;q=0.9"


@dataclass(frozen=True)
class Answer:
    """What an address answered after redirects (`via` are the places before); `problem`: why nothing came."""

    asked: str
    url: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    problem: str = ""
    via: tuple[str, ...] = ()
    method: str = "GET"
    accept: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def said(self) -> str:
        """What came of it, in words."""
        return self.problem or f"{self.status} {self.media_type}".strip()


class Asker:
    """Asks in the robot's name, and remembers every answer, in order.

    Args:
        guard_for: the guard of an address: the platform's own may lie in a network that is not public.
        most: requests in all.
        seconds: for each request; all together may take `lasting`.
    """

    def __init__(
        self,
        guard_for: Callable[[str], Guard],
        *,
        agent: str = AGENT,
        most: int = 80,
        seconds: float = 10.0,
        lasting: float = 120.0,
    ) -> None:
        self._guard_for, self._agent, self._left = guard_for, agent, most
        self._seconds, self._until = seconds, asyncio.get_running_loop().time() + lasting
        self.answers: dict[tuple[str, str, str], Answer] = {}

    async def get(self, url: str, accept: str = "*/*") -> Answer:
        """Ask for the content of an address; the same question is asked once."""
        return await self._once("GET", url, accept)

    async def head(self, url: str) -> Answer:
        """Ask for what there is, without its content; of servers that know no HEAD, by GET."""
        found = await self._once("HEAD", url, "*/*")
        return await self._once("GET", url, "*/*", body=False) if found.status in (403, 405, 501) else found

    async def _once(self, method: str, url: str, accept: str, *, body: bool = True) -> Answer:
        key = (method if body else "GET, head", url.partition("#")[0], accept)
        if key not in self.answers:
            self.answers[key] = await self._asked(method, key[1], accept, body=body and method == "GET")
        return self.answers[key]

    async def _asked(self, method: str, url: str, accept: str, *, body: bool) -> Answer:
        here, via = url, tuple[str, ...]()
        while True:
            try:
                found = await self._fetched(method, here, accept, body=body)
            except OutboundProblem as problem:
                return Answer(url, here, problem=problem.detail, via=via, method=method, accept=accept)
            place = found.headers.get("location")
            if found.status not in LEADS_ON or place is None:
                return _answer(url, found, via, method, accept)
            if len(via) == REDIRECTS:
                why = f"It leads on and on: more than {REDIRECTS} redirects."
                return Answer(url, here, problem=why, via=via, method=method, accept=accept)
            via, here = (*via, here), _joined(here, place)

    async def _fetched(self, method: str, url: str, accept: str, *, body: bool) -> Fetched:
        left = self._until - asyncio.get_running_loop().time()
        if self._left <= 0 or left <= 0:
            raise _NoMore("The robot asks no more: it has asked enough, or for long enough.")
        self._left -= 1
        headers = {"Accept": accept, "User-Agent": self._agent}
        return await fetch(
            self._guard_for(url), url, method=method, headers=headers, body=body,
            max_bytes=LARGEST, seconds=min(self._seconds, left), redirects=0,
            verify=_certificates(),
        )  # fmt: skip


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Whom to believe; reading the list takes longer than most answers."""
    return httpx.create_ssl_context(trust_env=False)


class _NoMore(OutboundProblem):
    """The robot has asked enough."""


def origin(url: str) -> str:
    """Scheme, host and port, the usual ports left out; empty for what is no address."""
    try:
        parts = urlsplit(url)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        port = "" if parts.port in (None, usual) else f":{parts.port}"
    except ValueError:
        return ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}" if parts.hostname else ""


def _joined(base: str, place: str) -> str:
    try:
        return urljoin(base, place)
    except ValueError:
        return place


def _answer(url: str, found: Fetched, via: tuple[str, ...], method: str, accept: str) -> Answer:
    headers = {name.lower(): value for name, value in found.headers.items()}
    return Answer(url, found.url, found.status, headers, found.body, via=via, method=method, accept=accept)
