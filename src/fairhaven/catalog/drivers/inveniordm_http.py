"""Asks an InvenioRDM, and tells refusals from failures; tokens go into one header and nowhere else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from fairhaven.catalog.exports.inveniordm import MEDIA_TYPE
from fairhaven.catalog.ports import DepositoryFailed, DepositoryRefused
from fairhaven.core.outbound import AnswerTooLarge, Guard, Pinned
from fairhaven.core.outbound.problems import HostUnknown, OutboundProblem, Unanswered

Json = dict[str, Any]
MOST = 10 << 20  # bytes of an answer
SLOWEST = 256 << 10  # bytes a second that a file must go at least
PIECE = 1 << 20
_TOKEN = "Is the token right, still valid, and made for `deposit:write` and `deposit:actions`?"  # noqa: S105


class Refusal(DepositoryRefused):
    """It answered with a status that asking again does not change."""

    def __init__(self, code: int, detail: str, fix: str | None = None) -> None:
        super().__init__(detail, fix=fix)
        self.code = code


class Http:
    """One installation at `base`, the address of its API; no answer may take longer than `seconds`."""

    def __init__(self, base: str, guard: Guard, *, seconds: float = 60.0) -> None:
        self._base, self._guard, self._seconds = base, guard, seconds

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Made once: reading all certificates takes longer than most answers."""
        return httpx.create_ssl_context()

    async def json(
        self, method: str, path: str, token: str, *, json: Any = None, query: Mapping[str, Any] | None = None
    ) -> Json:
        """Ask, and read the answer; {} when there is none.

        Raises:
            Refusal, DepositoryFailed
        """
        async with self._client(token, self._seconds) as client:
            request = client.build_request(method, self._base + path, json=json, params=query)
            return await _answer(client, request)

    async def send(self, path: str, token: str, file: Path, size: int) -> Json:
        """Send a file as it is, piece by piece.

        Raises:
            Refusal, DepositoryFailed
        """
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        async with self._client(token, self._seconds + size / SLOWEST) as client:
            url = self._base + path
            request = client.build_request("PUT", url, content=_pieces(file), headers=headers)
            return await _answer(client, request)

    @asynccontextmanager
    async def _client(self, token: str, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {token}", "Accept": MEDIA_TYPE, "Accept-Encoding": "identity"}
        try:
            async with (
                asyncio.timeout(seconds),
                httpx.AsyncClient(
                    transport=Pinned(self._guard, verify=self._trust),
                    headers=headers,
                    timeout=httpx.Timeout(self._seconds, connect=min(self._seconds, 10.0)),
                    trust_env=False,
                ) as client,
            ):
                yield client
        except (TimeoutError, httpx.TimeoutException):
            raise DepositoryFailed(f"There was no answer within {seconds:.3g} s.") from None
        except httpx.HTTPError as error:
            raise DepositoryFailed(f"It could not be asked: {type(error).__name__}.") from None
        except (HostUnknown, Unanswered) as error:
            raise DepositoryFailed(error.detail) from None
        except OutboundProblem as error:
            raise Refusal(0, error.detail, error.remedy) from None


async def _answer(client: httpx.AsyncClient, request: httpx.Request) -> Json:
    answer = await client.send(request, stream=True)
    try:
        content = b""
        async for part in answer.aiter_raw():
            content += part
            if len(content) > MOST:
                raise AnswerTooLarge(f"It is larger than {MOST >> 20} MiB.")
    finally:
        await answer.aclose()
    told = _read(content)
    if answer.status_code >= 500 or answer.status_code in (408, 425, 429):
        raise DepositoryFailed(f"It answered {answer.status_code}: {_message(told)}")
    if answer.status_code >= 300:
        raise _refusal(answer.status_code, told)
    return told


def _refusal(code: int, told: Json) -> Refusal:
    if code in (401, 403):
        return Refusal(code, f"It does not let us: {_message(told)}", _TOKEN)
    return Refusal(code, f"It answered {code}: {_message(told)}")


def _message(told: Json) -> str:
    said = str(told.get("message") or "no word why.")[:300]
    errors = [
        f"{each.get('field')}: {' '.join(map(str, each.get('messages') or ()))}"
        for each in (told.get("errors") or ())[:10]
        if isinstance(each, dict)
    ]
    return f"{said} {'; '.join(errors)}".strip()[:1000]


def _read(content: bytes) -> Json:
    try:
        told = httpx.Response(200, content=content).json() if content.strip() else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece
