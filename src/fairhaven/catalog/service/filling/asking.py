"""One question of a forge: bounded, conditional, and with an eye on how often one may ask."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from pydantic import JsonValue

from fairhaven.core import outbound
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform

MAX_BYTES = 2 << 20
SECONDS = 20.0
AGENT = {"User-Agent": "fairhaven"}  # GitHub wants one
_EPOCH = 1e8  # larger numbers of a reset are moments, smaller ones seconds to wait
_LONGEST = timedelta(hours=24)
_SHORTEST = timedelta(seconds=1)
_FIRST = timedelta(minutes=1)


@dataclass(frozen=True)
class Answered:
    """What a forge answered."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def etag(self) -> str | None:
        found = self.headers.get("etag")
        return found if found and len(found) < 300 else None

    def json(self) -> JsonValue:
        """The answer as data.

        Raises:
            ValueError: it is no JSON.
        """
        try:
            said: JsonValue = json.loads(self.body)
        except RecursionError:
            raise ValueError("it is nested without end") from None
        return said


async def ask(platform: Platform, url: str, headers: Mapping[str, str], etag: str | None = None) -> Answered:
    """Ask at an address; with `etag`, only for what changed since.

    Raises:
        OutboundProblem: nobody answered, or too much.
    """
    condition = {"If-None-Match": etag} if etag else {}
    found = await outbound.fetch(
        guard_of(platform.settings),
        url,
        headers={**AGENT, **headers, **condition},
        max_bytes=MAX_BYTES,
        seconds=SECONDS,
    )
    return Answered(found.status, found.headers, found.body)


def limited(said: Answered) -> bool:
    """Whether the answer is that we ask too often, and none to the question."""
    if said.status == httpx.codes.TOO_MANY_REQUESTS:
        return True
    waits = "retry-after" in said.headers
    if said.status == httpx.codes.SERVICE_UNAVAILABLE:
        return waits
    spent = _number(said, "remaining") == 0
    return said.status == httpx.codes.FORBIDDEN and (
        waits or spent or b"rate limit" in said.body[:2000].lower()
    )


def pause(said: Answered, moment: datetime, refusals: int) -> datetime | None:
    """Until when the forge is not asked again; None: it may be asked at once.

    Args:
        refusals: how often in a row it refused without saying when to come back.
    """
    until = _retry_after(said, moment) or _reset(said, moment)
    if until is None:
        if not limited(said):
            return None
        until = moment + _FIRST * 2 ** min(refusals, 10)
    return min(max(until, moment + _SHORTEST), moment + _LONGEST)


def _retry_after(said: Answered, moment: datetime) -> datetime | None:
    """RFC 9110 §10.2.3: seconds, or a date."""
    value = said.headers.get("retry-after", "").strip()
    if not value or not limited(said):
        return None
    if value.isdigit():
        return moment + timedelta(seconds=min(int(value[:9]), 10**6))
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _reset(said: Answered, moment: datetime) -> datetime | None:
    """When there is room again, if there is none left."""
    if _number(said, "remaining") != 0 or (value := _number(said, "reset")) is None:
        return None
    if value > _EPOCH:
        return datetime.fromtimestamp(min(value, 1 << 36), UTC)
    return moment + timedelta(seconds=value)


def _number(said: Answered, name: str) -> int | None:
    """GitHub and Gitea write `X-RateLimit-…`, GitLab `RateLimit-…`."""
    for prefix in ("x-ratelimit-", "ratelimit-"):
        value = said.headers.get(prefix + name, "").strip()
        if value.isdigit():
            return int(value[:15])
    return None
