"""One connection to a platform: sends and receives the shared schemas, raises what went wrong."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from fairhaven.core.schemas import Page, ProblemDetails

Model = TypeVar("Model", bound=BaseModel)
Any_ = TypeVar("Any_")

API = "/api/v1"


class Unreachable(Exception):
    """The platform does not answer."""


class ApiProblem(Exception):
    """The platform refused; `details` is what it said (RFC 9457)."""

    def __init__(self, details: ProblemDetails) -> None:
        self.details = details
        super().__init__("\n".join(filter(None, [f"{details.title}: {details.detail}", details.fix])))


class Connection:
    """Speaks JSON with one platform. Every call has a timeout; a creation that is sent again happens once."""

    def __init__(
        self, url: str, token: str | None = None, *, timeout: float = 30.0, transport: Any = None
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout, transport=transport)

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, model: type[Any_] | Any, **params: Any) -> Any:
        """Read `path` (below /api/v1) as `model`, which may be any type that pydantic knows."""
        return _read(self._send("GET", path, params=params), model)

    def text(self, path: str, **params: Any) -> str:
        """Read `path` (below /api/v1) as the text it is."""
        return self._send("GET", path, params=params).text

    def page(self, path: str, model: type[Model], **params: Any) -> Page[Model]:
        found: Page[Model] = self.get(path, Page[model], **params)  # type: ignore[valid-type]
        return found

    def every(self, path: str, model: type[Model], **params: Any) -> Iterator[Model]:
        """Each item of a list, page after page."""
        cursor: str | None = None
        while True:
            found = self.page(path, model, cursor=cursor, **params)
            yield from found.items
            cursor = found.next
            if cursor is None:
                return

    def post(
        self,
        path: str,
        model: type[Any_] | Any | None,
        *,
        json: BaseModel | None = None,
        idempotent: bool = False,
    ) -> Any:
        """Send `json`; `idempotent` lets a repeated send (after a lost connection) happen once."""
        headers = {"Content-Type": "application/json"}
        if idempotent:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        body = json.model_dump_json(exclude_unset=True) if json is not None else None
        answer = self._send("POST", path, content=body, headers=headers)
        return _read(answer, model) if model is not None else None

    def post_for_bytes(self, path: str, *, json: BaseModel) -> bytes:
        """Send `json`, and return the bytes of the answer, such as a zip."""
        body = json.model_dump_json(exclude_unset=True)
        return self._send("POST", path, content=body, headers={"Content-Type": "application/json"}).content

    def put(self, path: str, model: type[Any_] | Any | None, *, json: BaseModel) -> Any:
        """Send `json` as what is to be at `path`."""
        body = json.model_dump_json(exclude_unset=True)
        answer = self._send("PUT", path, content=body, headers={"Content-Type": "application/json"})
        return _read(answer, model) if model is not None else None

    def patch(self, path: str, model: type[Any_] | Any, *, json: BaseModel) -> Any:
        """Send `json` as what is to change at `path`; what it leaves unset stays as it is."""
        body = json.model_dump_json(exclude_unset=True)
        answer = self._send("PATCH", path, content=body, headers={"Content-Type": "application/json"})
        return _read(answer, model)

    def put_bytes(self, path: str, model: type[Any_] | Any, content: bytes) -> Any:
        """Send bytes as what is to be at `path`."""
        headers = {"Content-Type": "application/octet-stream"}
        return _read(self._send("PUT", path, content=content, headers=headers), model)

    def delete(self, path: str) -> None:
        self._send("DELETE", path)

    def _send(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> httpx.Response:
        wanted = {name: value for name, value in (params or {}).items() if value is not None}
        address = path if path.startswith("http") else API + path
        return checked(lambda: self.http.request(method, address, params=wanted, **kwargs), self.url)


def checked(send: Any, url: str) -> httpx.Response:
    """Send, and turn failures into this module's errors.

    Raises:
        Unreachable: no answer.
        ApiProblem: an answer of 400 or above.
    """
    try:
        answer: httpx.Response = send()
    except httpx.TransportError as error:
        raise Unreachable(
            f"{url} does not answer ({error}). Is the platform up? Try `fairhaven up`."
        ) from error
    if answer.status_code >= 400:
        raise ApiProblem(_problem(answer))
    return answer


def _read(answer: httpx.Response, model: Any) -> Any:
    return TypeAdapter(model).validate_json(answer.content)


def _problem(answer: httpx.Response) -> ProblemDetails:
    try:
        return ProblemDetails.model_validate_json(answer.content)
    except ValidationError:
        detail = answer.text.strip()[:500] or "no further word"
        return ProblemDetails(
            type="about:blank", title=f"HTTP {answer.status_code}", status=answer.status_code, detail=detail
        )
