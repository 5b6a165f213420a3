"""Sends a question to a running workload the way DEEPaaS modules take it, and brings the answer back.

Files are streamed from where the upload was spooled; plain values go both ways in which modules read them,
in the query and in the form (DEEPaaS v2, `predict`).
"""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

import httpx
from starlette.datastructures import UploadFile

from fairhaven.core.errors import Problem, TooLarge, UpstreamFailed
from fairhaven.workloads.service import NotRunning, Target

PATIENCE = 600.0  # seconds for one answer, as the runtime gives itself
LONGEST_QUERY = 4000  # characters; longer values go in the form alone
LARGEST_ANSWER = 64 << 20  # bytes
LARGEST_INLINE = 8 << 20  # bytes that a page may carry inside itself


class TookTooLong(Problem):
    status: ClassVar[int] = 504
    title: ClassVar[str] = "The module took too long"
    fix: ClassVar[str] = "Try a smaller input, or run it as a batch workload."


class CallFailed(UpstreamFailed):
    title: ClassVar[str] = "The workload broke off"
    fix: ClassVar[str] = "Try again in a moment; its log says what happened."


@dataclass(frozen=True)
class Answer:
    """What a workload answered; `seconds` is the wall time of the whole call."""

    status: int
    media_type: str
    body: bytes
    seconds: float
    filename: str = ""

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def value(self) -> Any:
        """The JSON that was answered, None when it is none; DEEPaaS's own wrapping is taken off."""
        try:
            found: Any = json.loads(self.body) if self.media_type.endswith("json") else None
        except ValueError:
            return None
        if isinstance(found, dict) and set(found) == {"status", "predictions"}:
            return found["predictions"]
        return found

    @property
    def data_url(self) -> str:
        """The answer as an address that a page can carry; empty when it is too large for that."""
        return inline(self.body, self.media_type)

    def complaints(self) -> dict[str, str]:
        """What was wrong with which argument, when that was the answer (`{"image": ["Missing data …"]}`)."""
        said = self.value
        if self.ok or not isinstance(said, dict) or "title" in said:
            return {}
        return {str(name): _sentence(words) for name, words in said.items()}

    def trouble(self) -> str:
        """Why there is no result, in words: the runtime's problem+json, or whatever was sent instead."""
        said = self.value
        if isinstance(said, dict) and "detail" in said:
            return f"{said.get('title', '')}: {said['detail']}".strip(": ")
        return self.text.strip()[:1000] or f"The module answered with status {self.status} and no word."


async def predict(target: Target, values: Mapping[str, Any], *, transport: Any = None) -> Answer:
    """Ask a workload for one prediction; a refusal of the module is an answer too.

    Args:
        values: by argument; files are `UploadFile`.

    Raises:
        NotRunning: it does not answer now; the detail says what it waits for.
        TookTooLong: no answer within ten minutes.
        TooLarge: the answer is.
        CallFailed: the connection broke.
    """
    if not target.address:
        raise NotRunning(target.workload.reason or f"It is {target.workload.shown_state}.")
    url = f"{target.address}{path(target.description)}"
    timeout = httpx.Timeout(PATIENCE, connect=5.0)
    began = time.monotonic()
    try:
        async with (
            httpx.AsyncClient(trust_env=False, timeout=timeout, transport=transport) as client,
            client.stream("POST", url, **_sent(values)) as answer,
        ):
            body = await _body(answer)
    except httpx.TimeoutException:
        raise TookTooLong(f"There was no answer within {time.monotonic() - began:.0f} s.") from None
    except httpx.HTTPError as error:
        raise CallFailed(f"The connection to the workload broke: {error or type(error).__name__}.") from error
    return _answer(answer, body, time.monotonic() - began)


def path(description: Mapping[str, Any]) -> str:
    """Where a module takes its questions, below the workload's address."""
    return f"/v2/models/{quote(str(description.get('name', '')))}/predict/"


def schema(description: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of the arguments of a prediction."""
    return dict((description.get("predict") or {}).get("schema") or {})


def inline(body: bytes, media_type: str) -> str:
    """Bytes as a `data:` address; empty when they are too many."""
    if len(body) > LARGEST_INLINE:
        return ""
    return f"data:{media_type};base64,{base64.b64encode(body).decode()}"


def plain(values: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """The values that are no files, as a form writes them."""
    return {name: _written(value) for name, value in values.items() if not isinstance(value, UploadFile)}


def _sent(values: Mapping[str, Any]) -> dict[str, Any]:
    fields = plain(values)
    files = {name: value for name, value in values.items() if isinstance(value, UploadFile)}
    sent: dict[str, Any] = {"data": fields, "headers": {"Accept": str(fields.get("accept") or "*/*")}}
    if len(str(httpx.QueryParams(fields))) <= LONGEST_QUERY:
        sent["params"] = fields
    if files:
        sent["files"] = {name: (file.filename, file.file, file.content_type) for name, file in files.items()}
    return sent


def _written(value: Any) -> str | list[str]:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence) and all(not isinstance(one, list | dict) for one in value):
        return [one if isinstance(one, str) else json.dumps(one) for one in value]
    return json.dumps(value)


async def _body(answer: httpx.Response) -> bytes:
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise TooLarge(
                f"The answer is larger than {LARGEST_ANSWER >> 20} MiB.",
                fix="Call the endpoint itself, with curl or from Python: the page shows how.",
            )
    return body


def _answer(answer: httpx.Response, body: bytes, seconds: float) -> Answer:
    media_type = answer.headers.get("content-type", "application/octet-stream").partition(";")[0].strip()
    _, _, filename = answer.headers.get("content-disposition", "").partition('filename="')
    return Answer(answer.status_code, media_type, body, seconds, filename.partition('"')[0])


def _sentence(words: Any) -> str:
    return " ".join(str(word) for word in words) if isinstance(words, list) else str(words)
