"""Asks one question of an address that somebody gave: bounded in time, in size and in redirects."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from fairhaven.core.outbound.guard import Guard
from fairhaven.core.outbound.pinning import Pinned
from fairhaven.core.outbound.problems import AddressRefused, AnswerTooLarge, TooManyRedirects, Unanswered

MIB = 1 << 20
CONNECT_SECONDS = 10.0
LEADS_ON = (301, 302, 303, 307, 308)
HARMLESS = ("accept", "user-agent")  # headers that may go along to another site


@dataclass(frozen=True)
class Fetched:
    """What was answered; `url` is where, after redirects."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes


async def fetch(
    guard: Guard,
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    body: bool = True,
    max_bytes: int = 10 * MIB,
    seconds: float = 30.0,
    redirects: int = 3,
    verify: ssl.SSLContext | bool = True,
    sink: Callable[[bytes], object] | None = None,
) -> Fetched:
    """Ask, and follow redirects of questions without content; each place is checked anew.

    Args:
        body: whether the answer's content is wanted at all.
        redirects: how many are followed; 0: an answer that leads elsewhere is returned as it is.
        sink: takes the content piece by piece if the status is 200, instead of `body`, which is then empty.

    Raises:
        AddressRefused, HostUnknown: it leads to where we do not go, or nowhere.
        TooManyRedirects, AnswerTooLarge, Unanswered
    """
    asking = _Asking(method, dict(headers or {}), content, body, max_bytes, sink)
    follows = redirects if method in ("GET", "HEAD") else 0
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                transport=Pinned(guard, verify=verify),
                timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
                trust_env=False,
            ) as client,
        ):
            return await _followed(client, asking, _read(url), follows)
    except (TimeoutError, httpx.TimeoutException):
        raise Unanswered(f"There was no answer within {seconds:g} s.") from None
    except httpx.HTTPError as error:
        raise Unanswered(f"{_read(url).host} could not be asked: {error or type(error).__name__}.") from None


@dataclass
class _Asking:
    method: str
    headers: dict[str, str]
    content: bytes | None
    body: bool
    max_bytes: int
    sink: Callable[[bytes], object] | None = None


async def _followed(client: httpx.AsyncClient, asking: _Asking, url: httpx.URL, follows: int) -> Fetched:
    left = follows
    while True:
        found = await _once(client, asking, url)
        location = found.headers.get("location")
        if not follows or location is None or found.status not in LEADS_ON:
            return found
        if not left:
            raise TooManyRedirects(f"More than {follows} redirects.")
        left -= 1
        url, before = _read(location, url), url
        if before.scheme == "https" and url.scheme != "https":
            raise AddressRefused("It leads from https to http.")
        if (url.scheme, url.host, url.port) != (before.scheme, before.host, before.port):
            asking.headers = {k: v for k, v in asking.headers.items() if k.lower() in HARMLESS}


async def _once(client: httpx.AsyncClient, asking: _Asking, url: httpx.URL) -> Fetched:
    # As it is: what is packed may unfold into any size.
    headers = {**asking.headers, "Accept-Encoding": "identity"}
    async with client.stream(asking.method, url, headers=headers, content=asking.content) as answer:
        content = bytearray()
        if asking.body and answer.status_code not in LEADS_ON:
            sink = asking.sink if asking.sink and answer.status_code == httpx.codes.OK else content.extend
            await _read_into(sink, answer, asking.max_bytes)
        return Fetched(str(url), answer.status_code, answer.headers, bytes(content))


async def _read_into(sink: Callable[[bytes], object], answer: httpx.Response, max_bytes: int) -> None:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise Unanswered("It answered in a packed form that was not asked for.")
    size = 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > max_bytes:
            raise AnswerTooLarge(f"It is larger than {max_bytes / MIB:g} MiB.")
        sink(chunk)


def _read(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        found = base.join(url) if base else httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise AddressRefused(f"The address cannot be read: {error}.") from None
    if not found.host:
        raise AddressRefused("The address names no machine.")
    return found
